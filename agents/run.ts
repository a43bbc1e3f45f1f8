import type { DecidedBatch } from './streams/frames.ts';
import type { WorldPort } from './world-port.ts';

export interface RunOptions {
  /** Simulated time at which to stop, s: one for all worlds or one per world; default: never. */
  readonly untilS?: number | readonly number[];
  /** Stop after the batch that reaches so many decisions in this run. */
  readonly maxDecisions?: number;
  /** Sees each batch with its choices before they are applied; copy what you keep. */
  readonly onBatch?: (decided: DecidedBatch) => void;
  /** Called when a world reached its `untilS`: a new world in its place carries on; null ends this world's run. */
  readonly onWorldEnd?: (index: number, world: WorldPort) => WorldPort | null;
}

export interface RunResult {
  /** Decisions of this run, and those by fallbacks among them. */
  readonly decisions: number;
  readonly fallbackDecisions: number;
  readonly batches: number;
  /** [worlds] simulated time at the end, s. */
  readonly timeS: readonly number[];
  readonly endedBy: 'untilS' | 'maxDecisions' | 'stop';
}

/** The bounds and counts of one run. */
export class Run {
  readonly options: RunOptions;
  private decisions = 0;
  private fallbackDecisions = 0;
  private batches = 0;
  private endedBy: RunResult['endedBy'] = 'untilS';

  constructor(options: RunOptions) {
    this.options = options;
  }

  isEndedBy(stopRequested: boolean): boolean {
    if (stopRequested) this.endedBy = 'stop';
    else if (this.decisions >= (this.options.maxDecisions ?? Infinity)) this.endedBy = 'maxDecisions';
    else return false;
    return true;
  }

  count({ batch, fallbackRows }: DecidedBatch): void {
    this.decisions += batch.n;
    this.fallbackDecisions += fallbackRows;
    this.batches++;
  }

  result(worlds: readonly WorldPort[]): RunResult {
    const { decisions, fallbackDecisions, batches, endedBy } = this;
    return { decisions, fallbackDecisions, batches, endedBy, timeS: worlds.map((world) => world.timeS) };
  }
}
