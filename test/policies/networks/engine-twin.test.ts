import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, type DecisionSpec, SPACE_CLOUD_SPEC, SpaceCloudError } from '../../../core/index.ts';
import { CandidateScorer, type Engine } from '../../../policies/networks/index.ts';
import {
  MASKED_LOGIT,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
  measureNormaliser,
} from '../../../policies/runtime/index.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights, rowsOfKind } from '../batches.ts';
import { engineUnderTest } from '../engine-under-test.ts';
import { RECORDED_FOLDER, type RecordedBatch, recordBatch, replayBatch } from '../recorded-batch.ts';

const engine: Engine = await engineUnderTest();
const { tf } = engine;
const spec = SPACE_CLOUD_SPEC;
const architecture = architectureOf(spec);
const normaliser = randomNormaliser(architecture, 2);
const weights = randomWeights(architecture, 1);

/** Largest difference between runtime and twin over all rows, relative to max(1, |runtime|). */
function disagreement(batch: DecisionBatch, runtime: Scorer, twin: CandidateScorer): number {
  const logits = new Float32Array(batch.n * batch.maxCandidates);
  const values = new Float32Array(batch.n);
  runtime.logitsInto(batch, logits);
  runtime.valuesInto(batch, values);
  const apart = (got: number, expected: number): number => Math.abs(got - expected) / Math.max(1, Math.abs(expected));
  let worst = 0;
  let compared = 0;
  batch.spec.kinds.forEach((_, kind) => {
    const rows = rowsOfKind(batch, kind);
    if (rows.length === 0) return;
    tf.tidy(() => {
      const inputs = twin.inputs(batch, kind, rows);
      const outputs = twin.forwardKind(inputs);
      expect(outputs.logits.shape).toEqual([rows.length, inputs.width]);
      expect(outputs.value.shape).toEqual([rows.length]);
      const [got, gotValues] = [outputs.logits.dataSync(), outputs.value.dataSync()];
      rows.forEach((row, b) => {
        worst = Math.max(worst, apart(gotValues[b] as number, values[row] as number));
        for (let k = 0; k < inputs.width; k++) {
          const expected = logits[row * batch.maxCandidates + k] as number;
          if (expected === MASKED_LOGIT) expect(got[b * inputs.width + k]).toBe(Math.fround(MASKED_LOGIT));
          else worst = Math.max(worst, apart(got[b * inputs.width + k] as number, expected));
          compared++;
        }
      });
    });
  });
  expect(compared).toBeGreaterThan(0);
  return worst;
}

function pair(of: DecisionSpec, flat = weights, scale = normaliser): [Scorer, CandidateScorer] {
  const shape = architectureOf(of);
  return [new Scorer(of, shape, flat, scale), new CandidateScorer(tf, shape, scale, flat)];
}

describe(`CandidateScorer on ${engine.name} equals the runtime to 1e-5`, () => {
  const [runtime, twin] = pair(spec);
  const random = (options: Omit<Parameters<typeof randomBatch>[1], 'rows'>, rows = 90): DecisionBatch =>
    randomBatch(spec, { rows, ...options });

  it.each([
    ['random rows of all kinds', random({ seed: 1 })],
    ['many masks', random({ seed: 2, masked: 0.8 })],
    ['features of 1e6, all clipped', random({ seed: 3, scale: 1e6 })],
    ['features of 1e-30', random({ seed: 4, scale: 1e-30 })],
    ['features all zero', random({ seed: 5, scale: 0 })],
    ['one row', random({ seed: 6 }, 1)],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((k): [string, DecisionBatch] => [
      `${k} candidates`,
      random({ seed: 10 + k, candidates: k, masked: 0.2 }),
    ]),
  ])('%s', (_, batch) => {
    expect(disagreement(batch, runtime, twin)).toBeLessThan(1e-5);
  });

  it('kinds without context and with the prior alone', () => {
    const shape = architectureOf(SMALL_SPEC);
    const parts = pair(SMALL_SPEC, randomWeights(shape, 7), randomNormaliser(shape, 8));
    expect(disagreement(randomBatch(SMALL_SPEC, { rows: 60, seed: 9, masked: 0.3 }), ...parts)).toBeLessThan(1e-5);
  });

  it('initial weights give the prior back, and both agree on values', () => {
    const batch = random({ seed: 30, masked: 0.2 });
    const parts = pair(spec, initialWeights(architecture, 1), measureNormaliser(spec, [batch]));
    expect(disagreement(batch, ...parts)).toBeLessThan(1e-5);
    const logits = new Float32Array(batch.n * spec.maxCandidates);
    parts[0].logitsInto(batch, logits);
    for (let r = 0; r < batch.n; r++) {
      const prior = (spec.kinds[batch.kind[r] as number]?.candidate.length ?? 0) - 1;
      for (let k = 0; k < spec.maxCandidates; k++) {
        const at = r * spec.maxCandidates + k;
        const raw = batch.candidates[at * batch.candidateStride + prior];
        expect(logits[at]).toBe(batch.actionMask[at] === 1 ? raw : MASKED_LOGIT);
      }
    }
  });

  it('notices one changed weight in any tensor', () => {
    const batch = random({ seed: 31 });
    for (const [i, variable] of twin.variables.entries()) {
      const flat = weights.slice();
      const slot = twin.variables.slice(0, i).reduce((sum, earlier) => sum + earlier.size, 0);
      for (let e = slot; e < slot + variable.size; e++) flat[e] = (flat[e] as number) + 0.05;
      const [other] = pair(spec, flat);
      expect({ tensor: i, apart: disagreement(batch, other, twin) > 1e-4 }).toEqual({ tensor: i, apart: true });
    }
  });

  it('recorded batches of the default scenario', () => {
    const files = readdirSync(RECORDED_FOLDER).filter((file) => file.endsWith('.json'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const batch = replayBatch(spec, JSON.parse(readFileSync(join(RECORDED_FOLDER, file), 'utf8')) as RecordedBatch);
      spec.kinds.forEach((_, kind) => expect(rowsOfKind(batch, kind).length).toBeGreaterThan(0));
      const measured = measureNormaliser(spec, [batch]);
      expect(disagreement(batch, ...pair(spec, weights, measured)), file).toBeLessThan(1e-5);
      expect(disagreement(batch, ...pair(spec, weights, identityNormaliser(spec))), file).toBeLessThan(1e-5);
    }
  });

  it('a recorded batch is replayed bit for bit', () => {
    const batch = random({ seed: 40, masked: 0.4 });
    const replayed = replayBatch(spec, JSON.parse(JSON.stringify(recordBatch(batch, 'random'))) as RecordedBatch);
    for (const column of ['kind', 'candidateCount', 'context', 'candidates', 'actionMask'] as const) {
      expect(replayed[column]).toEqual(batch[column]);
    }
  });
});

describe(`CandidateScorer on ${engine.name} owns its weights`, () => {
  it('reads back what was assigned, bit for bit, from shared memory too', () => {
    const [, twin] = pair(spec);
    const flat = new Float32Array(new SharedArrayBuffer(weights.byteLength));
    twin.readWeightsInto(flat);
    expect(Array.from(flat)).toEqual(Array.from(weights));
    flat.set(randomWeights(architecture, 50));
    twin.assign(flat);
    const copy = new Float32Array(weights.length);
    twin.readWeightsInto(copy);
    expect(Array.from(copy)).toEqual(Array.from(flat));
    twin.dispose();
  });

  it('refuses weights of another length', () => {
    const [, twin] = pair(spec);
    expect(() => twin.assign(weights.slice(1))).toThrow(SpaceCloudError);
    expect(() => new CandidateScorer(tf, architecture, normaliser, weights.slice(1))).toThrow(
      /Expected weights of \d+/,
    );
    twin.dispose();
  });

  it('leaks no tensor in forward, gradient, assign and dispose', () => {
    const before = tf.memory().numTensors;
    const [, twin] = pair(spec);
    const batch = randomBatch(spec, { rows: 40, seed: 60, kind: 0 });
    const settled = tf.memory().numTensors;
    expect(settled - before).toBe(twin.variables.length);
    for (let i = 0; i < 3; i++) {
      const inputs = twin.inputs(batch, 0, rowsOfKind(batch, 0));
      tf.tidy(() => {
        const list = [...twin.variablesOfKind(0)];
        tf.variableGrads(() => {
          const { logits, value } = twin.forwardKind(inputs);
          return tf.add(tf.sum(tf.logSoftmax(logits)), tf.sum(value));
        }, list);
      });
      twin.disposeInputs(inputs);
      twin.assign(weights);
      expect(tf.memory().numTensors).toBe(settled);
    }
    twin.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
