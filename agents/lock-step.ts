import {
  type DecisionBatch,
  type DecisionSpec,
  type LocalKnowledge,
  SpaceCloudError,
  createDecisionBatch,
} from '../core/index.ts';
import type { WorldPort } from './world-port.ts';

/** New worlds in a row that may end without a decision, before it counts as a mistake of whoever makes them. */
const EMPTY_WORLDS = 16;

/**
 * Worlds that advance together: each until decisions wait; the rows of all form one batch. A world gets `rowsPerWorld` rows
 * of each batch: while it advances, `batch.capacity` is the end of its share.
 */
export class LockStep {
  readonly worlds: WorldPort[];
  readonly batch: DecisionBatch;
  private readonly rowsPerWorld: number;
  private readonly rows: number;
  /** The batch's own array and capacity, writable here only. */
  private readonly knowledge: LocalKnowledge[];
  private readonly share: { capacity: number };
  /** [worlds + 1] first row of each world in the batch. */
  private readonly firstRow: Int32Array;
  private readonly untilS: Float64Array;
  /** [worlds] 1 = at its end in this run. */
  private readonly ended: Uint8Array;

  constructor(spec: DecisionSpec, worlds: readonly WorldPort[], rowsPerWorld: number) {
    this.worlds = [...worlds];
    this.rowsPerWorld = rowsPerWorld;
    this.rows = worlds.length * rowsPerWorld;
    this.knowledge = worlds.map((world) => world.knowledge);
    this.batch = createDecisionBatch(spec, this.rows, this.knowledge);
    this.share = this.batch;
    this.firstRow = new Int32Array(worlds.length + 1);
    this.untilS = new Float64Array(worlds.length);
    this.ended = new Uint8Array(worlds.length);
  }

  /** Sets where the worlds stop, s: one time for all, or one per world. */
  begin(untilS: number | readonly number[]): void {
    if (typeof untilS !== 'number' && untilS.length !== this.worlds.length) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected untilS for each of ${this.worlds.length} worlds, got ${untilS.length} times.`,
      );
    }
    this.ended.fill(0);
    for (let w = 0; w < this.worlds.length; w++) {
      this.untilS[w] = typeof untilS === 'number' ? untilS : (untilS[w] as number);
    }
  }

  /**
   * Fills the batch with the next decisions of all worlds; false when every world is at its end. `afterAdvance` is called
   * right after a world advanced; `replace` when one reached its end: the world that takes its place, or null.
   */
  gather(afterAdvance: (world: number) => void, replace: (world: number) => WorldPort | null): boolean {
    const { batch, share, firstRow } = this;
    batch.n = 0;
    for (let w = 0; w < this.worlds.length; w++) {
      firstRow[w] = batch.n;
      if (this.ended[w] === 1) continue;
      share.capacity = Math.min(this.rows, batch.n + this.rowsPerWorld);
      try {
        this.advance(w, afterAdvance, replace);
      } finally {
        share.capacity = this.rows;
      }
    }
    firstRow[this.worlds.length] = batch.n;
    return batch.n > 0;
  }

  /** Applies the choices of the gathered batch, world by world. */
  apply(choices: Uint8Array, afterApply: (world: number) => void): void {
    for (let w = 0; w < this.worlds.length; w++) {
      const from = this.firstRow[w] as number;
      const to = this.firstRow[w + 1] as number;
      if (from === to) continue;
      (this.worlds[w] as WorldPort).apply(this.batch, from, to, choices);
      afterApply(w);
    }
  }

  /** Simulated time of the world that is furthest behind of those not at their end, s; Infinity when all are. */
  get leastTimeS(): number {
    let least = Infinity;
    for (let w = 0; w < this.worlds.length; w++) {
      if (this.ended[w] === 0) least = Math.min(least, (this.worlds[w] as WorldPort).timeS);
    }
    return least;
  }

  /** Rows of a world in the gathered batch. */
  rowsOf(world: number): number {
    return (this.firstRow[world + 1] as number) - (this.firstRow[world] as number);
  }

  private advance(
    w: number,
    afterAdvance: (world: number) => void,
    replace: (world: number) => WorldPort | null,
  ): void {
    const { batch } = this;
    const from = batch.n;
    for (let empty = 0; empty < EMPTY_WORLDS; empty++) {
      const rows = (this.worlds[w] as WorldPort).advance(batch, w, this.untilS[w] as number);
      if (batch.n - from !== rows || batch.n > batch.capacity) {
        throw new SpaceCloudError(
          'MISUSE',
          `Expected world ${w} to add the ${rows} rows it reports, within its share up to row ${batch.capacity}; got ${batch.n - from}.`,
        );
      }
      afterAdvance(w);
      if (rows > 0) return;
      const next = replace(w);
      if (next === null) {
        this.ended[w] = 1;
        return;
      }
      this.worlds[w] = next;
      this.knowledge[w] = next.knowledge;
    }
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a decision from one of ${EMPTY_WORLDS} new worlds in place of world ${w}, got none before ${this.untilS[w]} s.`,
      { hint: 'Give the scenario traffic, or the run a later untilS.' },
    );
  }
}
