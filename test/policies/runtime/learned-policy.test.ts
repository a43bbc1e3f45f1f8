import { describe, expect, it } from 'vitest';
import {
  type DecisionBatch,
  Rng,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  createDecisionBatch,
} from '../../../core/index.ts';
import {
  LearnedPolicy,
  NO_CHOICE,
  ROW_FAULTS,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../../../policies/runtime/index.ts';
import { allocatedIn } from '../allocated-in.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights } from '../batches.ts';

const spec = SPACE_CLOUD_SPEC;
const architecture = architectureOf(spec);
const K = spec.maxCandidates;
const PRIOR = (spec.kinds[0]?.candidate.length ?? 0) - 1;
const network = new Scorer(spec, architecture, randomWeights(architecture, 1), randomNormaliser(architecture, 2));
/** Logits are the prior alone: the policy head starts at zero. */
const priorOnly = new Scorer(spec, architecture, initialWeights(architecture, 1), identityNormaliser(spec));

/** `rows` equal forward decisions with the given priors; null masks a candidate. */
function decisions(priors: readonly (number | null)[], rows = 1): DecisionBatch {
  const batch = createDecisionBatch(spec, rows);
  batch.n = rows;
  for (let r = 0; r < rows; r++) {
    batch.candidateCount[r] = priors.length;
    priors.forEach((prior, k) => {
      batch.actionMask[r * K + k] = prior === null ? 0 : 1;
      batch.candidates[(r * K + k) * batch.candidateStride + PRIOR] = prior ?? 50;
    });
  }
  return batch;
}

function refusal(act: () => void): SpaceCloudError {
  try {
    act();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected a refusal.');
}

describe('LearnedPolicy, greedy', () => {
  const greedy = new LearnedPolicy(priorOnly, { name: 'greedy', mode: 'greedy' });

  it.each([
    ['the largest logit', [0, 2, 1], 1],
    ['the lowest index among equals', [1, 3, 3, 3], 1],
    ['never a masked candidate, however good', [null, -4, null, -3], 3],
    ['the only one', [-1e6], 0],
  ])('takes %s', (_, priors, expected) => {
    const out = new Uint8Array(1);
    greedy.choose(decisions(priors), out);
    expect(out[0]).toBe(expected);
  });

  it('gives the log-probability of its choice under the masked softmax', () => {
    const out = new Uint8Array(1);
    greedy.choose(decisions([0, null, Math.log(3)]), out);
    // softmax of (0, log 3) = (1/4, 3/4)
    expect(greedy.logProb[0]).toBeCloseTo(Math.log(3 / 4), 6);
    expect(greedy.logProb.length).toBe(1); // the batch's capacity
  });
});

describe('LearnedPolicy, sampling', () => {
  const sampler = (seed: number, scorer = priorOnly): LearnedPolicy =>
    new LearnedPolicy(scorer, { name: 'sample', mode: 'sample', rng: new Rng(seed, 'choices') });

  it('draws with the frequencies of the masked softmax (chi-square, fixed seed)', () => {
    const rows = 20_000;
    const priors = [0, Math.log(2), null, Math.log(4), Math.log(0.5), Math.log(0.01)];
    const odds = [1, 2, 0, 4, 0.5, 0.01];
    const total = odds.reduce((sum, odd) => sum + odd, 0);
    const out = new Uint8Array(rows);
    const policy = sampler(5);
    policy.choose(decisions(priors, rows), out);
    const counts = odds.map((_, k) => out.reduce((sum, choice) => sum + (choice === k ? 1 : 0), 0));
    expect(counts[2]).toBe(0);
    const chiSquare = odds.reduce((sum, odd, k) => {
      const expected = (rows * odd) / total;
      return odd === 0 ? sum : sum + ((counts[k] as number) - expected) ** 2 / expected;
    }, 0);
    // 5 allowed candidates: 4 degrees of freedom, 99.9 % quantile 18.47; smallest expected count 20000*0.01/7.51 = 27.
    expect(chiSquare).toBeLessThan(18.47);
    for (let r = 0; r < 100; r++) {
      expect(policy.logProb[r]).toBeCloseTo(Math.log((odds[out[r] as number] as number) / total), 5);
    }
  });

  it('repeats itself with the same seed, differs with another, and never picks what is masked', () => {
    const batch = randomBatch(spec, { rows: 300, seed: 6, masked: 0.6 });
    const draw = (seed: number): number[] => {
      const out = new Uint8Array(300);
      sampler(seed, network).choose(batch, out);
      return Array.from(out);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    draw(9).forEach((choice, r) => expect(batch.actionMask[r * K + choice]).toBe(1));
  });

  it('stays exact where exponentials overflow or vanish', () => {
    const out = new Uint8Array(1);
    const policy = sampler(10);
    policy.choose(decisions([3e5, 3e5 - 1, -3e5]), out);
    // softmax of (0, -1): 1 / (1 + e^-1) = 0.7311, or 0.2689
    expect(out[0]).toBeLessThan(2);
    expect(Math.exp(policy.logProb[0] as number)).toBeCloseTo(out[0] === 0 ? 0.73106 : 0.26894, 4);
  });
});

describe('LearnedPolicy refuses', () => {
  const policy = new LearnedPolicy(network, { name: 'greedy', mode: 'greedy' });
  const out = new Uint8Array(4);

  it('a row that allows nothing, naming agent and time', () => {
    const batch = randomBatch(spec, { rows: 3, seed: 20 });
    batch.agent[2] = 41;
    batch.timeS[2] = 4031.5;
    batch.actionMask.fill(0, 2 * K, 3 * K);
    const error = refusal(() => policy.choose(batch, out));
    expect(error.code).toBe('MISUSE');
    expect(error.message).toMatch(/at least one allowed candidate for the '\w+' decision of agent 41 at 4031.5 s/);
  });

  it('a mask that allows only candidates that do not exist', () => {
    const batch = randomBatch(spec, { rows: 1, seed: 21, candidates: 2 });
    batch.actionMask.set([0, 0, 1], 0);
    expect(refusal(() => policy.choose(batch, out)).message).toMatch(/got 2 candidates, none allowed/);
  });

  it.each([NaN, Infinity, -Infinity])('a feature of %s, naming it', (value) => {
    const inContext = randomBatch(spec, { rows: 2, seed: 22, kind: 1 });
    inContext.context[inContext.contextStride + 3] = value;
    expect(refusal(() => policy.choose(inContext, out)).message).toContain(`got workTflop = ${value}`);
    const inCandidate = randomBatch(spec, { rows: 1, seed: 23, kind: 0, candidates: 3 });
    inCandidate.actionMask[1] = 0; // masked, but read by the critic
    inCandidate.candidates[inCandidate.candidateStride + 4] = value;
    expect(refusal(() => policy.choose(inCandidate, out)).message).toContain(`transmitS = ${value} of candidate 1`);
  });

  it.each([
    [
      'percent for a fraction',
      0,
      7,
      95,
      /Expected batteryFrac from -1 to 2 for .* agent 7 at 12.5 s .*, got batteryFrac = 95\./,
    ],
    ['kelvin for degrees', 0, 9, 293.25, /Expected temperatureC from -273.15 to 200 degC for .*'forward'.* = 293.25\./],
    ['a flag that is none', 1, 14, 3, /Expected isReplica from 0 to 1 for the 'place' decision/],
    [
      'a size below 0',
      2,
      0,
      -0.5,
      /Expected sizeMbit from 0 to 100000000000 Mbit for the 'cache' decision .* = -0.5\./,
    ],
  ])('%s, naming satellite, kind, feature and value', (...[, kind, column, value, message]) => {
    const batch = randomBatch(spec, { rows: 2, seed: 25, kind });
    batch.agent[1] = 7;
    batch.timeS[1] = 12.5;
    batch.context[batch.contextStride + column] = value;
    expect(refusal(() => policy.choose(batch, out)).message).toMatch(message);
    expect(policy.refusalOf(batch, 0)).toBeUndefined();
    expect(policy.refusalOf(batch, 1)?.message).toMatch(message);
  });

  it('a kind and a number of candidates that there are not', () => {
    const batch = randomBatch(spec, { rows: 2, seed: 26 });
    batch.kind[0] = 3;
    batch.candidateCount[1] = 17;
    expect(policy.refusalOf(batch, 0)?.message).toMatch(
      /Expected one of the decision kinds forward, place, cache .* kind 3/,
    );
    expect(policy.refusalOf(batch, 1)?.message).toMatch(/Expected at most 16 candidates .*, got 17/);
    expect(policy.refusedRows(batch, out)).toBe(2);
    expect(Array.from(out.subarray(0, 2))).toEqual([ROW_FAULTS.KIND, ROW_FAULTS.CANDIDATES]);
  });

  it('but not a NaN that stands where nothing is read', () => {
    const batch = randomBatch(spec, { rows: 1, seed: 24, kind: 2, candidates: 2 });
    batch.context[batch.contextStride - 1] = NaN; // cache reads 9 of 16 context columns
    batch.candidates.fill(NaN, 2 * batch.candidateStride);
    policy.choose(batch, out);
    expect(Number.isFinite(policy.logProb[0])).toBe(true);
  });

  it('a batch of another specification, but not an equal one from elsewhere', () => {
    const error = refusal(() => policy.choose(randomBatch(SMALL_SPEC, { rows: 1, seed: 25 }), out));
    expect(error.message).toMatch(
      /Expected decisions of specification [0-9a-f]{32} for policy 'greedy', got [0-9a-f]{32}/,
    );
    const copy = JSON.parse(JSON.stringify(spec)) as typeof spec;
    policy.choose(randomBatch(copy, { rows: 1, seed: 26 }), out);
  });

  it('without drawing a random number', () => {
    const rng = new Rng(1, 'draws');
    const before = rng.state.slice();
    const batch = randomBatch(spec, { rows: 2, seed: 27 });
    batch.actionMask.fill(0, K, 2 * K);
    refusal(() => new LearnedPolicy(network, { name: 's', mode: 'sample', rng }).choose(batch, out));
    expect(rng.state).toEqual(before);
  });
});

describe('LearnedPolicy, rows by themselves', () => {
  const rows = 12;
  /** Rows 0, 4, 5 and 11 may not be decided. */
  const spoilt = (): DecisionBatch => {
    const batch = randomBatch(spec, { rows, seed: 30, masked: 0.3 });
    batch.context[0] = NaN;
    batch.actionMask.fill(0, 4 * K, 5 * K);
    batch.candidates[5 * K * batch.candidateStride] = 1e30;
    batch.context[11 * batch.contextStride] = -Infinity;
    return batch;
  };
  const { FEATURE, CLOSED } = ROW_FAULTS;
  const FAULTS = [FEATURE, 0, 0, 0, CLOSED, FEATURE, 0, 0, 0, 0, 0, FEATURE];
  const memory = architectureOf(spec, { memory: 8 });
  const remembering = new Scorer(spec, memory, randomWeights(memory, 1), randomNormaliser(memory, 2));

  it.each([
    ['greedy', network, false],
    ['sampled', network, true],
    ['sampled with memory', remembering, true],
  ])('refused rows cost the others nothing: %s', (_, scorer, sampled) => {
    const create = (): LearnedPolicy =>
      sampled
        ? new LearnedPolicy(scorer, { name: 'p', mode: 'sample', rng: new Rng(3, 'rows') })
        : new LearnedPolicy(scorer, { name: 'p', mode: 'greedy' });
    const batch = spoilt();
    const policy = create();
    const refused = new Uint8Array(rows);
    expect(policy.refusedRows(batch, refused)).toBe(4);
    expect(Array.from(refused)).toEqual(FAULTS);
    expect(() => policy.choose(batch, new Uint8Array(rows))).toThrow(/Expected finite features/);
    const choices = new Uint8Array(rows);
    policy.chooseAccepted(batch, refused, choices);
    // The same rows one by one, by a policy that never met the others: the same choices, draws and states.
    const alone = create();
    const one = new Uint8Array(1);
    const whole = randomBatch(spec, { rows, seed: 30, masked: 0.3 });
    for (let row = 0; row < rows; row++) {
      if (FAULTS[row] !== 0) {
        expect([choices[row], policy.logProb[row]]).toEqual([NO_CHOICE, NaN]);
        continue;
      }
      alone.choose(rowOf(whole, row), one);
      expect([choices[row], policy.logProb[row]], `row ${row}`).toEqual([one[0], alone.logProb[0]]);
    }
    expect(policy.memory?.save()).toEqual(alone.memory?.save());
  });

  it('allocates nothing per call', () => {
    const policy = new LearnedPolicy(network, { name: 'p', mode: 'greedy' });
    const [batch, refused, choices] = [spoilt(), new Uint8Array(rows), new Uint8Array(rows)];
    const decide = (): void => {
      for (let i = 0; i < 5000; i++) {
        policy.refusedRows(batch, refused);
        policy.chooseAccepted(batch, refused, choices);
      }
    };
    decide(); // compiled before it counts
    const names = ['refusedRows', 'chooseAccepted', 'faultsInto', 'faultOfRow', 'take', 'spread', 'decide'];
    // 5,000 calls that allocated one number each would be 80,000 bytes, each time; on a busy machine the compiler may not be done at first.
    const bytes = [1, 2, 3].map(() => allocatedIn(names, decide));
    expect(Math.min(...bytes)).toBeLessThan(20_000);
  });
});

function rowOf(batch: DecisionBatch, row: number): DecisionBatch {
  const one = createDecisionBatch(spec, 1);
  one.n = 1;
  for (const name of ['kind', 'world', 'agent', 'candidateCount', 'context', 'candidates', 'actionMask'] as const) {
    const width = one[name].length;
    one[name].set(batch[name].subarray(row * width, (row + 1) * width));
  }
  return one;
}
