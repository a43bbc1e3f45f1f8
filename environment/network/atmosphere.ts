import { R_EARTH_WGS84_KM, SpaceCloudError, StrictMath } from '../../core/index.ts';

/** Above this height there is no air that matters to a link: two nodes above it have none between them. */
const AIR_TOP_KM = 100;
/** Range of the formulas for gases. */
const LOWEST_HZ = 1e9;
const HIGHEST_HZ = 50e9;

/**
 * Attenuation by oxygen at sea level, dB/km: 1013 hPa, 15 C (ITU-R P.676-3, annex 2, eq. 22a, below 57 GHz).
 * Within 15 % of the line-by-line sum of P.676-13 from 10 to 22 GHz.
 */
function oxygenDbPerKm(frequencyHz: number): number {
  const f = frequencyHz / 1e9;
  return (7.27 / (f * f + 0.351) + 7.5 / ((f - 57) ** 2 + 2.44)) * f * f * 1e-3;
}

/** Attenuation by water vapour at sea level, dB/km; `vapourGM3` in g/m^3 (ITU-R P.676-3, annex 2, eq. 23, at 15 C). */
function vapourDbPerKm(frequencyHz: number, vapourGM3: number): number {
  const f = frequencyHz / 1e9;
  const continuum = 3.27e-2 + 1.67e-3 * vapourGM3 + 7.7e-4 * Math.sqrt(f);
  const lines =
    3.79 / ((f - 22.235) ** 2 + 9.81) + 11.73 / ((f - 183.31) ** 2 + 11.85) + 4.01 / ((f - 325.153) ** 2 + 10.44);
  return (continuum + lines) * f * f * vapourGM3 * 1e-4;
}

/** Height of a uniform layer of vapour that attenuates as the real one, km (ITU-R P.676-3, annex 2, eq. 25b, clear sky). */
function vapourHeightKm(frequencyHz: number): number {
  const f = frequencyHz / 1e9;
  const lines = 3 / ((f - 22.2) ** 2 + 5) + 5 / ((f - 183.3) ** 2 + 6) + 2.5 / ((f - 325.4) ** 2 + 4);
  return 1.6 * (1 + lines);
}

/** The same for oxygen below 50 GHz, km. */
const OXYGEN_HEIGHT_KM = 6;

/** Length within a shell of air of `thicknessKm` above a station, km: thickness / sin(elevation) high up, finite at the horizon. */
function shellPathKm(thicknessKm: number, elevationRad: number): number {
  const up = R_EARTH_WGS84_KM * StrictMath.sin(elevationRad);
  return Math.sqrt(up * up + thicknessKm * (2 * R_EARTH_WGS84_KM + thicknessKm)) - up;
}

export interface AirPath {
  readonly frequencyHz: number;
  /** Elevation of the far node as seen from the lower one, rad. */
  readonly elevationRad: number;
  /** Height of the lower node, km; default sea level. Two nodes above 100 km have no air between them: the loss is 0. */
  readonly lowerHeightKm?: number;
  /** Water vapour at sea level, g/m^3; default 7.5, the ITU reference atmosphere. */
  readonly vapourGM3?: number;
}

/**
 * Attenuation by oxygen and water vapour on a slanted path, dB: specific attenuation times the path through the equivalent
 * height of each, above a lower node whose height thins them exponentially (ITU-R P.676-3, annex 2; cosecant law, with the
 * Earth's curvature near the horizon). No refraction; it matters below 5 deg.
 *
 * Throws MISUSE outside 1 to 50 GHz: oxygen's lines around 60 GHz need the line-by-line sum.
 */
export function gasAttenuationDb(path: AirPath): number {
  const { frequencyHz, elevationRad, lowerHeightKm = 0, vapourGM3 = 7.5 } = path;
  if (!(frequencyHz >= LOWEST_HZ && frequencyHz <= HIGHEST_HZ)) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a frequency from 1 to 50 GHz for the attenuation by gases, got ${frequencyHz / 1e9} GHz.`,
      { hint: 'Below 1 GHz it is negligible; above 50 GHz take it from ITU-R P.676, annex 1.' },
    );
  }
  if (lowerHeightKm >= AIR_TOP_KM) return 0;
  const vapourKm = vapourHeightKm(frequencyHz);
  const oxygenDb = oxygenDbPerKm(frequencyHz) * shellPathKm(OXYGEN_HEIGHT_KM, elevationRad);
  const vapourDb = vapourDbPerKm(frequencyHz, vapourGM3) * shellPathKm(vapourKm, elevationRad);
  return (
    oxygenDb * StrictMath.exp(-lowerHeightKm / OXYGEN_HEIGHT_KM) + vapourDb * StrictMath.exp(-lowerHeightKm / vapourKm)
  );
}

/** Rain: k and alpha of k R^alpha, dB/km for R in mm/h, horizontal polarisation, by GHz (ITU-R P.838-3, table 5). */
const RAIN: readonly (readonly [ghz: number, k: number, alpha: number])[] = [
  [1, 0.0000259, 0.9691],
  [2, 0.0000847, 1.0664],
  [4, 0.0001071, 1.6009],
  [6, 0.0007056, 1.59],
  [8, 0.004115, 1.3905],
  [10, 0.01217, 1.2571],
  [12, 0.02386, 1.1825],
  [15, 0.04481, 1.1233],
  [20, 0.09164, 1.0568],
  [25, 0.1571, 0.9991],
  [30, 0.2403, 0.9485],
  [35, 0.3374, 0.9047],
  [40, 0.4431, 0.8673],
  [50, 0.66, 0.8084],
];

/** Attenuation by rain along a path within it, dB/km; k interpolated in the logarithms, alpha in the logarithm of frequency. */
export function rainDbPerKm(frequencyHz: number, rainMmPerHour: number): number {
  if (rainMmPerHour <= 0) return 0;
  const ghz = Math.min(50, Math.max(1, frequencyHz / 1e9));
  let upper = 1;
  while (upper < RAIN.length - 1 && (RAIN[upper]?.[0] as number) < ghz) upper++;
  const [g0, k0, a0] = RAIN[upper - 1] as readonly [number, number, number];
  const [g1, k1, a1] = RAIN[upper] as readonly [number, number, number];
  const share = StrictMath.log(ghz / g0) / StrictMath.log(g1 / g0);
  return k0 * StrictMath.pow(k1 / k0, share) * StrictMath.pow(rainMmPerHour, a0 + share * (a1 - a0));
}

export interface RainPath {
  readonly frequencyHz: number;
  readonly elevationRad: number;
  readonly rainMmPerHour: number;
  /** Height below which water falls as rain, km; default 3, of middle latitudes (ITU-R P.839 gives 1 to 5). */
  readonly rainHeightKm?: number;
  readonly lowerHeightKm?: number;
}

/**
 * Attenuation by a shower of the stated intensity over the station, dB: k R^alpha along the path below the rain height, shortened
 * by 1 / (1 + L cos(elevation) / L0), L0 = 35 exp(-0.015 R) km, since showers are smaller the harder it rains (ITU-R P.618-5).
 */
export function rainAttenuationDb(path: RainPath): number {
  const { frequencyHz, elevationRad, rainMmPerHour, rainHeightKm = 3, lowerHeightKm = 0 } = path;
  if (lowerHeightKm >= rainHeightKm) return 0;
  const slantKm = shellPathKm(rainHeightKm - lowerHeightKm, elevationRad);
  const cellKm = 35 * StrictMath.exp(-0.015 * Math.min(100, rainMmPerHour));
  return (rainDbPerKm(frequencyHz, rainMmPerHour) * slantKm) / (1 + (slantKm * StrictMath.cos(elevationRad)) / cellKm);
}

/** Elevation of a satellite at a height above a spherical Earth from a point at a central angle from below it, rad. */
export function elevationAtCentralAngleRad(centralAngleRad: number, altitudeKm: number): number {
  const ratio = R_EARTH_WGS84_KM / (R_EARTH_WGS84_KM + altitudeKm);
  return StrictMath.atan2(StrictMath.cos(centralAngleRad) - ratio, StrictMath.sin(centralAngleRad));
}
