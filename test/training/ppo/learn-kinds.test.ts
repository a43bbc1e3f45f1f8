import { beforeAll, describe, expect, it } from 'vitest';
import { Rng, createDecisionBatch } from '../../../core/index.ts';
import { LearnedPolicy, Scorer, combineKinds, weightLayout } from '../../../policies/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { Learner } from '../../../training/ppo/learner.ts';
import { randomRollout, testPolicy, withoutBounds } from './random-rollout.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const policy = testPolicy(5);
const layout = weightLayout(policy.architecture);
const INFO = { iteration: 1, iterations: 10 };

/** Names of the tensors in which two weight vectors differ. */
function changed(a: Float32Array, b: Float32Array): string[] {
  return layout
    .filter(({ offset, size }) => a.subarray(offset, offset + size).some((w, i) => w !== b[offset + i]))
    .map(({ name }) => name);
}

describe('learning some kinds of decision only', () => {
  it('moves the policy of those kinds and the critics of all', () => {
    const learner = Learner.create(engine, policy, { minibatchRows: 128, learnKinds: ['place'] });
    learner.update([randomRollout(policy, 512, 1)], new Rng(1, 's'), INFO);
    const names = changed(learner.weights, policy.weights);
    expect(new Set(names.filter((name) => name.includes('/policy.')).map((name) => name.split('/')[0]))).toEqual(
      new Set(['place']),
    );
    for (const kind of ['forward', 'place', 'cache']) expect(names).toContain(`${kind}/value.out.b`);
  });

  it('refuses kinds that there are not, and none', () => {
    for (const learnKinds of [['route'], []]) {
      expect(() => Learner.create(engine, policy, { learnKinds })).toThrow(
        /Expected ppo.learnKinds among forward, place, cache/,
      );
    }
  });

  it('samples the kinds that learn and takes the largest logit of the others', () => {
    const rollout = randomRollout(policy, 400, 2);
    const spec = withoutBounds(policy.spec);
    const batch = createDecisionBatch(spec, 400, []);
    for (const name of ['kind', 'candidateCount', 'context', 'candidates', 'actionMask'] as const) {
      batch[name].set(rollout[name].subarray(0, batch[name].length));
    }
    batch.n = 400;
    const scorer = new Scorer(spec, policy.architecture, policy.weights, policy.normaliser);
    const choose = (options: ConstructorParameters<typeof LearnedPolicy>[1]): Uint8Array => {
      const out = new Uint8Array(400);
      new LearnedPolicy(scorer, options).choose(batch, out);
      return out;
    };
    const greedy = choose({ name: 'g', mode: 'greedy' });
    const mixed = choose({ name: 'm', mode: 'sample', rng: new Rng(1, 'm'), greedyKinds: ['forward', 'cache'] });
    const differing = new Set(Array.from(batch.kind.subarray(0, 400)).filter((_, row) => greedy[row] !== mixed[row]));
    expect(differing).toEqual(new Set([1]));
  });
});

describe('combineKinds', () => {
  const others = [6, 7].map((seed) => testPolicy(seed));
  const [second, third] = others as [typeof policy, typeof policy];

  it('decides each kind as the network it was taken from', () => {
    const joined = combineKinds([policy, second, third]);
    [policy, second, third].forEach((part, k) => {
      const kind = policy.architecture.kinds[k]?.name as string;
      expect(changed(joined.weights, part.weights).filter((name) => name.startsWith(`${kind}/`))).toEqual([]);
      expect(joined.normaliser.kinds[k]).toBe(part.normaliser.kinds[k]);
    });
    expect(changed(joined.weights, policy.weights)).not.toEqual([]);
  });

  it('refuses networks of other shapes, and too few', () => {
    expect(() => combineKinds([policy, second])).toThrow(/Expected one network of one architecture per decision kind/);
    expect(() => combineKinds([policy, second, testPolicy(3, policy.spec, 16)])).toThrow(/of 2 architecture/);
  });
});
