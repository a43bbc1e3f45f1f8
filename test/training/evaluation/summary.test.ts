import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  type EvaluationSummary,
  policySummary,
  type RunRecord,
  summarise,
} from '../../../training/evaluation/index.ts';
import { syntheticRecords } from './synthetic.ts';

const OPTIONS = { reference: 'learned', replicates: 1000, seed: 1 };

function run(policy: string, seed: number, kpis: RunRecord['kpis'], role: RunRecord['role'] = 'baseline'): RunRecord {
  return {
    scenario: 's',
    policy,
    role,
    seed,
    kpis,
    decisions: 10,
    startS: 0,
    simulatedS: 60,
    trajectoryHash: `${policy}${seed}`,
  };
}

/** Learned is 0.1 above `near` on every seed, spread over seeds aside; faster than `near`, slower than `fast`. */
function smallRecords(): RunRecord[] {
  return [1, 2, 3, 4].flatMap((seed) => [
    run('near', seed, { utility: 0.2 * seed, latencyP99S: 9, hopsMean: 3 }),
    run('fast', seed, { utility: 0.1, latencyP99S: 1, hopsMean: 4 }),
    run('learned', seed, { utility: 0.2 * seed + 0.1, latencyP99S: 5, hopsMean: 5 }, 'learned'),
    run('oracle', seed, { utility: 1, latencyP99S: 0.5, hopsMean: 2 }, 'oracle'),
  ]);
}

function kpi(
  summary: EvaluationSummary,
  policy: string,
  key: string,
): EvaluationSummary['policies'][0]['kpis'][string] {
  const found = policySummary(summary, policy).kpis[key];
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
}

describe('summarise', () => {
  it('takes means and paired differences', () => {
    const summary = summarise(smallRecords(), OPTIONS);
    // mean of 0.3, 0.5, 0.7, 0.9 = 0.6; learned - near = 0.1 on each seed, so the paired interval has no width
    // although the intervals of the two means overlap widely.
    expect(kpi(summary, 'learned', 'utility').mean).toBeCloseTo(0.6, 12);
    const near = kpi(summary, 'near', 'utility');
    expect(near.difference).toBeCloseTo(0.1, 12);
    expect(near.differenceInterval?.lo).toBeCloseTo(0.1, 12);
    expect(near.differenceInterval?.hi).toBeCloseTo(0.1, 12);
    expect(near.verdict).toBe('better');
    expect(near.interval?.hi).toBeGreaterThan(kpi(summary, 'learned', 'utility').interval?.lo ?? NaN);
    expect(kpi(summary, 'learned', 'utility').difference).toBeNull();
  });

  it('judges by the direction of the KPI', () => {
    const summary = summarise(smallRecords(), OPTIONS);
    expect(kpi(summary, 'near', 'latencyP99S').verdict).toBe('better'); // 5 s against 9 s, lower is better
    expect(kpi(summary, 'fast', 'latencyP99S').verdict).toBe('worse');
    expect(kpi(summary, 'fast', 'hopsMean').verdict).toBeNull(); // describes only
    const same = smallRecords().map((record) => ({ ...record, kpis: { utility: record.seed } }));
    expect(kpi(summarise(same, OPTIONS), 'near', 'utility').verdict).toBe('unclear');
  });

  it('names the strongest baseline and every loss', () => {
    const summary = summarise(smallRecords(), OPTIONS);
    expect(summary.strongestBaseline).toBe('near'); // 0.5 against 0.1; the oracle with 1 is none
    expect(summary.policies.map((entry) => entry.policy)).toEqual(['oracle', 'learned', 'near', 'fast']);
    expect(summary.losses.map(({ kpi: key, policy }) => `${key} ${policy}`)).toEqual([
      'utility oracle',
      'latencyP99S oracle',
      'latencyP99S fast',
    ]);
    expect(summary.losses[2]).toMatchObject({ difference: 4, interval: { lo: 4, hi: 4 }, role: 'baseline' });
    // three rivals x (utility, latency p99); hops have no direction
    expect(summary.comparisons).toBe(6);
  });

  it('ranks policies that are no oracles, equal means alike', () => {
    const summary = summarise(smallRecords(), OPTIONS);
    const ranks = (key: string): (number | null)[] =>
      ['learned', 'near', 'fast', 'oracle'].map((policy) => kpi(summary, policy, key).rank);
    expect(ranks('utility')).toEqual([1, 2, 3, null]);
    expect(ranks('latencyP99S')).toEqual([2, 3, 1, null]);
    expect(ranks('hopsMean')).toEqual([null, null, null, null]);
    const tied = smallRecords().map((record) => ({ ...record, kpis: { utility: record.policy === 'near' ? 0 : 1 } }));
    expect(['learned', 'fast', 'near'].map((p) => kpi(summarise(tied, OPTIONS), p, 'utility').rank)).toEqual([1, 1, 3]);
  });

  it('leaves out runs without a value and says how many there are', () => {
    const records = smallRecords().map((record) => {
      if (record.policy === 'fast') return { ...record, kpis: { ...record.kpis, latencyP99S: NaN } };
      if (record.policy === 'near' && record.seed === 1) return { ...record, kpis: { utility: 0.2 } };
      return record;
    });
    const summary = summarise(records, OPTIONS);
    expect(kpi(summary, 'fast', 'latencyP99S')).toEqual({
      mean: null,
      interval: null,
      runs: 0,
      difference: null,
      differenceInterval: null,
      pairs: 0,
      verdict: null,
      rank: null,
    });
    expect(kpi(summary, 'near', 'latencyP99S')).toMatchObject({ mean: 9, runs: 3, pairs: 3, difference: -4 });
  });

  it('gives no interval and no verdict for one seed', () => {
    const summary = summarise(
      smallRecords().filter((record) => record.seed === 2),
      OPTIONS,
    );
    expect(kpi(summary, 'near', 'utility')).toMatchObject({ interval: null, differenceInterval: null, verdict: null });
    expect(kpi(summary, 'near', 'utility').difference).toBeCloseTo(0.1, 12);
    expect(summary.comparisons).toBe(0);
    expect(summary.losses).toEqual([]);
  });

  it('weighs scenarios alike and pairs within them', () => {
    const second = smallRecords().map((record) => ({
      ...record,
      scenario: 't',
      kpis: { ...record.kpis, utility: (record.kpis['utility'] ?? 0) + (record.policy === 'near' ? 1 : 0) },
    }));
    const summary = summarise([...smallRecords(), ...second.reverse()], OPTIONS);
    // near: mean 0.5 in s and 1.5 in t; learned - near is 0.1 in s and -0.9 in t: mean -0.4.
    expect(kpi(summary, 'near', 'utility').mean).toBeCloseTo(1, 12);
    expect(kpi(summary, 'near', 'utility').difference).toBeCloseTo(-0.4, 12);
    expect(policySummary(summary, 'near').runs).toBe(8);
  });

  it('computes the same for other orders of the records', () => {
    const records = syntheticRecords(5);
    const forward = summarise(records, { ...OPTIONS, replicates: 100 });
    const backward = summarise([...records].reverse(), { ...OPTIONS, replicates: 100 });
    expect(backward.policies).toEqual(forward.policies);
  });

  it('states probability of improvement, IQM and, with anchors, the optimality gap', () => {
    const plain = policySummary(summarise(smallRecords(), OPTIONS), 'near').utility;
    // learned 0.3 0.5 0.7 0.9 against near 0.2 0.4 0.6 0.8: wins 1 + 2 + 3 + 4 = 10 of 16; paired 4 of 4.
    expect(plain?.probabilityOfImprovement?.value).toBe(0.625);
    expect(plain?.pairedProbabilityOfImprovement?.value).toBe(1);
    expect(plain?.interquartileMean.value).toBeCloseTo(0.5, 12); // drops 1 + 1: (0.4 + 0.6) / 2
    expect(plain?.normalised).toBeNull();
    const anchored = summarise(smallRecords(), { ...OPTIONS, anchors: { zero: 'fast', one: 'oracle' } });
    // (u - 0.1) / 0.9 averages (0.6 - 0.1) / 0.9 = 5/9 for learned, so the gap is 4/9.
    const { normalised } = policySummary(anchored, 'learned').utility ?? {};
    expect(normalised?.optimalityGap.value).toBeCloseTo(4 / 9, 12);
    expect(normalised?.mean.value).toBeCloseTo(5 / 9, 12);
    expect(normalised?.median.value).toBeCloseTo(5 / 9, 12); // over one scenario
    expect(normalised?.interquartileMean.value).toBeCloseTo(5 / 9, 12); // (0.4 + 0.6) / 2 / 0.9
    expect(anchored.utilityProfile?.normalised).toBe(true);
  });
});

describe('summarise refuses', () => {
  const cases: [string, RunRecord[], Partial<typeof OPTIONS>, RegExp][] = [
    ['no records', [], {}, /at least one run record/],
    ['an unknown reference', smallRecords(), { reference: 'x' }, /one of the evaluated policies \('near', .*got 'x'/],
    [
      'a missing seed',
      smallRecords().slice(0, -3),
      {},
      /policy 'fast' to have run the same seeds as 'near'.*seeds 1, 2, 3\b/,
    ],
    ['a doubled run', [...smallRecords(), run('fast', 1, {})], {}, /one run of policy 'fast' on seed 1/],
    ['two roles', [...smallRecords(), run('fast', 5, {}, 'oracle')], {}, /policy 'fast' to have one role/],
    [
      'infinity',
      [run('learned', 1, { utility: Infinity }, 'learned')],
      {},
      /KPI 'utility' of policy 'learned'.*got Infinity/,
    ],
    ['no replicates', smallRecords(), { replicates: 0 }, /positive whole number of bootstrap replicates/],
  ];
  it.each(cases)('%s', (_, records, options, message) => {
    const attempt = (): unknown => summarise(records, { ...OPTIONS, ...options });
    expect(attempt).toThrow(SpaceCloudError);
    expect(attempt).toThrow(message);
  });

  it('anchors in the wrong order', () => {
    expect(() => summarise(smallRecords(), { ...OPTIONS, anchors: { zero: 'oracle', one: 'fast' } })).toThrow(
      /anchor 'fast' above anchor 'oracle'/,
    );
  });
});
