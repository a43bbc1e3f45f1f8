import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../../core/index.ts';

interface Killed {
  /** Processes that SIGKILL ended. */
  readonly kills: number;
  /** Iterations that the checkpoint had reached at each kill, by its metrics. */
  readonly reached: readonly number[];
}

/**
 * Runs the training of `killed-run.ts` in processes that are killed at random moments after their first steps, until `kills`
 * of them have been; then lets one finish.
 */
export async function killOften(folder: string, options: { lag: 0 | 1; kills: number; seed: number }): Promise<Killed> {
  const rng = new Rng(options.seed, 'kills');
  const reached: number[] = [];
  let kills = 0;
  while (kills < options.kills) {
    const child = start(folder, options.lag);
    const ended = exitOf(child);
    const before = iterations(folder);
    // Until it has got a little further: a process killed before it has begun proves nothing.
    while (iterations(folder) <= before && child.exitCode === null) await sleep(5);
    await sleep(rng.int(120));
    child.kill('SIGKILL');
    if ((await ended) !== 'SIGKILL') break; // it was faster than the next kill
    kills++;
    reached.push(iterations(folder));
  }
  const status = await exitOf(start(folder, options.lag));
  if (status !== 0) throw new Error(`Expected the resumed run to end well, got ${status}.`);
  return { kills, reached };
}

function start(folder: string, lag: 0 | 1): ChildProcess {
  const script = join(import.meta.dirname, 'killed-run.ts');
  return fork(script, [folder, String(lag)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function exitOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
}

function iterations(folder: string): number {
  const file = join(folder, 'metrics.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
