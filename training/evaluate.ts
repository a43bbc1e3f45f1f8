import type { Geometry, Scenario } from '../environment/index.ts';
import type { PolicySource } from './evaluation/policy-source.ts';
import { runEvaluation } from './evaluation/run.ts';
import type { RunRecord } from './evaluation/run-record.ts';
import { PRIOR } from './policy-reference.ts';
import { type EvaluationSummary, summarise } from './evaluation/summary.ts';

export interface EvaluateOptions {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  /** The first learned one, or else the first, is what all others are compared with. */
  readonly policies: readonly PolicySource[];
  readonly seeds: readonly number[];
  /** Tasks arrive for so long, s; then the run goes on until all have ended, at most `drainS`. */
  readonly arrivalsS: number;
  readonly drainS: number;
  readonly fallback: string;
  readonly workers: number;
  /** Bootstrap resamples. */
  readonly replicates?: number;
  readonly onProgress?: (done: number, total: number, last: RunRecord) => void;
  readonly signal?: AbortSignal;
}

export interface EvaluateResult {
  readonly records: readonly RunRecord[];
  /** Undefined when the evaluation was aborted before one whole seed. */
  readonly summary: EvaluationSummary | undefined;
}

/** Runs all policies on the same seeds and compares them. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const { scenario, geometry, policies, seeds, arrivalsS, drainS, fallback, workers, onProgress, signal } = options;
  const records = await runEvaluation({
    scenario,
    geometry,
    policies,
    seeds,
    workers,
    episode: { arrivalsS, drainS, fallback },
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (records.length === 0) return { records, summary: undefined };
  const reference = (policies.find((policy) => policy.role === 'learned') ?? policies[0])?.name as string;
  const summary = summarise(records, {
    reference,
    replicates: options.replicates ?? 10_000,
    seed: 1,
    actionSelection: 'greedy',
  });
  return { records, summary };
}

/** The policies an evaluation compares with unless told otherwise: the strong combinations of baselines (the strongest first), random choice, the untrained network, an oracle. */
export const DEFAULT_RIVALS: readonly string[] = [
  'load-aware+greedy-finish+gdsf',
  'shortest-delay+greedy-finish+gdsf',
  'load-aware+greedy-finish+lru',
  'load-aware+greedy-finish+lfu',
  'load-aware+greedy-finish+sieve',
  'load-aware+bent-pipe+gdsf',
  'load-aware+at-source+gdsf',
  'random+random+random',
  PRIOR,
  'oracle+oracle+gdsf',
];
