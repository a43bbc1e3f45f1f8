import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../training/checkpoint.ts';
import { mountOrSkip } from '../training/checkpoint/mount.ts';
import { Workplace } from './spacecloud.ts';

const place = new Workplace();
const disk = place.at('disk');
const onDisk = (...parts: string[]): string => place.at('disk', ...parts);
let unmount: (() => void) | undefined;

const train = (run: string): string[] => [
  ...['train', 'test-12', '--run', run, '--decisions', '1536', '--rows', '256', '--workers', '1', '--worlds', '2'],
  ...['--episode', '20', '--hidden', '16', '--epochs', '1', '--checkpoint-every', '1', '--engine', 'wasm'],
];
const evaluate = (out: string): string[] => [
  ...['evaluate', 'test-12', '--policy', 'prior', '--rivals', 'random+random+random', '--seeds', '2'],
  ...['--arrivals', '2', '--drain', '10', '--replicates', '100', '--workers', '1', '--out', out],
];
const exported = (out: string): string[] => [
  ...['export', place.at('run'), '--key', place.at('key', 'private.pem'), '--out', out],
];

beforeAll(async () => {
  expect((await place.run(train(place.at('run')))).status).toBe(0);
  expect((await place.run(['key', place.at('key')])).status).toBe(0);
});
afterEach(() => {
  unmount?.();
  unmount = undefined;
});
afterAll(() => place.remove());

const COMMANDS = [
  ['train', train],
  ['evaluate', evaluate],
  ['export', exported],
  ['key', (out: string) => ['key', out]],
] as const;

describe('a read-only file system', () => {
  it.for(COMMANDS)('%s says FILE_WRITE and leaves nothing', async ([, command], { skip }) => {
    unmount = mountOrSkip(skip, 'ro', disk);
    if (unmount === undefined) return;
    const refusal = await place.refusal(command(onDisk('result')));
    expect(refusal).toMatchObject({ code: 'FILE_WRITE', status: 5 });
    expect(refusal.message).toContain(onDisk('result'));
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe('a full disk', () => {
  it.for(COMMANDS)('%s says DISK_FULL and leaves nothing half-written', async ([, command], { skip }) => {
    // One page is free: the first small file fits, the result does not.
    unmount = mountOrSkip(skip, 'size=8k', disk);
    if (unmount === undefined) return;
    writeFileSync(onDisk('ballast'), new Uint8Array(4096));
    const { code, status } = await place.refusal(command(onDisk('result')));
    expect({ code, status }).toEqual({ code: 'DISK_FULL', status: 5 });
    const left = readdirSync(disk, { recursive: true }).map(String).sort();
    // A run folder keeps its (whole) manifest and its logs, an evaluation the records that it goes on from; no lock, no part of a
    // checkpoint, no temporary file.
    const logs =
      /^(ballast|result|result\/(run\.json|metrics\.jsonl|records\.jsonl|events\.out\.tfevents\.spacecloud))$/;
    expect(left.filter((file) => !logs.test(file))).toEqual([]);
    if (command !== train && command !== evaluate) expect(left).toEqual(['ballast']);
    if (command !== evaluate) return;
    const records = readFileSync(onDisk('result', 'records.jsonl'), 'utf8').split('\n');
    expect(records.pop()).toBe(''); // every line is whole
    for (const line of records) JSON.parse(line);
  });

  it('in the middle of training leaves the last checkpoint whole; with more room the run goes on to the same end', async ({
    skip,
  }) => {
    const bytes = statSync(place.at('run', 'checkpoint.bin')).size;
    unmount = mountOrSkip(skip, `size=${Math.ceil(2.5 * bytes)}`, disk);
    if (unmount === undefined) return;
    // Room for two checkpoints, but three are there while the third is written: the last, the one before, the new one.
    const refusal = await place.refusal(train(onDisk('run')));
    expect(refusal).toMatchObject({ code: 'DISK_FULL', status: 5 });
    expect(readdirSync(onDisk('run')).filter((file) => /tmp|lock/.test(file))).toEqual([]);
    const { iteration } = readCheckpoint(onDisk('run/checkpoint.bin')).manifest.state['run'] as { iteration: number };
    expect(iteration).toBe(2);
    execFileSync('mount', ['-o', `remount,size=${10 * bytes}`, disk]);
    expect((await place.run([...train(onDisk('run')), '--resume'])).status).toBe(0);
    const weights = (run: string): unknown => readCheckpoint(run).sections['learner.weights'];
    expect(weights(onDisk('run/checkpoint.bin'))).toEqual(weights(place.at('run', 'checkpoint.bin')));
    expect(readFileSync(onDisk('run/metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(6);
  });
});
