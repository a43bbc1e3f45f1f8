import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Each line is the list of processes to end when the input does, in place of the one before. Processes that have ended
 * already, and a folder that is gone, are nothing to complain about.
 */
const SCRIPT = 'pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids; rm -rf -- "$0"';

/**
 * A process that outlives this one by a moment: when this one is gone, even killed, it ends the servers that know nothing of
 * their parent, and removes the work folder with its keys. Supervised processes see to themselves.
 */
export class Warden {
  private readonly child: ChildProcess;

  constructor(folder: string) {
    this.child = spawn('sh', ['-c', SCRIPT, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // Without a shell there is no warden; all else works.
    this.child.on('error', () => undefined);
    this.child.stdin?.on('error', () => undefined);
    this.child.unref();
  }

  /** From now on these processes are ended, and no others. */
  guard(pids: readonly number[]): void {
    this.child.stdin?.write(`${pids.join(' ')}\n`);
  }

  /** Dismisses it: nothing is left to end or remove. */
  dismiss(): void {
    this.child.kill('SIGKILL');
  }
}
