export { TELEMETRY_COLUMNS, type TelemetryColumn, otherNames } from './columns.ts';
export {
  LINK_PARAMETER_KEYS,
  type LinkParameterKey,
  PARAMETER_TEXTS,
  TWIN_PARAMETER_KEYS,
  type TwinParameterKey,
} from './parameters.ts';
export type { TwinMisfit } from './misfit.ts';
export {
  type LinkReference,
  type PlantedFault,
  type SynthesisOptions,
  parsePlantedFault,
  synthesise,
  usualNoise,
} from './plant.ts';
export type { TwinReference } from './problem.ts';
export {
  type ReplayOptions,
  type TwinChannel,
  type TwinDrift,
  type TwinEstimate,
  type TwinReplay,
  predictTelemetry,
  replayTelemetry,
} from './replay.ts';
export {
  type OrbitLight,
  type Sizing,
  type SizingOptions,
  arrayYieldW_M2,
  radiatorW_M2,
  sizeSatellite,
  worstEclipse,
} from './sizing.ts';
export { type Telemetry, createTelemetry, parseTelemetry, writeTelemetry } from './telemetry.ts';
export { type SizingCheck, checkSizing } from './sizing-check.ts';
