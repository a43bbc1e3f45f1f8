import {
  J2_EARTH,
  MU_EARTH_WGS84_KM3_S2,
  R_EARTH_WGS84_KM,
  RAD_PER_DEG,
  SpaceCloudError,
  StrictMath,
} from '../../core/index.ts';
import type { ElementSet } from './element-set.ts';
import type { Ephemeris } from './ephemeris.ts';
import { type MeanElements, meanElementPositionsInto, meanElementStatesInto } from './mean-elements.kernel.ts';
import { createSgp4Object, sgp4Ephemeris, sgp4Failure } from './sgp4.ts';
import { type UtcInstant, parseUtc, secondsBetween } from './utc.ts';
import {
  type WalkerShell,
  meanAnomalyRate,
  shellNames,
  shellSemiMajorKm,
  slotAngles,
  walkerAngles,
} from './walker-shell.ts';

/**
 * Mean elements of a Walker constellation at the time of its elements, plane by plane (satellite `plane * satellitesPerPlane +
 * slot`), with the secular drift that J2 causes.
 *
 * Rates: first-order theory of Brouwer (1959) and Kozai (1959), as in Vallado, Fundamentals of Astrodynamics, sec. 9.6:
 * with n0 = sqrt(mu/a^3), p = a(1 - e^2), f = 3/2 J2 (R/p)^2,
 * raan' = -f n0 cos i; argp' = f n0 (2 - 5/2 sin^2 i); M' = n0 (1 + f sqrt(1 - e^2) (1 - 3/2 sin^2 i)).
 * Short-period J2 terms (some km) and drag are left out.
 *
 * Errors as of `shellSemiMajorKm`.
 */
export function walkerElements(walker: WalkerShell, constellationName: string): MeanElements {
  const { planes, satellitesPerPlane, eccentricity: e } = walker;
  const a = shellSemiMajorKm(walker, constellationName);
  const i = walker.inclinationDeg * RAD_PER_DEG;
  const n0 = Math.sqrt(MU_EARTH_WGS84_KM3_S2 / (a * a * a));
  const f = 1.5 * J2_EARTH * (R_EARTH_WGS84_KM / (a * (1 - e * e))) ** 2;
  const angles = walkerAngles(walker);
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
    raan: column((plane, slot) => slotAngles(walker, angles, plane, slot)[0]),
    raanRate: column(() => -f * n0 * StrictMath.cos(i)),
    argPerigee: column(() => (walker.argPerigeeDeg ?? 0) * RAD_PER_DEG),
    argPerigeeRate: column(() => f * n0 * (2 - 2.5 * StrictMath.sin(i) ** 2)),
    meanAnomaly: column((plane, slot) => slotAngles(walker, angles, plane, slot)[1]),
    meanAnomalyRate: column(() => meanAnomalyRate(a, e, i)),
  };
}

/**
 * Element sets of a Walker constellation without drag, for SGP4 with its own gravity (WGS-72), plane by plane.
 * Catalogue numbers count from 1. `epoch` is the time of the elements.
 */
export function shellElementSets(walker: WalkerShell, constellationName: string, epoch: UtcInstant): ElementSet[] {
  const i = walker.inclinationDeg * RAD_PER_DEG;
  const a = shellSemiMajorKm(walker, constellationName);
  const angles = walkerAngles(walker);
  const meanMotionRevPerDay =
    walker.meanMotionRevPerDay ?? (meanAnomalyRate(a, walker.eccentricity, i) * 86400) / (2 * Math.PI);
  return shellNames(walker, constellationName).map((name, index) => {
    const plane = Math.floor(index / walker.satellitesPerPlane);
    const [raan, meanAnomaly] = slotAngles(walker, angles, plane, index % walker.satellitesPerPlane);
    return {
      name,
      catalogueId: index + 1,
      epoch,
      meanMotionRevPerDay,
      eccentricity: walker.eccentricity,
      inclinationDeg: walker.inclinationDeg,
      raanDeg: degreesInTurn(raan),
      argPerigeeDeg: walker.argPerigeeDeg ?? 0,
      meanAnomalyDeg: degreesInTurn(meanAnomaly),
      bstar: 0,
      ephemerisType: 0,
      place: { file: constellationName },
    };
  });
}

function degreesInTurn(angleRad: number): number {
  const turns = angleRad / (2 * Math.PI);
  return (turns - Math.floor(turns)) * 360;
}

export interface WalkerTime {
  /** UTC of scenario time 0. Needed for `propagator: sgp4` and `elementsEpoch`. */
  readonly epoch?: UtcInstant;
}

/**
 * The constellation in motion; satellites are named `<constellation>-p<plane>-s<slot>`, counted from 1. By J2 drift, or by SGP4
 * where the shell asks for it.
 *
 * Throws SCENARIO_FIELD for an `elementsEpoch` that is no time, SCENARIO_ORBIT as `shellSemiMajorKm` and when SGP4 refuses the
 * orbit, MISUSE when `epoch` is missing and needed.
 */
export function walkerEphemeris(walker: WalkerShell, constellationName: string, time: WalkerTime = {}): Ephemeris {
  const elementsEpoch = elementsEpochOf(walker, constellationName, time);
  if (walker.propagator === 'sgp4') return sgp4Shell(walker, constellationName, { elementsEpoch, epoch: time.epoch });
  const elements = walkerElements(walker, constellationName);
  const sinceElementsS =
    elementsEpoch === undefined || time.epoch === undefined ? 0 : secondsBetween(elementsEpoch, time.epoch);
  return {
    names: shellNames(walker, constellationName),
    count: elements.n,
    positionsInto(timeS, rTemeKm, first) {
      meanElementPositionsInto(elements, sinceElementsS + timeS, rTemeKm, first);
      return -1;
    },
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      meanElementStatesInto(elements, sinceElementsS + timeS, rTemeKm, vTemeKmS, first);
      return -1;
    },
  };
}

function elementsEpochOf(walker: WalkerShell, constellationName: string, time: WalkerTime): UtcInstant | undefined {
  const { elementsEpoch, propagator } = walker;
  if (time.epoch === undefined && (elementsEpoch !== undefined || propagator === 'sgp4')) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected the epoch of the scenario for constellation '${constellationName}', got none.`,
      { hint: "A walker with elementsEpoch or propagator 'sgp4' needs it: pass {epoch}." },
    );
  }
  if (elementsEpoch === undefined) return time.epoch;
  const parsed = parseUtc(elementsEpoch);
  if (parsed !== undefined) return parsed;
  throw new SpaceCloudError(
    'SCENARIO_FIELD',
    `Expected elementsEpoch of constellation '${constellationName}' to be a UTC date and time, got '${elementsEpoch}'.`,
    { hint: 'Write it as in 2000-01-01T00:00:00Z.' },
  );
}

function sgp4Shell(
  walker: WalkerShell,
  constellationName: string,
  time: { readonly elementsEpoch: UtcInstant | undefined; readonly epoch: UtcInstant | undefined },
): Ephemeris {
  const { elementsEpoch, epoch } = time as { elementsEpoch: UtcInstant; epoch: UtcInstant };
  const sets = shellElementSets(walker, constellationName, elementsEpoch);
  const objects = sets.map((set) => createSgp4Object(set, epoch));
  for (const object of objects) {
    const reason = sgp4Failure(object);
    if (reason === undefined) continue;
    throw new SpaceCloudError(
      'SCENARIO_ORBIT',
      `Expected an orbit that SGP4 can propagate for constellation '${constellationName}', got one it refuses for '${object.set.name}' (${reason}).`,
      { hint: "Check eccentricity and altitude, or use propagator: 'j2'." },
    );
  }
  return sgp4Ephemeris(
    objects,
    sets.map((set) => set.name),
  );
}
