import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PlayEpisodesOptions,
  type TrainEnvironmentOptions,
  playEpisodes,
  trainEnvironment,
} from '../../../training/environments/index.ts';
import { Relay } from './broken-relay.ts';
import { meanReturn } from './train-known.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spacecloud-environment-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS: TrainEnvironmentOptions = {
  make: () => new Relay(),
  decisions: 3000,
  copies: 4,
  rowsPerIteration: 256,
  seed: 7,
  engine: 'wasm',
  ppo: { minibatchRows: 128 },
};

describe('trainEnvironment', () => {
  it('goes on, bit for bit, from where a signal ended it', async () => {
    const whole = await trainEnvironment(OPTIONS);
    expect(whole.iterations).toBe(12); // 3,000 / 256 = 11.7
    const abort = new AbortController();
    const first = await trainEnvironment({
      ...OPTIONS,
      runFolder: folder,
      signal: abort.signal,
      onIteration: ({ iteration }) => iteration === 5 && abort.abort(),
    });
    expect([first.iterations, first.interrupted]).toEqual([5, true]);
    const rest: number[] = [];
    const resumed = await trainEnvironment({
      ...OPTIONS,
      runFolder: folder,
      resume: true,
      onIteration: ({ iteration }) => rest.push(iteration),
    });
    expect(rest).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.normaliser).toEqual(whole.normaliser);
    const returns = ({ policy }: typeof whole): number =>
      meanReturn(playEpisodes({ make: OPTIONS.make, policy, episodes: 5 }));
    expect(returns(resumed)).toBe(returns(whole));
    expect((await trainEnvironment({ ...OPTIONS, seed: 8 })).weights).not.toEqual(whole.weights);
  });

  it('refuses the checkpoint of other settings or of another environment', async () => {
    await trainEnvironment({ ...OPTIONS, decisions: 256, runFolder: folder });
    const again = { ...OPTIONS, decisions: 256, runFolder: folder, resume: true };
    await expect(trainEnvironment({ ...again, copies: 5 })).rejects.toThrow(/configuration/);
    const renamed = (): Relay => Object.assign(new Relay(), { name: 'other' });
    await expect(trainEnvironment({ ...again, make: renamed })).rejects.toThrow(/environment/);
  });

  it('stops with the agent and the feature when an environment shows what is not finite', async () => {
    const broken = { ...OPTIONS, make: (): Relay => new Relay('NaN feature') };
    await expect(trainEnvironment(broken)).rejects.toMatchObject({ code: 'MISUSE' });
    await expect(trainEnvironment(broken)).rejects.toThrow(
      /finite features for the 'act' decision of agent \d at \d+ s.*position = NaN/,
    );
  });

  const WRONG: readonly (readonly [wrong: object, message: RegExp])[] = [
    [{ decisions: -5 }, /decisions to be a whole number >= 1, got -5/],
    [{ decisions: 0 }, /decisions to be a whole number >= 1, got 0/],
    [{ decisions: NaN }, /decisions to be a whole number >= 1, got NaN/],
    [{ decisions: 1.5 }, /decisions to be a whole number >= 1, got 1\.5/],
    [{ decisions: undefined }, /decisions to be a whole number >= 1, got nothing/],
    [{ reward: 'teem' }, /reward to be one of own, team, or absent, got 'teem'/],
    [{ copies: 0 }, /copies to be a whole number >= 1, or absent, got 0/],
    [{ engine: 'gpu' }, /engine to be one of auto, .*, got 'gpu'/],
    [{ make: null }, /make to be a function, got null/],
    [{ rowPerIteration: 64 }, /a known option, got 'rowPerIteration'/],
    [{ ppo: { learnRate: 1 } }, /a known option, got 'ppo\.learnRate'/],
    [{ ppo: { learningRate: 20 } }, /ppo\.learningRate to be a number in \[0, 1\], got 20/],
    [{ network: { hiden: 8 } }, /a known option, got 'network\.hiden'/],
  ];
  for (const [wrong, message] of WRONG) {
    it(`refuses ${JSON.stringify(wrong)} (${message.source.split(',', 1)[0]})`, async () => {
      const training = trainEnvironment({ ...OPTIONS, ...wrong });
      await expect(training).rejects.toMatchObject({
        code: 'MISUSE',
        message: expect.stringMatching(message) as string,
      });
    });
  }
});

describe('playEpisodes', () => {
  const policy = { choose: () => undefined };
  it.each([
    [{ policy: undefined }, /policy to be a policy, as of trainEnvironment, got nothing/],
    [{ policy, episodes: 0 }, /episodes to be a whole number >= 1, got 0/],
    [{ policy, episode: 3 }, /a known option, got 'episode'/],
  ])('refuses %o', (wrong, message) => {
    const options = { make: OPTIONS.make, episodes: 1, ...wrong } as unknown as PlayEpisodesOptions;
    expect(() => playEpisodes(options)).toThrow(expect.objectContaining({ code: 'MISUSE' }));
    expect(() => playEpisodes(options)).toThrow(message);
  });
});
