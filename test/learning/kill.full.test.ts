import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { killOften } from '../training/training-runs/kill-often.ts';
import { EVERYTHING, stateOf, trainBoth } from '../training/training-runs/run-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs of 12 iterations, each killed until it is done or five times; another seed of kills each. */
it.each([0, 1] as const)('lag %i: 25 kills at random moments cost nothing', async (lag) => {
  await trainBoth({ folder: join(folder, `whole-${lag}`), config: { ...EVERYTHING, lag } });
  const whole = stateOf(join(folder, `whole-${lag}`));
  let kills = 0;
  for (let seed = 1; kills < 25; seed++) {
    const killed = join(folder, `killed-${lag}-${seed}`);
    kills += (await killOften(killed, { lag, kills: 5, seed })).kills;
    expect(stateOf(killed), `seed ${seed}`).toEqual(whole);
  }
});
