import { SpaceCloudError } from '../core/index.ts';
import type { Geometry, Scenario } from '../environment/index.ts';
import { BASELINE_NAMES } from '../policies/index.ts';
import type { PolicySource } from './evaluation/policy-source.ts';
import type { RecordStore } from './evaluation/record-store.ts';
import { runEvaluation } from './evaluation/run.ts';
import type { RunRecord } from './evaluation/run-record.ts';
import { RunTable } from './evaluation/run-table.ts';
import type { SeedPurpose } from './evaluation/seed-ranges.ts';
import { type EvaluationSummary, type SummariseOptions, summarise } from './evaluation/summary.ts';
import type { UtilityAnchors } from './evaluation/utility-statistics.ts';
import { PRIOR } from './policy-reference.ts';

export interface EvaluateOptions {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  /** The first learned one, or else the first, is what all others are compared with. Sources of one name are training runs. */
  readonly policies: readonly PolicySource[];
  readonly seeds: readonly number[];
  /** What the seeds are for; default: a report. */
  readonly purpose?: SeedPurpose;
  /** Tasks arrive for so long, s; then the run goes on until all have ended, at most `drainS`. */
  readonly arrivalsS: number;
  readonly drainS: number;
  /** Also start where training did, in a scenario that holds windows out; default: only within those. */
  readonly anywhere?: boolean;
  readonly fallback: string;
  readonly workers: number;
  /** Bootstrap resamples. */
  readonly replicates?: number;
  /** Policies whose mean utility is 0 and 1 on the normalised scale; default: {@link DEFAULT_ANCHORS} where both are there. */
  readonly anchors?: UtilityAnchors;
  /** Printed with the caveats. */
  readonly notes?: readonly string[];
  /** Keeps records as they are made, and has those made before. */
  readonly store?: RecordStore;
  readonly onProgress?: (done: number, total: number, last: RunRecord) => void;
  readonly signal?: AbortSignal;
}

export interface EvaluateResult {
  readonly records: readonly RunRecord[];
  /** Undefined when the evaluation was aborted before one whole seed. */
  readonly summary: EvaluationSummary | undefined;
}

/** Runs all policies on the same seeds and compares them. Errors: MISUSE, HELD_OUT, ILLEGAL_CHOICE, CONSERVATION, FILE_*. */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const records = await evaluationRecords(options);
  return { records, summary: records.length === 0 ? undefined : summarise(records, summaryOptions(options, records)) };
}

/** The runs of an evaluation without its summary. */
export function evaluationRecords(options: EvaluateOptions): Promise<RunRecord[]> {
  const { scenario, geometry, policies, seeds, arrivalsS, drainS, fallback, workers, ...rest } = options;
  const { purpose, store, onProgress, signal, anywhere } = rest;
  const isHeldOut = anywhere !== true && (scenario.holdOut?.startWindows.length ?? 0) > 0;
  return runEvaluation({
    scenario,
    geometry,
    policies,
    seeds,
    workers,
    episode: { arrivalsS, drainS, fallback, ...(isHeldOut ? { part: 'held-out' } : {}) },
    ...(purpose === undefined ? {} : { purpose }),
    ...(store === undefined ? {} : { store }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** How the records of an evaluation are summarised. Errors: MISUSE for anchors that were not evaluated or are out of order. */
export function summaryOptions(
  options: Pick<EvaluateOptions, 'policies' | 'replicates' | 'anchors' | 'notes'>,
  records: readonly RunRecord[],
): SummariseOptions {
  const { policies, replicates = 10_000, notes = [] } = options;
  const reference = (policies.find((policy) => policy.role === 'learned') ?? policies[0])?.name as string;
  const anchors = options.anchors ?? usableAnchors(records);
  return {
    ...{ reference, replicates, seed: 1, actionSelection: 'greedy', notes },
    ...(anchors === undefined ? {} : { anchors }),
  };
}

/** Random choice and the oracle with the truth: what any policy should beat, and what none can. */
export const DEFAULT_ANCHORS: UtilityAnchors = { zero: 'random+random+random', one: 'oracle+oracle+gdsf' };

/** The default anchors, where both were evaluated and stand in their order in every scenario. */
function usableAnchors(records: readonly RunRecord[]): UtilityAnchors | undefined {
  const { zero, one } = DEFAULT_ANCHORS;
  const table = new RunTable(records);
  if (![zero, one].every((anchor) => table.policies.some(({ policy }) => policy === anchor))) return undefined;
  const [low, high] = [table.values(zero, 'utility'), table.values(one, 'utility')];
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const inOrder = low.every((values, s) => mean(values) < mean(high[s] as Float64Array));
  return inOrder ? DEFAULT_ANCHORS : undefined;
}

/** Refuses anchors that are not among the policies, before anything is run. Errors: USAGE. */
export function expectAnchors({ zero, one }: UtilityAnchors, policies: readonly PolicySource[]): void {
  const missing = [zero, one].find((anchor) => policies.every(({ name }) => name !== anchor));
  if (missing === undefined) return;
  throw new SpaceCloudError('USAGE', `Expected the anchor '${missing}' among the policies, got none of that name.`, {
    hint: 'Add it with --rivals or --policy.',
  });
}

/** The policies an evaluation compares with unless told otherwise: the strong combinations of baselines (the strongest first), random choice, the untrained network, an oracle. */
export const DEFAULT_RIVALS: readonly string[] = [
  'damped+greedy-finish+least-rate',
  'damped+greedy-finish+gdsf',
  'q-routing+greedy-finish+least-rate',
  'load-aware+greedy-finish+gdsf',
  'shortest-delay+greedy-finish+gdsf',
  'load-aware+greedy-finish+lru',
  'load-aware+greedy-finish+lfu',
  'load-aware+bent-pipe+gdsf',
  'load-aware+at-source+gdsf',
  'random+random+random',
  PRIOR,
  'oracle+oracle+gdsf',
];

/**
 * The default rivals, and each part there is beside the strongest of the other two; not all combinations. For claims against
 * more than the usual baselines; takes about three times as long as {@link DEFAULT_RIVALS}.
 */
export function allRivals(): string[] {
  const { forward, place, cache } = BASELINE_NAMES;
  return [
    ...new Set([
      ...DEFAULT_RIVALS,
      ...forward.map((name) => `${name}+greedy-finish+gdsf`),
      ...place.map((name) => `load-aware+${name}+gdsf`),
      ...cache.map((name) => `load-aware+greedy-finish+${name}`),
    ]),
  ];
}
