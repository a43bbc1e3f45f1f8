import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import {
  type RunRecord,
  type TrainingEvaluation,
  bootstrapInterval,
  bootstrapTwoSampleInterval,
  interquartileMean,
  meanScore,
  medianScore,
  optimalityGap,
  performanceProfile,
  probabilityOfImprovement,
  toMarlEval,
} from '../../training/evaluation/index.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { python, pythonHas } from './python.ts';

/** Authorities: rliable 1.2.0, SciPy and marl-eval 0.0.4 (PyPI rliable, scipy, id-marl-eval) in the Python of `PYTHON`. */
const hasTools = pythonHas(['rliable', 'scipy', 'marl_eval']);
if (!hasTools) {
  console.warn(
    'SKIPPED: rliable, scipy and marl_eval are not in this Python. In a virtual environment: pip install arch scipy pandas seaborn absl-py colorama, then pip install --no-deps rliable id-marl-eval; name its python in PYTHON.',
  );
}

const REPLICATES = 20_000;
/** Of the Python tools, which are slow. */
const THEIR_REPLICATES = 5000;
const THEIR_PAIR_REPLICATES = 1000;
const SEEDS = [1, 2, 3];
const DECISIONS = [1000, 2000];

function scores(purpose: string, shift: number): number[][] {
  const rng = new Rng(5, purpose);
  // Two decimals, so that ties occur.
  return [0, 1, 2].map((task) =>
    Array.from({ length: 10 }, () => Math.round(100 * (0.5 + 0.1 * task + shift + 0.15 * rng.normal())) / 100),
  );
}
const X = scores('x', 0.05);
const Y = scores('y', 0);
const THRESHOLDS = [0.3, 0.5, 0.6, 0.8];

function kpis(utility: number): RunRecord['kpis'] {
  return { utility, latencyP95S: 2 - utility, 'drop.hop-limit': 3 };
}

/** Three training runs of `learned` and one baseline on two scenarios, with two evaluations during training. */
function marlEvalData(): ReturnType<typeof toMarlEval>['data'] {
  const scenarios = ['iridium-66', 'test-12'];
  const record = (policy: string, run: string | undefined, scenario: string, seed: number): RunRecord => ({
    ...{ scenario, policy, seed, decisions: 1, startS: 0, simulatedS: 1, trajectoryHash: '' },
    role: policy === 'learned' ? 'learned' : 'baseline',
    ...(run === undefined ? {} : { run }),
    kpis: kpis((run === undefined ? 0.4 : 0.5 + 0.1 * Number(run)) + 0.01 * seed),
  });
  const records = scenarios.flatMap((scenario) =>
    SEEDS.flatMap((seed) => [
      ...['0', '1', '2'].map((run) => record('learned', run, scenario, seed)),
      record('base', undefined, scenario, seed),
    ]),
  );
  const curve = (run: number): TrainingEvaluation[] =>
    DECISIONS.map((decisions, step) => ({
      decisions,
      records: scenarios.flatMap((scenario) =>
        [400_000, 400_001].map((seed) => ({ scenario, seed, kpis: kpis(0.3 + 0.1 * step + 0.01 * run) })),
      ),
    }));
  const curves = new Map([['learned', [curve(0), curve(1), curve(2)]]]);
  return toMarlEval(records, { environment: 'SpaceCloud', stepCount: 1, curves }).data;
}

/** What evaluation.py prints. */
interface Theirs {
  readonly iqm: number;
  readonly trimMean: number;
  readonly mean: number;
  readonly median: number;
  readonly optimalityGap: number;
  readonly improvement: number;
  readonly mannWhitney: number;
  readonly profile: readonly number[];
  readonly intervals: readonly (readonly number[])[];
  readonly improvementInterval: readonly number[];
  readonly pairedInterval: readonly number[];
  readonly checks: unknown;
  readonly marlEval: Readonly<Record<string, unknown>>;
}

describe.skipIf(!hasTools)('evaluation against rliable, SciPy and marl-eval', () => {
  const file = join(temporaryFolder(), 'given.json');
  writeFileSync(
    file,
    JSON.stringify({
      x: X,
      y: Y,
      thresholds: THRESHOLDS,
      reps: THEIR_REPLICATES,
      pairReps: THEIR_PAIR_REPLICATES,
      marlEval: marlEvalData(),
    }),
  );
  const theirs = hasTools ? (JSON.parse(python(['test/authorities/evaluation.py', file])) as Theirs) : ({} as Theirs);

  it('point estimates are the same', () => {
    expect(interquartileMean(X)).toBeCloseTo(theirs.iqm, 12);
    expect(interquartileMean(X)).toBeCloseTo(theirs.trimMean, 12);
    expect(meanScore(X)).toBeCloseTo(theirs.mean, 12);
    expect(medianScore(X)).toBeCloseTo(theirs.median, 12);
    expect(optimalityGap(X)).toBeCloseTo(theirs.optimalityGap, 12);
    expect(probabilityOfImprovement(X, Y)).toBeCloseTo(theirs.improvement, 12);
    expect(probabilityOfImprovement(X, Y)).toBeCloseTo(theirs.mannWhitney, 12);
    const profile = [...performanceProfile(X, Float64Array.from(THRESHOLDS))];
    theirs.profile.forEach((share, t) => expect(profile[t]).toBeCloseTo(share, 12));
  });

  it('bootstrap intervals agree in distribution', () => {
    const options = (): { rng: Rng; replicates: number } => ({ rng: new Rng(1, 'test'), replicates: REPLICATES });
    // Both sides draw. The error of a 2.5 % end is sqrt(0.025 0.975 / R) / 0.0584 spreads (see bootstrap.test.ts): 0.019 at
    // 20,000 resamples, 0.038 at 5,000, 0.085 at 1,000; of their difference 0.042 and 0.087. Spreads are at most 0.04 for
    // the means, 0.07 for the paired difference, 0.08 for the probability: five errors are 0.0085, 0.015 and 0.035.
    const near = (ours: { lo: number; hi: number } | null, their: readonly number[], tolerance: number): void => {
      expect(Math.abs((ours?.lo ?? NaN) - (their[0] as number))).toBeLessThan(tolerance);
      expect(Math.abs((ours?.hi ?? NaN) - (their[1] as number))).toBeLessThan(tolerance);
    };
    const [iqm, mean] = theirs.intervals;
    near(bootstrapInterval(X, interquartileMean, options()), iqm as number[], 0.0085);
    near(bootstrapInterval(X, meanScore, options()), mean as number[], 0.0085);
    const improvement = bootstrapTwoSampleInterval({ x: X, y: Y }, probabilityOfImprovement, options());
    near(improvement, theirs.improvementInterval, 0.035);
    const paired = (X[0] as number[]).map((x, i) => x - (Y[0]?.[i] as number));
    near(bootstrapInterval([paired], meanScore, options()), theirs.pairedInterval, 0.015);
  });

  it('marl-eval loads the file, finds nothing wrong with it, and makes its matrices', () => {
    expect(theirs.checks).toEqual({
      spacecloud: {
        valid_algorithms: true,
        valid_algorithm_names: true,
        valid_runs: true,
        valid_steps: true,
        valid_metrics: true,
      },
    });
    const loaded = theirs.marlEval;
    expect(loaded['tasks']).toEqual(['iridium-66', 'test-12']);
    expect(loaded['algorithms']).toEqual(['learned', 'base']);
    // Runs x tasks.
    expect(loaded['matrices']).toEqual({ learned: [3, 2], base: [3, 2] });
    expect(loaded['absoluteMean']).toBeCloseTo(0.52, 12); // run 0: 0.5 + 0.01 x mean of seeds 1, 2, 3
    expect(loaded['lastStepMean']).toBeCloseTo(0.4, 12); // run 0 at its second evaluation
  });
});
