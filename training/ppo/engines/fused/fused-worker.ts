import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { RolloutBuffer } from '../../../rollout/buffer.ts';
import { JobThread, type ThreadSetup, WORD } from './jobs.ts';

/** What the learner sends when rollouts change. */
export interface SourcesMessage {
  readonly version: number;
  readonly sources: readonly RolloutBuffer[];
}

/** A helper of the fused engine: takes chunks whenever it is woken, and sleeps in between. */
if (parentPort !== null) {
  const port = parentPort;
  const thread = new JobThread(workerData as ThreadSetup);
  const { control } = thread;
  let version = 0;
  const catchUp = (): void => {
    Atomics.add(control, WORD.helped, 1);
    // The message was sent before the job that needs it was started.
    while (version !== Atomics.load(control, WORD.sources)) {
      const received = receiveMessageOnPort(port) as { readonly message: SourcesMessage } | undefined;
      if (received === undefined) continue;
      version = received.message.version;
      thread.setSources(received.message.sources);
    }
  };
  for (;;) {
    const seen = Atomics.load(control, WORD.wake);
    if (Atomics.load(control, WORD.stop) !== 0) break;
    thread.work(catchUp);
    Atomics.wait(control, WORD.wake, seen);
  }
  port.close();
}
