import { describe, expect, it } from 'vitest';
import { type Scenario, loadScenario, varyScenario } from '../../environment/index.ts';
import { advanceCurriculum, CURRICULUM_START, type Stage, variationOf } from '../../training/curriculum.ts';
import { type EpisodeVariant, type VariantDraw, drawVariant, variantScenario } from '../../training/variation.ts';

const scenario = loadScenario('scenarios/test-12.yaml');
const SEEDS = Array.from({ length: 2000 }, (_, i) => 1_000_000 + i);

function draws(draw: Partial<VariantDraw>): EpisodeVariant[] {
  const whole: VariantDraw = { scenarios: [{ scenario, weight: 1 }], variation: {}, episodeS: 10, ...draw };
  return SEEDS.map((seed) => drawVariant(seed, whole));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a variant', () => {
  it('is nothing where nothing varies: the scenario itself', () => {
    for (const variant of draws({})) {
      expect(variant).toEqual({ scenario: 0, quantities: {}, startS: undefined });
      expect(variantScenario(scenario, variant)).toBe(scenario);
    }
  });

  it('is a function of the seed, and other seeds give others', () => {
    const variation = { load: [0.5, 2], startS: [0, 500] } as const;
    expect(draws({ variation })).toEqual(draws({ variation }));
    expect(new Set(draws({ variation }).map(({ quantities }) => quantities.load)).size).toBe(SEEDS.length);
  });

  it('of one quantity does not depend on which others vary', () => {
    const alone = draws({ variation: { stateAgeFactor: [0.5, 2] } });
    const among = draws({ variation: { load: [1, 3], stateAgeFactor: [0.5, 2], outageS: [10, 20] } });
    expect(among.map(({ quantities }) => quantities.stateAgeFactor)).toEqual(
      alone.map(({ quantities }) => quantities.stateAgeFactor),
    );
  });

  it('is uniform in loads and shares, log-uniform in factors', () => {
    const variants = draws({ variation: { load: [1, 3], linkFailureShare: [0, 0.2], stateAgeFactor: [0.25, 4] } });
    const of = (name: 'load' | 'linkFailureShare' | 'stateAgeFactor'): number[] =>
      variants.map(({ quantities }) => quantities[name] as number);
    for (const value of of('load')) expect(value >= 1 && value <= 3).toBe(true);
    // Standard errors of means of 2,000: (3 - 1) / sqrt(12 x 2000) = 0.013; 0.0013; ln 16 / sqrt(12 x 2000) = 0.018. Four each.
    expect(Math.abs(mean(of('load')) - 2)).toBeLessThan(0.052);
    expect(Math.abs(mean(of('linkFailureShare')) - 0.1)).toBeLessThan(0.0052);
    expect(Math.abs(mean(of('stateAgeFactor').map(Math.log)))).toBeLessThan(0.072);
  });

  it('draws scenarios by their weights', () => {
    const scenarios = [1, 3].map((weight) => ({ scenario, weight }));
    const first = draws({ scenarios }).filter(({ scenario: index }) => index === 0).length;
    // Binomial: 500 expected, deviation sqrt(2000 x 0.25 x 0.75) = 19.4; four of them.
    expect(Math.abs(first - 500)).toBeLessThan(78);
  });

  it('starts on ticks within the range in which the episode fits', () => {
    const starts = draws({ variation: { startS: [95, 10_000] } }).map(({ startS }) => startS as number);
    // Ticks of 10 s in 600 s; the last episode of 10 s starts at 590 s.
    expect(Math.min(...starts)).toBe(100);
    expect(Math.max(...starts)).toBe(590);
    expect(starts.every((startS) => startS % 10 === 0)).toBe(true);
    expect(() => draws({ variation: { startS: [595, 700] } })).toThrow(/got none/);
  });
});

describe('what a scenario holds out', () => {
  const held = varyScenario(scenario, (draft) => {
    draft.holdOut = {
      startWindows: [{ fromS: 200, toS: 400 }],
      loads: [
        { from: 1.2, to: 1.6 },
        { from: 2, to: 9 },
      ],
    };
  });
  const scenarios = [{ scenario: held, weight: 1 }];

  it('is never drawn: loads spread over the rest of the range', () => {
    const loads = draws({ scenarios, variation: { load: [1, 3] } }).map(({ quantities }) => quantities.load as number);
    expect(loads.filter((load) => (load >= 1.2 && load <= 1.6) || load >= 2)).toEqual([]);
    // Free: 1 to 1.2 and 1.6 to 2, so a third lies below: 667 of 2,000, deviation 21; four of them.
    expect(Math.abs(loads.filter((load) => load < 1.2).length - 667)).toBeLessThan(84);
  });

  it('refuses where it leaves nothing', () => {
    expect(() => draws({ scenarios, variation: { load: [1.3, 1.5] } })).toThrow(/does not hold out/);
    expect(() => draws({ scenarios, variation: { load: [2, 2] } })).toThrow(/does not hold out/);
    expect(draws({ scenarios, variation: { load: [1.7, 1.7] } })[0]?.quantities.load).toBe(1.7);
  });

  it('keeps episodes out of held-out windows', () => {
    const starts = draws({ scenarios, variation: { startS: [0, 600] } }).map(({ startS }) => startS as number);
    expect(starts.filter((startS) => startS + 10 > 200 && startS < 400)).toEqual([]);
    expect(Math.max(...starts)).toBeGreaterThan(400);
  });
});

describe('the scenario of a variant', () => {
  const withHazard: Scenario = varyScenario(scenario, (draft) => {
    draft.faults.hazards = [{ kind: 'satellite-loss', ratePerYear: 100, weibullShape: 1 }];
  });
  const varied = (quantities: EpisodeVariant['quantities']): Scenario =>
    variantScenario(withHazard, { scenario: 0, quantities, startS: undefined });

  it('scales the hazards of the scenario, and not the outages added', () => {
    expect(varied({ hazardFactor: 3 }).faults.hazards).toMatchObject([{ ratePerYear: 300 }]);
    expect(varied({ hazardFactor: 0 }).faults.hazards).toEqual([]);
    const both = varied({ hazardFactor: 0, linkFailureShare: 0.1 }).faults.hazards;
    expect(both).toMatchObject([{ kind: 'link-loss', inProgress: true }]);
  });

  it('has the load and the age of news asked for', () => {
    const { traffic, knowledge } = varied({ load: 1.7, stateAgeFactor: 2 });
    expect(traffic.load).toBe(1.7);
    expect(knowledge.beaconPeriodS).toBe(2 * scenario.knowledge.beaconPeriodS);
  });
});

describe('a curriculum', () => {
  const stages: Stage[] = [
    { decisions: 100, utility: null, variation: { load: [1, 1] } },
    { decisions: 1000, utility: 0.8, variation: { stateAgeFactor: [2, 2] } },
  ];
  const after = (decisions: number, utility: number | undefined, state = CURRICULUM_START) =>
    advanceCurriculum(stages, state, { decisions, utility });

  it('goes on when a stage has had its decisions, counted from its begin', () => {
    expect(after(99, 5)).toEqual(CURRICULUM_START); // no utility was asked for
    const second = after(120, undefined);
    expect(second).toEqual({ stage: 1, sinceDecisions: 120 });
    expect(after(1119, undefined, second)).toBe(second);
    expect(after(1120, undefined, second)).toEqual({ stage: 2, sinceDecisions: 1120 });
  });

  it('goes on earlier when the utility is reached, and stays at the end', () => {
    const second = { stage: 1, sinceDecisions: 120 };
    expect(after(130, 0.79, second)).toBe(second);
    expect(after(130, 0.8, second)).toEqual({ stage: 2, sinceDecisions: 130 });
    const done = { stage: 2, sinceDecisions: 130 };
    expect(after(10_000, 9, done)).toBe(done);
  });

  it('varies what the stage names in place of what the run names', () => {
    const base = { load: [0.5, 2], startS: [0, 60] } as const;
    expect(variationOf(base, stages, 0)).toEqual({ load: [1, 1], startS: [0, 60] });
    expect(variationOf(base, stages, 1)).toEqual({ ...base, stateAgeFactor: [2, 2] });
    expect(variationOf(base, stages, 2)).toEqual(base);
  });
});
