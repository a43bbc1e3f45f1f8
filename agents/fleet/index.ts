export type { AnswerTimes } from './answer-window.ts';
export { type FleetFigures, FleetTelemetry, type SatelliteFigures } from './telemetry.ts';
export { everySimulatedS } from '../streams/every-simulated-s.ts';
export type { AnswerCounts, SatelliteReport } from './fleet-reports.ts';
export { type GateFigures, type GateVerdict, type OutcomeEffect, outcomeText } from './health-gate.ts';
export { InProcessExecutor, type InProcessOptions, type OpenedRelease } from './in-process-executor.ts';
export type { InstallOrder, InstallResult, Release, UpdateExecutor } from './release.ts';
export { Rollout, type RolloutEntry, type RolloutOptions, type RolloutResult } from './rollout.ts';
export type { RolloutKpis, TimeSpread } from './rollout-kpis.ts';
export {
  type GateLimits,
  ROLLOUT_DEFAULTS,
  type RolloutPlan,
  WHEN_UNCLEAR,
  type WhenUnclear,
  planProblem,
} from './rollout-plan.ts';
export { type AnswerHabit, type FlightPolicy, SatellitePolicies } from './satellite-policies.ts';
