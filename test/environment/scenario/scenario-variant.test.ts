import { describe, expect, it } from 'vitest';
import { drawFaults } from '../../../environment/faults/draw-faults.ts';
import { createWorldModel, loadOrBuildGeometry } from '../../../environment/index.ts';
import { geometryKey } from '../../../environment/geometry/key.ts';
import { loadScenario, scenarioVariant } from '../../../environment/scenario/index.ts';
import { refusal } from './refusal.ts';

const scenario = loadScenario('scenarios/test-12.yaml');

describe('scenarioVariant', () => {
  it('is the same object for an empty variation', () => {
    expect(scenarioVariant(scenario, {})).toBe(scenario);
    expect(scenarioVariant(scenario, { load: undefined } as object)).toBe(scenario);
  });

  it('changes load and the age of all news, on the same geometry', () => {
    const variant = scenarioVariant(scenario, { load: 0.25, stateAgeFactor: 3 });
    expect(variant.traffic.load).toBe(0.25);
    const { beaconPeriodS, linkStatePeriodS, floodS } = scenario.knowledge;
    expect(variant.knowledge).toEqual({
      beaconPeriodS: 3 * beaconPeriodS,
      linkStatePeriodS: 3 * linkStatePeriodS,
      floodS: 3 * floodS,
    });
    expect(geometryKey(variant, '.')).toBe(geometryKey(scenario, '.'));
    expect(scenario.traffic.load).not.toBe(0.25);
  });

  it('asks for the rate at which a share s is out: r d = s / (1 - s), for a link with its two terminals', () => {
    const { hazards } = scenarioVariant(scenario, {
      satelliteFailureShare: 0.2,
      linkFailureShare: 0.19,
      outageS: 50,
    }).faults;
    const perS = hazards.map(({ ratePerYear }) => ratePerYear / (365.25 * 86_400));
    // Links: 1 - (1 - q)^2 = 0.19 for q = 0.1, so r = (0.1 / 0.9) / 50 s; satellites: (0.2 / 0.8) / 50 s.
    expect(perS[0]).toBeCloseTo(0.1 / 0.9 / 50, 12);
    expect(perS[1]).toBeCloseTo(0.25 / 50, 12);
    expect(hazards.map(({ kind, inProgress }) => [kind, inProgress])).toEqual([
      ['link-loss', true],
      ['satellite-loss', true],
    ]);
  });

  it('keeps the share of satellites out at every instant of a run', () => {
    const variant = scenarioVariant(scenario, { satelliteFailureShare: 0.1, outageS: 20 });
    const model = createWorldModel(variant, loadOrBuildGeometry(variant));
    const units = model.satelliteCount;
    const seeds = 4000;
    for (const atS of [0, 10, 60]) {
      let out = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const faults = drawFaults(model.faults, seed, 100, 60);
        for (let f = 0; f < faults.n; f++) {
          const [beginS, endS] = [faults.beginS[f] as number, faults.endS[f] as number];
          if (beginS <= 100 + atS && endS > 100 + atS) out++;
        }
      }
      // 48,000 units: 4 standard errors are 4 sqrt(0.1 x 0.9 / 48000) = 0.0055. Without faults in progress it is 0 at 0 s.
      expect(out / (seeds * units)).toBeGreaterThan(0.1 - 0.0055);
      expect(out / (seeds * units)).toBeLessThan(0.1 + 0.0055);
    }
  });

  it.each([
    [{ linkFailureShare: 1 }, 'MISUSE', 'linkFailureShare'],
    [{ satelliteFailureShare: -0.1 }, 'MISUSE', 'satelliteFailureShare'],
    [{ stateAgeFactor: 0 }, 'MISUSE', 'stateAgeFactor'],
    [{ outageS: NaN, linkFailureShare: 0.1 }, 'MISUSE', 'outageS'],
    [{ load: 0 }, 'SCENARIO_FIELD', 'traffic.load'],
    [{ stateAgeFactor: 1e-3 }, 'SCENARIO_FIELD', 'light time'],
  ])('refuses %o', (variation, code, word) => {
    const error = refusal(() => scenarioVariant(scenario, variation));
    expect(error.code).toBe(code);
    expect(error.message).toContain(word);
  });
});
