import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import type { UtcInstant } from './utc.ts';

/** Terrestrial time less UTC, s: 32.184 + 37 leap seconds, as since 2017; 5 s less in 2000. */
const TT_MINUS_UTC_S = 69.184;

/** Julian centuries of terrestrial time since J2000.0. */
export function centuriesOf(epoch: UtcInstant, elapsedS: number): number {
  return (epoch.day - 0.5 + (epoch.secondOfDay + elapsedS + TT_MINUS_UTC_S) / 86400) / 36525;
}

const ARCSEC = RAD_PER_DEG / 3600;

/** Arguments: multiples of D, M, M', F and node; sine coefficient of longitude and cosine of obliquity, 0.0001 arcsec. */
type NutationTerm = readonly [d: number, m: number, mp: number, f: number, node: number, sine: number, cosine: number];

/** The terms of 0.01 arcsec and more of the IAU 1980 theory (Seidelmann 1982; Meeus, Astronomical Algorithms, table 22.A). */
const TERMS: readonly NutationTerm[] = [
  [0, 0, 0, 0, 1, -171996, 92025],
  [-2, 0, 0, 2, 2, -13187, 5736],
  [0, 0, 0, 2, 2, -2274, 977],
  [0, 0, 0, 0, 2, 2062, -895],
  [0, 1, 0, 0, 0, 1426, 54],
  [0, 0, 1, 0, 0, 712, -7],
  [-2, 1, 0, 2, 2, -517, 224],
  [0, 0, 0, 2, 1, -386, 200],
  [0, 0, 1, 2, 2, -301, 129],
  [-2, -1, 0, 2, 2, 217, -95],
  [-2, 0, 1, 0, 0, -158, 0],
  [-2, 0, 0, 2, 1, 129, -70],
  [0, 0, -1, 2, 2, 123, -53],
];

export interface Nutation {
  /** In longitude and in obliquity, rad. */
  readonly longitude: number;
  readonly obliquity: number;
  /** Mean obliquity of the ecliptic, rad (Lieske et al. 1977). */
  readonly meanObliquity: number;
}

/** Nutation at `t` centuries of terrestrial time since J2000.0; within 0.03 arcsec of the whole theory (1 m in low orbits). */
export function nutationAt(t: number): Nutation {
  const d = (297.85036 + 445267.11148 * t - 0.0019142 * t * t) * RAD_PER_DEG;
  const m = (357.52772 + 35999.05034 * t - 0.0001603 * t * t) * RAD_PER_DEG;
  const mp = (134.96298 + 477198.867398 * t + 0.0086972 * t * t) * RAD_PER_DEG;
  const f = (93.27191 + 483202.017538 * t - 0.0036825 * t * t) * RAD_PER_DEG;
  const node = (125.04452 - 1934.136261 * t + 0.0020708 * t * t) * RAD_PER_DEG;
  let longitude = -174.2 * t * StrictMath.sin(node);
  let obliquity = 8.9 * t * StrictMath.cos(node);
  for (const [kd, km, kmp, kf, kNode, sine, cosine] of TERMS) {
    const argument = kd * d + km * m + kmp * mp + kf * f + kNode * node;
    longitude += sine * StrictMath.sin(argument);
    obliquity += cosine * StrictMath.cos(argument);
  }
  return {
    longitude: longitude * 1e-4 * ARCSEC,
    obliquity: obliquity * 1e-4 * ARCSEC,
    meanObliquity: (84381.448 - t * (46.815 + t * (0.00059 - 0.001813 * t))) * ARCSEC,
  };
}

/**
 * Rotation from the mean equator and equinox of J2000 (EME2000) into TEME of `t` centuries since J2000.0, row by row [9]:
 * precession of IAU 1976 (Lieske et al. 1977), nutation as above, and back by the equation of the equinoxes (Vallado et al.
 * 2006, appendix C). ICRF differs from EME2000 by 0.02 arcsec at most, which is not told apart.
 */
export function temeFromEme2000(t: number): Float64Array {
  const zeta = t * (2306.2181 + t * (0.30188 + 0.017998 * t)) * ARCSEC;
  const z = t * (2306.2181 + t * (1.09468 + 0.018203 * t)) * ARCSEC;
  const theta = t * (2004.3109 - t * (0.42665 + 0.041833 * t)) * ARCSEC;
  const { longitude, obliquity, meanObliquity } = nutationAt(t);
  const equinoxes = longitude * StrictMath.cos(meanObliquity);
  const precession = product(aboutZ(-z), aboutY(theta), aboutZ(-zeta));
  const nutation = product(aboutX(-meanObliquity - obliquity), aboutZ(-longitude), aboutX(meanObliquity));
  return product(aboutZ(equinoxes), nutation, precession);
}

// Rotations of the axes, as R1, R2 and R3 in textbooks: the columns are the new coordinates of the old axes.
function aboutX(angle: number): Float64Array {
  const [c, s] = [StrictMath.cos(angle), StrictMath.sin(angle)];
  return Float64Array.of(1, 0, 0, 0, c, s, 0, -s, c);
}

function aboutY(angle: number): Float64Array {
  const [c, s] = [StrictMath.cos(angle), StrictMath.sin(angle)];
  return Float64Array.of(c, 0, -s, 0, 1, 0, s, 0, c);
}

function aboutZ(angle: number): Float64Array {
  const [c, s] = [StrictMath.cos(angle), StrictMath.sin(angle)];
  return Float64Array.of(c, s, 0, -s, c, 0, 0, 0, 1);
}

function product(...matrices: readonly Float64Array[]): Float64Array {
  return matrices.reduce((a, b) =>
    Float64Array.from({ length: 9 }, (_, k) => {
      const row = k - (k % 3);
      const term = (j: number): number => (a[row + j] as number) * (b[3 * j + (k % 3)] as number);
      return term(0) + term(1) + term(2);
    }),
  );
}
