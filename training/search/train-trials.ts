import { join } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import { evaluationRecords } from '../evaluate.ts';
import { SEED_RANGES } from '../evaluation/seed-ranges.ts';
import { resolvePolicy } from '../policy-reference.ts';
import type { TrainOptions, TrainOverrides } from '../train-options.ts';
import { train } from '../train.ts';
import type { RunTrialStep, SearchMethod, TrialStep } from './search.ts';
import { withSettings } from './space.ts';

export interface TrainTrialsOptions extends Pick<
  TrainOptions,
  'scenario' | 'geometry' | 'more' | 'engine' | 'clockMs' | 'signal'
> {
  /** Each trial trains in a folder of its own below this. */
  readonly folder: string;
  readonly method: SearchMethod['method'];
  /** Decisions of a whole trial. */
  readonly budget: number;
  readonly seed: number;
  /** What all trials share. */
  readonly config: TrainOverrides;
  readonly evaluation: { readonly episodes: number; readonly arrivalsS: number; readonly drainS: number };
  readonly fallback: string;
  /** Decisions of the step under way. */
  readonly onDecisions?: (step: TrialStep, decisions: number) => void;
}

/**
 * Steps of a search as training runs: mean utility on the seeds kept for tuning, which no report and no training uses. A step
 * of `random` and `halving` goes on bit-exactly from the trial's checkpoint, under the learning-rate schedule of the whole
 * budget. A generation of `population` is a run of its own that starts from its parent's policy; Adam starts afresh and the
 * learning rate does not anneal, for it is what is searched. NaN: ended by the signal before the step's end.
 */
export function trainTrials(options: TrainTrialsOptions): RunTrialStep {
  return async (step) => {
    const { scenario, geometry, more = [], engine, clockMs, signal, evaluation, fallback } = options;
    const runFolder = trialFolder(options, step.trial, step.generation);
    const end = new AbortController();
    const stop = (): void => end.abort();
    const stopped = (): boolean => signal?.aborted === true;
    if (stopped()) return NaN;
    signal?.addEventListener('abort', stop);
    const before = options.method === 'population' ? step.from : 0;
    let reached = false;
    try {
      await train({
        ...{ scenario, geometry, more, runFolder, clockMs, signal: end.signal, resume: true },
        ...(engine === undefined ? {} : { engine }),
        config: configOf(options, step),
        onProgress: ({ decisions }) => {
          options.onDecisions?.(step, before + decisions);
          if (before + decisions < step.to) return;
          reached = true;
          end.abort();
        },
      });
    } catch (error) {
      // Settings that make learning diverge are a bad trial, not the end of the search.
      if (error instanceof SpaceCloudError && /finite gradient/.test(error.message)) return -Infinity;
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    if (stopped() && !reached) return NaN;
    const { first } = SEED_RANGES.tuning;
    const policy = resolvePolicy(runFolder, { now: clockMs });
    const means: number[] = [];
    for (const each of [{ scenario, geometry }, ...more]) {
      const records = await evaluationRecords({
        ...{ scenario: each.scenario, geometry: each.geometry, policies: [policy], fallback },
        ...{
          arrivalsS: evaluation.arrivalsS,
          drainS: evaluation.drainS,
          workers: 1,
          purpose: 'tuning',
          anywhere: true,
        },
        seeds: Array.from({ length: evaluation.episodes }, (_, i) => first + i),
        ...(signal === undefined ? {} : { signal }),
      });
      if (records.length < evaluation.episodes) return NaN;
      means.push(records.reduce((sum, { kpis }) => sum + (kpis['utility'] as number), 0) / records.length);
    }
    return means.reduce((sum, mean) => sum + mean, 0) / means.length;
  };
}

/** The run folder of a trial; of a population, of one of its generations. */
export function trialFolder(
  { folder, method }: Pick<TrainTrialsOptions, 'folder' | 'method'>,
  trial: number,
  generation: number,
): string {
  const name = `trial-${String(trial).padStart(3, '0')}`;
  return method === 'population' ? join(folder, `${name}-generation-${generation}`) : join(folder, name);
}

function configOf(options: TrainTrialsOptions, step: TrialStep): TrainOverrides {
  const { config, budget, seed, method } = options;
  const own = withSettings(config, step.settings);
  if (method !== 'population') return { ...own, seed, decisions: budget };
  const from = step.parent < 0 ? (config.from ?? null) : trialFolder(options, step.parent, step.generation - 1);
  const ppo = { ...own.ppo, annealLearningRate: false };
  // Every generation meets other episodes.
  const inGeneration = { seed: seed + 1000 * step.generation, decisions: step.to - step.from };
  return { ...own, ...inGeneration, from, ppo, ...(step.parent < 0 ? {} : { imitation: null }) };
}
