import type { SatelliteConfig } from '../scenario/index.ts';

/** The parameters of power, heat, compute and storage, in the order of a parameter vector. */
export const TWIN_PARAMETER_KEYS = [
  'arrayPowerW',
  'busPowerW',
  'acceleratorPowerW',
  'batteryWh',
  'chargeEfficiency',
  'dischargeEfficiency',
  'heatCapacityJK',
  'radiatorM2',
  'sinkK',
  'tflopsPerAccelerator',
  'storageLossBytesS',
] as const;
export type TwinParameterKey = (typeof TWIN_PARAMETER_KEYS)[number];

/** Parameters of the link to the gateway, which are estimated on their own. */
export const LINK_PARAMETER_KEYS = ['linkMaxRateBps', 'linkFullRateRangeKm'] as const;
export type LinkParameterKey = (typeof LINK_PARAMETER_KEYS)[number];

/**
 * Parameters that a change within the record may be laid to: parts that wear or break. The sink is the satellite's surroundings
 * and its heat capacity is mass; both are estimated for the whole record. A step of the sink is close to one of the radiator
 * wherever the temperature varies little, and would hide it.
 */
export const CHANGING_KEYS: readonly TwinParameterKey[] = [
  'arrayPowerW',
  'busPowerW',
  'acceleratorPowerW',
  'batteryWh',
  'chargeEfficiency',
  'dischargeEfficiency',
  'radiatorM2',
  'tflopsPerAccelerator',
  'storageLossBytesS',
];

export interface ParameterText {
  readonly unit: string;
  readonly meaning: string;
  /** What a fall and a rise may mean. */
  readonly less: string;
  readonly more: string;
}

export const PARAMETER_TEXTS: Readonly<Record<TwinParameterKey | LinkParameterKey, ParameterText>> = {
  arrayPowerW: text('W', 'array in full sun', 'a lost string or degraded cells', 'more array power'),
  busPowerW: text('W', 'bus, always on', 'a load that was switched off', 'a load that stays on'),
  acceleratorPowerW: text('W', 'one accelerator at work', 'accelerators that draw less', 'accelerators that draw more'),
  batteryWh: text('Wh', 'battery', 'lost capacity', 'more capacity'),
  chargeEfficiency: text('1', 'charging the battery', 'losses in charging', 'smaller losses in charging'),
  dischargeEfficiency: text('1', 'discharging it', 'losses in discharging', 'smaller losses in discharging'),
  heatCapacityJK: text('J/K', 'heat capacity', 'less heat capacity', 'more heat capacity'),
  radiatorM2: text('m2', 'radiator, at the given emissivity', 'a degraded radiator', 'more radiator'),
  sinkK: text('K', 'what the radiator sees', 'colder surroundings', 'warmer surroundings'),
  tflopsPerAccelerator: text('TFLOPS', 'one accelerator', 'an accelerator lost or throttled', 'more work done'),
  storageLossBytesS: text('byte/s', 'data that vanish', 'data that appear', 'data that vanish'),
  linkMaxRateBps: text('bit/s', 'highest rate of the link', 'a lower rate', 'a higher rate'),
  linkFullRateRangeKm: text('km', 'range up to which it is reached', 'a degraded link', 'a better link'),
};

function text(unit: string, meaning: string, less: string, more: string): ParameterText {
  return { unit, meaning, less, more };
}

/** The parameters as a scenario's satellite has them: [TWIN_PARAMETER_KEYS.length]. No data vanish there. */
export function parameterVector(satellite: SatelliteConfig): Float64Array {
  return Float64Array.from(TWIN_PARAMETER_KEYS, (key) => (key === 'storageLossBytesS' ? 0 : satellite[key]));
}

/** Smallest and largest value a fit may try. */
export function parameterBounds(key: TwinParameterKey, reference: number): readonly [number, number] {
  if (key === 'storageLossBytesS') return [-Infinity, Infinity];
  if (key === 'chargeEfficiency' || key === 'dischargeEfficiency') return [0.2, 1];
  if (key === 'sinkK') return [0, 400];
  return [reference * 0.02, reference * 50];
}
