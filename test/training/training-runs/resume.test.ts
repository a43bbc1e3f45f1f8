import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../training/checkpoint.ts';
import { EVERYTHING, stateOf, trainBoth } from './run-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([0, 1] as const)('a run with lag %i, stopped and resumed several times', (lag) => {
  const config = { ...EVERYTHING, lag };
  const at = (name: string): string => join(folder, `${name}-${lag}`);

  it('is the unbroken run, section by section: curriculum, variants, evaluations, best policy, rollouts in flight', async () => {
    const whole = await trainBoth({ folder: at('whole'), config });
    expect(whole.interrupted).toBe(false);
    // 1440 decisions, 400 apart, and the end.
    expect(readFileSync(join(at('whole'), 'evaluations.jsonl'), 'utf8').split('\n')).toHaveLength(4 + 1);
    const { curriculum, evaluation } = readCheckpoint(join(at('whole'), 'checkpoint.bin')).manifest.state;
    // The second stage ends by utility, which is above -5 in the first iteration in which an episode ends.
    expect(curriculum).toMatchObject({ stage: 2 });
    expect(evaluation).toMatchObject({ count: 4, best: whole.best });

    const parts: number[] = [];
    for (const stopAfter of [2, 7]) {
      const part = await trainBoth({ folder: at('broken'), config, stopAfter });
      expect(part.interrupted).toBe(true);
      parts.push(part.decisions);
    }
    expect(new Set(parts).size).toBe(2);
    expect(stateOf(at('broken'))).not.toEqual(stateOf(at('whole')));
    await trainBoth({ folder: at('broken'), config });
    expect(stateOf(at('broken'))).toEqual(stateOf(at('whole')));
    const evaluations = (name: string): string => readFileSync(join(at(name), 'evaluations.jsonl'), 'utf8');
    expect(evaluations('broken')).toBe(evaluations('whole'));
  }, 120_000);
});

it('lag changes what is learned', () => {
  const weights = (lag: number): string | undefined => stateOf(join(folder, `whole-${lag}`))['learner.weights'];
  expect(weights(0)).toBeDefined();
  expect(weights(0)).not.toBe(weights(1));
});
