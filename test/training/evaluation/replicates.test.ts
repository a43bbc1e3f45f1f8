import { describe, expect, it } from 'vitest';
import { describeEvaluation, policySummary, type RunRecord, summarise } from '../../../training/evaluation/index.ts';

const OPTIONS = { reference: 'learned', replicates: 2000, seed: 1 };

function records(policy: string, utilities: Readonly<Record<string, readonly number[]>>): RunRecord[] {
  return Object.entries(utilities).flatMap(([run, values]) =>
    values.map((utility, s): RunRecord => ({
      scenario: 's',
      policy,
      role: policy === 'base' ? 'baseline' : 'learned',
      ...(run === '' ? {} : { run }),
      seed: s + 1,
      kpis: { utility },
      decisions: 1,
      startS: 0,
      simulatedS: 1,
      trajectoryHash: `${policy}${run}${s}`,
    })),
  );
}

const LEARNED = records('learned', { a: [0.6, 0.8], b: [0.5, 0.7], c: [0.7, 0.9] });
const BASE = records('base', { '': [0.5, 0.7] });

describe('several training runs of one policy', () => {
  const summary = summarise([...LEARNED, ...BASE], OPTIONS);
  const base = policySummary(summary, 'base');
  const learned = policySummary(summary, 'learned');

  it('are its samples: means over the seeds, paired with a baseline seed by seed', () => {
    // Runs: 0.7, 0.6, 0.8; less the base on the same seeds: 0.1, 0, 0.2.
    const { mean, interval } = learned.kpis['utility'] ?? {};
    expect(mean).toBeCloseTo(0.7, 12);
    // The lowest resample, three times 0.6, comes up with 1/27 = 3.7 % > 2.5 %.
    expect(interval?.lo).toBeCloseTo(0.6, 12);
    expect(interval?.hi).toBeCloseTo(0.8, 12);
    const { difference, differenceInterval, pairs, verdict } = base.kpis['utility'] ?? {};
    expect(difference).toBeCloseTo(0.1, 12);
    expect(differenceInterval?.lo).toBeCloseTo(0, 12);
    expect(differenceInterval?.hi).toBeCloseTo(0.2, 12);
    expect(pairs).toBe(3);
    // By seeds the difference would be 0.1 on both, an interval without width, and a clear win.
    expect(verdict).toBe('unclear');
  });

  it('count in P(improvement) as runs against the one mean of a baseline', () => {
    // 0.7 and 0.8 above 0.6, 0.6 equal: 2.5 of 3.
    expect(base.utility?.probabilityOfImprovement?.value).toBeCloseTo(2.5 / 3, 12);
    expect(base.utility?.probabilityOfImprovement?.interval).not.toBeNull();
    expect(base.utility?.interquartileMean).toEqual({ value: 0.6, interval: null });
    expect(learned.utility?.interquartileMean.value).toBeCloseTo(0.7, 12);
  });

  it('are named, and the summary says what one sample is', () => {
    expect(summary.replicate).toBe('run');
    expect(learned).toMatchObject({ trainingRuns: ['a', 'b', 'c'], replicate: 'run', runs: 6 });
    expect(base).toMatchObject({ trainingRuns: [], replicate: 'seed', runs: 2 });
    const { caveats } = describeEvaluation(summary);
    expect(caveats.join(' ')).toMatch(/3 training runs of learned are its samples/);
    const single = describeEvaluation(summarise([...LEARNED.filter(({ run }) => run === 'a'), ...BASE], OPTIONS));
    expect(single.caveats.join(' ')).toMatch(/one training run.*nothing about the next/);
  });

  it('of two policies are resampled apart', () => {
    const other = records('other', { x: [0.5, 0.7], y: [0.5, 0.9] });
    const against = policySummary(summarise([...LEARNED, ...other], OPTIONS), 'other').kpis['utility'];
    // 0.7 - (0.6 + 0.7) / 2 = 0.05; the widest resamples are 0.6 - 0.7 and 0.8 - 0.6.
    expect(against?.difference).toBeCloseTo(0.05, 12);
    expect(against?.differenceInterval?.lo).toBeGreaterThanOrEqual(-0.1 - 1e-12);
    expect(against?.differenceInterval?.lo).toBeLessThan(0);
    expect(against?.differenceInterval?.hi).toBeGreaterThan(0.1);
    expect(against?.differenceInterval?.hi).toBeLessThanOrEqual(0.2 + 1e-12);
  });

  it('must all have run the same seeds', () => {
    expect(() => summarise([...LEARNED.slice(0, -1), ...BASE], OPTIONS)).toThrow(
      /run 'c' of policy 'learned' to have run the same seeds as 'learned' .*\(seeds 1, 2\), got seeds 1/,
    );
  });
});
