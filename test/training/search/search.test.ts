import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import {
  type SearchOptions,
  type SearchSpace,
  type TrialStep,
  drawSettings,
  perturbSettings,
  remembered,
  searchEffort,
  searchSettings,
} from '../../../training/search/index.ts';

const SPACE: SearchSpace = { rate: { log: [1e-4, 1] }, epochs: { integer: [1, 9] } };

/**
 * A training whose curve is known: with learning rate `rate` a loss falls as (1 - q)^(decisions / 100) with q = rate for
 * rate below 0.1 and gets worse above; best at rate 0.1. More epochs than 5 cost a little.
 */
function objective({ settings, to }: TrialStep): number {
  const rate = settings['rate'] as number;
  const quality = rate <= 0.1 ? rate : 0.01 / rate;
  return 1 - (1 - quality) ** (to / 100) - 0.01 * Math.max(0, (settings['epochs'] as number) - 5);
}

const OPTIONS: SearchOptions = {
  space: SPACE,
  method: { method: 'random' },
  trials: 27,
  budget: 900,
  seed: 3,
  run: (step) => Promise.resolve(objective(step)),
};

describe('spaces', () => {
  it('are drawn inside their bounds, logarithms evenly, every integer and choice', () => {
    const rng = new Rng(1, 'space');
    const space: SearchSpace = {
      ...SPACE,
      share: { uniform: [-1, 3] },
      prior: { choice: ['added', 'input'] },
    };
    const drawn = Array.from({ length: 4000 }, () => drawSettings(space, rng));
    const numbers = (name: string): number[] => drawn.map((settings) => settings[name] as number);
    // Half of the draws of a log-uniform setting lie below the geometric mean, 1e-2; +-5 standard deviations of 4,000.
    const below = numbers('rate').filter((rate) => rate < 1e-2).length / 4000;
    expect(Math.abs(below - 0.5)).toBeLessThan(0.04);
    expect(Math.min(...numbers('rate'))).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...numbers('rate'))).toBeLessThanOrEqual(1);
    expect(new Set(numbers('epochs')).size).toBe(9);
    expect(Math.min(...numbers('share'))).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...numbers('share'))).toBeLessThanOrEqual(3);
    expect(new Set(drawn.map(({ prior }) => prior))).toEqual(new Set(['added', 'input']));
    for (const settings of drawn.slice(0, 200)) {
      const near = perturbSettings(space, settings, rng);
      expect(near['rate']).toBeGreaterThanOrEqual(1e-4);
      expect(near['rate']).toBeLessThanOrEqual(1);
      expect(Number.isInteger(near['epochs'])).toBe(true);
    }
  });
});

describe('search', () => {
  it('random search trains all trials to the end', async () => {
    const { trials, spent, complete } = await searchSettings(OPTIONS);
    expect(complete).toBe(true);
    expect(spent).toBe(27 * 900);
    expect(searchEffort(OPTIONS)).toBe(spent);
    const objectives = trials.map((trial) => trial.objective);
    expect(objectives).toEqual([...objectives].sort((a, b) => b - a));
    // The best of 27 log-uniform rates over four decades is near 0.1 with probability 1 - (3/4)^27 > 99.9 %.
    expect(trials[0]?.settings['rate']).toBeGreaterThan(0.01);
  });

  it('halving finds the same best trial for less than half of what random search spends', async () => {
    const random = await searchSettings(OPTIONS);
    const halving: SearchOptions = { ...OPTIONS, method: { method: 'halving', reduction: 3 } };
    const { trials, spent } = await searchSettings(halving);
    // Rungs 34, 100, 300, 900: 27 x 34 + 9 x 66 + 3 x 200 + 1 x 600 = 2,712 of 24,300.
    expect(spent).toBe(2712);
    expect(searchEffort(halving)).toBe(2712);
    expect(trials[0]?.trial).toBe(random.trials[0]?.trial);
    expect(trials[0]?.objective).toBe(random.trials[0]?.objective);
    expect(trials.map(({ decisions }) => decisions).filter((decisions) => decisions === 900)).toHaveLength(1);
  });

  it('a population copies its best quarter over its worst and ends no worse than it began', async () => {
    const steps: TrialStep[] = [];
    const population: SearchOptions = {
      ...OPTIONS,
      trials: 8,
      method: { method: 'population', generations: 5 },
      run: (step) => {
        steps.push(step);
        return Promise.resolve(objective(step));
      },
    };
    const { trials, spent } = await searchSettings(population);
    expect(spent).toBe(8 * 900);
    expect(searchEffort(population)).toBe(spent);
    const copied = steps.filter(({ trial, parent, from }) => from > 0 && parent !== trial);
    expect(copied).toHaveLength(4 * 2); // two of eight after each of the first four generations
    for (const { parent, trial, generation } of copied) {
      const before = steps.filter((step) => step.generation === generation - 1);
      const ranked = before.sort((a, b) => objective(b) - objective(a)).map((step) => step.trial);
      expect(ranked.slice(0, 2)).toContain(parent);
      expect(ranked.slice(-2)).toContain(trial);
    }
    const fixed = await searchSettings({ ...OPTIONS, trials: 8 });
    expect(trials[7]?.objective).toBeGreaterThan(fixed.trials[7]?.objective as number);
  });

  it('gives the same result whatever runs at once and in whatever order steps end', async () => {
    for (const method of [
      { method: 'halving', reduction: 3 },
      { method: 'population', generations: 3 },
    ] as const) {
      const one = await searchSettings({ ...OPTIONS, method });
      let turn = 0;
      const late = async (step: TrialStep): Promise<number> => {
        for (let i = turn++ % 3; i >= 0; i--) await Promise.resolve();
        return objective(step);
      };
      expect(await searchSettings({ ...OPTIONS, method, parallel: 4, run: late })).toEqual(one);
    }
    expect((await searchSettings({ ...OPTIONS, seed: 4 })).trials[0]?.settings).not.toEqual(
      (await searchSettings(OPTIONS)).trials[0]?.settings,
    );
  });

  it('shards of a random search are together the whole search; other methods refuse them', async () => {
    const whole = await searchSettings(OPTIONS);
    const parts = [0, 1, 2, 3].map((index) => searchSettings({ ...OPTIONS, shard: { index, of: 4 } }));
    const together = (await Promise.all(parts)).flatMap(({ trials }) => trials);
    const byTrial = (a: { trial: number }, b: { trial: number }): number => a.trial - b.trial;
    expect(together.sort(byTrial)).toEqual([...whole.trials].sort(byTrial));
    expect(searchEffort({ ...OPTIONS, shard: { index: 3, of: 4 } })).toBe(6 * 900); // trials 3, 7, ... 23
    const halving = { ...OPTIONS, method: { method: 'halving', reduction: 3 }, shard: { index: 0, of: 2 } } as const;
    await expect(searchSettings(halving)).rejects.toThrow(/method random/);
  });

  it('a failed training (NaN) ranks last and does not stop the others', async () => {
    const run = (step: TrialStep): Promise<number> => Promise.resolve(step.trial === 2 ? NaN : objective(step));
    const { trials } = await searchSettings({ ...OPTIONS, trials: 5, run });
    expect(trials[4]?.trial).toBe(2);
  });
});

describe('the journal', () => {
  it('takes up a search that was killed, without running a step twice, also after a line cut off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spacecloud-search-'));
    try {
      const path = join(folder, 'journal.jsonl');
      const method = { method: 'halving', reduction: 3 } as const;
      const whole = await searchSettings({ ...OPTIONS, method });
      let ran = 0;
      const dies = (step: TrialStep): Promise<number> =>
        ++ran > 20 ? Promise.reject(new Error('killed')) : Promise.resolve(objective(step));
      await expect(searchSettings({ ...OPTIONS, method, run: remembered(path, 'a search', dies) })).rejects.toThrow(
        'killed',
      );
      appendFileSync(path, '{"key":"cut o');
      ran = 0;
      const counts = (step: TrialStep): Promise<number> => {
        ran++;
        return Promise.resolve(objective(step));
      };
      expect(await searchSettings({ ...OPTIONS, method, run: remembered(path, 'a search', counts) })).toEqual(whole);
      expect(ran).toBe(27 + 9 + 3 + 1 - 20);
      ran = 0;
      expect(await searchSettings({ ...OPTIONS, method, run: remembered(path, 'a search', counts) })).toEqual(whole);
      expect(ran).toBe(0);
      expect(() => remembered(path, 'another search', counts)).toThrow(/journal of search/);
      expect(readFileSync(path, 'utf8')).toContain('"settings"');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
