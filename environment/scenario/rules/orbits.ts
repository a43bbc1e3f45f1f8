import { MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM, StrictMath } from '../../../core/index.ts';
import { MAX_APOGEE_KM, MAX_APOLUNE_KM, MIN_PERIGEE_KM, MIN_PERILUNE_KM, R_MOON_KM } from '../limits.ts';
import type { FieldPath, Problem } from '../problem.ts';
import type { ConstellationConfig, Scenario, WalkerConfig } from '../schema.ts';
import { misfit } from './problems.ts';

/** Perigee height above the WGS-84 equatorial radius, km: `(R + altitude)(1 - e) - R`. */
export function perigeeKm(altitudeKm: number, eccentricity: number): number {
  return (R_EARTH_WGS84_KM + altitudeKm) * (1 - eccentricity) - R_EARTH_WGS84_KM;
}

/**
 * Mean altitude of a Walker constellation above the WGS-84 equatorial radius, km: as stated, or from the mean motion by
 * Kepler's third law, `a = (mu / n^2)^(1/3)`.
 */
export function walkerAltitudeKm({ altitudeKm, meanMotionRevPerDay }: WalkerConfig): number {
  if (altitudeKm !== undefined || meanMotionRevPerDay === undefined) return altitudeKm ?? NaN;
  const radPerS = (meanMotionRevPerDay * 2 * Math.PI) / 86_400;
  return StrictMath.cbrt(MU_EARTH_WGS84_KM3_S2 / radPerS ** 2) - R_EARTH_WGS84_KM;
}

/** Orbits that cannot exist, planes that cannot be told apart, and files that cannot be chosen from. */
export function* orbitProblems({ constellations }: Scenario): Generator<Problem> {
  for (const [index, constellation] of constellations.entries()) {
    const path = ['constellations', index];
    if (constellation.walker) yield* walkerProblems([...path, 'walker'], constellation.walker);
    if (constellation.lunar) yield* lunarProblems([...path, 'lunar'], constellation.lunar);
    if (constellation.elements) yield* includeProblems([...path, 'elements', 'include'], constellation.elements);
  }
}

function* walkerProblems(path: FieldPath, walker: WalkerConfig): Generator<Problem> {
  const { altitudeKm, meanMotionRevPerDay, eccentricity, planes, raanSpacingDeg, oddPlanePhasingDeg } = walker;
  if ((altitudeKm === undefined) === (meanMotionRevPerDay === undefined)) {
    const found = altitudeKm === undefined ? 'none of them' : 'both';
    const hint = altitudeKm === undefined ? 'Give the mean altitude, as in altitudeKm: 550.' : 'Remove one of the two.';
    yield misfit(path, 'exactly one of altitudeKm and meanMotionRevPerDay', found, hint);
    return;
  }
  const altitude = walkerAltitudeKm(walker);
  const apogeeKm = (R_EARTH_WGS84_KM + altitude) * (1 + eccentricity);
  if (perigeeKm(altitude, eccentricity) < MIN_PERIGEE_KM) yield lowPerigee(path, walker);
  else if (apogeeKm > MAX_APOGEE_KM) {
    yield {
      code: 'SCENARIO_ORBIT',
      path: [...path, altitudeKm === undefined ? 'meanMotionRevPerDay' : 'altitudeKm'],
      expected: `an apogee of at most ${MAX_APOGEE_KM} km from the Earth's centre`,
      found: `${Math.round(apogeeKm)} km, beyond the Moon`,
      hint: 'Altitudes are in km; satellites around the Moon are described by `lunar`.',
    };
  }
  if (raanSpacingDeg !== undefined && (planes - 1) * raanSpacingDeg >= 360) {
    const found = `${raanSpacingDeg} deg, so that the last of ${planes} planes passes the first`;
    const hint = `Give less than ${Number((360 / (planes - 1)).toPrecision(4))} deg, or leave it out.`;
    yield misfit([...path, 'raanSpacingDeg'], 'planes within one turn', found, hint);
  }
  if (oddPlanePhasingDeg !== 0 && planes < 2) {
    const hint = 'Leave it out, or give more planes.';
    yield misfit([...path, 'oddPlanePhasingDeg'], '0 with a single plane', String(oddPlanePhasingDeg), hint);
  } else if (Math.abs(oddPlanePhasingDeg) >= 360 / walker.satellitesPerPlane) {
    const slotDeg = Number((360 / walker.satellitesPerPlane).toPrecision(6));
    const hint = 'A shift by whole slots only renames satellites; Hypatia shifts by half a slot.';
    yield misfit(
      [...path, 'oddPlanePhasingDeg'],
      `less than one slot (${slotDeg} deg)`,
      `${oddPlanePhasingDeg} deg`,
      hint,
    );
  }
}

function lowPerigee(path: FieldPath, walker: WalkerConfig): Problem {
  const { altitudeKm, eccentricity } = walker;
  const perigee = perigeeKm(walkerAltitudeKm(walker), eccentricity);
  const place = perigee < 0 ? 'below the ground' : 'in air too dense to orbit';
  const leastKm = (R_EARTH_WGS84_KM + MIN_PERIGEE_KM) / (1 - eccentricity);
  const mostRevPerDay = (Math.sqrt(MU_EARTH_WGS84_KM3_S2 / (leastKm * leastKm * leastKm)) * 86_400) / (2 * Math.PI);
  const remedy =
    altitudeKm === undefined
      ? `meanMotionRevPerDay must be ${Math.floor(mostRevPerDay * 1000) / 1000} or less.`
      : `altitudeKm must be ${Math.ceil(leastKm - R_EARTH_WGS84_KM)} or more.`;
  return {
    code: 'SCENARIO_ORBIT',
    path: [...path, altitudeKm === undefined ? 'meanMotionRevPerDay' : 'altitudeKm'],
    expected: `a perigee of at least ${MIN_PERIGEE_KM} km`,
    found: `a perigee of ${Number(perigee.toFixed(1))} km, ${place}`,
    hint: `With eccentricity ${eccentricity}, ${remedy}`,
  };
}

type LunarConfig = NonNullable<ConstellationConfig['lunar']>;

function* lunarProblems(path: FieldPath, { semiMajorKm, eccentricity }: LunarConfig): Generator<Problem> {
  const perilune = semiMajorKm * (1 - eccentricity) - R_MOON_KM;
  const apoluneKm = semiMajorKm * (1 + eccentricity);
  const at = { code: 'SCENARIO_ORBIT', path: [...path, 'semiMajorKm'] } as const;
  if (perilune < MIN_PERILUNE_KM) {
    yield {
      ...at,
      expected: `a perilune of at least ${MIN_PERILUNE_KM} km above the Moon (radius ${R_MOON_KM} km)`,
      found: `a perilune of ${Number(perilune.toFixed(1))} km`,
      hint: `With eccentricity ${eccentricity}, semiMajorKm must be ${Math.ceil((R_MOON_KM + MIN_PERILUNE_KM) / (1 - eccentricity))} or more.`,
    };
  }
  if (apoluneKm > MAX_APOLUNE_KM) {
    yield {
      ...at,
      expected: `an apolune of at most ${MAX_APOLUNE_KM} km from the Moon's centre`,
      found: `${Math.round(apoluneKm)} km, where the Earth pulls harder`,
      hint: `With eccentricity ${eccentricity}, semiMajorKm must be ${Math.floor(MAX_APOLUNE_KM / (1 + eccentricity))} or less.`,
    };
  }
}

type ElementsConfig = NonNullable<ConstellationConfig['elements']>;

function* includeProblems(path: FieldPath, { include }: ElementsConfig): Generator<Problem> {
  if (include === undefined) return;
  try {
    new RegExp(include);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = 'Write brackets that are part of a name as \\( and \\).';
    yield misfit(path, 'a regular expression', `'${include}' (${reason})`, hint);
  }
}
