export { type ScenarioDifference, scenarioDifferences } from './compose/differences.ts';
export type { ScenarioLibrary } from './compose/find-base.ts';
export { type SettingPlace, applySettings, settingValue } from './compose/settings.ts';
export { scenarioFileJsonSchema } from './compose/variant-file.ts';
export { nearestWord } from './edit-distance.ts';
export { type RunPart, expectTrainable, startTicks } from './hold-out.ts';
export { type JsonSchema, scenarioJsonSchema } from './json-schema.ts';
export { type OtherFormat, type ParsedFile, parseOtherFile } from './other-file.ts';
export { type ScenarioOverrides, loadScenario, overrideScenario, parseScenario, varyScenario } from './load.ts';
export { scenarioNotes } from './notes.ts';
export { perigeeKm, walkerAltitudeKm } from './rules/orbits.ts';
export { type Standing, mayHold } from './rules/security.ts';
export { type SatelliteNames, satelliteNames } from './satellite-names.ts';
export {
  type BackupConfig,
  type ConstellationConfig,
  type GatewayConfig,
  type GroundLinkConfig,
  type Hazard,
  type LabelConfig,
  ORBIT_KINDS,
  type RelayConfig,
  type SatelliteConfig,
  type Scenario,
  type ScheduledFault,
  type TerminalConfig,
  type WalkerConfig,
  scenarioSchema,
} from './schema.ts';
export { type ScenarioBase, nodePlace, scenarioBases, sourcePlace } from './source.ts';
export { type ScenarioVariation, scenarioVariant } from './variants.ts';
