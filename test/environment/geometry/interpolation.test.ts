import { describe, expect, it } from 'vitest';
import { buildGeometry } from '../../../environment/geometry/index.ts';
import { ecefFromTemeInto, gmstRad, parseUtc, walkerEphemeris } from '../../../environment/orbit/index.ts';
import { dense } from './dense.ts';
import { star66, star66Constellation } from './scenarios.ts';
import { at, must } from '../../present.ts';

/** Greatest difference, m, between the range in mid-tick and the mean of its ends: for a parabola the greatest of all. */
function midTickErrorM(tickS: number, crossSeam: boolean): { isl: number; ground: number } {
  const scenario = star66({ tickS, constellations: [star66Constellation({ crossSeam })] });
  const g = dense(buildGeometry(scenario));
  const ephemeris = walkerEphemeris(must(at(scenario.constellations, 0).walker), 'iridium');
  const epoch = must(parseUtc(scenario.epoch));
  const { satelliteCount: S, islSlots: D, antennaCount: Q } = g;
  const r = new Float64Array(3 * S);
  const apart = (a: Float64Array, i: number, b: ArrayLike<number>, j: number): number =>
    Math.hypot(at(a, 3 * i) - at(b, 3 * j), at(a, 3 * i + 1) - at(b, 3 * j + 1), at(a, 3 * i + 2) - at(b, 3 * j + 2));
  const worst = { isl: 0, ground: 0 };
  for (let k = 0; k < g.tickCount; k++) {
    const timeS = (k + 0.5) * tickS;
    ephemeris.positionsInto(timeS, r, 0);
    ecefFromTemeInto(r, S, gmstRad(epoch, timeS), r);
    for (let row = k * S * D; row < (k + 1) * S * D; row++) {
      const other = at(g.islNeighbour, row);
      if (other < 0) continue;
      const mean = (at(g.islRangeStartKm, row) + at(g.islRangeEndKm, row)) / 2;
      worst.isl = Math.max(worst.isl, 1000 * Math.abs(apart(r, Math.floor(row / D) % S, r, other) - mean));
    }
    for (let row = k * Q; row < (k + 1) * Q; row++) {
      const satellite = at(g.gslSatellite, row);
      if (satellite < 0) continue;
      const mean = (at(g.gslRangeStartKm, row) + at(g.gslRangeEndKm, row)) / 2;
      const site = g.rEcefKm.subarray(0, 3 * g.nodeCount); // ground nodes stand still
      const range = apart(r, satellite, site, at(g.antennaNode, row % Q));
      worst.ground = Math.max(worst.ground, 1000 * Math.abs(range - mean));
    }
  }
  return worst;
}

// Linear interpolation is off by range'' dt^2 / 8. Overhead, range'' = v^2/h = 7.46^2 / 780 less the curvature of the orbit
// (factor R/a): 0.064 km/s^2, 0.8 km at 10 s. Across the seam satellites meet at 15 km/s some tens of km apart.
describe('ranges within a tick', () => {
  it('are those that the contract of Geometry states at 10 s', () => {
    const { isl, ground } = midTickErrorM(10, false);
    expect(isl).toBeLessThan(100);
    expect(ground).toBeLessThan(1000);
    expect(ground).toBeGreaterThan(300); // passes near the zenith are among them, so the bound is tested
    expect(midTickErrorM(10, true).isl).toBeLessThan(10_000);
  });

  it('fall with the square of the tick: a hundredth at 1 s', () => {
    const { isl, ground } = midTickErrorM(1, false);
    // 0.5 m of it is the 32-bit storage of two ranges of up to 5,000 km (2^-12 km each).
    expect(isl).toBeLessThan(1 + 0.5);
    expect(ground).toBeLessThan(10 + 0.5);
  });
});
