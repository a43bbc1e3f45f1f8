/** Longest that rounds follow each other without other work of this process (messages, signals, scrapes) being done, ms. */
const TURN_MS = 5;
/** Longest pause before the run looks again whether it was told to stop, ms. */
const LOOK_MS = 50;

export interface PaceOptions {
  /** Simulated seconds per second of wall clock, at most; default: as fast as it goes. */
  readonly pace?: number;
  readonly signal: AbortSignal;
}

/** The run was told to stop. */
export class RunStopped extends Error {
  constructor() {
    super('The run was told to stop.');
    this.name = 'RunStopped';
  }
}

/**
 * What a run waits for before each round: that the rest of this process had its turn, which a world that waits for nobody
 * would never give it, and that the wall clock has come as far as the pace wants. Throws RunStopped when told to stop.
 */
export function paced({ pace, signal }: PaceOptions): (timeS: number) => void | Promise<void> {
  let turnMs = performance.now();
  let startMs: number | undefined;
  let startS = 0;
  const aheadMs = (timeS: number): number => {
    if (pace === undefined || !Number.isFinite(timeS)) return 0;
    if (startMs === undefined) [startMs, startS] = [performance.now(), timeS];
    return (1000 * (timeS - startS)) / pace - (performance.now() - startMs);
  };
  const wait = async (timeS: number): Promise<void> => {
    do {
      const leftMs = Math.min(aheadMs(timeS), LOOK_MS);
      await new Promise<void>((resolve) => (leftMs > 0 ? setTimeout(resolve, leftMs) : setImmediate(resolve)));
      if (signal.aborted) throw new RunStopped();
    } while (aheadMs(timeS) > 0);
    turnMs = performance.now();
  };
  return (timeS) => {
    if (signal.aborted) throw new RunStopped();
    return aheadMs(timeS) > 0 || performance.now() - turnMs > TURN_MS ? wait(timeS) : undefined;
  };
}
