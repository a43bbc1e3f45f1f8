export { perigeeKm } from './contradictions.ts';
export { type JsonSchema, scenarioJsonSchema } from './json-schema.ts';
export { type ScenarioOverrides, loadScenario, overrideScenario, parseScenario, varyScenario } from './load.ts';
export {
  type ConstellationConfig,
  type GroundLinkConfig,
  type SatelliteConfig,
  type Scenario,
  scenarioSchema,
} from './schema.ts';
