/** A terminal and a wrapper may both pass on the same Ctrl-C; within this time it counts once. */
const SAME_INTERRUPT_MS = 500;
/** 128 + signal number, as shells report it. */
const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof EXIT_STATUS;

/** The user stopped a command; it has put its affairs in order. */
export class Interrupted extends Error {
  /** 130 after Ctrl-C, 143 after SIGTERM. */
  readonly exitStatus: number;

  constructor(signal: StopSignal) {
    super(signal === 'SIGINT' ? 'Interrupted.' : 'Told to end.');
    this.name = 'Interrupted';
    this.exitStatus = EXIT_STATUS[signal];
  }
}

/**
 * Runs work that must not be cut off, such as training with its last checkpoint. The first Ctrl-C (or SIGTERM) aborts
 * `signal`: the work finishes what it must and returns, and the command then ends as interrupted. A second Ctrl-C ends the
 * process at once.
 *
 * @throws Interrupted after the work has returned, when it was told to stop.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let stoppedBy: StopSignal | undefined;
  let stoppedAtMs = 0;
  const onStop = (signal: StopSignal): void => {
    if (stoppedBy === undefined) {
      stoppedBy = signal;
      stoppedAtMs = performance.now();
      controller.abort();
    } else if (performance.now() - stoppedAtMs > SAME_INTERRUPT_MS) {
      process.exit(EXIT_STATUS[signal]);
    }
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  try {
    const result = await work(controller.signal);
    if (stoppedBy !== undefined) throw new Interrupted(stoppedBy);
    return result;
  } finally {
    process.off('SIGINT', onStop);
    process.off('SIGTERM', onStop);
  }
}
