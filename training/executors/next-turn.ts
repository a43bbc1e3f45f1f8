import { MessageChannel } from 'node:worker_threads';

/**
 * Resolves after a turn of the event loop: messages of workers and signals that arrived meanwhile have been dealt with. Work
 * that computes for long in this thread awaits it between its parts.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.once('message', () => {
      port1.close();
      resolve();
    });
    port2.postMessage(undefined);
  });
}
