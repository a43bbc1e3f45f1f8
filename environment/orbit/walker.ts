import { J2_EARTH, MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM, RAD_PER_DEG, SpaceCloudError } from '../../core/index.ts';
import type { ConstellationConfig } from '../scenario/schema.ts';
import type { Ephemeris } from './ephemeris.ts';
import { type MeanElements, meanElementPositionsInto } from './mean-elements.kernel.ts';

export type WalkerConfig = NonNullable<ConstellationConfig['walker']>;

/** Below this perigee a satellite re-enters within a revolution or so (Karman line). */
const LOWEST_PERIGEE_KM = 100;

/** Angles between neighbouring planes and slots, defaults filled in, rad. */
export interface WalkerAngles {
  readonly raanSpacing: number;
  readonly slotSpacing: number;
  /** In-plane shift from one plane to the next. */
  readonly phasing: number;
}

export function walkerAngles(walker: WalkerConfig): WalkerAngles {
  const { planes, satellitesPerPlane, pattern } = walker;
  const span = pattern === 'star' ? 180 : 360;
  return {
    raanSpacing: (walker.raanSpacingDeg ?? span / planes) * RAD_PER_DEG,
    slotSpacing: (2 * Math.PI) / satellitesPerPlane,
    phasing: (walker.phasingDeg ?? 360 / (planes * satellitesPerPlane)) * RAD_PER_DEG,
  };
}

/**
 * Mean elements of a Walker constellation at scenario start, plane by plane (satellite `plane * satellitesPerPlane + slot`),
 * with the secular drift that J2 causes.
 *
 * Rates: first-order theory of Brouwer (1959) and Kozai (1959), as in Vallado, Fundamentals of Astrodynamics, sec. 9.6:
 * with n0 = sqrt(mu/a^3), p = a(1 - e^2), f = 3/2 J2 (R/p)^2,
 * raan' = -f n0 cos i; argp' = f n0 (2 - 5/2 sin^2 i); M' = n0 (1 + f sqrt(1 - e^2) (1 - 3/2 sin^2 i)).
 * Short-period J2 terms (some km) and drag are left out.
 *
 * Throws SCENARIO_ORBIT when the perigee is below 100 km.
 */
export function walkerElements(walker: WalkerConfig, constellationName: string): MeanElements {
  const { planes, satellitesPerPlane, eccentricity: e } = walker;
  const a = R_EARTH_WGS84_KM + walker.altitudeKm;
  const perigeeKm = a * (1 - e) - R_EARTH_WGS84_KM;
  if (!(perigeeKm >= LOWEST_PERIGEE_KM)) {
    throw new SpaceCloudError(
      'SCENARIO_ORBIT',
      `Expected constellation '${constellationName}' to have a perigee of at least ${LOWEST_PERIGEE_KM} km, ` +
        `got ${perigeeKm.toFixed(0)} km (altitudeKm ${walker.altitudeKm}, eccentricity ${e}).`,
      {
        hint: 'Raise altitudeKm or lower eccentricity: the perigee is (R + altitudeKm)(1 - eccentricity) - R, R = 6378.137 km.',
      },
    );
  }
  const i = walker.inclinationDeg * RAD_PER_DEG;
  const n0 = Math.sqrt(MU_EARTH_WGS84_KM3_S2 / a ** 3);
  const f = 1.5 * J2_EARTH * (R_EARTH_WGS84_KM / (a * (1 - e * e))) ** 2;
  const sin2 = Math.sin(i) ** 2;
  const { raanSpacing, slotSpacing, phasing } = walkerAngles(walker);
  const n = planes * satellitesPerPlane;
  const column = (value: (plane: number, slot: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, index) =>
      value(Math.floor(index / satellitesPerPlane), index % satellitesPerPlane),
    );
  return {
    n,
    semiMajorKm: column(() => a),
    eccentricity: column(() => e),
    inclination: column(() => i),
    raan: column((plane) => walker.raanOffsetDeg * RAD_PER_DEG + plane * raanSpacing),
    raanRate: column(() => -f * n0 * Math.cos(i)),
    argPerigee: column(() => 0),
    argPerigeeRate: column(() => f * n0 * (2 - 2.5 * sin2)),
    meanAnomaly: column((plane, slot) => slot * slotSpacing + plane * phasing),
    meanAnomalyRate: column(() => n0 * (1 + f * Math.sqrt(1 - e * e) * (1 - 1.5 * sin2))),
  };
}

/** The constellation in motion; satellites are named `<constellation>-p<plane>-s<slot>`, counted from 1. */
export function walkerEphemeris(walker: WalkerConfig, constellationName: string): Ephemeris {
  const elements = walkerElements(walker, constellationName);
  const planeDigits = String(walker.planes).length;
  const slotDigits = String(walker.satellitesPerPlane).length;
  const names = Array.from({ length: elements.n }, (_, index) => {
    const plane = Math.floor(index / walker.satellitesPerPlane) + 1;
    const slot = (index % walker.satellitesPerPlane) + 1;
    return `${constellationName}-p${String(plane).padStart(planeDigits, '0')}-s${String(slot).padStart(slotDigits, '0')}`;
  });
  return {
    names,
    count: elements.n,
    positionsInto(timeS, rTemeKm, first) {
      meanElementPositionsInto(elements, timeS, rTemeKm, first);
      return -1;
    },
  };
}
