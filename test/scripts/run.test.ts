import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
/** Prints its readiness, and ends with 7 on SIGINT, 8 on SIGTERM. */
const CHILD = `
process.on('SIGINT', () => process.exit(7));
process.on('SIGTERM', () => process.exit(8));
setTimeout(() => process.exit(9), 20_000);
console.log('ready');`;

/** Exit status of a wrapper made with `main` and `runNode` around `child`, with `signal` sent to the wrapper alone. */
function wrapped(child: string, signal?: NodeJS.Signals): Promise<number | null> {
  const code = `
import { main, runNode } from ${JSON.stringify(RUN)};
await main(() => runNode(['--eval', ${JSON.stringify(child)}]));`;
  return new Promise((resolve) => {
    const wrapper = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (signal !== undefined) wrapper.stdout.once('data', () => wrapper.kill(signal));
    wrapper.once('exit', resolve);
  });
}

describe('a wrapped command', () => {
  it('gives its exit status', async () => {
    expect(await wrapped('process.exit(5)')).toBe(5);
  });

  it('gets SIGINT and SIGTERM that only the wrapper was sent, and is waited for', async () => {
    expect(await wrapped(CHILD, 'SIGINT')).toBe(7);
    expect(await wrapped(CHILD, 'SIGTERM')).toBe(8);
  });

  it('ended by a signal counts as 128 plus its number', async () => {
    expect(await wrapped("process.kill(process.pid, 'SIGKILL')")).toBe(137); // 128 + 9
  });
});
