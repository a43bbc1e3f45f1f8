import { SpaceCloudError } from '../../core/index.ts';
import { mayMeetMoon } from '../geometry/constellations.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { GeometryPlan } from '../geometry/plan.ts';
import { ecefFromTemeInto, gmstRad, moonPositionInto } from '../orbit/index.ts';

/** Where everything is at one instant, in double precision; the columns are rewritten by each `moveTo`. */
export interface MovingSky {
  /** [S * 3] satellites, TEME and Earth-fixed, km. */
  readonly rTemeKm: Float64Array;
  readonly rEcefKm: Float64Array;
  /** [S * 3] TEME, km/s; empty unless asked for. */
  readonly vTemeKmS: Float64Array;
  /** [ground nodes * SITE_LENGTH] Earth-fixed positions, km, and verticals. */
  readonly siteEcef: Float64Array;
  /** [3] the Moon, km; undefined where no satellite comes near it. */
  readonly moonTemeKm: Float64Array | undefined;
  readonly moonEcefKm: Float64Array | undefined;
  /** Takes everything to `timeS` since scenario start. Throws ELEMENTS_UNUSABLE when a satellite has no position then. */
  moveTo(timeS: number): void;
}

/** Positions straight from the ephemerides, so that they hold at any instant and not at ticks only. */
export function createMovingSky({ fleet, ground, epoch }: GeometryPlan, withVelocities: boolean): MovingSky {
  const { satelliteCount, constellations } = fleet;
  const rTemeKm = new Float64Array(3 * satelliteCount);
  const rEcefKm = new Float64Array(3 * satelliteCount);
  const vTemeKmS = new Float64Array(withVelocities ? 3 * satelliteCount : 0);
  const siteEcef = new Float64Array(SITE_LENGTH * ground.count);
  const [moonTemeKm, moonEcefKm] = constellations.some(({ config }) => mayMeetMoon(config))
    ? [new Float64Array(3), new Float64Array(3)]
    : [];
  return {
    ...{ rTemeKm, rEcefKm, vTemeKmS, siteEcef, moonTemeKm, moonEcefKm },
    moveTo(timeS) {
      for (const { ephemeris, firstSatellite } of constellations) {
        const lost = withVelocities
          ? ephemeris.statesInto(timeS, rTemeKm, vTemeKmS, firstSatellite)
          : ephemeris.positionsInto(timeS, rTemeKm, firstSatellite);
        if (lost >= 0) throw noPosition(ephemeris.names[lost] as string, timeS);
      }
      const gmst = gmstRad(epoch, timeS);
      ecefFromTemeInto(rTemeKm, satelliteCount, gmst, rEcefKm);
      ground.sitesInto(timeS, siteEcef);
      if (moonTemeKm === undefined || moonEcefKm === undefined) return;
      moonPositionInto(epoch, timeS, moonTemeKm);
      ecefFromTemeInto(moonTemeKm, 1, gmst, moonEcefKm);
    },
  };
}

function noPosition(name: string, timeS: number): SpaceCloudError {
  return new SpaceCloudError('ELEMENTS_UNUSABLE', `Expected a position of '${name}' at ${timeS} s, got none.`, {
    hint: 'Leave it out with elements.include, or use newer element sets.',
  });
}
