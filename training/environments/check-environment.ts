import { type DecisionBatch, Rng } from '../../core/index.ts';
import { EnvironmentPlay, type PlayedStep } from './environment-play.ts';
import { missingPart } from './environment-parts.ts';
import { AGENT_STATUS, type MultiAgentEnvironment, isRunning } from './multi-agent-environment.ts';

/** What `checkEnvironment` looks at, and what each rule asks for. */
export const ENVIRONMENT_CHECKS = {
  made: '`make` gives an environment: its fields are there and of their types',
  specification: 'feature names are unique per kind, `prior` is the last candidate feature, at most 255 candidates',
  columns: 'agents have unique names; status and reward have one entry per agent',
  repeatable: 'the same seed and choices give the same episode',
  seeded: 'another seed gives another episode (advice: some environments have no chance in them)',
  observable: 'observing twice shows the same and changes nothing',
  rows: 'kind and candidateCount are in range, nothing is allowed past candidateCount',
  mask: 'at least one candidate is allowed',
  features: 'features are finite',
  rewards: 'rewards are finite, and 0 for whoever took no part',
  lifecycle: 'status values are known; nobody is revived, or leaves without an end',
  ending: 'an episode ends',
  truncation: 'a time limit is told as truncated, not terminated (advice: lengths that never differ)',
  masked: 'a choice that is not allowed is refused by an error and changes nothing',
  unasked: 'entries of choices for agents that are not asked mean nothing',
  separate: 'two environments at once do not disturb each other',
  restore: 'status and state, put back into a fresh environment, continue the episode exactly',
  global: 'global features and observeGlobal come together and are finite',
} as const;
export type EnvironmentCheck = keyof typeof ENVIRONMENT_CHECKS;

export interface CheckFinding {
  readonly check: EnvironmentCheck;
  /** Advice may be right as it is; all else breaks learning or resuming. */
  readonly advice: boolean;
  readonly message: string;
}

export interface CheckEnvironmentOptions {
  /** Episodes to play; default 10. */
  readonly episodes?: number;
  /** Steps after which an episode counts as endless; default 10,000. */
  readonly maxSteps?: number;
  readonly seed?: number;
}

/**
 * Plays an environment at random and reports every rule of `MultiAgentEnvironment` that it breaks, each at most once, with
 * agent, step and values. An empty list: nothing found. Nothing is thrown, whatever the environment does.
 *
 * @example
 * for (const { check, message } of checkEnvironment(() => new MyEnvironment())) console.log(`${check}: ${message}`);
 */
export function checkEnvironment(
  make: () => MultiAgentEnvironment,
  { episodes = 10, maxSteps = 10_000, seed = 1 }: CheckEnvironmentOptions = {},
): CheckFinding[] {
  const checker = new Checker(make, { episodes, maxSteps, seed });
  checker.run();
  return checker.findings;
}

const ADVICE: readonly EnvironmentCheck[] = ['seeded', 'truncation'];

class Checker {
  readonly findings: CheckFinding[] = [];
  private readonly make: () => MultiAgentEnvironment;
  private readonly options: Required<CheckEnvironmentOptions>;

  constructor(make: () => MultiAgentEnvironment, options: Required<CheckEnvironmentOptions>) {
    this.make = make;
    this.options = options;
  }

  run(): void {
    const env = this.checkMade();
    if (env === undefined || !this.checkShape(env)) return;
    // Without these nothing can be played, and what follows would only repeat the same fault.
    if (!this.playAll(env)) return;
    this.attempt('repeatable', () => this.checkRepeatable());
    this.attempt('observable', () => this.checkObservable());
    this.attempt('masked', () => this.checkMasked());
    this.attempt('unasked', () => this.checkUnasked());
    this.attempt('separate', () => this.checkSeparate());
    this.attempt('restore', () => this.checkRestore());
  }

  private find(check: EnvironmentCheck, message: string): void {
    if (this.findings.some((finding) => finding.check === check)) return;
    this.findings.push({ check, advice: ADVICE.includes(check), message });
  }

  /** An error thrown where none is due is a finding of the check under way. */
  private attempt(check: EnvironmentCheck, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.find(check, `Expected no error, got '${messageOf(error)}'.`);
    }
  }

  /** What `make` gives, if all that the other checks read is there. */
  private checkMade(): MultiAgentEnvironment | undefined {
    let env: unknown;
    try {
      env = this.make();
      const fault = missingPart(env);
      if (fault === undefined) return env as MultiAgentEnvironment;
      this.find('made', fault);
    } catch (error) {
      this.find('made', `Expected make to give an environment, got the error '${messageOf(error)}'.`);
    }
    return undefined;
  }

  private checkShape(env: MultiAgentEnvironment): boolean {
    const { spec, agents, status, reward } = env;
    if (spec.maxCandidates < 1 || spec.maxCandidates > 255) {
      this.find('specification', `Expected maxCandidates in 1 .. 255, got ${spec.maxCandidates}.`);
    }
    if (spec.kinds.length === 0) this.find('specification', 'Expected at least one kind, got none.');
    for (const { kind, context, candidate } of spec.kinds) {
      const doubled = firstDouble(context.map(({ name }) => name)) ?? firstDouble(candidate.map(({ name }) => name));
      if (doubled !== undefined)
        this.find('specification', `Expected '${doubled}' once in kind '${kind}', got it twice.`);
      const last = candidate[candidate.length - 1]?.name;
      if (last !== 'prior') {
        this.find(
          'specification',
          `Expected the last candidate feature of kind '${kind}' to be 'prior', got '${last}'.`,
        );
      }
    }
    const doubled = firstDouble(agents);
    if (agents.length === 0) this.find('columns', 'Expected at least one agent, got none.');
    if (doubled !== undefined) this.find('columns', `Expected agent '${doubled}' once, got it twice.`);
    if (status.length !== agents.length || reward.length !== agents.length) {
      const got = `status of ${status.length} and reward of ${reward.length}`;
      this.find('columns', `Expected status and reward of ${agents.length} entries, got ${got}.`);
    }
    if ((env.globalFeatures === undefined) !== (env.observeGlobal === undefined)) {
      this.find('global', 'Expected both globalFeatures and observeGlobal or neither, got one of them.');
    }
    return this.findings.length === 0;
  }

  /** Plays all episodes on one environment, checking every step; false when they cannot be played to their ends. */
  private playAll(env: MultiAgentEnvironment): boolean {
    const { episodes, maxSteps, seed } = this.options;
    const lengths: number[] = [];
    const texts: string[] = [];
    let onlyTerminated = true;
    for (let episode = 0; episode < episodes; episode++) {
      const place = `in the episode of seed ${seed + episode}`;
      try {
        env.reset(seed + episode);
        const play = new EnvironmentPlay(env, new Rng(seed + episode, 'check'));
        texts.push(play.text());
        let steps = 0;
        for (; isRunning(env.status) && steps < maxSteps; steps++) {
          this.checkRows(play, `at step ${steps} ${place}`);
          if (this.findings.some(({ advice }) => !advice)) return false;
          const before = env.status.slice();
          play.step();
          this.checkOutcome(env, before, `after step ${steps + 1} ${place}`);
        }
        if (isRunning(env.status)) {
          this.find('ending', `Expected an episode to end within ${maxSteps} steps, got none ${place}.`);
          return false;
        }
        if (steps === 0)
          this.find('ending', `Expected somebody to be asked or waiting after reset, got nobody ${place}.`);
        this.checkRows(play, `at the end ${place}`);
        lengths.push(steps);
        if (env.status.includes(AGENT_STATUS.truncated)) onlyTerminated = false;
      } catch (error) {
        this.find('repeatable', `Expected no error ${place}, got '${messageOf(error)}'.`);
        return false;
      }
    }
    const [first] = lengths;
    if (onlyTerminated && episodes > 2 && first !== undefined && first > 1 && lengths.every((each) => each === first)) {
      this.find(
        'truncation',
        `Expected a time limit to be told as truncated, got ${lengths.length} episodes that all terminated after ${first} steps.`,
      );
    }
    if (episodes > 2 && texts.every((text) => text === texts[0])) {
      this.find(
        'seeded',
        `Expected seeds to start different episodes, got the same observations from ${episodes} seeds.`,
      );
    }
    return !this.findings.some(({ advice }) => !advice);
  }

  /** What everybody sees who must be able to see. */
  private checkRows({ env, batch, row }: EnvironmentPlay, place: string): void {
    env.agents.forEach((agent, i) => {
      const status = env.status[i] as number;
      if (status === AGENT_STATUS.absent || status === AGENT_STATUS.terminated) return;
      row.clear();
      env.observe(i, row);
      this.checkRow(batch, `${agent} ${place}`, status === AGENT_STATUS.asked);
      if (env.observeGlobal === undefined) return;
      const out = new Float32Array(env.globalFeatures?.length ?? 0);
      env.observeGlobal(i, out);
      const broken = out.findIndex((value) => !Number.isFinite(value));
      if (broken >= 0) {
        const name = env.globalFeatures?.[broken]?.name;
        this.find('global', `Expected finite global features for ${agent} ${place}, got ${name} = ${out[broken]}.`);
      }
    });
  }

  private checkRow(batch: DecisionBatch, who: string, asked: boolean): void {
    const { spec, maxCandidates, candidateStride } = batch;
    const kind = spec.kinds[batch.kind[0] as number];
    const count = batch.candidateCount[0] as number;
    if (kind === undefined) {
      this.find('rows', `Expected a kind below ${spec.kinds.length} for ${who}, got ${batch.kind[0]}.`);
      return;
    }
    if (count < 1 || count > maxCandidates) {
      this.find('rows', `Expected 1 .. ${maxCandidates} candidates for ${who}, got ${count}.`);
      return;
    }
    const mask = batch.actionMask.subarray(0, maxCandidates);
    if (mask.some((allowed) => allowed > 1))
      this.find('rows', `Expected a mask of 0 and 1 for ${who}, got ${mask.join()}.`);
    if (mask.subarray(count).includes(1)) {
      this.find('rows', `Expected nothing allowed past candidate ${count - 1} for ${who}, got mask ${mask.join()}.`);
    }
    if (asked && !mask.subarray(0, count).includes(1)) {
      this.find('mask', `Expected at least one allowed candidate for ${who}, got ${count} and none allowed.`);
    }
    kind.context.forEach(({ name }, i) => {
      const value = batch.context[i] as number;
      if (!Number.isFinite(value))
        this.find('features', `Expected finite features for ${who}, got ${name} = ${value}.`);
    });
    for (let k = 0; k < count; k++) {
      kind.candidate.forEach(({ name }, i) => {
        const value = batch.candidates[k * candidateStride + i] as number;
        if (Number.isFinite(value)) return;
        this.find('features', `Expected finite features for ${who}, got ${name} = ${value} of candidate ${k}.`);
      });
    }
  }

  private checkOutcome(env: MultiAgentEnvironment, before: Uint8Array, place: string): void {
    const { absent, terminated, truncated } = AGENT_STATUS;
    env.agents.forEach((agent, i) => {
      const [was, is] = [before[i] as number, env.status[i] as number];
      const reward = env.reward[i] as number;
      const ended = was === terminated || was === truncated;
      if (!Number.isFinite(reward))
        this.find('rewards', `Expected a finite reward for ${agent} ${place}, got ${reward}.`);
      if (is > truncated)
        this.find('lifecycle', `Expected a status of 0 .. ${truncated} for ${agent} ${place}, got ${is}.`);
      if (ended && is !== was) {
        this.find('lifecycle', `Expected ${agent} to stay ${nameOf(was)} ${place}, got ${nameOf(is)}.`);
      }
      if (was !== absent && is === absent) {
        this.find('lifecycle', `Expected ${agent} to end as terminated or truncated ${place}, got absent.`);
      }
      if ((ended || (was === absent && is === absent)) && reward !== 0) {
        this.find('rewards', `Expected reward 0 for ${agent}, ${nameOf(was)} ${place}, got ${reward}.`);
      }
    });
  }

  private checkRepeatable(): void {
    const [a, b] = [this.playOn(this.make()), this.playOn(this.make())];
    const differing = firstDifference(a, b);
    if (differing !== undefined) {
      this.find(
        'repeatable',
        `Expected two plays of seed ${this.options.seed} to be equal, got a difference at step ${differing}.`,
      );
      return;
    }
    // A used environment must start as a fresh one does.
    const used = this.make();
    this.playOn(used, this.options.seed + 1);
    const again = firstDifference(a, this.playOn(used));
    if (again !== undefined) {
      this.find(
        'repeatable',
        `Expected reset to leave nothing of the episode before, got a difference at step ${again}.`,
      );
    }
  }

  private checkObservable(): void {
    const plain = this.playOn(this.make());
    const env = this.make();
    const watched = this.playOn(env, this.options.seed, (play) => {
      const [first, second] = [play.text(), play.text()];
      if (first !== second) this.find('observable', 'Expected observing twice to show the same, got a difference.');
    });
    const differing = firstDifference(plain, watched);
    if (differing !== undefined) {
      this.find('observable', `Expected observing to change nothing, got another episode from step ${differing} on.`);
    }
  }

  private checkMasked(): void {
    const { seed } = this.options;
    const env = this.make();
    let tried = 0;
    this.playOn(env, seed, (play) => {
      if (tried >= 20) return;
      const refused = play.forbidden();
      if (refused === undefined) return;
      tried++;
      const before = JSON.stringify([...env.status, ...Object.values(env.state).map((column) => Array.from(column))]);
      let error: unknown;
      try {
        env.step(refused.choices);
      } catch (caught) {
        error = caught;
      }
      const what = `choice ${refused.choice} of ${env.agents[refused.agent]}, which is not allowed`;
      if (error === undefined) {
        this.find('masked', `Expected ${what}, to be refused, got no error.`);
        tried = Infinity;
        env.reset(seed);
      } else if (
        before !== JSON.stringify([...env.status, ...Object.values(env.state).map((column) => Array.from(column))])
      ) {
        this.find('masked', `Expected ${what}, to change nothing, got a changed state.`);
      }
    });
  }

  private checkUnasked(): void {
    const plain = this.playOn(this.make());
    const noisy = this.playOn(this.make(), this.options.seed, (play) => play.fillUnasked(255));
    const differing = firstDifference(plain, noisy);
    if (differing !== undefined) {
      this.find(
        'unasked',
        `Expected choices of agents not asked to mean nothing, got a difference at step ${differing}.`,
      );
    }
  }

  private checkSeparate(): void {
    const plain = this.playOn(this.make());
    const other = this.make();
    other.reset(this.options.seed + 1);
    const rival = new EnvironmentPlay(other, new Rng(99, 'check'));
    const beside = this.playOn(this.make(), this.options.seed, () => {
      if (isRunning(other.status)) rival.step();
      else other.reset(this.options.seed + 2);
    });
    const differing = firstDifference(plain, beside);
    if (differing !== undefined) {
      this.find(
        'separate',
        `Expected another environment beside it to change nothing, got a difference at step ${differing}.`,
      );
    }
  }

  private checkRestore(): void {
    const { seed, maxSteps } = this.options;
    const length = this.playOn(this.make()).length;
    for (const share of [0, 0.3, 0.6, 0.9]) {
      const at = Math.floor(length * share);
      const original = this.make();
      original.reset(seed);
      const rng = new Rng(seed, 'play');
      const play = new EnvironmentPlay(original, rng);
      for (let step = 0; step < at && isRunning(original.status); step++) play.step();
      const saved = structuredClone({ status: original.status, state: { ...original.state } });
      const [rngState, seen] = [rng.state.slice(), play.text()];
      const rest = finish(play, maxSteps);
      const restored = this.make();
      restored.reset(seed);
      restored.status.set(saved.status);
      for (const [name, column] of Object.entries(saved.state)) restored.state[name]?.set(column);
      const restoredRng = new Rng(1, 'play');
      restoredRng.state.set(rngState);
      const continued = new EnvironmentPlay(restored, restoredRng);
      if (continued.text() !== seen) {
        this.find('restore', `Expected what was saved at step ${at} to show the same observations, got others.`);
        return;
      }
      const differing = firstDifference(rest, finish(continued, maxSteps));
      if (differing !== undefined) {
        this.find(
          'restore',
          `Expected what was saved at step ${at} to go on exactly, got a difference ${differing + 1} steps later.`,
        );
        return;
      }
    }
  }

  /** One episode played at random, step by step as texts; `before` each step. */
  private playOn(
    env: MultiAgentEnvironment,
    seed = this.options.seed,
    before: (play: EnvironmentPlay) => void = () => undefined,
  ): PlayedStep[] {
    env.reset(seed);
    return finish(new EnvironmentPlay(env, new Rng(seed, 'play')), this.options.maxSteps, before);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function finish(
  play: EnvironmentPlay,
  maxSteps: number,
  before: (play: EnvironmentPlay) => void = () => undefined,
): PlayedStep[] {
  const steps: PlayedStep[] = [];
  while (isRunning(play.env.status) && steps.length < maxSteps) {
    before(play);
    steps.push(play.step());
  }
  return steps;
}

function firstDifference(a: readonly string[], b: readonly string[]): number | undefined {
  const at = a.findIndex((text, i) => text !== b[i]);
  if (at >= 0) return at;
  return a.length === b.length ? undefined : Math.min(a.length, b.length);
}

function firstDouble(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) !== i);
}

function nameOf(status: number): string {
  return Object.entries(AGENT_STATUS).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}
