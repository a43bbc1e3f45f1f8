import { join } from 'node:path';
import { makeFolders } from '../../core/files/index.ts';
import { VERSION, decisionSpecHash, hashJson } from '../../core/index.ts';
import {
  type Architecture,
  LearnedPolicy,
  type Normaliser,
  Scorer,
  architectureOf,
  normaliserFromJson,
  normaliserToJson,
} from '../../policies/index.ts';
import type { CheckpointIdentity } from '../checkpoint/format.ts';
import { lockRun } from '../checkpoint/run-lock.ts';
import { findCheckpoint, saveCheckpoint } from '../checkpoint.ts';
import { nextTurn } from '../executors/next-turn.ts';
import {
  LEARNING_ENGINE_NAMES,
  type LearningEnginePreference,
  PPO_DEFAULTS,
  type PpoConfig,
  loadLearningEngine,
  ppoConfig,
} from '../ppo/index.ts';
import { CHECKPOINT_FILE } from '../run-files.ts';
import {
  type EnvironmentIteration,
  EnvironmentTraining,
  type EnvironmentTrainingOptions,
} from './environment-training.ts';
import { ANYTHING, type OptionRules, checkOptions, ofType, oneOf, optional, wholeFrom } from './option-rules.ts';

/** Defaults of `trainEnvironment`; those of PPO are `PPO_DEFAULTS`, but minibatches of 256 rows and learning rate 2.5e-3. */
export const ENVIRONMENT_TRAINING_DEFAULTS = {
  seed: 1,
  copies: 16,
  rowsPerIteration: 2048,
  network: {},
  reward: 'own',
  calibrationDecisions: 2048,
} as const;
/** Small environments give few rows: more and larger steps of gradient than `PPO_DEFAULTS`, which are for the space cloud. */
const SMALL_STEPS = { minibatchRows: 256, learningRate: 2.5e-3 };
const CHECKPOINT_EVERY_ITERATIONS = 20;

type Defaulted = keyof typeof ENVIRONMENT_TRAINING_DEFAULTS;

export interface TrainEnvironmentOptions
  extends
    Pick<EnvironmentTrainingOptions, 'make' | 'maxEpisodeSteps'>,
    Partial<Pick<EnvironmentTrainingOptions, Defaulted | 'ppo'>> {
  /** Decisions to learn from, over all agents and copies; the run ends with the iteration that reaches them. */
  readonly decisions: number;
  /** Folder for the checkpoint, made if absent; without one nothing is written. */
  readonly runFolder?: string;
  /** Go on, bit for bit, from the folder's checkpoint if there is one. */
  readonly resume?: boolean;
  readonly engine?: LearningEnginePreference;
  readonly onIteration?: (iteration: EnvironmentIteration & { readonly iterations: number }) => void;
  /** Ends the run after the iteration under way, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface TrainedEnvironment {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
  /** The trained policy, greedy; for `playEpisodes` or your own loop. */
  readonly policy: LearnedPolicy;
  readonly iterations: number;
  /** True when the run was ended by its signal before its last iteration. */
  readonly interrupted: boolean;
}

const RULES: OptionRules<TrainEnvironmentOptions> = {
  make: ofType('function'),
  decisions: wholeFrom(1),
  seed: optional(wholeFrom(1)),
  copies: optional(wholeFrom(1)),
  rowsPerIteration: optional(wholeFrom(1)),
  calibrationDecisions: optional(wholeFrom(0)),
  maxEpisodeSteps: optional(wholeFrom(1)),
  network: optional(ofType('object')),
  reward: optional(oneOf('own', 'team')),
  ppo: optional(ofType('object')),
  runFolder: optional(ofType('string')),
  resume: optional(ofType('boolean')),
  engine: optional(oneOf('auto', ...LEARNING_ENGINE_NAMES)),
  onIteration: optional(ofType('function')),
  signal: optional(ofType('object')),
};
/** Names only: `ppoConfig` and `architectureOf` know what their values must be. */
const PPO_RULES = Object.fromEntries(
  Object.keys(PPO_DEFAULTS).map((name) => [name, ANYTHING]),
) as unknown as OptionRules<Partial<PpoConfig>>;
const NETWORK_RULES: OptionRules<EnvironmentTrainingOptions['network']> = {
  hidden: ANYTHING,
  prior: ANYTHING,
  attention: ANYTHING,
  memory: ANYTHING,
};

/**
 * Trains one policy for all agents of an environment by PPO, in this thread: copies side by side, one batch for the agents
 * that are asked, one shared network. The same learner and policy runtime as the space cloud's.
 *
 * @throws SpaceCloudError `MISUSE` for an option that is unknown or not what it must be, and when the environment breaks a rule that learning depends on (`checkEnvironment` tells
 * which), `ENGINE_UNAVAILABLE`; with a run folder `RUN_LOCKED`, `CHECKPOINT_*`, `FILE_WRITE`, `DISK_FULL`.
 * @example
 * const { policy } = await trainEnvironment({ make: () => new MyEnvironment(), decisions: 100_000, seed: 1 });
 * const episodes = playEpisodes({ make: () => new MyEnvironment(), policy, episodes: 100 });
 */
export async function trainEnvironment(options: TrainEnvironmentOptions): Promise<TrainedEnvironment> {
  checkOptions(options, RULES);
  checkOptions(options.ppo ?? {}, PPO_RULES, 'ppo.');
  checkOptions(options.network ?? {}, NETWORK_RULES, 'network.');
  const { runFolder } = options;
  if (runFolder === undefined) return run(options, undefined);
  makeFolders(runFolder);
  const lock = lockRun(runFolder);
  try {
    return await run(options, join(runFolder, CHECKPOINT_FILE));
  } finally {
    lock.release();
  }
}

async function run(options: TrainEnvironmentOptions, checkpointFile: string | undefined): Promise<TrainedEnvironment> {
  const { make, maxEpisodeSteps, decisions, signal, onIteration } = options;
  const config = {
    ...ENVIRONMENT_TRAINING_DEFAULTS,
    ...chosen(options),
    ppo: ppoConfig({ ...SMALL_STEPS, ...options.ppo }),
  };
  const iterations = Math.ceil(decisions / config.rowsPerIteration);
  const { name, spec, agents } = make();
  const engine = await loadLearningEngine(options.engine, architectureOf(spec, config.network));
  const identity: CheckpointIdentity = {
    version: VERSION,
    environment: hashJson({ name, agents }),
    configuration: hashJson({ ...config, decisions, maxEpisodeSteps: maxEpisodeSteps ?? null }),
    decisionSpec: decisionSpecHash(spec),
    engine: engine.name,
  };
  const found =
    checkpointFile !== undefined && options.resume === true ? findCheckpoint(checkpointFile, identity) : undefined;
  const normaliser = found && normaliserFromJson(spec, found.manifest.state['normaliser']);
  const training = new EnvironmentTraining({ make, engine, maxEpisodeSteps, iterations, ...config }, normaliser);
  try {
    if (found !== undefined) training.restoreState(found.sections);
    const save = (): void => {
      if (checkpointFile === undefined) return;
      const state = { normaliser: normaliserToJson(spec, training.normaliser) };
      saveCheckpoint(checkpointFile, { manifest: { identity, state }, sections: training.saveState() });
    };
    while (training.iterationsDone < iterations && signal?.aborted !== true) {
      const iteration = training.next();
      onIteration?.({ ...iteration, iterations });
      if (training.iterationsDone % CHECKPOINT_EVERY_ITERATIONS === 0) save();
      // Signals and timers of the caller get their turn.
      await nextTurn();
    }
    save();
    const weights = training.learner.weights.slice();
    const scorer = new Scorer(spec, training.architecture, weights, training.normaliser);
    return {
      architecture: training.architecture,
      normaliser: training.normaliser,
      weights,
      policy: new LearnedPolicy(scorer, { name: 'learned', mode: 'greedy' }),
      iterations: training.iterationsDone,
      interrupted: training.iterationsDone < iterations,
    };
  } finally {
    training.learner.dispose();
  }
}

/** Those of the options that replace a default. */
function chosen(options: TrainEnvironmentOptions): Partial<Pick<EnvironmentTrainingOptions, Defaulted>> {
  const names = Object.keys(ENVIRONMENT_TRAINING_DEFAULTS) as Defaulted[];
  return Object.fromEntries(names.flatMap((each) => (options[each] === undefined ? [] : [[each, options[each]]])));
}
