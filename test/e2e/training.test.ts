import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../training/checkpoint/format.ts';
import { readCheckpoint } from '../../training/checkpoint.ts';
import { type Running, Workplace } from './spacecloud.ts';

const place = new Workplace();
afterAll(() => place.remove());

const ITERATIONS = 24;
/** A run of many short iterations, with a checkpoint after each. */
const RUN = [
  ...['train', 'test-12', '--decisions', '4608', '--rows', '192', '--workers', '2', '--worlds', '2', '--episode', '20'],
  ...['--hidden', '16', '--epochs', '1', '--checkpoint-every', '1', '--engine', 'wasm'],
];
const train = (name: string, ...more: string[]): string[] => [...RUN, '--run', place.at(name), ...more];
const checkpointOf = (name: string): string => place.at(name, 'checkpoint.bin');

function logOf(name: string): string {
  const file = place.at(name, 'metrics.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function metricsOf(name: string): readonly { readonly iteration: number }[] {
  const lines = logOf(name).split('\n').slice(0, -1); // the last is empty, or under way
  return lines.map((line) => JSON.parse(line) as { iteration: number });
}

/** Digests of all that decides how a run goes on: weights, optimiser, generators, worlds, modes, counters. */
function stateOf(name: string): Readonly<Record<string, string>> {
  const { manifest, sections } = readCheckpoint(checkpointOf(name));
  const { offsets, ...state } = manifest.state; // lengths of logs: they hold wall-clock times
  expect(offsets).toBeDefined();
  const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return {
    ...Object.fromEntries(
      Object.entries(sections).map(([section, { buffer, byteOffset, byteLength }]) => [
        section,
        digest(new Uint8Array(buffer, byteOffset, byteLength)),
      ]),
    ),
    state: digest(JSON.stringify(state)),
    identity: digest(JSON.stringify(manifest.identity)),
  };
}

/** Waits until the run has logged so many iterations, or has ended. */
async function untilIteration(name: string, iteration: number, { child }: Running): Promise<void> {
  while (metricsOf(name).length < iteration && child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let unbroken: Readonly<Record<string, string>>;

beforeAll(async () => {
  const { status, err } = await place.run(train('unbroken'));
  expect({ status, err }).toEqual({ status: 0, err: '' });
  unbroken = stateOf('unbroken');
});

describe('an unbroken run', () => {
  it('learns, and saves what it must: weights, optimiser, generators, worlds', () => {
    expect(metricsOf('unbroken')).toHaveLength(ITERATIONS);
    const names = Object.keys(unbroken);
    for (const part of ['learner.weights', 'rng.shuffle', 'collector.0.rng', 'collector.1.world.1.']) {
      expect(
        names.some((name) => name.startsWith(part)),
        part,
      ).toBe(true);
    }
  });

  it('is another with another seed', async () => {
    expect((await place.run(train('other', '--seed', '2', '--decisions', '192'))).status).toBe(0);
    expect(stateOf('other')['learner.weights']).not.toBe(unbroken['learner.weights']);
  });
});

describe('Ctrl-C', () => {
  it('writes a checkpoint, says how to go on, and going on gives the unbroken run to the bit', async () => {
    const running = place.start(train('stopped'));
    await untilIteration('stopped', 3, running);
    running.child.kill('SIGSTOP'); // so that it cannot end while the second run looks at its lock
    const second = await place.refusal(train('stopped', '--resume'));
    running.child.kill('SIGCONT');
    expect(second).toMatchObject({ code: 'RUN_LOCKED', status: 6, place: { file: place.at('stopped', 'run.lock') } });
    expect(second.message).toContain(`process ${running.child.pid}`);
    running.child.kill('SIGINT');
    const { status, err } = await running.ended;
    expect(status).toBe(130);
    expect(err).toMatch(/^Stopped after \d+ decisions; .*--resume\.\nInterrupted\.\n$/);
    const reached = metricsOf('stopped').length;
    expect(reached).toBeGreaterThanOrEqual(3);
    expect(reached).toBeLessThan(ITERATIONS);
    expect(stateOf('stopped')['learner.weights']).not.toBe(unbroken['learner.weights']);

    const logged = logOf('stopped');
    expect((await place.run(train('stopped', '--resume'))).status).toBe(0);
    expect(stateOf('stopped')).toEqual(unbroken);
    expect(logOf('stopped').startsWith(logged)).toBe(true); // with its wall-clock times: it went on, not anew
    expect(metricsOf('stopped').map(({ iteration }) => iteration)).toEqual(
      metricsOf('unbroken').map((m) => m.iteration),
    );
  });
});

describe('SIGKILL', () => {
  it('at random moments costs nothing that a resumed run does not make good', async () => {
    const seed = 20_261_122;
    const rng = new Rng(seed, 'kills');
    let killed = 0;
    for (let i = 0; i < 5; i++) {
      const running = place.start(train('killed', '--resume'));
      const before = metricsOf('killed').length;
      await untilIteration('killed', before + rng.int(4), running);
      await new Promise((resolve) => setTimeout(resolve, rng.int(30)));
      running.child.kill('SIGKILL');
      if ((await running.ended).signal === 'SIGKILL') killed++;
      if (existsSync(checkpointOf('killed'))) expect(() => readCheckpoint(checkpointOf('killed'))).not.toThrow();
    }
    expect(killed, `seed ${seed}`).toBeGreaterThanOrEqual(3);
    const { iteration } = readCheckpoint(checkpointOf('killed')).manifest.state['run'] as { iteration: number };
    expect(iteration).toBeGreaterThan(0);
    const logged = logOf('killed').split('\n').slice(0, iteration).join('\n');
    expect((await place.run(train('killed', '--resume'))).status).toBe(0);
    expect(logOf('killed').startsWith(logged)).toBe(true); // with its wall-clock times: it went on, not anew
    expect(stateOf('killed'), `seed ${seed}`).toEqual(unbroken);
    const iterations = metricsOf('killed').map(({ iteration }) => iteration);
    expect(iterations).toEqual(Array.from({ length: ITERATIONS }, (_, i) => i + 1));
    const kept = readdirSync(place.at('killed')).filter((file) => !file.startsWith('run.lock'));
    expect(kept.sort()).toEqual(readdirSync(place.at('unbroken')).sort());
  });
});

describe('a checkpoint', () => {
  it('is not overwritten by a run that does not ask to go on from it', async () => {
    const before = readFileSync(checkpointOf('unbroken'));
    expect(await place.refusal(train('unbroken'))).toMatchObject({ code: 'USAGE', status: 2 });
    expect(readFileSync(checkpointOf('unbroken')).equals(before)).toBe(true);
  });

  it.each([
    ['another scenario', ['--load', '2'], /scenario [0-9a-f]{32}/],
    ['other settings', ['--epochs', '3', '--seed', '4'], /seed 4 instead of 1, ppo\.epochs 3 instead of 1\.$/],
    ['another engine', ['--engine', 'cpu'], /engine cpu, got engine wasm/],
  ])('of %s is refused', async (_, change, message) => {
    const refusal = await place.refusal(train('unbroken', '--resume', ...change));
    expect(refusal).toMatchObject({
      code: 'CHECKPOINT_SCENARIO',
      status: 6,
      place: { file: checkpointOf('unbroken') },
    });
    expect(refusal.message).toMatch(message);
  });

  describe('written anew', () => {
    const original = (): Buffer => readFileSync(checkpointOf('unbroken'));
    async function resumeFrom(name: string, bytes: Uint8Array): Promise<unknown> {
      mkdirSync(place.at(name));
      writeFileSync(checkpointOf(name), bytes);
      return place.refusal(train(name, '--resume'));
    }

    it('with one bit changed is refused as damaged', async () => {
      const bytes = original();
      const middle = bytes.length >> 1;
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
      expect(await resumeFrom('damaged', bytes)).toMatchObject({
        code: 'CHECKPOINT_CORRUPT',
        status: 6,
        hint: expect.stringContaining(`${join('damaged', 'checkpoint.bin')}.previous`) as unknown,
      });
    });

    it('by another version of spacecloud is refused as such', async () => {
      const { manifest, sections } = decodeCheckpoint(original(), 'unbroken');
      const identity = { ...manifest.identity, version: '0.0.9' };
      const bytes = encodeCheckpoint({ manifest: { ...manifest, identity }, sections });
      const refusal = await resumeFrom('older', bytes);
      expect(refusal).toMatchObject({ code: 'CHECKPOINT_VERSION', status: 6 });
      expect((refusal as Error).message).toMatch(/version \d+\.\d+\.\d+, got one of version 0\.0\.9/);
    });
  });
});
