import { SpaceCloudError } from '../../core/index.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { GeometryPlan } from '../geometry/plan.ts';
import { ecefFromTemeInto, gmstRad, moonPositionInto } from '../orbit/index.ts';

/** Where everything is at one instant, at full precision. */
export interface Instant {
  readonly timeS: number;
  /** [S * 3] TEME, km, and km/s; [3] the Moon, TEME, km. */
  readonly rTemeKm: Float64Array;
  readonly vTemeKmS: Float64Array;
  readonly moonTemeKm: Float64Array;
  /** [S * 3] and [3] Earth-fixed, km; [ground nodes * 6] positions and verticals. */
  readonly rEcefKm: Float64Array;
  readonly moonEcefKm: Float64Array;
  readonly siteEcef: Float64Array;
}

/** Positions at `timeS` since scenario start. Throws ELEMENTS_UNUSABLE when a satellite has none. */
export function instantOf(plan: GeometryPlan, timeS: number): Instant {
  const { fleet, ground, epoch } = plan;
  const n = fleet.satelliteCount;
  const rTemeKm = new Float64Array(3 * n);
  const vTemeKmS = new Float64Array(3 * n);
  for (const { ephemeris, firstSatellite } of fleet.constellations) {
    const lost = ephemeris.statesInto(timeS, rTemeKm, vTemeKmS, firstSatellite);
    if (lost >= 0) throw lostSatellite(ephemeris.names[lost] as string, timeS);
  }
  const moonTemeKm = new Float64Array(3);
  moonPositionInto(epoch, timeS, moonTemeKm);
  const gmst = gmstRad(epoch, timeS);
  const rEcefKm = new Float64Array(3 * n);
  ecefFromTemeInto(rTemeKm, n, gmst, rEcefKm);
  const moonEcefKm = new Float64Array(3);
  ecefFromTemeInto(moonTemeKm, 1, gmst, moonEcefKm);
  const siteEcef = new Float64Array(SITE_LENGTH * ground.count);
  ground.sitesInto(timeS, siteEcef);
  return { timeS, rTemeKm, vTemeKmS, moonTemeKm, rEcefKm, moonEcefKm, siteEcef };
}

function lostSatellite(name: string, timeS: number): SpaceCloudError {
  return new SpaceCloudError('ELEMENTS_UNUSABLE', `Expected a position of '${name}' at ${timeS} s, got none.`, {
    hint: 'Leave it out with elements.include, or use newer element sets.',
  });
}
