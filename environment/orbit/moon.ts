import { RAD_PER_DEG, SpaceCloudError, StrictMath } from '../../core/index.ts';
import type { Ephemeris } from './ephemeris.ts';
import { type MeanElements, meanElementPositionsInto, meanElementStatesInto } from './mean-elements.kernel.ts';
import { centuriesOf, nutationAt } from './nutation.ts';
import type { UtcInstant } from './utc.ts';

/** Mean radius of the Moon, km (IAU WGCCRE 2015). */
export const R_MOON_KM = 1737.4;
/** Gravitational parameter of the Moon, km^3/s^2 (GRAIL, GRGM900C, rounded). */
const MU_MOON_KM3_S2 = 4902.8;

/** Multiples of D, M, M', F; coefficient of longitude (1e-6 deg, sine) and of distance (m, cosine). */
type LongitudeTerm = readonly [d: number, m: number, mp: number, f: number, sine: number, cosine: number];
/** The same for latitude (1e-6 deg, sine). */
type LatitudeTerm = readonly [d: number, m: number, mp: number, f: number, sine: number];

/** Terms of 0.0005 deg or 1.5 km and more (J. Meeus, Astronomical Algorithms, table 47.A, after ELP-2000/82). */
const LONGITUDE: readonly LongitudeTerm[] = [
  [0, 0, 1, 0, 6288774, -20905355],
  [2, 0, -1, 0, 1274027, -3699111],
  [2, 0, 0, 0, 658314, -2955968],
  [0, 0, 2, 0, 213618, -569925],
  [0, 1, 0, 0, -185116, 48888],
  [0, 0, 0, 2, -114332, -3149],
  [2, 0, -2, 0, 58793, 246158],
  [2, -1, -1, 0, 57066, -152138],
  [2, 0, 1, 0, 53322, -170733],
  [2, -1, 0, 0, 45758, -204586],
  [0, 1, -1, 0, -40923, -129620],
  [1, 0, 0, 0, -34720, 108743],
  [0, 1, 1, 0, -30383, 104755],
  [2, 0, 0, -2, 15327, 10321],
  [0, 0, 1, 2, -12528, 0],
  [0, 0, 1, -2, 10980, 79661],
  [4, 0, -1, 0, 10675, -34782],
  [0, 0, 3, 0, 10034, -23210],
  [4, 0, -2, 0, 8548, -21636],
  [2, 1, -1, 0, -7888, 24208],
  [2, 1, 0, 0, -6766, 30824],
  [1, 0, -1, 0, -5163, -8379],
  [1, 1, 0, 0, 4987, -16675],
  [2, -1, 1, 0, 4036, -12831],
  [2, 0, 2, 0, 3994, -10445],
  [4, 0, 0, 0, 3861, -11650],
  [2, 0, -3, 0, 3665, 14403],
  [0, 1, -2, 0, -2689, -7003],
  [2, 0, -1, 2, -2602, 0],
  [2, -1, -2, 0, 2390, 10056],
  [1, 0, 1, 0, -2348, 6322],
  [2, -2, 0, 0, 2236, -9884],
  [0, 1, 2, 0, -2120, 5751],
  [0, 2, 0, 0, -2069, 0],
  [2, -2, -1, 0, 2048, -4950],
  [2, 0, 1, -2, -1773, 4130],
  [2, 0, 0, 2, -1595, 0],
  [4, -1, -1, 0, 1215, -3958],
  [0, 0, 2, 2, -1110, 0],
  [3, 0, -1, 0, -892, 3258],
  [2, 1, 1, 0, -810, 2616],
  [4, -1, -2, 0, 759, -1897],
  [0, 2, -1, 0, -713, -2117],
  [2, 2, -1, 0, -700, 2354],
  [2, 1, -2, 0, 691, 0],
  [2, -1, 0, -2, 596, 0],
  [4, 0, 1, 0, 549, -1423],
  [0, 0, 4, 0, 537, -1117],
  [4, -1, 0, 0, 520, -1571],
  [1, 0, -2, 0, -487, -1739],
  [0, 0, 2, -2, -381, -4421],
  [2, 0, -1, -2, 0, 8752],
];

/** Terms of 0.001 deg and more (Meeus, table 47.B). */
const LATITUDE: readonly LatitudeTerm[] = [
  [0, 0, 0, 1, 5128122],
  [0, 0, 1, 1, 280602],
  [0, 0, 1, -1, 277693],
  [2, 0, 0, -1, 173237],
  [2, 0, -1, 1, 55413],
  [2, 0, -1, -1, 46271],
  [2, 0, 0, 1, 32573],
  [0, 0, 2, 1, 17198],
  [2, 0, 1, -1, 9266],
  [0, 0, 2, -1, 8822],
  [2, -1, 0, -1, 8216],
  [2, 0, -2, -1, 4324],
  [2, 0, 1, 1, 4200],
  [2, 1, 0, -1, -3359],
  [2, -1, -1, 1, 2463],
  [2, -1, 0, 1, 2211],
  [2, -1, -1, -1, 2065],
  [0, 1, -1, -1, -1870],
  [4, 0, -1, -1, 1828],
  [0, 1, 0, 1, -1794],
  [0, 0, 0, 3, -1749],
  [0, 1, -1, 1, -1565],
  [1, 0, 0, 1, -1491],
  [0, 1, 1, 1, -1475],
  [0, 1, 1, -1, -1410],
  [0, 1, 0, -1, -1344],
  [1, 0, 0, -1, -1335],
  [0, 0, 3, 1, 1107],
  [4, 0, 0, -1, 1021],
];

const MEAN_DISTANCE_KM = 385000.56;

/**
 * Position of the Moon's centre from the Earth's in TEME, km, written to `rMoonTemeKm[0 .. 2]`.
 *
 * J. Meeus, Astronomical Algorithms, ch. 47, with the terms listed here; nutation as in `nutationAt`, then turned from the true
 * to the mean equinox. Geometric: without light time. Within 0.01 deg and 25 km between 2000 and 2050
 * (test/environment/orbit/moon.test.ts).
 */
export function moonPositionInto(epoch: UtcInstant, elapsedS: number, rMoonTemeKm: Float64Array): void {
  const t = centuriesOf(epoch, elapsedS);
  const meanLongitude = 218.3164477 + t * (481267.88123421 - 0.0015786 * t);
  const d = (297.8501921 + t * (445267.1114034 - 0.0018819 * t)) * RAD_PER_DEG;
  const m = (357.5291092 + t * (35999.0502909 - 0.0001536 * t)) * RAD_PER_DEG;
  const mp = (134.9633964 + t * (477198.8675055 + 0.0087414 * t)) * RAD_PER_DEG;
  const f = (93.272095 + t * (483202.0175233 - 0.0036539 * t)) * RAD_PER_DEG;
  /** Terms with the Sun's anomaly shrink with the eccentricity of the Earth's orbit. */
  const shrink = 1 - t * (0.002516 + 0.0000074 * t);
  const shrinkBy = (multiple: number): number =>
    multiple === 0 ? 1 : Math.abs(multiple) === 1 ? shrink : shrink * shrink;
  let longitude = 0;
  let distance = 0;
  for (const [kd, km, kmp, kf, sine, cosine] of LONGITUDE) {
    const argument = kd * d + km * m + kmp * mp + kf * f;
    longitude += shrinkBy(km) * sine * StrictMath.sin(argument);
    distance += shrinkBy(km) * cosine * StrictMath.cos(argument);
  }
  let latitude = 0;
  for (const [kd, km, kmp, kf, sine] of LATITUDE) {
    latitude += shrinkBy(km) * sine * StrictMath.sin(kd * d + km * m + kmp * mp + kf * f);
  }
  const fromNode = meanLongitude * RAD_PER_DEG - f;
  longitude += 3958 * StrictMath.sin((119.75 + 131.849 * t) * RAD_PER_DEG); // Venus
  longitude += 318 * StrictMath.sin((53.09 + 479264.29 * t) * RAD_PER_DEG); // Jupiter
  longitude += 1962 * StrictMath.sin(fromNode); // flattening of the Earth
  latitude -= 2235 * StrictMath.sin(meanLongitude * RAD_PER_DEG);
  const { longitude: nutation, obliquity: nutationOfObliquity, meanObliquity } = nutationAt(t);
  const lambda = (meanLongitude + longitude * 1e-6) * RAD_PER_DEG + nutation;
  const beta = latitude * 1e-6 * RAD_PER_DEG;
  const obliquity = meanObliquity + nutationOfObliquity;
  const r = MEAN_DISTANCE_KM + distance * 1e-3;
  const x = r * StrictMath.cos(beta) * StrictMath.cos(lambda);
  const y0 = r * StrictMath.cos(beta) * StrictMath.sin(lambda);
  const z0 = r * StrictMath.sin(beta);
  const y = y0 * StrictMath.cos(obliquity) - z0 * StrictMath.sin(obliquity);
  const equinoxes = nutation * StrictMath.cos(meanObliquity);
  rMoonTemeKm[0] = x * StrictMath.cos(equinoxes) + y * StrictMath.sin(equinoxes);
  rMoonTemeKm[1] = y * StrictMath.cos(equinoxes) - x * StrictMath.sin(equinoxes);
  rMoonTemeKm[2] = y0 * StrictMath.sin(obliquity) + z0 * StrictMath.cos(obliquity);
}

/** Satellites on one orbit around the Moon; angles in axes parallel to TEME, so inclinations count from the Earth's equator. */
export interface MoonOrbit {
  /** Evenly spaced in mean anomaly; the first is at perilune at scenario time 0. */
  readonly satellites: number;
  readonly semiMajorKm: number;
  readonly eccentricity: number;
  readonly inclinationDeg: number;
  readonly raanDeg: number;
  readonly argPerigeeDeg: number;
}

/** Half the span over which the Moon's velocity is differenced, s; it errs by v n^2 h^2 / 6 = 4e-9 km/s. */
const DIFFERENCE_S = 60;

/**
 * A lunar relay in motion: Kepler's orbit around the Moon, carried along with it. Frozen orbits are those whose elements other
 * forces leave alone for months; that they do so is taken from the user. Satellites are named `<constellation>-s<slot>`.
 *
 * Throws SCENARIO_ORBIT when the perilune is below the Moon's surface.
 */
export function moonOrbitEphemeris(orbit: MoonOrbit, constellationName: string, epoch: UtcInstant): Ephemeris {
  const { satellites: n, semiMajorKm, eccentricity } = orbit;
  const periluneKm = semiMajorKm * (1 - eccentricity) - R_MOON_KM;
  if (!(periluneKm > 0)) {
    throw new SpaceCloudError(
      'SCENARIO_ORBIT',
      `Expected constellation '${constellationName}' to pass above the Moon's surface, got a perilune at ${periluneKm.toFixed(0)} km.`,
      { hint: 'Raise semiMajorKm or lower eccentricity: the perilune is semiMajorKm (1 - eccentricity) - 1737.4 km.' },
    );
  }
  const column = (value: number): Float64Array => new Float64Array(n).fill(value);
  const elements: MeanElements = {
    n,
    semiMajorKm: column(semiMajorKm),
    eccentricity: column(eccentricity),
    inclination: column(orbit.inclinationDeg * RAD_PER_DEG),
    raan: column(orbit.raanDeg * RAD_PER_DEG),
    raanRate: column(0),
    argPerigee: column(orbit.argPerigeeDeg * RAD_PER_DEG),
    argPerigeeRate: column(0),
    meanAnomaly: Float64Array.from({ length: n }, (_, slot) => (slot * 2 * Math.PI) / n),
    meanAnomalyRate: column(Math.sqrt(MU_MOON_KM3_S2 / (semiMajorKm * semiMajorKm * semiMajorKm))),
  };
  const moon = new Float64Array(3);
  const before = new Float64Array(3);
  const after = new Float64Array(3);
  const digits = String(n).length;
  return {
    names: Array.from({ length: n }, (_, slot) => `${constellationName}-s${String(slot + 1).padStart(digits, '0')}`),
    count: n,
    positionsInto(timeS, rTemeKm, first) {
      meanElementPositionsInto(elements, timeS, rTemeKm, first);
      moonPositionInto(epoch, timeS, moon);
      addToEach(rTemeKm, moon, first, n);
      return -1;
    },
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      meanElementStatesInto(elements, timeS, rTemeKm, vTemeKmS, first);
      moonPositionInto(epoch, timeS, moon);
      addToEach(rTemeKm, moon, first, n);
      moonPositionInto(epoch, timeS - DIFFERENCE_S, before);
      moonPositionInto(epoch, timeS + DIFFERENCE_S, after);
      const velocity = after.map((value, axis) => (value - (before[axis] as number)) / (2 * DIFFERENCE_S));
      addToEach(vTemeKmS, velocity, first, n);
      return -1;
    },
  };
}

function addToEach(column: Float64Array, vector: Float64Array, first: number, n: number): void {
  for (let k = 3 * first; k < 3 * (first + n); k++) column[k] = (column[k] as number) + (vector[k % 3] as number);
}
