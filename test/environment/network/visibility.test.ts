import { describe, expect, it } from 'vitest';
import { MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM, RAD_PER_DEG } from '../../../core/index.ts';
import { siteEcef, wanDelayS } from '../../../environment/network/ground-site.ts';
import { rateAtRangeBps, rateSteps } from '../../../environment/network/ground-rate.ts';
import { islRangeKm, slantRangesInto } from '../../../environment/network/visibility.kernel.ts';
import { at } from '../../present.ts';

const R = R_EARTH_WGS84_KM;
/** A site on a spherical Earth at the x axis: what the published tables assume. */
const SITE = Float64Array.of(R, 0, 0, 1, 0, 0);

/** Largest x in [low, high] for which `holds` is true, given that it is true at first and false later. */
function lastTrue(low: number, high: number, holds: (x: number) => boolean): number {
  expect(holds(low)).toBe(true);
  expect(holds(high)).toBe(false);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

// Geometry table of public shells: height; longest ISL clear of the Earth by 80 km; slant range at 5, 10, 25, 30, 40 deg;
// longest pass above 5, 10, 25, 30, 40 deg without Earth rotation, min. Spherical Earth.
const TABLE = [
  [500, 4733, [2078, 1695, 1032, 910, 741], [9.2, 7.4, 4.1, 3.5, 2.5]],
  [550, 5017, [2206, 1816, 1123, 993, 812], [9.8, 7.9, 4.5, 3.8, 2.7]],
  [630, 5443, [2401, 2001, 1267, 1124, 924], [10.8, 8.8, 5.1, 4.3, 3.1]],
  [780, 6175, [2741, 2325, 1526, 1364, 1132], [12.5, 10.4, 6.2, 5.3, 3.9]],
  [1200, 7930, [3574, 3132, 2205, 1999, 1693], [17.0, 14.6, 9.3, 8.0, 6.0]],
] as const;
const ELEVATIONS = [5, 10, 25, 30, 40] as const;

describe.each(TABLE)('at %d km', (h, maxIslKm, slantKm, passMin) => {
  const a = R + h;

  it(`the longest link clear of the Earth by 80 km is ${maxIslKm} km`, () => {
    const range = (separation: number): number => {
      const r = Float64Array.of(a, 0, 0, a * Math.cos(separation), a * Math.sin(separation), 0);
      return islRangeKm(r, 0, 1, 20000, R + 80);
    };
    const widest = lastTrue(0.01, Math.PI, (separation) => range(separation) < Infinity);
    // 0.5 km: the table is rounded to 1 km.
    expect(Math.abs(range(widest) - maxIslKm)).toBeLessThan(0.5 + 1e-3);
    expect(Math.abs(range(widest) - 2 * Math.sqrt(a * a - (R + 80) ** 2))).toBeLessThan(1e-3);
  });

  it('slant ranges and pass lengths are those of the table', () => {
    const range = new Float64Array(1);
    const seen = (angle: number, mask: number): number => {
      const r = Float64Array.of(a * Math.cos(angle), a * Math.sin(angle), 0);
      slantRangesInto(r, 1, SITE, Math.sin(mask * RAD_PER_DEG), range, 0);
      return at(range, 0);
    };
    const periodMin = (2 * Math.PI * Math.sqrt(a ** 3 / MU_EARTH_WGS84_KM3_S2)) / 60;
    ELEVATIONS.forEach((mask, k) => {
      const edge = lastTrue(0, Math.PI / 2, (angle) => seen(angle, mask) < Infinity);
      expect(Math.abs(seen(edge, mask) - at(slantKm, k))).toBeLessThan(0.5 + 1e-3);
      // An overhead pass covers twice the edge angle; 0.05 min: the table is rounded to 0.1 min.
      expect(Math.abs((2 * edge * periodMin) / (2 * Math.PI) - at(passMin, k))).toBeLessThan(0.051);
    });
  });
});

describe('lines of sight', () => {
  it('are cut by range, and not by an Earth that is behind one of the ends', () => {
    const r = Float64Array.of(7000, 0, 0, 9000, 0, 0);
    expect(islRangeKm(r, 0, 1, 2000, R + 80)).toBe(2000);
    expect(islRangeKm(r, 0, 1, 1999.999, R + 80)).toBe(Infinity);
  });

  it('do not pass through the Earth', () => {
    const r = Float64Array.of(7000, 0, 0, -7000, 1, 0);
    expect(islRangeKm(r, 0, 1, 20000, R)).toBe(Infinity);
  });

  it('to satellites below the horizon have no range; the best elevation is returned all the same', () => {
    const r = Float64Array.of(-7000, 0, 0, R, 1000, 0);
    const range = new Float64Array(2);
    expect(slantRangesInto(r, 2, SITE, 0.1, range, 0)).toBeCloseTo(0, 12); // due horizontal
    expect([...range]).toEqual([Infinity, Infinity]);
  });
});

describe('ground sites', () => {
  it('stand on the WGS-84 ellipsoid: equator 6378.137 km, pole 6356.752 km, height along the vertical', () => {
    expect([...siteEcef({ latDeg: 0, lonDeg: 90, heightM: 1000 })]).toEqual(
      [0, 6379.137, 0, 0, 1, 0].map((value) => expect.closeTo(value, 6) as number),
    );
    expect(siteEcef({ latDeg: 90, lonDeg: 0 })[2]).toBeCloseTo(6356.752314, 6); // b of WGS-84
    // Geodetic latitude 45: x = N cos 45, z = N (1 - e^2) sin 45 with N = 6388.838290 km, e^2 = 0.00669438.
    const [x, , z] = siteEcef({ latDeg: 45, lonDeg: 0 });
    expect(x).toBeCloseTo(4517.59088, 4);
    expect(z).toBeCloseTo(4487.34841, 4);
  });

  it('are joined by fibre: London to New York 5,570 km great circle, 1.5 times that at c/1.468, plus 10 ms', () => {
    const london = { latDeg: 51.5074, lonDeg: -0.1278 };
    const newYork = { latDeg: 40.7128, lonDeg: -74.006 };
    // 5570.2 km * 1.5 * 1.468 / 299792.458 km/s = 40.91 ms; + 10 ms.
    expect(wanDelayS(london, newYork, { fixedMs: 10, fibreFactor: 1.5 })).toBeCloseTo(0.05091, 4);
    expect(wanDelayS(london, london, { fixedMs: 10, fibreFactor: 1.5 })).toBe(0.01);
    expect(wanDelayS(london, newYork, { fixedMs: 10, fibreFactor: 0 })).toBe(0.01); // no distance: content at every gateway
  });
});

describe('rate against range', () => {
  const steps = rateSteps(1e9, 1250);
  it('is full up to the full-rate range and never more', () => {
    expect(rateAtRangeBps(steps, 0)).toBe(1e9);
    expect(rateAtRangeBps(steps, 1250)).toBe(1e9);
    expect(rateAtRangeBps(steps, 1250.001)).toBeLessThan(1e9);
  });

  it('never rises with range, and ends', () => {
    let last = Infinity;
    for (let km = 100; km < 20000; km += 10) {
      const rate = rateAtRangeBps(steps, km);
      expect(rate).toBeLessThanOrEqual(last);
      last = rate;
    }
    // QPSK 1/4 needs 18.40 dB less than 32APSK 9/10: 1250 km * 10^(18.40 / 20) = 10,397 km.
    expect(rateAtRangeBps(steps, 10396)).toBeCloseTo((1e9 * 0.490243) / 4.453027, 3);
    expect(rateAtRangeBps(steps, 10398)).toBe(0);
  });

  it('at twice the range, 6.02 dB less, is 16APSK 2/3 (8.97 dB) of 32APSK 9/10 (16.05 - 6.02 = 10.03 dB)', () => {
    expect(rateAtRangeBps(steps, 2500)).toBeCloseTo((1e9 * 2.637201) / 4.453027, 3);
  });
});
