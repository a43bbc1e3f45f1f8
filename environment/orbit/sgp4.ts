import { type SatRec, checkForDecay, sgp4 } from 'satellite.js';
import { R_EARTH_WGS72_KM } from '../../core/index.ts';
import { type ElementSet, satRecOf } from './element-set.ts';
import type { Ephemeris } from './ephemeris.ts';
import { type UtcInstant, secondsBetween } from './utc.ts';

/** What SGP4 says when it refuses (Vallado et al. 2006, "Revisiting Spacetrack Report #3", error codes of sgp4unit). */
const SGP4_ERRORS: Readonly<Record<number, string>> = {
  1: 'mean eccentricity out of range or orbit below the ground',
  2: 'mean motion below zero',
  3: 'perturbed eccentricity out of range',
  4: 'semi-latus rectum below zero',
  6: 'decayed (position below the ground)',
};

/** Below this height above the equatorial radius nothing orbits. */
const LOWEST_HEIGHT_KM = 100;
/** From this perigee height upwards SGP4 states change slowly enough to be checked every `SPARSE_CHECK_S`. */
const SAFE_PERIGEE_KM = 400;
const SPARSE_CHECK_S = 600;

/** One object ready to be propagated. */
export interface Sgp4Object {
  readonly set: ElementSet;
  readonly satRec: SatRec;
  /** Time since the set's epoch at scenario time 0, minutes; SGP4's own unit of time. */
  readonly startMin: number;
}

/** `base` is the instant whose orbits stand at scenario time 0. */
export function createSgp4Object(set: ElementSet, base: UtcInstant): Sgp4Object {
  return { set, satRec: satRecOf(set), startMin: secondsBetween(set.epoch, base) / 60 };
}

/**
 * Why the object's latest state is none, or undefined when it is one. Besides SGP4's own errors: its linear drag term has used up
 * the semi-major axis, after which SGP4 goes on with numbers that mean nothing (check of satellite.js).
 */
export function sgp4Failure(object: Sgp4Object): string | undefined {
  const error: number = object.satRec.error;
  if (error !== 0) return `SGP4: ${SGP4_ERRORS[error] ?? `error ${error}`}`;
  return checkForDecay(object.satRec) ? 'SGP4: decayed (drag has consumed the orbit)' : undefined;
}

/** Height of the mean perigee above the equatorial radius, km. */
export function perigeeHeightKm(object: Sgp4Object): number {
  return object.satRec.altp * R_EARTH_WGS72_KM;
}

/** Mean height (semi-major axis less equatorial radius), km. */
export function meanHeightKm(object: Sgp4Object): number {
  return (object.satRec.a - 1) * R_EARTH_WGS72_KM;
}

/** Why the object cannot be flown over [0, horizonS], or undefined. Checked at every tick where the perigee is low. */
export function propagationFailure(object: Sgp4Object, horizonS: number, tickS: number): string | undefined {
  const { satRec, startMin } = object;
  const stepS = perigeeHeightKm(object) < SAFE_PERIGEE_KM ? tickS : Math.max(tickS, SPARSE_CHECK_S);
  const steps = Math.ceil(horizonS / stepS);
  for (let k = 0; k <= steps; k++) {
    const timeS = Math.min(k * stepS, horizonS);
    const state = sgp4(satRec, startMin + timeS / 60);
    const when = timeS === 0 ? 'at scenario start' : `${timeS.toFixed(0)} s after scenario start`;
    const failure = sgp4Failure(object);
    if (state === null || failure !== undefined) return `${failure} ${when}`;
    const { x, y, z } = state.position;
    const heightKm = Math.sqrt(x * x + y * y + z * z) - R_EARTH_WGS72_KM;
    if (!(heightKm >= LOWEST_HEIGHT_KM)) return `decayed: ${heightKm.toFixed(0)} km above the ground ${when}`;
  }
  return undefined;
}

/**
 * Objects in motion by SGP4 (satellite.js, WGS-72, improved mode). One small object per state is allocated inside
 * satellite.js; nothing else is.
 */
export function sgp4Ephemeris(objects: readonly Sgp4Object[], names: readonly string[]): Ephemeris {
  return {
    names,
    count: objects.length,
    positionsInto(timeS, rTemeKm, first) {
      for (let i = 0; i < objects.length; i++) {
        const { satRec, startMin } = objects[i] as Sgp4Object;
        const state = sgp4(satRec, startMin + timeS / 60);
        if (state === null) return i;
        const at = 3 * (first + i);
        rTemeKm[at] = state.position.x;
        rTemeKm[at + 1] = state.position.y;
        rTemeKm[at + 2] = state.position.z;
      }
      return -1;
    },
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      for (let i = 0; i < objects.length; i++) {
        const { satRec, startMin } = objects[i] as Sgp4Object;
        const state = sgp4(satRec, startMin + timeS / 60);
        if (state === null) return i;
        const at = 3 * (first + i);
        rTemeKm[at] = state.position.x;
        rTemeKm[at + 1] = state.position.y;
        rTemeKm[at + 2] = state.position.z;
        vTemeKmS[at] = state.velocity.x;
        vTemeKmS[at + 1] = state.velocity.y;
        vTemeKmS[at + 2] = state.velocity.z;
      }
      return -1;
    },
  };
}
