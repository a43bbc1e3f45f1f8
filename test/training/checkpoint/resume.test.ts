import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spacecloud-resume-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Every call is a process of its own. */
function train(mode: 'start' | 'resume', file: string, iterations: number): string {
  const worker = join(import.meta.dirname, 'resume-worker.ts');
  const args = ['--import', 'tsx', worker, mode, join(folder, file), String(iterations)];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}

describe('resuming in a new process', () => {
  // 60 iterations of 4 gradient steps: a wrong restore of Adam's powers shows only after tens of steps.
  it('gives the weights, and the whole next checkpoint, of an unbroken run to the bit', () => {
    const unbroken = train('start', 'unbroken.ckpt', 120);
    expect(unbroken).toMatch(/^[0-9a-f]{64}$/);
    const half = train('start', 'broken.ckpt', 60);
    expect(half).not.toBe(unbroken);
    expect(train('resume', 'broken.ckpt', 60)).toBe(unbroken);
    expect(readFileSync(join(folder, 'broken.ckpt')).equals(readFileSync(join(folder, 'unbroken.ckpt')))).toBe(true);
  }, 120_000);
});
