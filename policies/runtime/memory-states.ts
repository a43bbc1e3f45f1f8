import { type DecisionBatch, SpaceCloudError } from '../../core/index.ts';
import type { MemoryColumns } from './columns.ts';

/** States of all agents as a checkpoint keeps them. */
export interface SavedMemory {
  /** [states * 3] world, agent and decision kind of each state. */
  readonly owners: Int32Array;
  /** [states * M] */
  readonly states: Float32Array;
}

/** `began` of a row that is the first decision of its agent and kind in the episode. */
const BEGAN = 1;

/**
 * What a policy with memory remembers: one state of M numbers per world, agent and decision kind, zero until the first
 * decision and again when the world starts anew (`forget`). Rows of `slot`, `before` and `began` are those of the batch last
 * given to `claim`; the columns grow with the batches and the agents seen.
 */
export class MemoryStates implements MemoryColumns {
  readonly units: number;
  states: Float32Array;
  slot = new Int32Array(0);
  before = new Float32Array(0);
  /** [rows] 1 = the first decision of its agent and kind in the episode. */
  began = new Uint8Array(0);
  /** Per world: agent and kind, as one number, to slot. */
  private readonly worlds = new Map<number, Map<number, number>>();
  private readonly free: number[] = [];
  private used = 0;
  private readonly kinds: number;

  /** M units of memory and how many decision kinds there are. */
  constructor(units: number, kinds: number) {
    this.units = units;
    this.kinds = kinds;
    this.states = new Float32Array(64 * units);
  }

  /** Finds the state of every row, and makes those that are not there yet: zeros. */
  claim(batch: DecisionBatch): void {
    this.makeRoom(batch.capacity);
    for (let row = 0; row < batch.n; row++) {
      const [world, owner] = [batch.world[row] as number, this.ownerOf(batch, row)];
      const known = this.worlds.get(world)?.get(owner);
      this.began[row] = known === undefined ? BEGAN : 0;
      this.slot[row] = known ?? this.add(world, owner);
    }
  }

  /** Writes `to[at .. at + M)`: the state of whoever row `row` asks, as it stands; zeros where there is none. */
  readInto(batch: DecisionBatch, row: number, to: Float32Array, at: number): void {
    const { units, states } = this;
    const slot = this.worlds.get(batch.world[row] as number)?.get(this.ownerOf(batch, row));
    if (slot === undefined) to.fill(0, at, at + units);
    else to.set(states.subarray(slot * units, (slot + 1) * units), at);
  }

  /** Takes all states of a world away, or those of one of its agents: whoever decides next starts from zeros. */
  forget(world: number, agent?: number): void {
    const owners = this.worlds.get(world);
    if (owners === undefined) return;
    for (const [owner, slot] of owners) {
      if (agent !== undefined && Math.floor(owner / this.kinds) !== agent) continue;
      owners.delete(owner);
      this.free.push(slot);
    }
    if (owners.size === 0) this.worlds.delete(world);
  }

  /** Copies, in an order that does not depend on the past: by world, agent and kind. */
  save(): SavedMemory {
    const entries = [...this.worlds].flatMap(([world, owners]) =>
      [...owners].map(([owner, slot]) => ({ world, owner, slot })),
    );
    entries.sort((a, b) => a.world - b.world || a.owner - b.owner);
    const { kinds, units } = this;
    return {
      owners: Int32Array.from(
        entries.flatMap(({ world, owner }) => [
          world,
          Math.floor(owner / kinds),
          owner - Math.floor(owner / kinds) * kinds,
        ]),
      ),
      states: Float32Array.from(
        entries.flatMap(({ slot }) => Array.from(this.states.subarray(slot * units, (slot + 1) * units))),
      ),
    };
  }

  /** @throws SpaceCloudError `CHECKPOINT_CORRUPT` when the columns do not fit each other or this memory. */
  restore(saved: SavedMemory): void {
    const { units, kinds } = this;
    const count = saved.owners.length / 3;
    if (!Number.isInteger(count) || saved.states.length !== count * units) {
      throw new SpaceCloudError(
        'CHECKPOINT_CORRUPT',
        `Expected ${count} states of ${units} units, got ${saved.states.length} numbers.`,
      );
    }
    this.worlds.clear();
    this.free.length = 0;
    this.used = 0;
    for (let i = 0; i < count; i++) {
      const [world, agent, kind] = saved.owners.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
      const slot = this.add(world, agent * kinds + kind);
      this.states.set(saved.states.subarray(i * units, (i + 1) * units), slot * units);
    }
  }

  private ownerOf(batch: DecisionBatch, row: number): number {
    return (batch.agent[row] as number) * this.kinds + (batch.kind[row] as number);
  }

  private add(world: number, owner: number): number {
    const { units } = this;
    const slot = this.free.pop() ?? this.used++;
    if ((slot + 1) * units > this.states.length) {
      const wider = new Float32Array(2 * this.states.length);
      wider.set(this.states);
      this.states = wider;
    }
    this.states.fill(0, slot * units, (slot + 1) * units);
    let owners = this.worlds.get(world);
    if (owners === undefined) this.worlds.set(world, (owners = new Map<number, number>()));
    owners.set(owner, slot);
    return slot;
  }

  private makeRoom(rows: number): void {
    if (this.slot.length >= rows) return;
    this.slot = new Int32Array(rows);
    this.before = new Float32Array(rows * this.units);
    this.began = new Uint8Array(rows);
  }
}
