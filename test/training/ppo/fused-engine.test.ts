import { beforeAll, describe, expect, it } from 'vitest';
import { type DecisionSpec, Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { architectureOf, weightCount, weightLayout } from '../../../policies/index.ts';
import { loadEngine } from '../../../policies/networks/index.ts';
import { type PpoConfig, ppoConfig } from '../../../training/ppo/config.ts';
import { FusedEngine } from '../../../training/ppo/engines/fused/fused-engine.ts';
import { type FusedName, fusedObstacle } from '../../../training/ppo/engines/fused/kernels.ts';
import type { GradientEngine, LearningEngine } from '../../../training/ppo/engines/gradient-engine.ts';
import { loadLearningEngine } from '../../../training/ppo/engines/load-learning-engine.ts';
import { tensorflowEngine } from '../../../training/ppo/engines/tensorflow-engine.ts';
import type { KindMinibatch } from '../../../training/ppo/kind-gradients.ts';
import { Learner } from '../../../training/ppo/learner.ts';
import type { LearningData } from '../../../training/ppo/learning-data.ts';
import { UpdateTally } from '../../../training/ppo/update-metrics.ts';
import type { RolloutBuffer } from '../../../training/rollout/buffer.ts';
import { type TestPolicy, randomRollout, testPolicy } from './random-rollout.ts';
import { obviousTotal } from './slow-loss.ts';

const NAMES: readonly FusedName[] = ['fused', 'fused-fma'];
let reference: LearningEngine;
beforeAll(async () => {
  reference = tensorflowEngine(await loadEngine('wasm'));
  // Relaxed SIMD is behind a flag in Node 20; loading by name sets it.
  await loadLearningEngine('fused-fma');
});

/** A policy whose biases are off 0, where rows sit on the kink of relu. */
function noisyPolicy(options: { readonly spec?: DecisionSpec; readonly hidden?: number } = {}): TestPolicy {
  const policy = testPolicy(5, options.spec ?? SPACE_CLOUD_SPEC, options.hidden ?? 32);
  const noise = new Rng(3, 'noise');
  policy.weights.forEach((weight, i) => (policy.weights[i] = weight + 0.1 * noise.normal()));
  return policy;
}

/** Rollouts whose log-probabilities are off those of the policy, so that some ratios are clipped and some are not. */
function staleRollouts(policy: TestPolicy, rows: readonly number[]): RolloutBuffer[] {
  const rng = new Rng(4, 'stale');
  return rows.map((n, i) => {
    const rollout = randomRollout(policy, n, i + 1);
    for (let row = 0; row < n; row++) {
      rollout.logProb[row] = Math.min(0, (rollout.logProb[row] as number) + 0.2 * rng.normal());
    }
    return rollout;
  });
}

/** The rows of a loaded buffer as one minibatch, with made-up advantages and targets. */
function minibatchOf(buffer: RolloutBuffer, kinds: number): KindMinibatch[] {
  const rng = new Rng(6, 'targets');
  const random = (): Float32Array => Float32Array.from({ length: buffer.n }, () => rng.normal());
  const advantage = random();
  const data: LearningData = {
    buffer,
    advantage: Float64Array.from(advantage),
    oldValue: random(),
    target: random(),
    explainedVariance: 0,
    explainedVarianceOfKind: [],
    returnMean: 0,
    returnStd: 1,
  };
  return Array.from({ length: kinds }, (_, kind) => {
    const rows = Int32Array.from([...Array(buffer.n).keys()].filter((row) => buffer.kind[row] === kind));
    const ofRows = Float32Array.from(rows, (row) => advantage[row] as number);
    return { data, kind, rows, advantage: ofRows, total: buffer.n };
  });
}

function gradientOf(engine: GradientEngine, buffers: readonly RolloutBuffer[], policy: TestPolicy, config: PpoConfig) {
  const parts = minibatchOf(engine.load(buffers), policy.architecture.kinds.length);
  const gradient = new Float32Array(policy.weights.length).fill(NaN);
  const tally = new UpdateTally();
  tally.startEpoch();
  engine.gradientInto(parts, { coefficients: config, tally }, gradient);
  return { gradient, tally };
}

const norm = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
/** Euclidean norm of the difference, as a part of that of the reference. */
const distance = (found: Float32Array, expected: Float32Array): number =>
  norm(found.map((value, i) => value - (expected[i] as number))) / norm(expected);

/** Each term of the loss alone, and all together. */
const TERMS: readonly [string, Partial<PpoConfig>][] = [
  ['clipped surrogate', { valueCoef: 0, entropyCoef: 0 }],
  ['surrogate out of reach of its clip', { valueCoef: 0, entropyCoef: 0, clipCoef: 1 }],
  ['clipped value loss', { valueCoef: 1e6, entropyCoef: 0 }],
  ['squared value loss', { valueCoef: 1e6, entropyCoef: 0, valueClip: null }],
  ['Huber value loss', { valueCoef: 1e6, entropyCoef: 0, valueClip: null, huberDelta: 0.5 }],
  ['clipped Huber value loss', { valueCoef: 1e6, entropyCoef: 0, huberDelta: 0.5 }],
  ['entropy', { valueCoef: 0, entropyCoef: 1e6 }],
  ['everything', {}],
];

describe.each(NAMES)('engine %s', (name) => {
  it('runs here', () => {
    expect(fusedObstacle(name)).toBeUndefined();
  });

  it.each(TERMS)('has the gradient of TensorFlow: %s', (_, overrides) => {
    const policy = noisyPolicy();
    const config = ppoConfig(overrides);
    const buffers = staleRollouts(policy, [300, 200]);
    const engines = [reference.create(policy, config), new FusedEngine(name, policy, 1)] as const;
    const [expected, found] = engines.map((engine) => gradientOf(engine, buffers, policy, config)) as [
      ReturnType<typeof gradientOf>,
      ReturnType<typeof gradientOf>,
    ];
    expect(norm(expected.gradient)).toBeGreaterThan(1e-3);
    // Both sum in float32, in another order: some 1e-6 of the norm.
    expect(distance(found.gradient, expected.gradient)).toBeLessThan(1e-5);
    const [a, b] = [expected.tally.read(), found.tally.read()];
    for (const term of ['policyLoss', 'valueLoss', 'entropy', 'approxKl'] as const)
      expect(b[term]).toBeCloseTo(a[term], 5);
    expect(b.clipFraction).toBe(a.clipFraction);
    for (const engine of engines) engine.dispose();
  });

  it.each([1, 5, 8, 13, 40])('serves hidden width %i', (hidden) => {
    const policy = noisyPolicy({ hidden });
    const config = ppoConfig();
    const buffers = staleRollouts(policy, [100]);
    const engines = [reference.create(policy, config), new FusedEngine(name, policy, 1)] as const;
    const [expected, found] = engines.map((engine) => gradientOf(engine, buffers, policy, config).gradient);
    expect(distance(found as Float32Array, expected as Float32Array)).toBeLessThan(1e-5);
    for (const engine of engines) engine.dispose();
  });

  it.each(['input', 'hidden'] as const)('serves a prior that is %s, and global state for the critic', (prior) => {
    const base = noisyPolicy();
    const architecture = architectureOf(SPACE_CLOUD_SPEC, { prior, global: 5 });
    const rng = new Rng(8, 'weights');
    const weights = Float32Array.from({ length: weightCount(architecture) }, () => 0.2 * rng.normal());
    const kinds = base.normaliser.kinds.map((kind) => ({
      ...kind,
      globalMean: Float32Array.of(0, 1, -1, 0.5, 2),
      globalStd: Float32Array.of(1, 2, 0.5, 1, 3),
    }));
    const policy: TestPolicy = { ...base, architecture, weights, normaliser: { kinds } };
    const config = ppoConfig();
    const buffers = staleRollouts(base, [150, 90]).map((buffer) => {
      const global = new Float32Array(new SharedArrayBuffer(4 * 5 * buffer.capacity));
      global.forEach((_, i) => (global[i] = rng.normal()));
      return { ...buffer, globalStride: 5, global };
    });
    const engines = [reference.create(policy, config), new FusedEngine(name, policy, 1)] as const;
    const [expected, found] = engines.map((engine) => gradientOf(engine, buffers, policy, config).gradient) as [
      Float32Array,
      Float32Array,
    ];
    expect(distance(found, expected)).toBeLessThan(1e-5);
    const slot = weightLayout(architecture).find((each) => each.name === 'forward/value.global.w');
    const ofGlobal = found.subarray(slot?.offset, (slot?.offset ?? 0) + (slot?.size ?? 0));
    expect(norm(ofGlobal)).toBeGreaterThan(1e-3);
    for (const engine of engines) engine.dispose();
  });

  it('evaluates as TensorFlow does', () => {
    const policy = noisyPolicy();
    const config = ppoConfig();
    const buffers = staleRollouts(policy, [250, 130]);
    const outputs = [reference.create(policy, config), new FusedEngine(name, policy, 1)].map((engine) => {
      const { n, finals } = engine.load(buffers);
      const out = { values: new Float32Array(n + finals), logProbs: new Float32Array(n) };
      engine.evaluateInto(out);
      engine.dispose();
      return out;
    });
    const [expected, found] = outputs as [(typeof outputs)[0], (typeof outputs)[0]];
    expected.values.forEach((value, i) => expect(found.values[i]).toBeCloseTo(value, 5));
    expected.logProbs.forEach((value, i) => expect(found.logProbs[i]).toBeCloseTo(value, 5));
  });

  it('gives the same bits with one thread and with three', async () => {
    const policy = noisyPolicy();
    const config = ppoConfig();
    const buffers = staleRollouts(policy, [2500, 1800]);
    const [alone, together] = [new FusedEngine(name, policy, 1), new FusedEngine(name, policy, 3)];
    const expected = gradientOf(alone, buffers, policy, config).gradient;
    // Helpers start at the first load; the next ones find them at work.
    for (let i = 0; i < 5; i++) {
      expect(gradientOf(together, buffers, policy, config).gradient).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(together.chunksByHelpers).toBeGreaterThan(0);
    for (const engine of [alone, together]) engine.dispose();
  });

  it('learns on from a saved state to the bit', async () => {
    const engine = await loadLearningEngine(name);
    const policy = testPolicy(5);
    const make = (of: TestPolicy): Learner =>
      Learner.create(engine, of, { minibatchRows: 128, maxRatioDeviation: null });
    const rollouts = [1, 2, 3].map((seed) => randomRollout(policy, 256, seed));
    const info = { iteration: 1, iterations: 10 };
    const update = (learner: Learner, i: number): unknown =>
      learner.update([rollouts[i] as RolloutBuffer], new Rng(i + 1, 's'), info);
    const [unbroken, first, resumed] = [make(policy), make(policy), make(testPolicy(77))];
    for (const learner of [unbroken, first]) update(learner, 0);
    resumed.restoreState(first.saveState());
    for (const learner of [unbroken, resumed]) for (const i of [1, 2]) update(learner, i);
    expect(Buffer.from(resumed.weights.buffer).equals(Buffer.from(unbroken.weights.buffer))).toBe(true);
    expect(distance(unbroken.weights, policy.weights)).toBeGreaterThan(1e-3);
    for (const learner of [unbroken, first, resumed]) learner.dispose();
  });

  it('moves weights as the reference does', async () => {
    const policy = testPolicy(5);
    const rollout = randomRollout(policy, 512, 1);
    const trained = [reference, await loadLearningEngine(name)].map((engine) => {
      const learner = Learner.create(engine, policy, { minibatchRows: 256, epochs: 2 });
      learner.update([rollout], new Rng(1, 's'), { iteration: 1, iterations: 10 });
      learner.dispose();
      return learner.weights;
    }) as [Float32Array, Float32Array];
    // Adam's first steps are learningRate times the sign of tiny gradients, whose rounding may differ: 4 steps of 1e-3 at most.
    const moved = norm(trained[0].map((weight, i) => weight - (policy.weights[i] as number)));
    expect(norm(trained[1].map((weight, i) => weight - (trained[0][i] as number)))).toBeLessThan(0.02 * moved);
  });
});

const SMALL: DecisionSpec = {
  version: 1,
  maxCandidates: 3,
  kinds: [
    {
      kind: 'forward',
      context: [
        { name: 'a', unit: '1' },
        { name: 'b', unit: '1' },
      ],
      candidate: [
        { name: 'c', unit: '1' },
        { name: 'prior', unit: 'logit' },
      ],
    },
  ],
};

describe.each(NAMES)('gradient of engine %s', (name) => {
  it.each([
    ['squared', {}],
    ['Huber', { huberDelta: 0.4 }],
  ])('equals central differences of the loss in float64, for every weight: %s', (_, overrides) => {
    const policy = noisyPolicy({ spec: SMALL, hidden: 4 });
    const config = ppoConfig(overrides);
    const engine = new FusedEngine(name, policy, 1);
    const buffers = staleRollouts(policy, [24]);
    const { gradient } = gradientOf(engine, buffers, policy, config);
    const parts = minibatchOf(engine.load(buffers), 1);
    const { data } = parts[0] as KindMinibatch;
    const observed = { ...data, buffer: buffers[0] as RolloutBuffer };
    const weights = Float64Array.from(policy.weights);
    const step = 1e-6;
    for (const slot of weightLayout(policy.architecture)) {
      let largest = 0;
      for (let i = slot.offset; i < slot.offset + slot.size; i++) {
        const at = weights[i] as number;
        weights[i] = at + step;
        const above = obviousTotal(policy, weights, observed, config.huberDelta ?? Infinity);
        weights[i] = at - step;
        const below = obviousTotal(policy, weights, observed, config.huberDelta ?? Infinity);
        weights[i] = at;
        const expected = (above - below) / (2 * step);
        // float32 sums of 24 rows of size 1: 1e-6; the differences themselves: 1e-9.
        expect(Math.abs((gradient[i] as number) - expected), `${slot.name}[${i - slot.offset}]`).toBeLessThan(1e-5);
        largest = Math.max(largest, Math.abs(expected));
      }
      expect(largest, `${slot.name} has a gradient to speak of`).toBeGreaterThan(1e-3);
    }
    engine.dispose();
  });
});

describe('choice of an engine', () => {
  it('takes the fused one unless the network needs more, and says why', async () => {
    const chosen = await loadLearningEngine('auto');
    expect(chosen.name).toBe('fused-fma');
    const attentive = await loadLearningEngine('auto', { attention: 16, memory: 0 });
    expect(['node', 'wasm', 'cpu']).toContain(attentive.name);
    expect(attentive.reason).toMatch(/fused does not: the network has attention/);
  });

  it('refuses a named engine that does not serve the network', async () => {
    await expect(loadLearningEngine('fused', { attention: 0, memory: 8 })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/the network has memory/) as string,
    });
  });
});
