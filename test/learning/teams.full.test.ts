import { beforeAll, describe, expect, it } from 'vitest';
import {
  Foraging,
  KNOWN_SETTINGS,
  type MultiAgentEnvironment,
  SimpleSpread,
  playEpisodes,
} from '../../training/environments/index.ts';
import { type LearningEngine, loadLearningEngine } from '../../training/ppo/index.ts';
import { halfWidth, mean, teamReturns, trained } from '../training/environments/train-known.ts';

/** Teams against their hand rules, greedy policies on 320 episodes that training never played. Minutes, not seconds. */

let engine: LearningEngine;
beforeAll(async () => {
  engine = await loadLearningEngine('auto');
});

const HOUR_MS = 3_600_000;
const SEEDS = [1, 2, 3];

/** Team returns of each training seed. */
function scores(
  make: () => MultiAgentEnvironment,
  settings: Parameters<typeof trained>[3],
  seeds: readonly number[] = SEEDS,
): number[][] {
  return seeds.map((seed) => {
    const run = trained(engine, make, seed, settings);
    const returns = teamReturns(playEpisodes({ make, policy: run.policy(), episodes: 320, firstSeed: seed * 1000 }));
    console.log(
      `${make().name} seed ${seed}: ${mean(returns).toFixed(3)} +- ${halfWidth(returns).toFixed(3)} (${engine.name})`,
    );
    return returns;
  });
}

describe('level-based foraging', () => {
  it(
    '5x5, one food: beats greedy (0.748 +- 0.035), intervals apart, with every seed',
    () => {
      const make = (): Foraging => new Foraging({ size: 5, players: 2, foods: 1, coop: false });
      for (const returns of scores(make, KNOWN_SETTINGS.foraging)) {
        expect(mean(returns) - halfWidth(returns)).toBeGreaterThan(0.748 + 0.035);
      }
    },
    HOUR_MS,
  );

  it(
    '8x8, two foods that need both: beats greedy (0.373 +- 0.026), intervals apart, with every seed',
    () => {
      const make = (): Foraging => new Foraging({ size: 8, players: 2, foods: 2, coop: true });
      for (const returns of scores(make, KNOWN_SETTINGS.foragingTogether)) {
        expect(mean(returns) - halfWidth(returns)).toBeGreaterThan(0.373 + 0.026);
      }
    },
    HOUR_MS,
  );
});

describe('simple_spread', () => {
  it(
    'beats idling (-23.78 +- 0.36 an agent) and comes at least half-way to the greedy assignment (-15.8), with every seed',
    () => {
      for (const team of scores(() => new SimpleSpread(), KNOWN_SETTINGS.simpleSpread)) {
        const returns = team.map((each) => each / 3);
        expect(mean(returns) - halfWidth(returns)).toBeGreaterThan(-23.78 + 0.36);
        expect(mean(returns)).toBeGreaterThan(-15.8);
      }
    },
    HOUR_MS,
  );
});
