import { type DecisionBatch, type Policy, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import type { World } from '../environment/index.ts';

const ROWS_PER_WORLD = 64;

/**
 * World and policy without agents: what the constellation does besides is their share. The same worlds, seeds and policy
 * give the same trajectories, as long as no machine changes a capability.
 */
export class BareLoop {
  readonly worlds: readonly World[];
  private readonly policy: Policy;
  private readonly batch: DecisionBatch;
  private readonly share: { capacity: number };
  private readonly choices: Uint8Array;
  private readonly firstRow: Int32Array;

  constructor(worlds: readonly World[], policy: Policy) {
    this.worlds = worlds;
    this.policy = policy;
    const rows = worlds.length * ROWS_PER_WORLD;
    this.batch = createDecisionBatch(
      SPACE_CLOUD_SPEC,
      rows,
      worlds.map((world) => world.knowledge),
    );
    this.share = this.batch;
    this.choices = new Uint8Array(rows);
    this.firstRow = new Int32Array(worlds.length + 1);
  }

  /** Runs all worlds to their times; returns the decisions made. */
  run(untilS: readonly number[]): number {
    const { worlds, batch, share, firstRow, choices, policy } = this;
    let decisions = 0;
    for (;;) {
      batch.n = 0;
      for (let w = 0; w < worlds.length; w++) {
        firstRow[w] = batch.n;
        share.capacity = batch.n + ROWS_PER_WORLD;
        (worlds[w] as World).advance(batch, w, untilS[w] as number);
      }
      firstRow[worlds.length] = batch.n;
      if (batch.n === 0) return decisions;
      policy.choose(batch, choices);
      for (let w = 0; w < worlds.length; w++) {
        const [from, to] = [firstRow[w] as number, firstRow[w + 1] as number];
        if (from === to) continue;
        const world = worlds[w] as World;
        world.apply(batch, from, to, choices);
        world.transitions.n = 0;
        world.modeEvents.n = 0;
      }
      decisions += batch.n;
    }
  }
}
