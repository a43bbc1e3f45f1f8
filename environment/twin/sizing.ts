import {
  MU_EARTH_WGS84_KM3_S2,
  R_EARTH_WGS84_KM,
  SOLAR_CONSTANT_W_M2,
  STEFAN_BOLTZMANN_W_M2_K4,
  StrictMath,
} from '../../core/index.ts';

/** Period of a circular orbit and its longest stay in the shadow. */
export interface OrbitLight {
  readonly periodS: number;
  readonly eclipseS: number;
  readonly sunlitS: number;
}

/**
 * Worst eclipse of a circular orbit: the Sun lies in its plane and the shadow is a cylinder of the Earth's radius, so the
 * satellite is dark over the angle 2 asin(R / a).
 */
export function worstEclipse(altitudeKm: number): OrbitLight {
  const a = R_EARTH_WGS84_KM + altitudeKm;
  const periodS = 2 * Math.PI * Math.sqrt((a * a * a) / MU_EARTH_WGS84_KM3_S2);
  const eclipseS = (periodS * StrictMath.asin(R_EARTH_WGS84_KM / a)) / Math.PI;
  return { periodS, eclipseS, sunlitS: periodS - eclipseS };
}

export interface SizingOptions {
  /** Electrical power, in sun and shadow alike, W. */
  readonly loadW: number;
  /** From the array through the battery to the load, and directly; defaults 0.6 and 0.8 (Larson & Wertz, Space Mission Analysis and Design, sec. 11.4, peak-power tracking). */
  readonly eclipsePathFrac?: number;
  readonly sunPathFrac?: number;
  /** Share of the battery used in the worst eclipse; default 0.25. */
  readonly depthOfDischargeFrac?: number;
  /** Efficiency of the cells, share of the panel they cover, and what is left at the end of life; defaults 0.30, 0.90, 0.85. */
  readonly cellFrac?: number;
  readonly packingFrac?: number;
  readonly endOfLifeFrac?: number;
  /** Radiator: default emissivity 0.9, at 60 C, with no sink. */
  readonly emissivity?: number;
  readonly radiatorC?: number;
  readonly sinkK?: number;
}

export interface Sizing extends OrbitLight {
  readonly arrayPowerW: number;
  readonly arrayW_M2: number;
  readonly arrayM2: number;
  readonly eclipseWh: number;
  readonly batteryWh: number;
  readonly radiatorW_M2: number;
  readonly radiatorM2: number;
}

/** Power of an array for a load: P_array = (P Te / Xe + P Td / Xd) / Td (Larson & Wertz, eq. 11-5). */
export function arrayPowerW(
  loadW: number,
  light: OrbitLight,
  [eclipsePathFrac, sunPathFrac]: readonly [number, number],
): number {
  const { eclipseS, sunlitS } = light;
  return ((loadW * eclipseS) / eclipsePathFrac + (loadW * sunlitS) / sunPathFrac) / sunlitS;
}

/** Power that a square metre of array yields at the end of its life, W/m2. */
export function arrayYieldW_M2(cellFrac = 0.3, packingFrac = 0.9, endOfLifeFrac = 0.85): number {
  return SOLAR_CONSTANT_W_M2 * cellFrac * packingFrac * endOfLifeFrac;
}

/** Heat that a square metre radiates on one side to a sink, W/m2: e sigma (T^4 - Ts^4). */
export function radiatorW_M2(temperatureC: number, emissivity: number, sinkK = 0): number {
  const t2 = (temperatureC + 273.15) * (temperatureC + 273.15);
  const s2 = sinkK * sinkK;
  return emissivity * STEFAN_BOLTZMANN_W_M2_K4 * (t2 * t2 - s2 * s2);
}

/** Array, battery and radiator that carry a constant load through the worst eclipse of a circular orbit. */
export function sizeSatellite(altitudeKm: number, options: SizingOptions): Sizing {
  const { loadW, eclipsePathFrac = 0.6, sunPathFrac = 0.8, depthOfDischargeFrac = 0.25 } = options;
  const { emissivity = 0.9, radiatorC = 60, sinkK = 0 } = options;
  const light = worstEclipse(altitudeKm);
  const powerW = arrayPowerW(loadW, light, [eclipsePathFrac, sunPathFrac]);
  const yieldW_M2 = arrayYieldW_M2(options.cellFrac, options.packingFrac, options.endOfLifeFrac);
  const eclipseWh = (loadW * light.eclipseS) / 3600;
  const heatW_M2 = radiatorW_M2(radiatorC, emissivity, sinkK);
  return {
    ...light,
    arrayPowerW: powerW,
    arrayW_M2: yieldW_M2,
    arrayM2: powerW / yieldW_M2,
    eclipseWh,
    batteryWh: eclipseWh / depthOfDischargeFrac,
    radiatorW_M2: heatW_M2,
    radiatorM2: loadW / heatW_M2,
  };
}
