import { describe, expect, it } from 'vitest';
import type { SatelliteReport } from '../../../agents/fleet/fleet-reports.ts';
import { judge } from '../../../agents/fleet/health-gate.ts';
import { ROLLOUT_DEFAULTS } from '../../../agents/fleet/index.ts';
import type { GateEvidence } from '../../../agents/fleet/outcome-effect.ts';
import { OUTCOME_GROUPS } from '../../../agents/fleet/outcome-groups.ts';
import { type GateLook, looksOf } from '../../../agents/fleet/rollout-plan.ts';
import { Rng } from '../../../core/index.ts';

const LIMITS = { ...ROLLOUT_DEFAULTS.gate, alpha: 0.05, outcomeLossFrac: 0.1, leastDecisions: 100, leastSatellites: 3 };
const ONE_LOOK: GateLook = { atS: 100, harmAlpha: 0.05, passAlpha: 0.05 };
const HARM_ONLY: GateLook = { ...ONE_LOOK, passAlpha: null };

/** Decisions of one group with this mean, and of another with another. */
function groups(...means: readonly (readonly [count: number, mean: number])[]) {
  const of = (value: (count: number, mean: number) => number) =>
    OUTCOME_GROUPS.map((_, g) => value(...(means[g] ?? ([0, 0] as const))));
  return { outcomes: of((count) => count), earned: of((count, mean) => count * mean) };
}

function report(satellite: number, mean: number, more: Partial<SatelliteReport> = {}): SatelliteReport {
  const counts = { decisions: 200, fallback: 0, late: 0, abstained: 0, outOfDistribution: 0, breaches: 0 };
  return { satellite, startS: 0, ...counts, ...groups([200, mean]), ...more };
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
  it('passes what did as the rest did, also when all became worse together', () => {
    expect(judge(sides(LEVEL, same, 4), LIMITS, ONE_LOOK).verdict).toBe('pass');
    const night = same.map((mean) => mean - 0.5);
    const verdict = judge(sides(LEVEL, night, 4), LIMITS, ONE_LOOK);
    expect(verdict.verdict).toBe('pass');
    // Means of the four: 0.005 above 0.5; of the six: -0.02, 0.01, 0, -0.01, 0, 0: 0.02 / 6 below.
    expect(verdict.figures.outcome?.difference).toBeCloseTo(0.005 + 0.02 / 6, 12);
    expect(verdict.figures.outcome?.tolerated).toBeCloseTo(0.1, 12);
  });

  it('tells proven harm from not knowing', () => {
    const worse = same.map((mean, s) => (s < 4 ? mean - 0.3 : mean));
    const verdict = judge(sides(LEVEL, worse, 4), LIMITS, ONE_LOOK);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reasons[0]).toContain('proven harm');
    // One of four is far worse: mean -0.1375 and a wide interval.
    const uneven = same.map((mean, s) => (s === 0 ? mean - 0.55 : mean));
    const unclear = judge(sides(LEVEL, uneven, 4), LIMITS, ONE_LOOK);
    expect(unclear.verdict).toBe('wait');
    expect(unclear.reasons[0]).toContain('cannot tell yet');
  });

  it('passes nothing at looks that only ask for harm, but fails what is harmful', () => {
    expect(judge(sides(LEVEL, same, 4), LIMITS, HARM_ONLY).verdict).toBe('wait');
    expect(judge(sides(LEVEL, same, 10), LIMITS, HARM_ONLY).verdict).toBe('wait');
    const worse = same.map((mean, s) => (s < 4 ? mean - 0.3 : mean));
    expect(judge(sides(LEVEL, worse, 4), LIMITS, HARM_ONLY).verdict).toBe('fail');
  });

  it('does not mind who had which decisions', () => {
    // Messages earn 1, jobs 0.5, with everyone; updated satellites had mostly jobs, the rest mostly messages.
    const mixed = (from: number, to: number, messages: number): GateEvidence['rest'] =>
      new Map(
        Array.from({ length: to - from }, (_, i) => {
          const many = messages + 7 * i;
          return [from + i, [report(from + i, 0, groups([many, 1], [200 - many, 0.5]))]] as const;
        }),
      );
    const evidence = { before: mixed(0, 10, 100), updated: mixed(0, 4, 20), rest: mixed(4, 10, 140) };
    const verdict = judge(evidence, LIMITS, ONE_LOOK);
    expect(verdict.figures.outcome?.difference).toBeCloseTo(0, 12);
    expect(verdict.verdict).toBe('pass');
  });

  it('takes into account how satellites did before', () => {
    // Half of what a satellite was above or below the others stays.
    const before = [1.4, 1.2, 1.3, 1.1, 0.7, 0.8, 0.9, 0.6, 1.0, 1.0];
    const after = before.map((mean, s) => 1 + 0.5 * (mean - 1) - (s < 4 ? 0.02 : 0));
    const { verdict, figures } = judge(sides(before, after, 4), LIMITS, ONE_LOOK);
    expect(figures.outcome?.slope).toBeCloseTo(0.5, 10);
    expect(figures.outcome?.difference).toBeCloseTo(-0.02, 10);
    expect(verdict).toBe('pass');
  });

  it.each([
    ['fallback', { fallback: 11 }], // 11 of 200 = 5.5 %, limit 5 %
    ['too late', { late: 3 }], // 1.5 %, limit 1 %
    ['not answered', { abstained: 3 }],
    ['out of distribution', { outOfDistribution: 1 }],
    ['breaches', { breaches: 1 }],
  ])('fails at once beyond the limit: %s', (what, more) => {
    const verdict = judge(sides(LEVEL, same, 4, more), LIMITS, HARM_ONLY);
    expect(verdict.verdict).toBe('fail');
    expect(verdict.reasons.join()).toContain(what);
  });

  it('waits for data, and says when nobody is left to compare with', () => {
    expect(judge(sides(LEVEL, same, 4, { decisions: 20 }), LIMITS, ONE_LOOK).verdict).toBe('wait');
    const few = sides(LEVEL, same, 4, groups([99, 1]));
    expect(judge(few, LIMITS, ONE_LOOK)).toMatchObject({ verdict: 'wait', figures: { outcome: null } });
    const last = judge(sides(LEVEL, same, 10), LIMITS, ONE_LOOK);
    expect(last).toMatchObject({ verdict: 'pass', figures: { outcome: null } });
    expect(last.reasons[0]).toContain('not compared');
  });
});

describe('gates of 14 against 52 satellites', () => {
  /** How often each verdict came; canaries lose `loss`, spread three times as wide as the rest, of which half is known from before. */
  function verdicts(loss: number, gates: number, spread = 0.1): Record<'pass' | 'fail' | 'wait', number> {
    const rng = new Rng(3, 'gates');
    const counts = { pass: 0, fail: 0, wait: 0 };
    for (let gate = 0; gate < gates; gate++) {
      const level = Array.from({ length: 66 }, () => 0.05 * rng.normal());
      // The mean before is 1 exactly, so that the tolerated loss is 0.1.
      const mean = level.reduce((sum, value) => sum + value, 0) / 66;
      const before = level.map((value) => 1 + value - mean);
      const after = before.map(
        (value, s) => 1 + 0.7 * (value - 1) + (s < 14 ? spread * 3 * rng.normal() - loss : spread * rng.normal()),
      );
      counts[judge(sides(before, after, 14), LIMITS, ONE_LOOK).verdict]++;
    }
    return counts;
  }

  it('pass a release that is exactly as bad as tolerated in 5 %, and find harm in 5 %', () => {
    const { pass, fail } = verdicts(0.1, 2000);
    // Binomial(2000, 0.05): 100, standard deviation 9.7; the degrees of freedom are approximate: four deviations.
    for (const count of [pass, fail]) {
      expect(count).toBeGreaterThan(61);
      expect(count).toBeLessThan(139);
    }
  });

  it('pass what is the same, and find harm of twice what is tolerated, with the power that the error allows', () => {
    // Standard error 0.3 / sqrt(14) = 0.080 and more: t near 1.75; 0.1 / 0.082 - 1.75 = -0.53 -> 30 %, of 500 with a standard
    // deviation of 2 %: five. A third of the spread: near all.
    const wide = verdicts(0, 500);
    expect(wide.pass / 500).toBeGreaterThan(0.2);
    expect(wide.pass / 500).toBeLessThan(0.4);
    expect(wide.fail / 500).toBeLessThan(0.005);
    expect(verdicts(0, 300, 0.03).pass / 300).toBeGreaterThan(0.97);
    const harmful = verdicts(0.2, 300, 0.03);
    expect(harmful.fail / 300).toBeGreaterThan(0.97);
    expect(harmful.pass).toBe(0);
  });
});

describe('the looks of a gate', () => {
  const plan = { ...ROLLOUT_DEFAULTS, observeS: 120, reportS: 30, settleS: 15 };

  it('are after each report, some of them pass, and share alpha', () => {
    const looks = looksOf({ ...plan, gate: { ...LIMITS, deadlineS: 360 } });
    expect(looks.map(({ atS }) => atS)).toEqual([45, 75, 105, 135, 165, 195, 225, 255, 285, 315, 345, 360]);
    expect(looks.filter(({ passAlpha }) => passAlpha !== null).map(({ atS }) => atS)).toEqual([135, 255, 360]);
    expect(looks.reduce((sum, { harmAlpha }) => sum + harmAlpha, 0)).toBeCloseTo(0.05, 12);
    expect(looks.reduce((sum, { passAlpha }) => sum + (passAlpha ?? 0), 0)).toBeCloseTo(0.05, 12);
  });

  it('keep the level together: what is just tolerated is found harmful, or harmless, in at most 5 % of gates', () => {
    const rng = new Rng(4, 'looks');
    const looks = looksOf({ ...plan, gate: { ...LIMITS, deadlineS: 360 } });
    const found = { harmful: 0, harmless: 0 };
    for (let gate = 0; gate < 200; gate++) {
      const sums = Array.from({ length: 24 }, () => 0);
      const seen = { fail: false, pass: false };
      looks.forEach((look, i) => {
        // Means over growing windows: looks depend on each other as in a run.
        const after = sums.map((sum, s) => (sums[s] = sum + 0.2 * rng.normal()) / (i + 1) + (s < 8 ? 0.9 : 1));
        const { verdict } = judge(
          sides(
            Array.from({ length: 24 }, () => 1),
            after,
            8,
          ),
          LIMITS,
          look,
        );
        if (verdict !== 'wait') seen[verdict] = true;
      });
      found.harmful += seen.fail ? 1 : 0;
      found.harmless += seen.pass ? 1 : 0;
    }
    // At most 10 of 200, standard deviation 3.1; three of them. Not none: then nothing would have been tried.
    expect(found.harmful).toBeLessThan(20);
    expect(found.harmless).toBeLessThan(20);
    expect(found.harmful + found.harmless).toBeGreaterThan(0);
  });
});
