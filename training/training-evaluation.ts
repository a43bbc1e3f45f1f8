import { SpaceCloudError } from '../core/index.ts';
import type { RunRecord } from './evaluation/run-record.ts';
import { SEED_RANGES } from './evaluation/seed-ranges.ts';
import type { CollectorPool } from './rollout/collector-pool.ts';
import type { TrainingEvaluationConfig } from './train-options.ts';

/** The best policy that evaluations during training have found; its weights stand in the checkpoint. */
export interface BestPolicy {
  readonly iteration: number;
  readonly decisions: number;
  /** Mean over the scenarios of the mean utility of their episodes. */
  readonly utility: number;
}

export interface TrainingEvaluationState {
  /** Evaluations made. */
  readonly count: number;
  readonly best: BestPolicy | null;
}

export const EVALUATION_START: TrainingEvaluationState = { count: 0, best: null };

/** Whether an evaluation falls between two counts of decisions, or on the end of the run. */
export function isEvaluationDue(
  { everyDecisions }: TrainingEvaluationConfig,
  { before, now, isLast }: { readonly before: number; readonly now: number; readonly isLast: boolean },
): boolean {
  return isLast || Math.floor(now / everyDecisions) > Math.floor(before / everyDecisions);
}

export interface TrainingEvaluationRequest {
  readonly config: TrainingEvaluationConfig;
  readonly pool: CollectorPool;
  /** Number of scenarios; each is played as it is, whatever training varies. */
  readonly scenarios: number;
  /** Slot of the weights. */
  readonly weights: number;
}

/** Plays the episodes of one evaluation: always the same seeds, of the range kept for choices during training. */
export function evaluateWhileTraining({
  config,
  pool,
  scenarios,
  weights,
}: TrainingEvaluationRequest): Promise<RunRecord[]> {
  const { first, last } = SEED_RANGES['during-training'];
  if (config.episodes > last - first + 1) {
    throw new SpaceCloudError('MISUSE', `Expected at most ${last - first + 1} episodes, got ${config.episodes}.`);
  }
  const jobs = Array.from({ length: scenarios * config.episodes }, (_, i) => ({
    scenario: i % scenarios,
    seed: first + Math.floor(i / scenarios),
  }));
  const { arrivalsS, drainS } = config;
  return pool.evaluate({ weights, jobs, episode: { arrivalsS, drainS, part: 'training' } });
}

/** Mean over the scenarios of the mean utility of their episodes. */
export function scoreOf(records: readonly RunRecord[]): number {
  const byScenario = new Map<string, number[]>();
  for (const { scenario, kpis } of records) {
    const utilities = byScenario.get(scenario) ?? [];
    utilities.push(kpis['utility'] as number);
    byScenario.set(scenario, utilities);
  }
  const means = [...byScenario.values()].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return means.reduce((sum, value) => sum + value, 0) / means.length;
}
