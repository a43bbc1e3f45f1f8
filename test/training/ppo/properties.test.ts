import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CRITIC_WIDTH, Rng } from '../../../core/index.ts';
import { type ArchitectureOptions, LearnedPolicy, Scorer } from '../../../policies/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { EnvironmentCollector } from '../../../training/environments/environment-collector.ts';
import {
  AGENT_STATUS,
  EnvironmentCopies,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  writeActions,
} from '../../../training/environments/index.ts';
import type { PpoConfig } from '../../../training/ppo/config.ts';
import { Learner } from '../../../training/ppo/learner.ts';
import type { UpdateMetrics } from '../../../training/ppo/update-metrics.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../../../training/rollout/buffer.ts';
import { bufferOf, measuredNetwork, scorerOf, testCollector } from './collected.ts';
import { testPolicy } from './random-rollout.ts';

/** What must hold whatever is learned, in the small scenario of 12 satellites: rollouts, learner and agents as in training. */

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

interface Run {
  readonly seed: number;
  readonly network?: ArchitectureOptions;
  readonly ppo?: Partial<PpoConfig>;
  readonly iterations?: number;
  /** Changes each rollout before it is learned from. */
  readonly alter?: (buffer: RolloutBuffer) => void;
}

/** A short training run; what it measured, and its weights before and after. */
function run({ seed, network = {}, ppo = {}, iterations = 2, alter }: Run) {
  const initial = measuredNetwork({ hidden: 8, ...network }, seed);
  const learner = Learner.create(engine, initial, { minibatchRows: 256, epochs: 2, ...ppo });
  const shuffle = new Rng(seed, 'shuffle');
  const metrics: UpdateMetrics[] = [];
  const scorer = scorerOf(initial);
  const collector = testCollector(initial, { rows: 800, seed }, scorer);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    collector.collect();
    alter?.(bufferOf(collector));
    metrics.push(learner.update([bufferOf(collector)], shuffle, { iteration, iterations }));
    scorer.setWeights(learner.weights);
  }
  collector.close();
  learner.dispose();
  return { metrics, initial, weights: learner.weights };
}

function hash(weights: Float32Array): string {
  return createHash('sha256').update(weights).digest('hex');
}

describe.each([{}, { prior: 'hidden', global: CRITIC_WIDTH }] as const)('training with %o', (network) => {
  it('repeats itself: the same metrics and the same hash of the weights; another seed gives others', () => {
    const [first, again, other] = [run({ seed: 3, network }), run({ seed: 3, network }), run({ seed: 4, network })];
    expect(JSON.stringify(again.metrics)).toBe(JSON.stringify(first.metrics));
    expect(hash(again.weights)).toBe(hash(first.weights));
    expect(hash(other.weights)).not.toBe(hash(first.weights));
    expect(hash(first.initial.weights)).not.toBe(hash(first.weights));
  });

  it('with learning rate 0 keeps every bit of the weights, and every ratio at 1', () => {
    const { metrics, initial, weights } = run({ seed: 3, network, ppo: { learningRate: 0 } });
    expect(hash(weights)).toBe(hash(initial.weights));
    for (const { approxKl, clipFraction, ratioDeviation } of metrics) {
      // Runtime and learner sum in other orders and widths: logits of size 10 differ by some 1e-6.
      expect(ratioDeviation).toBeLessThan(2e-5);
      expect(Math.abs(approxKl)).toBeLessThan(1e-9);
      expect(clipFraction).toBe(0);
    }
  });

  it('does not care about the unit of reward', () => {
    const scaled = (factor: number): Float32Array =>
      run({
        ...{ seed: 3, network, iterations: 1 },
        alter: ({ n, reward }) => {
          for (let row = 0; row < n; row++) reward[row] = (reward[row] as number) * factor;
        },
      }).weights;
    const plain = scaled(1);
    for (const factor of [1000, 0.001]) {
      // The 1e-8 beside deviations, and float32 rewards.
      scaled(factor).forEach((weight, i) => expect(Math.abs(weight - (plain[i] as number))).toBeLessThan(1e-4));
    }
  });
});

/**
 * Three agents choose one of two actions for five steps; agent 1 dies at the third. From then on it shows and earns `after`,
 * whatever that is: nobody may look.
 */
class Mortal implements MultiAgentEnvironment {
  readonly name = 'mortal';
  readonly spec = actionSpec(['clock', 'id'], 2);
  readonly agents = ['a', 'b', 'c'];
  readonly status = new Uint8Array(3);
  readonly reward = new Float64Array(3);
  readonly state = { clock: new Int32Array(1) };
  private readonly after: number;
  private readonly dies: boolean;

  constructor(after: number, dies = true) {
    this.after = after;
    this.dies = dies;
  }

  reset(): void {
    this.state.clock[0] = 0;
    this.status.fill(AGENT_STATUS.asked);
    this.reward.fill(0);
  }

  step(choices: Uint8Array): void {
    const clock = (this.state.clock[0] as number) + 1;
    this.state.clock[0] = clock;
    for (let agent = 0; agent < 3; agent++) {
      const dead = this.status[agent] === AGENT_STATUS.terminated;
      this.reward[agent] = dead ? this.after : clock * (choices[agent] === 1 ? 1 : -0.5);
    }
    if (this.dies && clock === 3) this.status[1] = AGENT_STATUS.terminated;
    if (clock === 5) this.status.fill(AGENT_STATUS.terminated);
  }

  observe(agent: number, row: ObservationRow): void {
    const dead = this.status[agent] === AGENT_STATUS.terminated;
    row.context[0] = dead ? this.after : (this.state.clock[0] as number);
    row.context[1] = agent;
    writeActions(row, 2);
  }
}

describe('a dead agent', () => {
  /** Weights after an update, and the rows learned from. */
  function learned(make: () => Mortal): { readonly weights: Float32Array; readonly rows: number } {
    const { spec } = make();
    const policy = testPolicy(6, spec);
    const scorer = new Scorer(spec, policy.architecture, policy.weights, policy.normaliser);
    const actor = new LearnedPolicy(scorer, { name: 'mortal', mode: 'sample', rng: new Rng(1, 'actions') });
    const copies = new EnvironmentCopies({ make, copies: 4, firstSeed: 1 });
    const { contextStride, candidateStride, maxCandidates } = copies.batch;
    const buffer = createRolloutBuffer({ capacity: 400, contextStride, candidateStride, maxCandidates });
    new EnvironmentCollector(copies, actor).collect(buffer, 120);
    const learner = Learner.create(engine, policy, { minibatchRows: 64 });
    learner.update([buffer], new Rng(2, 's'), { iteration: 1, iterations: 2 });
    learner.dispose();
    return { weights: learner.weights, rows: buffer.n };
  }

  it('adds nothing to any gradient, whatever it shows and earns after its death', () => {
    const zeros = learned(() => new Mortal(0));
    for (const garbage of [1e6, -3.5]) {
      const other = learned(() => new Mortal(garbage));
      expect(other.rows).toBe(zeros.rows);
      expect(hash(other.weights)).toBe(hash(zeros.weights));
    }
    // While it lives what it does counts: without the death weights differ.
    expect(hash(learned(() => new Mortal(0, false)).weights)).not.toBe(hash(zeros.weights));
  });
});
