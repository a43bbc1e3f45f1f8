import type { UpdateMetrics } from './ppo/index.ts';
import type { CollectSummary } from './rollout/collector.ts';
import type { TrainConfig, TrainPhases } from './train-options.ts';

/** Mean utility of the training episodes that ended in a rollout; undefined if none did. */
export function meanUtility(summaries: readonly CollectSummary[]): number | undefined {
  const episodes = summaries.flatMap((summary) => summary.episodes);
  if (episodes.length === 0) return undefined;
  return episodes.reduce((sum, kpis) => sum + (kpis['utility'] as number), 0) / episodes.length;
}

export function phasesOf(
  summaries: readonly CollectSummary[],
  times: { readonly startMs: number; readonly collectedMs: number; readonly updatedMs: number },
): TrainPhases {
  const inferS = summaries.reduce((sum, summary) => sum + summary.inferS, 0);
  return {
    collectS: (times.collectedMs - times.startMs) / 1000,
    updateS: (times.updatedMs - times.collectedMs) / 1000,
    simulateS: summaries.reduce((sum, summary) => sum + summary.tookS, 0) - inferS,
    inferS,
  };
}

export interface IterationRecordInput {
  readonly run: Readonly<{ iteration: number; decisions: number; simulatedS: number }>;
  readonly metrics: UpdateMetrics;
  readonly utility: number | undefined;
  readonly evaluated: number | undefined;
  readonly stage: number;
  readonly config: Pick<TrainConfig, 'curriculum'>;
  readonly phases: TrainPhases;
}

/** One line of the metrics. Times are wall-clock times and differ from run to run; all else is reproducible. */
export function iterationRecord(input: IterationRecordInput): Record<string, number> {
  const { run, metrics, utility, evaluated, stage, config, phases } = input;
  const { rowsOfKind, ...rest } = metrics;
  return {
    ...run,
    ...numbersOf(rest),
    ...prefixed('rows', rowsOfKind),
    ...(config.curriculum.length === 0 ? {} : { stage }),
    ...(utility === undefined ? {} : { utility }),
    ...(evaluated === undefined ? {} : { evaluatedUtility: evaluated }),
    ...phases,
  };
}

/** Numbers as they are, groups of numbers by kind as `name.kind`. */
function numbersOf(values: object): Record<string, number> {
  return Object.assign(
    {},
    ...Object.entries(values).map(([name, value]) =>
      typeof value === 'number' ? { [name]: value } : prefixed(name, value as Readonly<Record<string, number>>),
    ),
  ) as Record<string, number>;
}

function prefixed(name: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}
