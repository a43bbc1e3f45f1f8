import { Rng, SpaceCloudError } from '../../core/index.ts';
import { type SearchSpace, type Settings, drawSettings, perturbSettings } from './space.ts';

/**
 * `random`: every trial gets the whole budget. `halving`: all start with a small part of it; the best `1 / reduction` go on
 * to `reduction` times as much, again and again. `population`: all advance by `1 / generations` of the budget; the worst
 * quarter then continues from copies of the best quarter with changed settings.
 */
export type SearchMethod =
  | { readonly method: 'random' }
  | { readonly method: 'halving'; readonly reduction: number }
  | { readonly method: 'population'; readonly generations: number };

/** A piece of training: a trial from one amount of decisions to another. */
export interface TrialStep {
  readonly trial: number;
  readonly settings: Settings;
  /** Decisions before and after. */
  readonly from: number;
  readonly to: number;
  /** Trial whose state it goes on from: itself, or the one that it copies; -1 at the start. */
  readonly parent: number;
  /** Count of the steps of a trial, from 0. */
  readonly generation: number;
}

/** Runs one step and tells how good the policy then is; larger is better. An executor: here, in workers, on other machines. */
export type RunTrialStep = (step: TrialStep) => Promise<number>;

export interface SearchOptions {
  readonly space: SearchSpace;
  readonly method: SearchMethod;
  readonly trials: number;
  /** Decisions of a whole trial. */
  readonly budget: number;
  readonly seed: number;
  readonly run: RunTrialStep;
  /** Steps that run at once; the result does not depend on it. Default 1. */
  readonly parallel?: number;
  /** Only the trials `i` with `i % of === index` (random search: nothing else is independent). */
  readonly shard?: { readonly index: number; readonly of: number };
  readonly onStep?: (step: TrialStep, objective: number) => void;
  readonly signal?: AbortSignal;
}

export interface TrialResult {
  readonly trial: number;
  readonly settings: Settings;
  readonly decisions: number;
  readonly objective: number;
  readonly history: readonly { readonly decisions: number; readonly objective: number; readonly parent: number }[];
}

export interface SearchResult {
  /** Best first: those trained longest before all others, then by objective. */
  readonly trials: readonly TrialResult[];
  /** Decisions trained in all. */
  readonly spent: number;
  /** False when the signal ended it before its end. */
  readonly complete: boolean;
}

interface Trial {
  readonly trial: number;
  settings: Settings;
  decisions: number;
  objective: number;
  history: { decisions: number; objective: number; parent: number }[];
}

/**
 * Searches for good settings. Everything drawn follows from `seed` and the objectives, whatever the order in which steps
 * end: a search that is killed and started again asks for the same steps, of which `run` may remember the objectives.
 *
 * Errors: MISUSE for a shard of another method than random; whatever `run` throws.
 */
export async function searchSettings(options: SearchOptions): Promise<SearchResult> {
  const { space, method, budget, seed, shard } = options;
  if (shard !== undefined && method.method !== 'random') {
    throw new SpaceCloudError('MISUSE', `Expected method random with --shard, got ${method.method}.`, {
      hint: 'Trials of the other methods wait for each other: run the search as one.',
    });
  }
  const all = Array.from({ length: options.trials }, (_, trial): Trial => {
    const settings = drawSettings(space, new Rng(seed, `search:trial:${trial}`));
    return { trial, settings, decisions: 0, objective: -Infinity, history: [] };
  });
  const trials = shard === undefined ? all : all.filter(({ trial }) => trial % shard.of === shard.index);
  const spent = { decisions: 0 };
  const advance = (some: readonly Trial[], to: number, parents: ReadonlyMap<number, number> = new Map()) =>
    advanceAll(options, some, { to, parents, spent });
  let complete: boolean;
  if (method.method === 'random') complete = await advance(trials, budget);
  else if (method.method === 'halving') complete = await halve(trials, budget, method.reduction, advance);
  else complete = await evolve(trials, options, method.generations, advance);
  const ranked = trials.filter(({ history }) => history.length > 0).sort(better);
  return { trials: ranked.map((trial) => ({ ...trial })), spent: spent.decisions, complete };
}

type Advance = (trials: readonly Trial[], to: number, parents?: ReadonlyMap<number, number>) => Promise<boolean>;

async function halve(trials: readonly Trial[], budget: number, reduction: number, advance: Advance): Promise<boolean> {
  // The largest k with reduction^k <= trials: then one or few trials get the whole budget.
  let rungs = 0;
  while (reduction ** (rungs + 1) <= trials.length) rungs++;
  let left = trials;
  for (let rung = rungs; rung >= 0; rung--) {
    if (!(await advance(left, Math.ceil(budget / reduction ** rung)))) return false;
    left = [...left].sort(better).slice(0, Math.max(1, Math.floor(left.length / reduction)));
  }
  return true;
}

async function evolve(
  trials: readonly Trial[],
  { space, seed, budget }: SearchOptions,
  generations: number,
  advance: Advance,
): Promise<boolean> {
  const replaced = Math.floor(trials.length / 4);
  let parents = new Map<number, number>();
  for (let generation = 0; generation < generations; generation++) {
    if (!(await advance(trials, Math.ceil((budget * (generation + 1)) / generations), parents))) return false;
    if (generation === generations - 1) break;
    const ranked = [...trials].sort(better);
    parents = new Map();
    for (let i = 0; i < replaced; i++) {
      const [good, bad] = [ranked[i] as Trial, ranked[ranked.length - 1 - i] as Trial];
      parents.set(bad.trial, good.trial);
      const rng = new Rng(seed, `search:generation:${generation}:${bad.trial}`);
      bad.settings = perturbSettings(space, good.settings, rng);
    }
  }
  return true;
}

/** Advances trials, some at once; false when the signal came. Trials that copy others do so from the state before. */
async function advanceAll(
  { run, parallel = 1, onStep, signal }: SearchOptions,
  trials: readonly Trial[],
  {
    to,
    parents,
    spent,
  }: { readonly to: number; readonly parents: ReadonlyMap<number, number>; readonly spent: { decisions: number } },
): Promise<boolean> {
  const steps = trials.map(({ trial, settings, decisions, history }): TrialStep => {
    const parent = parents.get(trial) ?? (decisions === 0 ? -1 : trial);
    return { trial, settings, from: decisions, to, parent, generation: history.length };
  });
  let next = 0;
  const stopped = (): boolean => signal?.aborted === true;
  const work = async (): Promise<void> => {
    while (next < steps.length && !stopped()) {
      const at = next++;
      const [step, trial] = [steps[at] as TrialStep, trials[at] as Trial];
      const objective = await run(step);
      if (stopped()) return;
      trial.decisions = step.to;
      trial.objective = Number.isFinite(objective) ? objective : -Infinity;
      trial.history = [...trial.history, { decisions: step.to, objective: trial.objective, parent: step.parent }];
      spent.decisions += step.to - step.from;
      onStep?.(step, trial.objective);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, work));
  return !stopped();
}

function better(a: Trial, b: Trial): number {
  if (a.decisions !== b.decisions) return b.decisions - a.decisions;
  return a.objective === b.objective ? a.trial - b.trial : b.objective > a.objective ? 1 : -1;
}

/** Steps of a whole search, and the decisions that they train in all; for progress. */
export function searchEffort({ method, trials, budget, shard }: Omit<SearchOptions, 'run' | 'space' | 'seed'>): number {
  if (method.method !== 'halving') {
    const own = shard === undefined ? trials : Math.ceil((trials - shard.index) / shard.of);
    return own * budget;
  }
  let [rungs, left, before, sum] = [0, trials, 0, 0];
  while (method.reduction ** (rungs + 1) <= trials) rungs++;
  for (let rung = rungs; rung >= 0; rung--) {
    const to = Math.ceil(budget / method.reduction ** rung);
    sum += left * (to - before);
    before = to;
    left = Math.max(1, Math.floor(left / method.reduction));
  }
  return sum;
}
