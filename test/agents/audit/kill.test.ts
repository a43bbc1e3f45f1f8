import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayLog, verifyLog } from '../../../agents/audit/index.ts';
import { freshLog } from './logs.ts';
import { drawnNetwork } from './networks.ts';

describe('a process that is killed', () => {
  it('leaves every decision that it answered, or all but the last batch where it seals after answering: five kills of one log', async () => {
    const file = freshLog();
    let answered = 0;
    const heads: string[] = [];
    for (let kill = 0; kill < 5; kill++) {
      const { torn: before } = kill === 0 ? { torn: undefined } : verifyLog(file);
      const { said, recovered } = await runAndKill(file, kill % 2 === 0 ? 'call' : 'later', 20 + 37 * kill);
      expect(recovered).toBe(before?.bytes ?? 0);
      answered += said;
      const { head, sessions } = verifyLog(file, heads.length === 0 ? {} : { head: heads[heads.length - 1] as string });
      // All that was said to be answered is there, but for one batch; what was logged and not yet said may be there too.
      expect(head.decisions).toBeGreaterThanOrEqual(answered - (kill % 2 === 0 ? 0 : 250));
      answered = head.decisions;
      expect(sessions.length).toBe(kill + 1);
      heads.push(head.digest);
    }
    expect(new Set(heads).size).toBe(5);
    expect(replayLog(file, drawnNetwork()).replayed).toBe(answered);
  }, 180_000);
});

interface Killed {
  /** Decisions that the process said it had answered in this life. */
  readonly said: number;
  /** Bytes of a torn block that it cut off at its start. */
  readonly recovered: number;
}

/** Starts the writer, lets it answer once, and kills it `delayMs` later. */
function runAndKill(file: string, mode: 'call' | 'later', delayMs: number): Promise<Killed> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'kill-writer.ts'), file, mode],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    let said = -1;
    let recovered = 0;
    child.on('message', (message) => {
      if (said < 0) {
        recovered = message as number;
        setTimeout(() => child.kill('SIGKILL'), delayMs);
        said = 0;
      } else said = message as number;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ said: Math.max(said, 0), recovered });
      else reject(new Error(`the writer ended by itself with ${code}`));
    });
  });
}
