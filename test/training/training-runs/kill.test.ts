import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { killOften } from './kill-often.ts';
import { EVERYTHING, stateOf, trainBoth } from './run-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The long form, both lags and 25 kills each, is test/learning/kill.full.test.ts. */
it('a run killed five times at random moments is the unbroken run, section by section', async () => {
  const seed = 20_261_122;
  await trainBoth({ folder: join(folder, 'whole'), config: { ...EVERYTHING, lag: 1 } });
  const { kills, reached } = await killOften(join(folder, 'killed'), { lag: 1, kills: 5, seed });
  expect(kills, `seed ${seed}, reached ${reached.join(', ')}`).toBe(5);
  expect(stateOf(join(folder, 'killed')), `seed ${seed}`).toEqual(stateOf(join(folder, 'whole')));
}, 180_000);
