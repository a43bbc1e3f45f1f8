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
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../../../policies/runtime/index.ts';
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
