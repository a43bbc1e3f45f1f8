import { describe, expect, it } from 'vitest';
import type { SatelliteReport } from '../../../agents/fleet/fleet-reports.ts';
import { type GateEvidence, judge } from '../../../agents/fleet/health-gate.ts';
import { ROLLOUT_DEFAULTS } from '../../../agents/fleet/index.ts';
import { Rng } from '../../../core/index.ts';

const LIMITS = { ...ROLLOUT_DEFAULTS.gate, alpha: 0.05, outcomeLossFrac: 0.1, leastDecisions: 100, leastSatellites: 3 };

function report(satellite: number, mean: number, more: Partial<SatelliteReport> = {}): SatelliteReport {
  const counts = { decisions: 200, fallback: 0, late: 0, abstained: 0, outOfDistribution: 0, breaches: 0 };
  return { satellite, startS: 0, ...counts, outcomes: 200, outcomeSum: 200 * mean, ...more };
}

function sides(before: number[], after: number[], canaries: number, more: Partial<SatelliteReport> = {}): GateEvidence {
  const entry = (s: number, mean: number, rest: Partial<SatelliteReport> = {}) => [s, [report(s, mean, rest)]] as const;
  return {
    before: new Map(before.map((mean, s) => entry(s, mean))),
    updated: new Map(after.slice(0, canaries).map((mean, s) => entry(s, mean, more))),
    rest: new Map(after.slice(canaries).map((mean, i) => entry(canaries + i, mean))),
  };
}

const LEVEL = Array.from({ length: 10 }, () => 1);
const same = [1.01, 0.99, 1.0, 1.02, 0.98, 1.01, 1.0, 0.99, 1.0, 1.0];

describe('the health gate', () => {
  it('passes what changed as the rest did, also when all became worse together', () => {
    expect(judge(sides(LEVEL, same, 4), LIMITS, 1).verdict).toBe('pass');
    const night = same.map((mean) => mean - 0.5);
    const verdict = judge(sides(LEVEL, night, 4), LIMITS, 1);
    expect(verdict.verdict).toBe('pass');
    // Changes of the four: mean of 0.01, -0.01, 0, 0.02 = 0.005; of the six: -0.02, 0.01, 0, -0.01, 0, 0: -0.02 / 6.
    expect(verdict.figures.outcome?.difference).toBeCloseTo(0.005 + 0.02 / 6, 12);
    expect(verdict.figures.outcome?.tolerated).toBeCloseTo(0.1, 12);
  });

  it('fails what became worse than tolerated, and waits when that is not sure', () => {
    const worse = same.map((mean, s) => (s < 4 ? mean - 0.3 : mean));
    const verdict = judge(sides(LEVEL, worse, 4), LIMITS, 1);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reasons[0]).toContain('worse');
    // One of four is far worse: mean -0.1375 and a wide interval.
    const uneven = same.map((mean, s) => (s === 0 ? mean - 0.55 : mean));
    expect(judge(sides(LEVEL, uneven, 4), LIMITS, 1).verdict).toBe('wait');
  });

  it.each([
    ['fallback', { fallback: 11 }], // 11 of 200 = 5.5 %, limit 5 %
    ['too late', { late: 3 }], // 1.5 %, limit 1 %
    ['not answered', { abstained: 3 }],
    ['out of distribution', { outOfDistribution: 1 }],
    ['breaches', { breaches: 1 }],
  ])('fails at once beyond the limit: %s', (what, more) => {
    const verdict = judge(sides(LEVEL, same, 4, more), LIMITS, 1);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reasons.join()).toContain(what);
  });

  it('waits for data, and says when nobody is left to compare with', () => {
    expect(judge(sides(LEVEL, same, 4, { decisions: 20 }), LIMITS, 1).verdict).toBe('wait');
    const few = sides(LEVEL, same, 4, { outcomes: 99, outcomeSum: 99 });
    expect(judge(few, LIMITS, 1)).toMatchObject({ verdict: 'wait', figures: { outcome: null } });
    const last = judge(sides(LEVEL, same, 10), LIMITS, 1);
    expect(last).toMatchObject({ verdict: 'pass', figures: { outcome: null } });
    expect(last.reasons[0]).toContain('not compared');
  });

  it('lets a release that is exactly as bad as tolerated pass in 5 % of gates, whatever the variances', () => {
    const rng = new Rng(1, 'gates');
    let passed = 0;
    const gates = 2000;
    for (let gate = 0; gate < gates; gate++) {
      // Level 1 exactly, so that the tolerated loss is 0.1; changes of canaries spread three times as wide.
      const after = LEVEL.map((_, s) => (s < 4 ? 0.9 + 0.15 * rng.normal() : 1 + 0.05 * rng.normal()));
      if (judge(sides(LEVEL, after, 4), LIMITS, 1).verdict === 'pass') passed++;
    }
    // Binomial(2000, 0.05): 100, standard deviation 9.7; Welch's degrees of freedom are approximate: four deviations.
    expect(passed).toBeGreaterThan(60);
    expect(passed).toBeLessThan(140);
  });

  it('shares alpha among its looks', () => {
    const one = judge(sides(LEVEL, same, 4), LIMITS, 1).figures.outcome;
    const five = judge(sides(LEVEL, same, 4), LIMITS, 5).figures.outcome;
    expect(one?.confidence).toBeCloseTo(0.95, 12);
    expect(five?.confidence).toBeCloseTo(0.99, 12);
    expect((five?.upper ?? 0) - (five?.lower ?? 0)).toBeGreaterThan((one?.upper ?? 0) - (one?.lower ?? 0));
  });
});
