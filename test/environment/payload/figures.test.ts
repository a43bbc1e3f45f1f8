import { describe, expect, it } from 'vitest';
import {
  captureWorkTflop,
  profileFigures,
  profileValues,
  rooflineUtilisation,
  wilson,
} from '../../../environment/index.ts';
import { smallProfile, stratum } from './profile.ts';

describe('profileFigures', () => {
  it('weights strata by their prevalence', () => {
    const { selectionFrac, reduction, falseAlertFrac, missedShipFrac, missedFireFrac } = profileFigures(smallProfile());
    // 0.9 x 100/1000 + 0.1 x 100/200 = 0.14
    expect(selectionFrac.value).toBeCloseTo(0.14, 12);
    // bytes per scene: 0.9 x 50 + 0.1 x 500 = 95, and 10 of the note; raw 1000 x 4 x 2 = 8000
    expect(reduction.value).toBeCloseTo(8000 / 105, 10);
    // all products without a target are false: 45 of 95
    expect(falseAlertFrac.value).toBeCloseTo(45 / 95, 12);
    expect(missedShipFrac.value).toBe(0.5);
    expect(missedFireFrac).toEqual({ value: 0, low: 0, high: 1 });
  });

  it('has intervals from the spread within strata', () => {
    const { reduction, selectionFrac } = profileFigures(smallProfile());
    // variance of a product's bytes: none 500^2 x 0.1 x 0.9 x n/(n-1) = 22522.5; ship 1000^2 x 0.25 x 200/199 = 251256
    const error = Math.sqrt((0.81 * 22522.52) / 1000 + (0.01 * 251256.3) / 200);
    expect(reduction.low).toBeCloseTo(8000 / (105 + 1.959964 * error), 4);
    expect(reduction.high).toBeCloseTo(8000 / (105 - 1.959964 * error), 4);
    // 0.81 x 0.09009 / 1000 + 0.01 x 0.251256 / 200
    const selectionError = Math.sqrt((0.81 * 0.0900901) / 1000 + (0.01 * 0.2512563) / 200);
    expect(selectionFrac.high - selectionFrac.value).toBeCloseTo(1.959964 * selectionError, 7);
  });

  it('covers the true reduction of simulated runs about as often as it says', () => {
    // Products of 500 bytes in a tenth of scenes: mean 50 + note 10, reduction 8000 / 60.
    const profile = { ...smallProfile(), prevalence: { ship: 0, fire: 0, grade: 'test' } };
    let covered = 0;
    for (let run = 0; run < 400; run++) {
      let products = 0;
      for (let i = 0; i < 500; i++) if (uniform(run * 500 + i) < 0.1) products++;
      const strata = { ...profile.strata, none: stratum(500, products, 500, 500) };
      const { low, high } = profileFigures({ ...profile, strata }).reduction;
      if (low <= 8000 / 60 && 8000 / 60 <= high) covered++;
    }
    // 95 % and 4 standard errors of 400 runs, 0.044; the normal interval of a small share covers a little less
    expect(covered / 400).toBeGreaterThan(0.9);
    expect(covered / 400).toBeLessThan(1);
  });
});

/** A well-mixed hash of a whole number, in [0, 1). */
function uniform(i: number): number {
  let z = Math.imul(i + 0x9e3779b9, 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
}

describe('wilson', () => {
  it('gives the published interval of 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I)', () => {
    const { low, high } = wilson(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });
});

describe('the scaling rule', () => {
  it('is held back by memory where operations per byte are few', () => {
    // 20 FLOP/byte x 1000 GB/s = 20 TFLOPS of 100
    expect(rooflineUtilisation(smallProfile())).toBeCloseTo(0.2, 12);
  });

  it('is held back by kernels where they are many', () => {
    const work = { flopsPerPixel: 2000, bytesPerPixel: 10 };
    expect(rooflineUtilisation({ ...smallProfile(), work })).toBe(0.5);
  });

  it('scales work with the pixels of the capture', () => {
    // 800 MB / 8 bytes = 1e8 px x 2000 = 0.2 TFLOP, at 20 % of the peak 1 TFLOP
    expect(captureWorkTflop(smallProfile(), 800e6)).toBeCloseTo(1, 12);
    expect(captureWorkTflop(smallProfile(), 1600e6)).toBeCloseTo(2, 12);
  });

  it('puts work, reduction and false alerts in place of constants, to six digits', () => {
    expect(profileValues(smallProfile(), 800e6)).toEqual({
      workTflop: 1,
      reduction: 76.1905,
      falseAlertFrac: 0.473684,
    });
  });
});
