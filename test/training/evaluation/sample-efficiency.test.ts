import { describe, expect, it } from 'vitest';
import { type TrainingEvaluation, sampleEfficiency } from '../../../training/evaluation/index.ts';

const OPTIONS = { replicates: 500, seed: 1 };

function evaluation(decisions: number, utilities: readonly number[]): TrainingEvaluation {
  return {
    decisions,
    records: utilities.map((utility, i) => ({ scenario: 's', seed: 400_000 + i, kpis: { utility } })),
  };
}

describe('sample efficiency', () => {
  it('is the interquartile mean over training runs at the evaluations that all have made', () => {
    // Iterations have a few decisions more or less, and one run has been stopped early.
    const runs = [0.1, 0.2, 0.4, 0.9].map((base, r) => [
      evaluation(100 + r, [base, base + 0.2]),
      evaluation(200 + r, [1]),
      ...(r === 3 ? [] : [evaluation(300, [base])]),
    ]);
    const curve = sampleEfficiency('p', runs, OPTIONS);
    expect(curve).toMatchObject({ policy: 'p', replicate: 'run', samples: 4 });
    // Mean of 100 to 103 is 101.5.
    expect(curve?.points.map(({ decisions }) => decisions)).toEqual([102, 202]);
    // Runs have means 0.2, 0.3, 0.5, 1.0; one falls away at each end: (0.3 + 0.5) / 2.
    expect(curve?.points[0]?.value).toBeCloseTo(0.4, 12);
    expect(curve?.points[0]?.interval?.lo).toBeGreaterThanOrEqual(0.2);
    expect(curve?.points[0]?.interval?.hi).toBeLessThanOrEqual(1.0 + 1e-12);
    expect(curve?.points[0]?.interval?.hi).toBeGreaterThan(0.4);
    expect(curve?.points[1]).toMatchObject({ value: 1, interval: { lo: 1, hi: 1 } });
  });

  it('of a single run has seeds as samples, each the mean over the scenarios', () => {
    const one = [
      {
        decisions: 10,
        records: ['s', 't'].flatMap((scenario, s) =>
          [0, 1, 2, 3].map((i) => ({ scenario, seed: 400_000 + i, kpis: { utility: i + s } })),
        ),
      },
    ];
    const curve = sampleEfficiency('p', [one], OPTIONS);
    // Seeds score 0.5, 1.5, 2.5, 3.5: the middle two average 2.
    expect(curve).toMatchObject({ replicate: 'seed', samples: 4, points: [{ decisions: 10, value: 2 }] });
  });

  it('is none without an evaluation', () => {
    expect(sampleEfficiency('p', [], OPTIONS)).toBeUndefined();
    expect(sampleEfficiency('p', [[evaluation(1, [1])], []], OPTIONS)).toBeUndefined();
  });
});
