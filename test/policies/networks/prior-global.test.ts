import { describe, expect, it } from 'vitest';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { CandidateScorer, type Engine } from '../../../policies/networks/index.ts';
import {
  type ArchitectureOptions,
  Scorer,
  actorOf,
  architectureOf,
  initialWeights,
  normaliserFromJson,
  normaliserToJson,
  weightCount,
  weightLayout,
} from '../../../policies/runtime/index.ts';
import { randomBatch, randomNormaliser, randomWeights, rowsOfKind } from '../batches.ts';
import { engineUnderTest } from '../engine-under-test.ts';
import { SlowNetwork } from '../slow-network.ts';

const engine: Engine = await engineUnderTest();
const { tf } = engine;
const spec = SPACE_CLOUD_SPEC;
const ROWS = 30;

/** A random batch with random global state beside it. */
function batchWith(global: number, seed: number): DecisionBatch & { readonly global: Float32Array } {
  const rng = new Rng(seed, 'global');
  const batch = randomBatch(spec, { rows: ROWS, seed, masked: 0.2 });
  return { ...batch, global: Float32Array.from({ length: ROWS * global }, () => 2 * rng.normal()) };
}

function outputs(scorer: Scorer, batch: DecisionBatch): { logits: Float32Array; values: Float32Array } {
  const logits = new Float32Array(batch.n * batch.maxCandidates);
  const values = new Float32Array(batch.n);
  scorer.logitsInto(batch, logits);
  scorer.valuesInto(batch, values);
  return { logits, values };
}

const CASES: ArchitectureOptions[] = [
  { prior: 'added', global: 5 },
  { prior: 'input' },
  { prior: 'input', global: 7 },
  { prior: 'hidden' },
  { prior: 'hidden', global: 12 },
  { prior: 'hidden', global: 3, attention: 6, memory: 4 },
];

describe(`prior and global state on ${engine.name}`, () => {
  it.each(CASES)('runtime, TensorFlow network and the formulas agree: %o', (options) => {
    const architecture = architectureOf(spec, { hidden: 9, ...options });
    const normaliser = randomNormaliser(architecture, 2);
    const weights = randomWeights(architecture, 1);
    const batch = batchWith(architecture.global, 3);
    const { logits, values } = outputs(new Scorer(spec, architecture, weights, normaliser), batch);
    const slow = new SlowNetwork(architecture, normaliser, weights);
    const twin = new CandidateScorer(tf, architecture, normaliser, weights);
    const close = (got: number, expected: number): void =>
      expect(Math.abs(got - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
    spec.kinds.forEach((_, kind) => {
      const rows = rowsOfKind(batch, kind);
      expect(rows.length).toBeGreaterThan(3);
      tf.tidy(() => {
        const inputs = twin.inputs(batch, kind, rows);
        const forward = twin.forwardKind(inputs);
        const [gotLogits, gotValues] = [forward.logits.dataSync(), forward.value.dataSync()];
        rows.forEach((row, b) => {
          const expected = slow.row(batch, row);
          close(values[row] as number, expected.value);
          close(gotValues[b] as number, expected.value);
          for (let k = 0; k < inputs.width; k++) {
            close(logits[row * batch.maxCandidates + k] as number, expected.logits[k] as number);
            close(gotLogits[b * inputs.width + k] as number, expected.logits[k] as number);
          }
        });
      });
    });
    twin.dispose();
  });

  it('a hidden prior reaches neither logits nor values; an input one reaches both', () => {
    for (const prior of ['hidden', 'input'] as const) {
      const architecture = architectureOf(spec, { prior });
      const scorer = new Scorer(spec, architecture, randomWeights(architecture, 1), randomNormaliser(architecture, 2));
      const batch = randomBatch(spec, { rows: ROWS, seed: 4 });
      const before = outputs(scorer, batch);
      for (let r = 0; r < ROWS; r++) {
        const last = (spec.kinds[batch.kind[r] as number]?.candidate.length ?? 0) - 1;
        for (let k = 0; k < (batch.candidateCount[r] as number); k++) {
          const at = (r * batch.maxCandidates + k) * batch.candidateStride + last;
          batch.candidates[at] = (batch.candidates[at] as number) - 3;
        }
      }
      const after = outputs(scorer, batch);
      const same = Array.from(after.values).filter((value, r) => value === before.values[r]).length;
      expect(same).toBe(prior === 'hidden' ? ROWS : 0);
      expect(Buffer.from(after.logits.buffer).equals(Buffer.from(before.logits.buffer))).toBe(prior === 'hidden');
    }
  });

  it('without a prior to add, the first policy is uniform', () => {
    const architecture = architectureOf(spec, { prior: 'input' });
    const scorer = new Scorer(spec, architecture, initialWeights(architecture, 1), randomNormaliser(architecture, 2));
    const batch = randomBatch(spec, { rows: ROWS, seed: 5 });
    const { logits } = outputs(scorer, batch);
    for (let r = 0; r < ROWS; r++) {
      for (let k = 0; k < (batch.candidateCount[r] as number); k++) expect(logits[r * batch.maxCandidates + k]).toBe(0);
    }
  });

  it('global state reaches every value and no logit', () => {
    const architecture = architectureOf(spec, { global: 4 });
    const scorer = new Scorer(spec, architecture, randomWeights(architecture, 1), randomNormaliser(architecture, 2));
    const batch = batchWith(4, 6);
    const before = outputs(scorer, batch);
    batch.global.forEach((x, i) => (batch.global[i] = x + 0.5));
    const after = outputs(scorer, batch);
    expect(after.logits).toEqual(before.logits);
    after.values.forEach((value, r) => expect(value).not.toBe(before.values[r]));
  });

  it('is needed by the values of a network that reads it, and refused by name where it is missing', () => {
    const architecture = architectureOf(spec, { global: 4 });
    const normaliser = randomNormaliser(architecture, 2);
    const scorer = new Scorer(spec, architecture, randomWeights(architecture, 1), normaliser);
    const batch = randomBatch(spec, { rows: 2, seed: 6 });
    expect(() => scorer.valuesInto(batch, new Float32Array(2))).toThrow(/4 features of global state per row, got none/);
    const plain = randomNormaliser(architectureOf(spec), 2);
    expect(() => new Scorer(spec, architecture, randomWeights(architecture, 1), plain)).toThrow(
      /4 numbers in globalMean of kind 'forward', got none/,
    );
  });

  it('an actor keeps every logit and nothing of the global state', () => {
    const architecture = architectureOf(spec, { global: 6, prior: 'input' });
    const network = {
      architecture,
      normaliser: randomNormaliser(architecture, 2),
      weights: randomWeights(architecture, 1),
    };
    const actor = actorOf(network);
    expect(actor.weights.length).toBe(weightCount(architecture) - spec.kinds.length * 6 * 32);
    expect(weightLayout(actor.architecture).some(({ name }) => name.includes('global'))).toBe(false);
    expect(JSON.stringify(normaliserToJson(spec, actor.normaliser))).not.toContain('global');
    const batch = batchWith(6, 7);
    const logits = outputs(new Scorer(spec, architecture, network.weights, network.normaliser), batch).logits;
    expect(outputs(new Scorer(spec, actor.architecture, actor.weights, actor.normaliser), batch).logits).toEqual(
      logits,
    );
  });

  it('the scale of global state survives JSON bit for bit', () => {
    const normaliser = randomNormaliser(architectureOf(spec, { global: 6 }), 2);
    const json = JSON.parse(JSON.stringify(normaliserToJson(spec, normaliser))) as unknown;
    expect(normaliserFromJson(spec, json)).toEqual(normaliser);
  });

  it('the weights of the plain network stay as they were, and options out of range are refused', () => {
    const plain = initialWeights(architectureOf(spec), 3);
    const options = { prior: 'added', attention: 0, memory: 0, global: 0, hidden: 32 } as const;
    expect(initialWeights(architectureOf(spec, options), 3)).toEqual(plain);
    const central = architectureOf(spec, { global: 2 });
    expect(
      actorOf({ architecture: central, normaliser: randomNormaliser(central, 1), weights: initialWeights(central, 3) })
        .weights,
    ).toEqual(plain);
    expect(() => architectureOf(spec, { global: -1 })).toThrow(/network\.global to be a whole number >= 0, got -1/);
    expect(() => architectureOf(spec, { prior: 'visible' as 'input' })).toThrow(/added, input, hidden, got visible/);
  });
});
