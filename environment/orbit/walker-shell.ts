import {
  J2_EARTH,
  MU_EARTH_WGS84_KM3_S2,
  R_EARTH_WGS84_KM,
  RAD_PER_DEG,
  SpaceCloudError,
  StrictMath,
} from '../../core/index.ts';

/** A regular constellation, as scenarios state it. One of `altitudeKm` and `meanMotionRevPerDay`; with both the latter flies. */
export interface WalkerShell {
  /** Planes spread over 180 deg (star) or 360 deg (delta) of right ascension. */
  readonly pattern: 'star' | 'delta';
  readonly planes: number;
  readonly satellitesPerPlane: number;
  /** Semi-major axis less the equatorial radius of WGS-84. */
  readonly altitudeKm?: number | undefined;
  /** Mean motion as element sets state it: the rate of the mean anomaly, J2 included (Kozai). */
  readonly meanMotionRevPerDay?: number | undefined;
  readonly inclinationDeg: number;
  readonly eccentricity: number;
  readonly argPerigeeDeg?: number | undefined;
  readonly raanOffsetDeg: number;
  readonly raanSpacingDeg?: number | undefined;
  readonly phasingDeg?: number | undefined;
  /** Shift of every second plane (the second, fourth, ...) in addition to `phasingDeg`. */
  readonly oddPlanePhasingDeg?: number | undefined;
  /** Default `j2`. */
  readonly propagator?: 'j2' | 'sgp4' | undefined;
  /** UTC at which the angles hold; default scenario time 0. */
  readonly elementsEpoch?: string | undefined;
}

/** Angles between neighbouring planes and slots, defaults filled in, rad. */
export interface WalkerAngles {
  readonly raanSpacing: number;
  readonly slotSpacing: number;
  /** In-plane shift from one plane to the next. */
  readonly phasing: number;
  /** Further shift of every second plane. */
  readonly oddPlanePhasing: number;
}

export function walkerAngles(walker: WalkerShell): WalkerAngles {
  const { planes, satellitesPerPlane, pattern } = walker;
  const span = pattern === 'star' ? 180 : 360;
  return {
    raanSpacing: (walker.raanSpacingDeg ?? span / planes) * RAD_PER_DEG,
    slotSpacing: (2 * Math.PI) / satellitesPerPlane,
    phasing: (walker.phasingDeg ?? 360 / (planes * satellitesPerPlane)) * RAD_PER_DEG,
    oddPlanePhasing: (walker.oddPlanePhasingDeg ?? 0) * RAD_PER_DEG,
  };
}

/** Right ascension of plane `plane` and mean anomaly of its slot `slot`, rad, at the time of the elements. */
export function slotAngles(walker: WalkerShell, angles: WalkerAngles, plane: number, slot: number): [number, number] {
  const shift = plane * angles.phasing + (plane % 2 === 1 ? angles.oddPlanePhasing : 0);
  return [walker.raanOffsetDeg * RAD_PER_DEG + plane * angles.raanSpacing, slot * angles.slotSpacing + shift];
}

/**
 * Rate of the mean anomaly, rad/s, with the secular effect of J2 (Brouwer 1959, Kozai 1959; Vallado, Fundamentals of
 * Astrodynamics, sec. 9.6): n0 (1 + f sqrt(1 - e^2) (1 - 3/2 sin^2 i)), n0 = sqrt(mu/a^3), f = 3/2 J2 (R/p)^2.
 */
export function meanAnomalyRate(semiMajorKm: number, eccentricity: number, inclinationRad: number): number {
  const n0 = Math.sqrt(MU_EARTH_WGS84_KM3_S2 / (semiMajorKm * semiMajorKm * semiMajorKm));
  const f = 1.5 * J2_EARTH * (R_EARTH_WGS84_KM / (semiMajorKm * (1 - eccentricity * eccentricity))) ** 2;
  return n0 * (1 + f * Math.sqrt(1 - eccentricity * eccentricity) * (1 - 1.5 * StrictMath.sin(inclinationRad) ** 2));
}

/** Rounds of the fixed-point iteration; each gains a factor of 1,000 (the size of J2's effect). */
const ROUNDS = 8;

/** Semi-major axis, km, whose mean anomaly moves at the given rate. */
function semiMajorOfRate(rateRadS: number, eccentricity: number, inclinationRad: number): number {
  let a = StrictMath.cbrt(MU_EARTH_WGS84_KM3_S2 / rateRadS ** 2);
  for (let round = 0; round < ROUNDS; round++) {
    a *= StrictMath.cbrt((meanAnomalyRate(a, eccentricity, inclinationRad) / rateRadS) ** 2);
  }
  return a;
}

/** Below this perigee a satellite re-enters within a revolution or so (Karman line). */
const LOWEST_PERIGEE_KM = 100;

/**
 * Semi-major axis of a shell, km.
 *
 * Throws SCENARIO_ORBIT when the perigee is below 100 km, and when neither altitude nor mean motion is given.
 */
export function shellSemiMajorKm(walker: WalkerShell, constellationName: string): number {
  const { altitudeKm, meanMotionRevPerDay, eccentricity: e } = walker;
  if (altitudeKm === undefined && meanMotionRevPerDay === undefined) {
    throw new SpaceCloudError(
      'SCENARIO_ORBIT',
      `Expected the walker of constellation '${constellationName}' to state altitudeKm or meanMotionRevPerDay, got neither.`,
      { hint: 'Add altitudeKm, as in altitudeKm: 550.' },
    );
  }
  const a =
    meanMotionRevPerDay === undefined
      ? R_EARTH_WGS84_KM + (altitudeKm as number)
      : semiMajorOfRate((meanMotionRevPerDay * 2 * Math.PI) / 86400, e, walker.inclinationDeg * RAD_PER_DEG);
  const perigeeKm = a * (1 - e) - R_EARTH_WGS84_KM;
  if (!(perigeeKm >= LOWEST_PERIGEE_KM)) {
    const stated =
      meanMotionRevPerDay === undefined
        ? `altitudeKm ${altitudeKm}`
        : `meanMotionRevPerDay ${meanMotionRevPerDay}, which is ${(a - R_EARTH_WGS84_KM).toFixed(0)} km`;
    throw new SpaceCloudError(
      'SCENARIO_ORBIT',
      `Expected constellation '${constellationName}' to have a perigee of at least ${LOWEST_PERIGEE_KM} km, ` +
        `got ${perigeeKm.toFixed(0)} km (${stated}, eccentricity ${e}).`,
      {
        hint: `${meanMotionRevPerDay === undefined ? 'Raise altitudeKm' : 'Lower meanMotionRevPerDay'} or lower eccentricity: the perigee is (R + altitudeKm)(1 - eccentricity) - R, R = 6378.137 km.`,
      },
    );
  }
  return a;
}

/** Altitude and mean motion may differ by so much before a note says so, km: mean motions are often given to 0.01 rev/day, 3 km. */
const ALTITUDE_TOLERANCE_KM = 5;

/**
 * What a user should know about a shell: where altitude and mean motion are both stated and disagree. Published constellations
 * have been simulated at 15.19 rev/day, which is some 40 km below the 550 km meant.
 */
export function walkerNotes(walker: WalkerShell, constellationName: string): string[] {
  const { altitudeKm, meanMotionRevPerDay } = walker;
  if (altitudeKm === undefined || meanMotionRevPerDay === undefined) return [];
  const impliedKm = shellSemiMajorKm(walker, constellationName) - R_EARTH_WGS84_KM;
  if (Math.abs(impliedKm - altitudeKm) <= ALTITUDE_TOLERANCE_KM) return [];
  const rate = meanAnomalyRate(R_EARTH_WGS84_KM + altitudeKm, walker.eccentricity, walker.inclinationDeg * RAD_PER_DEG);
  return [
    `Constellation '${constellationName}': ${meanMotionRevPerDay} rev/day is an altitude of ${impliedKm.toFixed(0)} km, not ` +
      `${altitudeKm} km; the mean motion flies (${altitudeKm} km would be ${((rate * 86400) / (2 * Math.PI)).toFixed(2)} rev/day).`,
  ];
}

/** Names `<constellation>-p<plane>-s<slot>`, counted from 1, plane by plane. */
export function shellNames(walker: WalkerShell, constellationName: string): string[] {
  const { planes, satellitesPerPlane } = walker;
  const planeDigits = String(planes).length;
  const slotDigits = String(satellitesPerPlane).length;
  return Array.from({ length: planes * satellitesPerPlane }, (_, index) => {
    const plane = Math.floor(index / satellitesPerPlane) + 1;
    const slot = (index % satellitesPerPlane) + 1;
    return `${constellationName}-p${String(plane).padStart(planeDigits, '0')}-s${String(slot).padStart(slotDigits, '0')}`;
  });
}
