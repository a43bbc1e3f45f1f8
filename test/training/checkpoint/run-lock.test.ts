import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockRun } from '../../../training/checkpoint/run-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spacecloud-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const module = join(import.meta.dirname, '../../../training/checkpoint/run-lock.ts');

/** A process that takes the lock, says so, and keeps it until it is killed or its input ends. */
function holder(script = 'process.stdin.resume()'): ReturnType<typeof spawn> {
  const code = `const { lockRun } = await import(${JSON.stringify(module)});
    lockRun(${JSON.stringify(folder)}); console.log('locked'); ${script}`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

describe('run folder lock', () => {
  it('is exclusive while held, also within one process, and leaves nothing once released', () => {
    const lock = lockRun(folder);
    expect(() => lockRun(folder)).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockRun(folder).release();
  });

  it('of another live process is respected, and taken over once that process was killed', async () => {
    const child = holder();
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    expect(() => lockRun(folder)).toThrow(new RegExp(`held by process ${child.pid}`));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const lock = lockRun(folder);
    expect(readFileSync(join(folder, 'run.lock'), 'utf8').split(' ')[0]).toBe(String(process.pid));
    lock.release();
  }, 20_000);

  it('of a dead process whose id was given to another is taken over', () => {
    // This process lives, but it did not start at tick 1 after boot.
    writeFileSync(join(folder, 'run.lock'), `${process.pid} 1\n`);
    if (process.platform !== 'linux') return console.warn('SKIPPED, start times of processes are read from /proc');
    lockRun(folder).release();
  });

  it('with damaged content is taken over', () => {
    writeFileSync(join(folder, 'run.lock'), 'nonsense');
    lockRun(folder).release();
  });

  it('goes to exactly one of several processes that race for a dead owner’s lock', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(join(folder, 'run.lock'), `${dead} 1\n`);
    const children = Array.from({ length: 4 }, () => holder());
    const outcomes = await Promise.all(
      children.map(
        (child) =>
          new Promise<string>((resolve) => {
            child.stdout?.once('data', () => resolve('locked'));
            child.once('exit', () => resolve('refused'));
          }),
      ),
    );
    children.forEach((child) => child.kill('SIGKILL'));
    expect(outcomes.filter((outcome) => outcome === 'locked')).toHaveLength(1);
  }, 30_000);
});
