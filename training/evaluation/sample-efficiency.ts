import { Rng } from '../../core/index.ts';
import { bootstrapInterval } from './bootstrap.ts';
import type { Replicate } from './replicates.ts';
import { meanOf } from './resample.kernel.ts';
import { interquartileMean } from './statistics.ts';
import { type TrainingEvaluation, commonDecisions } from './training-evaluations.ts';
import type { Estimate } from './utility-statistics.ts';

/** Utility of a policy against the decisions it had learned from. */
export interface SampleEfficiency {
  readonly policy: string;
  /** Samples behind each point: training runs, or the seeds of the one run. */
  readonly replicate: Replicate;
  readonly samples: number;
  /** Interquartile mean over the samples. */
  readonly points: readonly (Estimate & { readonly decisions: number })[];
}

/** Resamples per point, the number of marl-eval. */
const MOST_REPLICATES = 5000;

/**
 * The curve of one policy from the evaluations of its training runs. Evaluations that not every run has made are
 * left out. Undefined without a common one.
 */
export function sampleEfficiency(
  policy: string,
  runs: readonly (readonly TrainingEvaluation[])[],
  options: { readonly replicates: number; readonly seed: number },
): SampleEfficiency | undefined {
  const common = commonDecisions(runs);
  if (common.length === 0) return undefined;
  const replicate: Replicate = runs.length > 1 ? 'run' : 'seed';
  const points = common.map((decisions, i) => {
    const scores = runs.map((run) => utilities(run[i]));
    const samples = replicate === 'run' ? [Float64Array.from(scores, meanOf)] : [scores[0] as Float64Array];
    const bootstrap = {
      replicates: Math.min(options.replicates, MOST_REPLICATES),
      rng: new Rng(options.seed, 'sample-efficiency'),
    };
    return {
      decisions,
      value: interquartileMean(samples),
      interval: bootstrapInterval(samples, interquartileMean, bootstrap),
    };
  });
  const samples = replicate === 'run' ? runs.length : utilities(runs[0]?.[0]).length;
  return { policy, replicate, samples, points };
}

/** Mean over scenarios per seed: every scenario is played on the same seeds. */
function utilities(evaluation: TrainingEvaluation | undefined): Float64Array {
  const bySeed = new Map<number, number[]>();
  for (const { seed, kpis } of evaluation?.records ?? []) {
    const values = bySeed.get(seed) ?? [];
    values.push(kpis['utility'] ?? NaN);
    bySeed.set(seed, values);
  }
  return Float64Array.from([...bySeed.values()].map(meanOf)).filter(Number.isFinite);
}
