import { describe, expect, it } from 'vitest';
import { buildGeometry, createWorldModel, loadScenario } from '../../environment/index.ts';
import { cacheBound, gapClosedFrac } from '../../training/index.ts';
import { baselineSource } from '../../training/evaluation/policy-source.ts';

const scenario = loadScenario('scenarios/test-12.yaml');
const model = createWorldModel(scenario, buildGeometry(scenario));
const policy = (cache: string) => baselineSource(`load-aware+greedy-finish+${cache}`);

describe('bound of caches', () => {
  it('holds every policy against what caches miss that know its requests', async () => {
    const result = await cacheBound(model, {
      policies: ['lru', 'gdsf', 'bypass', 'oracle'].map(policy),
      seeds: [11, 12],
      arrivalsS: 240,
      drainS: 60,
      fallback: 'shortest-delay+at-source+bypass',
    });
    const [lru, gdsf, bypass, oracle] = result.rows;
    if (!lru || !gdsf || !bypass || !oracle) throw new Error('Expected a row per policy.');
    for (const row of result.rows) {
      // 5 requests a second for 240 s, twice, less those whose terminal saw no satellite.
      expect(row.requests, row.policy).toBeGreaterThan(1000);
      expect(row.sameRequestFrac).toBeGreaterThan(0.98);
      expect(row.leastByteMissFrac).toBeLessThanOrEqual(row.offlineByteMissFrac);
      expect(row.offlineByteMissFrac).toBeLessThan(row.byteMissFrac);
    }
    expect(bypass.byteMissFrac).toBe(1);
    expect(bypass.objectMissFrac).toBe(1);
    const best = lru.byteMissFrac < gdsf.byteMissFrac ? lru : gdsf;
    expect(result.bestClassic).toBe(best.policy);
    expect(gapClosedFrac(result, best)).toBe(0);
    expect(gapClosedFrac(result, bypass)).toBeLessThan(0);
    expect(gapClosedFrac(result, oracle)).toBeGreaterThan(0.3);
    expect(gapClosedFrac({ ...result, bestClassic: undefined }, oracle)).toBeUndefined();
  });
});
