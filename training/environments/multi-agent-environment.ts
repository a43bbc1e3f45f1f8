import { type DecisionSpec, type Feature, SpaceCloudError } from '../../core/index.ts';

/** What an agent is doing; a column of these is an environment's `status`. */
export const AGENT_STATUS = {
  /** Has not joined the episode yet. */
  absent: 0,
  /** Must choose now. */
  asked: 1,
  /** Takes part, but has nothing to choose now. */
  waiting: 2,
  /** Its task is over: nothing follows, its value from here on is 0. */
  terminated: 3,
  /** Cut by a limit: it would have gone on, so what it sees now still has a value. */
  truncated: 4,
} as const;

/** Everything of an environment that changes during an episode, by name. */
export type EnvironmentColumns = Readonly<Record<string, Float64Array | Int32Array | Uint32Array | Uint8Array>>;

/** Where an environment writes what one agent sees; all zero before. Lengths are those of the specification. */
export interface ObservationRow {
  /** Index into `spec.kinds`; 0 unless written. */
  kind: number;
  /** Candidates that exist, at most `spec.maxCandidates`. */
  candidateCount: number;
  /** [features] */
  readonly context: Float32Array;
  /** [maxCandidates * candidateStride] candidate `k` starts at `k * candidateStride`. */
  readonly candidates: Float32Array;
  readonly candidateStride: number;
  /** [maxCandidates] 1 = allowed; at least one, none at or past `candidateCount`. */
  readonly actionMask: Uint8Array;
}

/**
 * An environment of your own, for the same learner as the space cloud. One object is one world with several agents;
 * `trainEnvironment` plays many copies side by side, `checkEnvironment` tells whether the rules below are kept.
 *
 * Agents are numbers 0 .. `agents.length - 1`; they may join late, die, wait, and are never revived within an episode. The
 * episode is over when nobody is asked or waiting. Then `reset` starts the next one.
 */
export interface MultiAgentEnvironment {
  readonly name: string;
  /** What agents see and choose among; see `actionSpec` and `candidateSpec`. */
  readonly spec: DecisionSpec;
  /** Names of all agents that may ever take part; never changes. */
  readonly agents: readonly string[];
  /** [agents] `AGENT_STATUS` now. */
  readonly status: Uint8Array;
  /** [agents] reward of the last step; 0 for whoever took no part in it. */
  readonly reward: Float64Array;
  /**
   * The columns that hold the state, random streams included (`Rng.state`). To restore an episode, `reset` is called with
   * its seed and these columns and `status` are overwritten; the environment must then go on exactly.
   */
  readonly state: EnvironmentColumns;
  /** What `observeGlobal` writes; absent if there is no global state. */
  readonly globalFeatures?: readonly Feature[];
  /** Starts an episode; the seed alone, an integer in [1, 2^32), decides what happens by chance. */
  reset(seed: number): void;
  /**
   * Advances by one time unit. `choices` [agents]: candidate indices of those asked; other entries mean nothing.
   * Must refuse a masked choice by an error (`requireAllowed`), before anything has changed.
   */
  step(choices: Uint8Array): void;
  /** Writes what an agent sees now. Must work for whoever is asked, waits, or was truncated in the last step. */
  observe(agent: number, row: ObservationRow): void;
  /** The true global state as the central critic of `mappo` sees it from an agent's place; agents never get it. */
  observeGlobal?(agent: number, out: Float32Array): void;
}

/** A specification for agents that choose among `actions` fixed actions: candidate `k` is a one-hot of action `k`. */
export function actionSpec(context: readonly string[], actions: number): DecisionSpec {
  return candidateSpec(
    context,
    Array.from({ length: actions }, (_, action) => `isAction${action}`),
    actions,
  );
}

/**
 * A specification for agents that choose among up to `maxCandidates` things, each described by features: one network
 * scores them all, so their number and order may change. The last feature, `prior`, is added: the logit of a heuristic
 * to start from, or 0.
 */
export function candidateSpec(
  context: readonly string[],
  candidate: readonly string[],
  maxCandidates: number,
): DecisionSpec {
  const features = (names: readonly string[]): Feature[] => names.map((name) => ({ name, unit: '1' }));
  return {
    version: 1,
    maxCandidates,
    kinds: [
      {
        kind: 'act',
        context: features(context),
        candidate: [...features(candidate), { name: 'prior', unit: 'logit' }],
      },
    ],
  };
}

/** Writes the one-hot candidates of `actionSpec`, all allowed; mask what is forbidden afterwards. */
export function writeActions(row: ObservationRow, actions: number): void {
  row.candidateCount = actions;
  for (let action = 0; action < actions; action++) {
    row.candidates[action * row.candidateStride + action] = 1;
    row.actionMask[action] = 1;
  }
}

/** Refuses a choice that is not allowed; masks are law, not advice. Errors: ILLEGAL_CHOICE. */
export function requireAllowed(allowed: boolean, agent: string, choice: number | undefined): void {
  if (allowed) return;
  throw new SpaceCloudError('ILLEGAL_CHOICE', `Expected ${agent} to choose an allowed candidate, got ${choice}.`);
}

/** True while anybody is asked or waiting. */
export function isRunning(status: Uint8Array): boolean {
  return status.includes(AGENT_STATUS.asked) || status.includes(AGENT_STATUS.waiting);
}
