import { describe, expect, it } from 'vitest';
import { F_EARTH_WGS72, F_EARTH_WGS84, R_EARTH_WGS72_KM, R_EARTH_WGS84_KM } from '../../../core/index.ts';
import { SITE_LENGTH, groundNodes } from '../../../environment/geometry/ground-nodes.ts';
import { star66 } from './scenarios.ts';
import { must } from '../../present.ts';

const METRE = 1e-3;

/** Sites of the terminals at a time, [6] each. */
function terminalsAt(timeS: number, terminals: unknown[], changes: Record<string, unknown> = {}): number[][] {
  const nodes = groundNodes(star66({ gateways: [], dataCentres: [], terminals, ...changes }));
  const sites = new Float64Array(SITE_LENGTH * nodes.count);
  nodes.sitesInto(timeS, sites);
  return Array.from({ length: nodes.count }, (_, g) => [...sites.subarray(6 * g, 6 * g + 6)]);
}

function expectNear(found: readonly number[], wanted: readonly number[], toleranceKm: number): void {
  found.forEach((value, axis) => expect(Math.abs(value - must(wanted[axis]))).toBeLessThan(toleranceKm));
}

const track = (...waypoints: [atS: number, latDeg: number, lonDeg: number, heightM?: number][]) => ({
  name: 'mover',
  track: waypoints.map(([atS, latDeg, lonDeg, heightM = 0]) => ({ atS, latDeg, lonDeg, heightM })),
});
const place = (timeS: number, ...waypoints: Parameters<typeof track>): number[] =>
  must(terminalsAt(timeS, [track(...waypoints)])[0]);

describe('ground nodes that stand still', () => {
  it.each([
    ['wgs84', R_EARTH_WGS84_KM, F_EARTH_WGS84],
    ['wgs72', R_EARTH_WGS72_KM, F_EARTH_WGS72],
  ])('stand on the %s ellipsoid: equator at a, pole at b, both raised by their height', (groundEllipsoid, a, f) => {
    const [equator, pole] = terminalsAt(
      0,
      [
        { name: 'equator', latDeg: 0, lonDeg: 90, heightM: 2000 },
        { name: 'pole', latDeg: 90, lonDeg: 0, heightM: 500 },
      ],
      { groundEllipsoid },
    );
    expectNear(must(equator), [0, a + 2, 0, 0, 1, 0], 1e-9);
    expectNear(must(pole), [0, 0, a * (1 - f) + 0.5, 0, 0, 1], 1e-9);
  });

  it('stand where the formula with the radius of curvature N puts them', () => {
    // Svalbard station, 78.23 N 15.39 E, 458 m. N = a / sqrt(1 - e2 sin2 lat); x = (N + h) cos lat cos lon, z = (N(1 - e2) + h) sin lat.
    const [lat, lon, h] = [(78.23 * Math.PI) / 180, (15.39 * Math.PI) / 180, 0.458];
    const e2 = F_EARTH_WGS84 * (2 - F_EARTH_WGS84);
    const n = R_EARTH_WGS84_KM / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
    const wanted = [
      (n + h) * Math.cos(lat) * Math.cos(lon),
      (n + h) * Math.cos(lat) * Math.sin(lon),
      (n * (1 - e2) + h) * Math.sin(lat),
    ];
    const [site] = terminalsAt(0, [{ name: 'svalbard', latDeg: 78.23, lonDeg: 15.39, heightM: 458 }]);
    expectNear(must(site).slice(0, 3), wanted, 1e-9);
  });
});

describe('terminals on a track', () => {
  it('along the equator: longitude grows evenly, height too', () => {
    // 60 deg in 3,600 s: after 900 s at 15 deg, and a quarter of the way from 1,000 to 3,000 m.
    const r = R_EARTH_WGS84_KM + 1.5;
    const [c, s] = [Math.cos(Math.PI / 12), Math.sin(Math.PI / 12)];
    expectNear(place(900, [0, 0, 0, 1000], [3600, 0, 60, 3000]), [r * c, r * s, 0, c, s, 0], 1e-9);
  });

  it('take the great circle, not the parallel: from 45 N 0 to 45 N 180 over the pole', () => {
    const site = place(50, [0, 45, 0], [100, 45, 180]);
    expectNear(site, [0, 0, R_EARTH_WGS84_KM * (1 - F_EARTH_WGS84), 0, 0, 1], 1e-9);
  });

  it('move at constant speed: at 250 m/s over 1,000 s steps of equal length to 1 m', () => {
    // Across 2.2 deg the curvature of the ellipsoid changes the length of an equal angle by less than 0.02 %, 0.5 m of 2.4 km.
    const at = (timeS: number): number[] => place(timeS, [0, 50, 5], [1000, 51, 8]).slice(0, 3);
    const step = (timeS: number): number => Math.hypot(...at(timeS + 10).map((v, i) => v - must(at(timeS)[i])));
    expect(step(0)).toBeGreaterThan(2);
    for (const timeS of [240, 500, 980]) expect(Math.abs(step(timeS) - step(0))).toBeLessThan(METRE);
  });

  it('pass through their waypoints, wait where two are the same, and stand still before the first and after the last', () => {
    const stops: Parameters<typeof track> = [
      [100, 10, 20],
      [200, 11, 22, 400],
      [300, 11, 22, 400],
      [400, -5, 30],
    ];
    const fixed = (latDeg: number, lonDeg: number, heightM = 0): number[] =>
      must(terminalsAt(0, [{ name: 'fixed', latDeg, lonDeg, heightM }])[0]);
    expectNear(place(0, ...stops), fixed(10, 20), 1e-9);
    expectNear(place(100, ...stops), fixed(10, 20), 1e-9);
    expectNear(place(200, ...stops), fixed(11, 22, 400), 1e-9);
    expectNear(place(250, ...stops), fixed(11, 22, 400), 1e-9);
    expectNear(place(400, ...stops), fixed(-5, 30), 1e-9);
    expectNear(place(9999, ...stops), fixed(-5, 30), 1e-9);
  });

  it('refuse waypoints on opposite sides of the Earth, by name', () => {
    expect(() => place(0, [0, 10, 20], [100, -10, -160])).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_FIELD',
        message: expect.stringMatching(/'mover' at 0 s and 100 s/) as string,
      }),
    );
  });
});
