import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DecisionBatch,
  type DecisionSpec,
  Rng,
  SPACE_CLOUD_SPEC,
  createDecisionBatch,
} from '../../../core/index.ts';
import {
  MASKED_LOGIT,
  type MemoryColumns,
  Scorer,
  architectureOf,
  initialWeights,
  weightLayout,
} from '../../../policies/runtime/index.ts';
import { allocatedIn } from '../allocated-in.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights } from '../batches.ts';
import { SlowNetwork } from '../slow-network.ts';

const WIDE: DecisionSpec = { ...SMALL_SPEC, maxCandidates: 16 };
const NETWORKS = [
  { attention: 6, memory: 0 },
  { attention: 0, memory: 5 },
  { attention: 1, memory: 1 },
  { attention: 8, memory: 4 },
];

interface Parts {
  readonly scorer: Scorer;
  readonly slow: SlowNetwork;
  readonly units: number;
}

function network(options: { attention: number; memory: number }, seed: number, spec = WIDE): Parts {
  const architecture = architectureOf(spec, { hidden: 9, ...options });
  const weights = randomWeights(architecture, seed);
  const normaliser = randomNormaliser(architecture, seed + 1);
  return {
    scorer: new Scorer(spec, architecture, weights, normaliser),
    slow: new SlowNetwork(architecture, normaliser, weights),
    units: options.memory,
  };
}

/** A state of its own for every row. */
function ownStates(rows: number, units: number, seed: number): MemoryColumns {
  const rng = new Rng(seed, 'test-states');
  return {
    states: Float32Array.from({ length: rows * units }, () => 2 * rng.uniform() - 1),
    slot: Int32Array.from({ length: rows }, (_, row) => row),
    before: new Float32Array(rows * units),
  };
}

function logitsOf({ scorer }: Parts, batch: DecisionBatch, memory?: MemoryColumns): Float32Array {
  const logits = new Float32Array(batch.n * batch.maxCandidates).fill(NaN);
  scorer.logitsInto(batch, logits, memory);
  return logits;
}

interface Place {
  readonly batch: DecisionBatch;
  readonly row: number;
}

/** Row `r` of `source` into a row of another batch (of any K), its candidates in the given order. */
function copyRow(source: DecisionBatch, r: number, into: Place, order: readonly number[]): void {
  const { batch: target, row: to } = into;
  const { contextStride: C, candidateStride: F, maxCandidates: K } = source;
  target.kind[to] = source.kind[r] as number;
  target.agent[to] = source.agent[r] as number;
  target.candidateCount[to] = order.length;
  target.context.set(source.context.subarray(r * C, (r + 1) * C), to * C);
  order.forEach((from, k) => {
    const at = (r * K + from) * F;
    target.candidates.set(source.candidates.subarray(at, at + F), (to * target.maxCandidates + k) * F);
    target.actionMask[to * target.maxCandidates + k] = source.actionMask[r * K + from] as number;
  });
}

const seeds = fc.integer({ min: 1, max: 1e6 });

describe.each(NETWORKS)('a network with attention $attention and memory $memory', (options) => {
  it('computes the formula: logits, values and states of the slow network', () => {
    const parts = network(options, 3);
    const batch = randomBatch(WIDE, { rows: 60, seed: 5, masked: 0.3 });
    const memory = ownStates(batch.n, parts.units, 6);
    const before = memory.states.slice();
    const logits = logitsOf(parts, batch, memory);
    const values = new Float32Array(batch.n);
    parts.scorer.valuesInto(batch, values, memory.before);
    for (let r = 0; r < batch.n; r++) {
      const own = before.subarray(r * parts.units, (r + 1) * parts.units);
      const expected = parts.slow.row(batch, r, own);
      // float32 results of float64 sums: 6e-8 of numbers up to about 10
      expected.logits.forEach((logit, k) =>
        expect(logits[r * 16 + k]).toBeCloseTo(logit, logit === MASKED_LOGIT ? 0 : 5),
      );
      expect(values[r]).toBeCloseTo(expected.value, 5);
      expected.state.forEach((x, m) => expect(memory.states[r * parts.units + m]).toBeCloseTo(x, 6));
      expect(Array.from(memory.before.subarray(r * parts.units, (r + 1) * parts.units))).toEqual(Array.from(own));
    }
  });

  it('gives the same bits when candidates are added that do not exist or are not allowed', () => {
    fc.assert(
      fc.property(seeds, seeds, (seed, other) => {
        const parts = network(options, seed);
        const plain = randomBatch(WIDE, { rows: 3, seed: other, candidates: 1 + (seed % 12), masked: 0.3 });
        const wider = createDecisionBatch(WIDE, 3);
        wider.n = 3;
        const strangers = randomBatch(WIDE, { rows: 3, seed: other + 1, candidates: 16, scale: 50 });
        const rng = new Rng(other, 'test-places');
        const places: number[][] = [];
        for (let r = 0; r < 3; r++) {
          const count = plain.candidateCount[r] as number;
          // up to 4 masked strangers between the candidates, whose order stays
          const mixed: (number | null)[] = Array.from({ length: count }, (_, k) => k);
          for (let s = rng.int(5); s > 0; s--) mixed.splice(rng.int(mixed.length + 1), 0, null);
          copyRow(
            plain,
            r,
            { batch: wider, row: r },
            mixed.map((k) => k ?? 0),
          );
          wider.kind[r] = plain.kind[r] as number;
          mixed.forEach((k, at) => {
            if (k !== null) return;
            const { candidateStride: F } = wider;
            const from = (r * 16 + at) * F;
            wider.candidates.set(strangers.candidates.subarray(from, from + F), from);
            wider.actionMask[r * 16 + at] = 0;
          });
          places.push(mixed.flatMap((k, at) => (k === null ? [] : [at])));
        }
        const [ownA, ownB] = [ownStates(3, parts.units, seed), ownStates(3, parts.units, seed)];
        const alone = logitsOf(parts, plain, ownA);
        const mixed = logitsOf(parts, wider, ownB);
        places.forEach((at, r) => at.forEach((to, k) => expect(mixed[r * 16 + to]).toBe(alone[r * 16 + k])));
        expect(ownB.states).toEqual(ownA.states);
      }),
      { numRuns: 60, seed: 21 },
    );
  });

  it('permutes the logits with the candidates', () => {
    fc.assert(
      fc.property(seeds, seeds, fc.integer({ min: 2, max: 16 }), (seed, other, count) => {
        const parts = network(options, seed);
        const batch = randomBatch(WIDE, { rows: 2, seed: other, candidates: count, masked: 0.2 });
        const order = Int32Array.from({ length: count }, (_, k) => k);
        new Rng(other, 'test-order').shuffle(order);
        const permuted = createDecisionBatch(WIDE, 2);
        permuted.n = 2;
        for (let r = 0; r < 2; r++) copyRow(batch, r, { batch: permuted, row: r }, [...order]);
        const plain = logitsOf(parts, batch, ownStates(2, parts.units, seed));
        const got = logitsOf(parts, permuted, ownStates(2, parts.units, seed));
        for (let r = 0; r < 2; r++) {
          order.forEach((from, k) => {
            const expected = plain[r * 16 + from] as number;
            // sums over candidates in another order: float64 rounding, seen in float32 at most as its last bits
            expect(Math.abs((got[r * 16 + k] as number) - expected)).toBeLessThanOrEqual(
              1e-6 * Math.max(1, Math.abs(expected)),
            );
          });
        }
      }),
      { numRuns: 60, seed: 22 },
    );
  });

  it('treats agents alike: rows and states in another order give the same bits in that order', () => {
    fc.assert(
      fc.property(seeds, seeds, (seed, other) => {
        const parts = network(options, seed);
        const batch = randomBatch(WIDE, { rows: 12, seed: other, masked: 0.2 });
        const order = Int32Array.from({ length: 12 }, (_, r) => r);
        new Rng(other, 'test-order').shuffle(order);
        const shuffled = createDecisionBatch(WIDE, 12);
        shuffled.n = 12;
        order.forEach((from, to) => {
          const count = batch.candidateCount[from] as number;
          copyRow(
            batch,
            from,
            { batch: shuffled, row: to },
            Array.from({ length: count }, (_, k) => k),
          );
        });
        const straight = ownStates(12, parts.units, seed);
        const renamed = { ...ownStates(12, parts.units, seed), slot: order };
        const expected = logitsOf(parts, batch, straight);
        const got = logitsOf(parts, shuffled, renamed);
        order.forEach((from, to) => {
          expect(got.subarray(to * 16, (to + 1) * 16)).toEqual(expected.subarray(from * 16, (from + 1) * 16));
        });
        expect(renamed.states).toEqual(straight.states);
      }),
      { numRuns: 30, seed: 23 },
    );
  });

  it('starts at the prior', () => {
    const architecture = architectureOf(SPACE_CLOUD_SPEC, options);
    const weights = initialWeights(architecture, 4);
    const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, randomNormaliser(architecture, 5));
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 20, seed: 6 });
    const logits = new Float32Array(batch.n * 16);
    scorer.logitsInto(batch, logits);
    for (let at = 0; at < logits.length; at++) {
      if (batch.actionMask[at] === 0) continue;
      const kind = SPACE_CLOUD_SPEC.kinds[batch.kind[Math.floor(at / 16)] as number];
      expect(logits[at]).toBe(batch.candidates[at * batch.candidateStride + (kind?.candidate.length ?? 0) - 1]);
    }
  });
});

describe('attention and memory', () => {
  it('allocate nothing per call but the numbers handed to and from the exponential', () => {
    const parts = network({ attention: 8, memory: 4 }, 7);
    const batch = randomBatch(WIDE, { rows: 64, seed: 40, masked: 0.2 });
    const memory = ownStates(64, 4, 1);
    const logits = new Float32Array(64 * 16);
    const values = new Float32Array(64);
    const score = (): void => {
      parts.scorer.logitsInto(batch, logits, memory);
      parts.scorer.valuesInto(batch, values, memory.before);
    };
    for (let i = 0; i < 400; i++) score(); // until the compiler has settled
    const named = [
      'logitsInto',
      'valuesInto',
      'remember',
      'attendedLogitsInto',
      'addState',
      'addProduct',
      'encodeInto',
    ];
    const bytes = allocatedIn([...named, 'nonzeros', 'clip'], () => {
      for (let i = 0; i < 100; i++) score();
    });
    // 6,400 decisions: one boxed number each would be 100 kB
    expect(bytes).toBeLessThan(20_000);
  }, 20_000);
});

describe('attention', () => {
  it('lets a candidate change what is thought of another, which the plain network cannot', () => {
    const change = (attention: number): number => {
      const parts = network({ attention, memory: 0 }, 7);
      const batch = randomBatch(WIDE, { rows: 1, seed: 8, kind: 0, candidates: 3 });
      const before = logitsOf(parts, batch)[0] as number;
      batch.candidates[2 * batch.candidateStride] = 3;
      return Math.abs((logitsOf(parts, batch)[0] as number) - before);
    };
    expect(change(0)).toBe(0);
    expect(change(6)).toBeGreaterThan(1e-3);
  });
});

describe('memory', () => {
  it('takes the rows of one state in row order, and row by row what one batch does at once', () => {
    const parts = network({ attention: 0, memory: 5 }, 9);
    const batch = randomBatch(WIDE, { rows: 6, seed: 10, kind: 0 });
    const together = { ...ownStates(2, 5, 11), slot: Int32Array.of(0, 1, 0, 0, 1, 0), before: new Float32Array(30) };
    const single = { states: together.states.slice(), slot: new Int32Array(1), before: new Float32Array(5) };
    const expected: number[] = [];
    const befores: number[] = [];
    for (let r = 0; r < 6; r++) {
      const one = createDecisionBatch(WIDE, 1);
      one.n = 1;
      copyRow(
        batch,
        r,
        { batch: one, row: 0 },
        Array.from({ length: batch.candidateCount[r] as number }, (_, k) => k),
      );
      single.slot[0] = together.slot[r] as number;
      expected.push(...logitsOf(parts, one, single));
      befores.push(...single.before);
    }
    expect(Array.from(logitsOf(parts, batch, together))).toEqual(expected);
    expect(together.states).toEqual(single.states);
    expect(Array.from(together.before)).toEqual(befores);
  });

  it('refuses columns without room, and states that are not there', () => {
    const parts = network({ attention: 0, memory: 5 }, 9);
    const batch = randomBatch(WIDE, { rows: 2, seed: 10 });
    const good = ownStates(2, 5, 1);
    expect(() => logitsOf(parts, batch, { ...good, before: new Float32Array(9) })).toThrow(
      /room for the memory of 2 rows/,
    );
    expect(() => logitsOf(parts, batch, { ...good, slot: Int32Array.of(0, 2) })).toThrow(
      /row 1 to name one of 2 states/,
    );
  });

  it('has tensors of its own, behind those of every network', () => {
    const plain = weightLayout(architectureOf(WIDE));
    const both = weightLayout(architectureOf(WIDE, { attention: 4, memory: 3 }));
    expect(both.length - plain.length).toBe(3 * (4 + 8));
    expect(both.slice(0, 13)).toEqual(plain.slice(0, 13));
  });
});
