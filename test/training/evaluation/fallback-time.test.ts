import { describe, expect, it } from 'vitest';
import { buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { runEpisode } from '../../../training/evaluation/episode.ts';
import { FallbackTime } from '../../../training/evaluation/fallback-time.ts';

const change = (from: string, to: string, region = 'autonomy') => ({ name: 'sat', region, from, to, reason: null });

describe('time in fallback', () => {
  it('ENV-199 is satellites times time in fallback, over all satellites and the whole run', () => {
    const time = new FallbackTime(4, 1, 100);
    time.note({ timeS: 110, changes: [change('learned', 'fallback'), change('nominal', 'saving', 'power')] });
    time.note({ timeS: 130, changes: [change('fallback', 'learned'), change('fallback', 'learned')] });
    // 1 satellite for 10 s, 2 for 20 s, none for 10 s: 50 of 160 satellite-seconds.
    expect(time.fracUntil(140)).toBeCloseTo(50 / 160, 12);
    expect(time.fracUntil(180)).toBeCloseTo(50 / 320, 12);
  });

  it('ENV-199 is 0 for satellites with a policy and 1 for satellites without', async () => {
    const scenario = loadScenario('scenarios/test-12.yaml');
    const model = createWorldModel(scenario, buildGeometry(scenario));
    const policy = createBaseline('shortest-delay+greedy-finish+lru', 1);
    const options = { seed: 1, arrivalsS: 20, drainS: 20, fallback: 'shortest-delay+greedy-finish+lru' } as const;
    const flown = await runEpisode(model, policy, { ...options, role: 'baseline' });
    expect(flown.kpis['fallbackFrac']).toBe(0);
    const refused = await runEpisode(model, policy, { ...options, role: 'baseline', refusal: 'missing' });
    expect(refused.kpis['fallbackFrac']).toBe(1);
  });
});
