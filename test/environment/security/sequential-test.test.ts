import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { createSequentialTest } from '../../../environment/security/sequential-test.ts';

const CONFIG = { honestFailureFrac: 0.1, hostileFailureFrac: 0.4, falseAlarmFrac: 0.05, missFrac: 0.05 };

/** Runs tests of one with a share of failures; how many ended as hostile, and trials on average. */
function simulate(config: typeof CONFIG, failureFrac: number, runs: number) {
  const { failureStep, successStep, hostileBound, honestBound } = createSequentialTest(config);
  const rng = new Rng(20260726, `failures ${failureFrac}`);
  let hostile = 0;
  let trials = 0;
  for (let run = 0; run < runs; run++) {
    let score = 0;
    while (score > honestBound && score < hostileBound) {
      score += rng.uniform() < failureFrac ? failureStep : successStep;
      trials++;
    }
    if (score >= hostileBound) hostile++;
  }
  return { hostileFrac: hostile / runs, meanTrials: trials / runs };
}

/** Expected trials (Wald 1945, 3:57), overshoot of the bounds left out: it can only make the mean larger. */
function expectedTrials(config: typeof CONFIG, failureFrac: number, hostileFrac: number): number {
  const { failureStep, successStep, hostileBound, honestBound } = createSequentialTest(config);
  const meanStep = failureFrac * failureStep + (1 - failureFrac) * successStep;
  return (hostileFrac * hostileBound + (1 - hostileFrac) * honestBound) / meanStep;
}

describe('sequential test', () => {
  const RUNS = 20_000;

  it.each([
    ['of the schema', { honestFailureFrac: 0.02, hostileFailureFrac: 0.3, falseAlarmFrac: 1e-4, missFrac: 1e-2 }],
    ['of wide errors', CONFIG],
  ])('ENV-141 keeps the errors within the bounds of Wald: %s', (_which, config) => {
    const { falseAlarmFrac: alpha, missFrac: beta } = config;
    // The errors a' and b' that result satisfy a' <= alpha / (1 - beta) and b' <= beta / (1 - alpha) (Wald 1945, 3:28, 3:29).
    // Four standard errors of the simulation on top.
    const slack = (p: number): number => 4 * Math.sqrt(p / RUNS);
    const honest = simulate(config, config.honestFailureFrac, RUNS);
    const hostile = simulate(config, config.hostileFailureFrac, RUNS);
    expect(honest.hostileFrac).toBeLessThanOrEqual(alpha / (1 - beta) + slack(alpha));
    expect(1 - hostile.hostileFrac).toBeLessThanOrEqual(beta / (1 - alpha) + slack(beta));
    // Not by never deciding against one side: most hostile ones are found.
    expect(hostile.hostileFrac).toBeGreaterThan(1 - 2 * beta);
  });

  it.each([
    ['honest', CONFIG.honestFailureFrac],
    ['hostile', CONFIG.hostileFailureFrac],
  ])(
    'ENV-141 needs as many trials as the closed form says, and at most one overshoot more: %s',
    (_who, failureFrac) => {
      const { hostileFrac, meanTrials } = simulate(CONFIG, failureFrac, RUNS);
      const { failureStep, successStep } = createSequentialTest(CONFIG);
      const meanStep = Math.abs(failureFrac * failureStep + (1 - failureFrac) * successStep);
      const leastTrials = expectedTrials(CONFIG, failureFrac, hostileFrac);
      expect(meanTrials).toBeGreaterThan(0.98 * leastTrials); // 2 %: four standard errors of the mean of 20,000
      expect(meanTrials).toBeLessThan(leastTrials + failureStep / meanStep + 1);
    },
  );

  it('ENV-141 says hostile after four failures in a row with the values of the schema', () => {
    const config = { honestFailureFrac: 0.02, hostileFailureFrac: 0.3, falseAlarmFrac: 1e-4, missFrac: 1e-2 };
    const { failureStep, hostileBound } = createSequentialTest(config);
    expect(failureStep).toBeCloseTo(Math.log(15), 12);
    expect(hostileBound).toBeCloseTo(Math.log(9900), 12); // 9.20 / 2.71 = 3.4
    expect(Math.ceil(hostileBound / failureStep)).toBe(4);
  });

  it('refuses shares that cannot tell hostile from honest', () => {
    const act = (): unknown => createSequentialTest({ ...CONFIG, hostileFailureFrac: 0.1 });
    expect(act).toThrow(/Expected security.watch.hostileFailureFrac above honestFailureFrac \(0.1\), got 0.1/);
    expect(createSequentialTest({ ...CONFIG, hostileFailureFrac: 1 }).successStep).toBeGreaterThan(-Infinity);
  });
});
