import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, SPACE_CLOUD_SPEC, SpaceCloudError, createDecisionBatch } from '../../../core/index.ts';
import {
  MASKED_LOGIT,
  Scorer,
  architectureOf,
  identityNormaliser,
  weightCount,
  weightLayout,
} from '../../../policies/runtime/index.ts';
import { allocatedIn } from '../allocated-in.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights } from '../batches.ts';
import { SlowNetwork } from '../slow-network.ts';

const architecture = architectureOf(SPACE_CLOUD_SPEC);
const weights = randomWeights(architecture, 1);
const normaliser = randomNormaliser(architecture, 2);
const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
const K = SPACE_CLOUD_SPEC.maxCandidates;

function logitsOf(batch: DecisionBatch, by = scorer): Float32Array {
  const logits = new Float32Array(batch.n * batch.maxCandidates).fill(NaN);
  by.logitsInto(batch, logits);
  return logits;
}

function valuesOf(batch: DecisionBatch, by = scorer): Float32Array {
  const values = new Float32Array(batch.n).fill(NaN);
  by.valuesInto(batch, values);
  return values;
}

describe('Scorer', () => {
  it('computes one logit and one value by hand', () => {
    // H = 1, context [2], candidates [x, prior]: weights in layout order for kind 0, zero for the rest.
    const spec = {
      version: 1,
      maxCandidates: 2,
      kinds: [
        {
          kind: 'forward' as const,
          context: [{ name: 'c', unit: '1' }],
          candidate: [
            { name: 'x', unit: '1' },
            { name: 'prior', unit: 'logit' },
          ],
        },
      ],
    };
    const tiny = architectureOf(spec, { hidden: 1 });
    // policy: Wc 0.5, Wf [1, -2], be 0.25, Wh 3, bh -1, wo 0.1; value: Vc 1, Vf [2, 0], b1 -0.5, V2 0.5, b2 1, v3 4, b3 -3
    const flat = Float32Array.of(0.5, 1, -2, 0.25, 3, -1, 0.1, 1, 2, 0, -0.5, 0.5, 1, 4, -3);
    const batch = createDecisionBatch(spec, 1);
    batch.n = 1;
    batch.candidateCount[0] = 2;
    batch.context[0] = 2;
    batch.candidates.set([3, 0.5, 1, 4]);
    batch.actionMask.set([1, 1]);
    const small = new Scorer(spec, tiny, flat, identityNormaliser(spec));
    const logits = logitsOf(batch, small);
    // candidate 0: e = relu(2*0.5 + 3*1 + 0.5*-2 + 0.25) = 3.25; h = relu(3*3.25 - 1) = 8.75; residual 0.875, bounded
    // 0.875 / (1 + 0.875 / 5) = 0.744681; 0.5 + 0.744681 = 1.244681
    expect(logits[0]).toBeCloseTo(1.244681, 6);
    // candidate 1: e = relu(1 + 1 - 8 + 0.25) = 0; h = relu(-1) = 0; logit = prior = 4
    expect(logits[1]).toBe(4);
    // value: mean x = 2; e = relu(2*1 + 2*2 - 0.5) = 5.5; h = relu(0.5*5.5 + 1) = 3.75; 4*3.75 - 3 = 12
    expect(valuesOf(batch, small)[0]).toBe(12);
  });

  it.each([
    ['default specification, WebAssembly', SPACE_CLOUD_SPEC, 32, 'wasm'],
    ['hidden width that fills no block, WebAssembly', SPACE_CLOUD_SPEC, 13, 'wasm'],
    ['no context, one candidate feature, WebAssembly', SMALL_SPEC, 1, 'wasm'],
    ['no context, more than one block, WebAssembly', SMALL_SPEC, 9, 'wasm'],
    ['default specification, plain arrays', SPACE_CLOUD_SPEC, 32, 'plain'],
    ['hidden width that fills no block, plain arrays', SPACE_CLOUD_SPEC, 13, 'plain'],
    ['no context, one candidate feature, plain arrays', SMALL_SPEC, 1, 'plain'],
    ['no context, more than one block, plain arrays', SMALL_SPEC, 9, 'plain'],
  ] as const)('equals the slow network: %s', (_, spec, hidden, kernel) => {
    const shape = architectureOf(spec, { hidden });
    const flat = randomWeights(shape, 3);
    const scale = randomNormaliser(shape, 4);
    const fast = kernel === 'plain' ? Scorer.plain(spec, shape, flat, scale) : new Scorer(spec, shape, flat, scale);
    expect(fast.kernel).toBe(kernel);
    const slow = new SlowNetwork(shape, scale, flat);
    for (const feature of [0, 1, 1e4, 1e30]) {
      const batch = randomBatch(spec, { rows: 60, seed: 5, masked: 0.3, scale: feature });
      const logits = logitsOf(batch, fast);
      const values = valuesOf(batch, fast);
      for (let r = 0; r < batch.n; r++) {
        const expected = slow.row(batch, r);
        const got = Array.from(logits.subarray(r * spec.maxCandidates, (r + 1) * spec.maxCandidates));
        // Plain arrays sum in float64; what remains is the float32 rounding of the result, 6e-8. WebAssembly sums in float32:
        // some 1e-7 of the sums, which random weights make several times the logit, and inputs at their clip of 10 more so.
        const tolerance = kernel === 'plain' ? 1e-6 : feature > 1 ? 5e-6 : 2e-6;
        got.forEach((logit, k) => expectClose(logit, expected.logits[k] as number, tolerance));
        expectClose(values[r] as number, expected.value, 1e-6);
      }
    }
  });

  it('gives a row the same bits alone, in company and with wider padding', () => {
    const wide = { ...SPACE_CLOUD_SPEC, maxCandidates: K + 5 };
    const wideScorer = new Scorer(wide, { ...architecture, maxCandidates: K + 5 }, weights, normaliser);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, rows) => {
        const batch = randomBatch(SPACE_CLOUD_SPEC, { rows, seed, masked: 0.3 });
        const together = logitsOf(batch);
        const values = valuesOf(batch);
        for (let r = 0; r < rows; r++) {
          const alone = copyRow(batch, r, createDecisionBatch(SPACE_CLOUD_SPEC, 1), identity(K));
          const padded = copyRow(batch, r, createDecisionBatch(wide, 1), identity(K));
          const expected = Array.from(together.subarray(r * K, (r + 1) * K));
          expect(Array.from(logitsOf(alone))).toEqual(expected);
          const stretched = Array.from(logitsOf(padded, wideScorer));
          expect(stretched).toEqual([...expected, ...Array<number>(5).fill(MASKED_LOGIT)]);
          expect(valuesOf(alone)[0]).toBe(values[r]);
          expect(valuesOf(padded, wideScorer)[0]).toBe(values[r]);
        }
      }),
      { numRuns: 50, seed: 11 },
    );
  });

  it('permutes logits with the candidates, and leaves the value but for rounding', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: K }).chain((count) => fc.shuffledSubarray(identity(count), { minLength: count })),
        (seed, order) => {
          const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 1, seed, candidates: order.length, masked: 0.3 });
          const permuted = copyRow(batch, 0, createDecisionBatch(SPACE_CLOUD_SPEC, 1), order);
          const before = logitsOf(batch);
          expect(Array.from(logitsOf(permuted).subarray(0, order.length))).toEqual(order.map((k) => before[k]));
          // The mean is summed in another order: float64 rounding, then at most one float32 step.
          expectClose(valuesOf(permuted)[0] as number, valuesOf(batch)[0] as number, 2e-7);
        },
      ),
      { numRuns: 100, seed: 12 },
    );
  });

  it('ignores what stands in padding columns and in candidates that do not exist', () => {
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 30, seed: 21, masked: 0.2 });
    const before = [logitsOf(batch), valuesOf(batch)];
    for (let r = 0; r < batch.n; r++) {
      const kind = SPACE_CLOUD_SPEC.kinds[batch.kind[r] as number];
      const { contextStride: C, candidateStride: F } = batch;
      batch.context.fill(77, r * C + (kind?.context.length ?? 0), (r + 1) * C);
      for (let k = 0; k < K; k++) {
        const exists = k < (batch.candidateCount[r] as number);
        batch.candidates.fill(77, (r * K + k) * F + (exists ? (kind?.candidate.length ?? 0) : 0), (r * K + k + 1) * F);
      }
    }
    expect([logitsOf(batch), valuesOf(batch)]).toEqual(before);
  });

  it('allocates nothing per call', () => {
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 64, seed: 40, masked: 0.2 });
    const logits = new Float32Array(64 * K);
    const values = new Float32Array(64);
    const score = (): void => {
      scorer.logitsInto(batch, logits);
      scorer.valuesInto(batch, values);
    };
    for (let i = 0; i < 500; i++) score(); // until the compiler has settled
    const bytes = allocatedIn(['logitsInto', 'valuesInto', 'normalise', 'positives', 'affine', 'reluDotInto'], () => {
      for (let i = 0; i < 200; i++) score();
    });
    // 12,800 decisions: one boxed number each would be 200 kB
    expect(bytes).toBeLessThan(20_000);
  }, 20_000);

  it('follows the source only when told: setWeights reads a shared buffer again', () => {
    const shared = new Float32Array(new SharedArrayBuffer(weightCount(architecture) * 4));
    shared.set(weights);
    const follower = new Scorer(SPACE_CLOUD_SPEC, architecture, shared, normaliser);
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 4, seed: 6 });
    const before = logitsOf(batch, follower);
    shared.set(randomWeights(architecture, 9));
    expect(logitsOf(batch, follower)).toEqual(before);
    follower.setWeights(shared);
    const fresh = new Scorer(SPACE_CLOUD_SPEC, architecture, randomWeights(architecture, 9), normaliser);
    expect(logitsOf(batch, follower)).toEqual(logitsOf(batch, fresh));
    expect(logitsOf(batch, follower)).not.toEqual(before);
  });

  it('refuses parts that do not belong together', () => {
    const bad = weights.slice();
    bad[7] = NaN;
    const short = { kinds: normaliser.kinds.slice(0, 2) };
    const flat = { kinds: normaliser.kinds.map((kind) => ({ ...kind, contextStd: kind.contextStd.map(() => 0) })) };
    expectMisuse(() => new Scorer(SMALL_SPEC, architecture, weights, normaliser), /Expected an architecture for K=5/);
    expectMisuse(() => new Scorer(SPACE_CLOUD_SPEC, architecture, weights.slice(1), normaliser), /weights, got \d+/);
    expectMisuse(
      () => new Scorer(SPACE_CLOUD_SPEC, architecture, bad, normaliser),
      /got NaN in 'forward\/policy\.context\.w'/,
    );
    expectMisuse(
      () => new Scorer(SPACE_CLOUD_SPEC, architecture, weights, short),
      /contextMean of kind 'cache', got none/,
    );
    expectMisuse(() => new Scorer(SPACE_CLOUD_SPEC, architecture, weights, flat), /above 0 in contextStd\[0\]/);
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 2, seed: 1 });
    expectMisuse(() => scorer.logitsInto(batch, new Float32Array(15)), /room for 32 logits, got 15/);
    batch.kind[1] = 3;
    expectMisuse(() => scorer.valuesInto(batch, new Float32Array(2)), /got kind 3 in row 1/);
    expectMisuse(() => logitsOf(randomBatch(SMALL_SPEC, { rows: 1, seed: 1 })), /16 candidates per row, got 5/);
  });

  it('keeps its weights when new ones are refused', () => {
    const steady = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 3, seed: 8 });
    const before = logitsOf(batch, steady);
    const bad = randomWeights(architecture, 30);
    bad[(weightLayout(architecture).at(-1)?.offset ?? 0) + 0] = Infinity;
    expectMisuse(() => steady.setWeights(bad), /value\.out\.b/);
    expect(logitsOf(batch, steady)).toEqual(before);
  });
});

function identity(count: number): number[] {
  return [...Array(count).keys()];
}

/** Row `r` into row 0 of `target`, candidate `i` taken from `order[i]`. */
function copyRow(source: DecisionBatch, r: number, target: DecisionBatch, order: number[]): DecisionBatch {
  const { contextStride: C, candidateStride: F } = source;
  target.n = 1;
  target.kind[0] = source.kind[r] as number;
  target.candidateCount[0] = source.candidateCount[r] as number;
  target.context.set(source.context.subarray(r * C, (r + 1) * C));
  order.forEach((from, to) => {
    const at = (r * source.maxCandidates + from) * F;
    target.candidates.set(source.candidates.subarray(at, at + F), to * F);
    target.actionMask[to] = source.actionMask[r * source.maxCandidates + from] as number;
  });
  return target;
}

function expectClose(got: number, expected: number, relative: number): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(expected)));
}

function expectMisuse(act: () => unknown, message: RegExp): void {
  expect(act).toThrow(SpaceCloudError);
  expect(act).toThrow(expect.objectContaining({ code: 'MISUSE', message: expect.stringMatching(message) as string }));
}
