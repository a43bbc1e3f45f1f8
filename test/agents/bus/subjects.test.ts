import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOf, satelliteOf, subjectsOf, tokenOf } from '../../../agents/bus/index.ts';

describe('subjects', () => {
  it('name plane, satellite and direction', () => {
    const subjects = subjectsOf('demo');
    expect(subjects.satelliteIn('sat-7')).toBe('spacecloud.v2.demo.sat.sat-7.in');
    expect(subjects.satelliteOut('sat-7')).toBe('spacecloud.v2.demo.sat.sat-7.out');
    expect(subjects.opsIn('sat-7')).toBe('spacecloud.v2.demo.ops.sat-7.in');
    expect(subjects.opsOut('sat-7')).toBe('spacecloud.v2.demo.ops.sat-7.out');
    expect(subjects.telemetry('sat-7')).toBe('spacecloud.v2.demo.telemetry.sat-7');
    expect([subjects.telemetryStream, subjects.bundleBucket, subjects.modeBucket]).toEqual([
      'TELEMETRY_demo',
      'bundles_demo',
      'modes_demo',
    ]);
  });

  it('write names that cannot be tokens in hexadecimal', () => {
    // 'ISS (ZARYA)' in ASCII: 49 53 53 20 28 5a 41 52 59 41 29.
    expect(tokenOf('ISS (ZARYA)')).toBe('x49535320285a4152594129');
    expect(tokenOf('sat.*')).toBe('x7361742e2a');
    expect(tokenOf('x2e')).toBe('x783265');
    expect(nameOf('x783265')).toBe('x2e');
  });

  it('give every name a token of its own, one that no wildcard or dot can enter', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('x', 'x2e', '.', '>', '*', 'x78'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(name, (text) => {
        const token = tokenOf(text);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        // Lone surrogates have no UTF-8 and come back as U+FFFD.
        expect(nameOf(token)).toBe(Buffer.from(text).toString());
        expect(satelliteOf('a.b', subjectsOf('a.b').opsOut(text))).toBe(nameOf(token));
      }),
    );
  });

  it('of another fleet are nobody’s', () => {
    expect(satelliteOf('demo', subjectsOf('demo2').satelliteOut('a'))).toBeUndefined();
    expect(satelliteOf('demo', 'spacecloud.v2.demo.other.a.in')).toBeUndefined();
  });
});
