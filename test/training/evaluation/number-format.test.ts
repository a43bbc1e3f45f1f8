import { describe, expect, it } from 'vitest';
import { formatFor, formatInterval, formatNumber, formatSigned } from '../../../training/evaluation/number-format.ts';

const SECONDS = { key: 'latencyP50S', label: 'latency p50', unit: 's', better: 'lower' } as const;
const FRACTION = { key: 'cacheHitFrac.content', label: 'cache hits', unit: '1', better: 'higher' } as const;

describe('number format', () => {
  it('prints three digits of the largest value and one number of decimals for all', () => {
    const format = formatFor(SECONDS, [0.0123, 4.5678]);
    expect([0.0123, 4.5678].map((value) => formatNumber(value, format))).toEqual(['0.01', '4.57']);
    expect(formatNumber(1234.5, formatFor(SECONDS, [1234.5]))).toBe('1235');
  });

  it('prints more digits, two at most, where intervals are narrow', () => {
    // width 0.002 wants 4 decimals; 3 digits of 4.57 alone would be 2.
    expect(formatFor(SECONDS, [4.57], [{ lo: 4.569, hi: 4.571 }]).decimals).toBe(4);
    expect(formatFor(SECONDS, [4.57], [{ lo: 4.5699999, hi: 4.5700001 }]).decimals).toBe(4);
  });

  it('prints fractions in per cent, also those of a family', () => {
    const format = formatFor(FRACTION, [0.256]);
    expect(format.unit).toBe('%');
    expect(formatNumber(0.256, format)).toBe('25.6');
  });

  it('says none, keeps signs of differences and drops the sign of zero', () => {
    const format = formatFor(SECONDS, [1.5]);
    expect(formatNumber(null, format)).toBe('none');
    expect(formatNumber(NaN, format)).toBe('none');
    expect(formatSigned(1.5, format)).toBe('+1.50');
    expect(formatNumber(-0.0001, format)).toBe('0.00');
    expect(formatInterval({ lo: -1, hi: 1 }, format, true)).toBe('[-1.00, +1.00]');
    expect(formatInterval(null, format)).toBe('');
  });
});
