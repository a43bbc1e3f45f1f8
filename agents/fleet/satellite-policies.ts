import { type DecisionBatch, type Policy, SpaceCloudError } from '../../core/index.ts';
import { type PickedRows, createPickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';

/** How a policy answers in flight; `late` and `abstains`: the fallback decides, and it is counted. */
export type AnswerHabit = 'prompt' | 'late' | 'abstains';

/** A policy that satellites of a fleet may fly. */
export interface FlightPolicy {
  readonly policy: Policy;
  /** Default `prompt`. In one process nothing is late by itself: a policy that would be is said to be. */
  readonly answers?: AnswerHabit;
}

/**
 * One policy per satellite of one world, as one policy. While all satellites fly the same, batches are handed to it as they are;
 * otherwise rows are split by policy and the choices joined, through columns that are kept from batch to batch.
 */
export class SatellitePolicies implements Policy {
  readonly name: string;
  /** [satellites] rows that were answered too late, and not at all; the fallback decided them. */
  readonly late: Float64Array;
  readonly abstained: Float64Array;
  private readonly fallback: Policy;
  /** Every policy that a satellite flies or flew; those of late and abstaining ones are the fallback's. */
  private readonly flown: FlightPolicy[];
  /** [satellites] index into `flown`. */
  private readonly flies: Uint16Array;
  /** Per policy flown: its rows of the batch under way. */
  private readonly rooms: (PickedRows | undefined)[] = [];
  /** [flown] satellites that fly it. */
  private readonly pilots: number[];

  constructor(satelliteCount: number, initial: FlightPolicy, fallback: Policy) {
    this.name = initial.policy.name;
    this.fallback = fallback;
    this.late = new Float64Array(satelliteCount);
    this.abstained = new Float64Array(satelliteCount);
    this.flown = [initial];
    this.flies = new Uint16Array(satelliteCount);
    this.pilots = [satelliteCount];
    expectFlyable(initial.policy);
    expectFlyable(fallback);
  }

  /** The satellite decides by this policy from the next batch on. The same object is the same policy. */
  fly(satellite: number, policy: FlightPolicy): void {
    if (!(Number.isInteger(satellite) && satellite >= 0 && satellite < this.flies.length)) {
      throw new SpaceCloudError('MISUSE', `Expected one of ${this.flies.length} satellites, got ${satellite}.`);
    }
    let index = this.flown.indexOf(policy);
    if (index < 0) {
      expectFlyable(policy.policy);
      index = this.flown.push(policy) - 1;
      this.pilots.push(0);
    }
    const before = this.flies[satellite] as number;
    this.pilots[before] = (this.pilots[before] as number) - 1;
    this.pilots[index] = (this.pilots[index] as number) + 1;
    this.flies[satellite] = index;
  }

  /** The policy that a satellite flies. */
  flownBy(satellite: number): FlightPolicy {
    return this.flown[this.flies[satellite] as number] as FlightPolicy;
  }

  choose(batch: DecisionBatch, out: Uint8Array): void {
    const { flies, rooms } = this;
    const only = this.pilots.findIndex((count) => count === flies.length);
    if (only >= 0) {
      this.ask(only, batch, out);
      return;
    }
    for (const room of rooms) if (room !== undefined) room.batch.n = 0;
    for (let first = 0, end = 0; first < batch.n; first = end) {
      const index = flies[batch.agent[first] as number] as number;
      while (end < batch.n && flies[batch.agent[end] as number] === index) end++;
      pickRows(batch, first, end, this.roomFor(index, batch));
    }
    for (let index = 0; index < rooms.length; index++) {
      const room = rooms[index];
      if (room === undefined || room.batch.n === 0) continue;
      this.ask(index, room.batch, room.choices);
      putBack(room, out);
    }
  }

  forget(world: number): void {
    for (const { policy } of this.flown) policy.forget?.(world);
  }

  private ask(index: number, batch: DecisionBatch, out: Uint8Array): void {
    const { policy, answers = 'prompt' } = this.flown[index] as FlightPolicy;
    if (answers === 'prompt') {
      policy.choose(batch, out);
      return;
    }
    const counts = answers === 'late' ? this.late : this.abstained;
    for (let row = 0; row < batch.n; row++) {
      const satellite = batch.agent[row] as number;
      counts[satellite] = (counts[satellite] as number) + 1;
    }
    this.fallback.choose(batch, out);
  }

  private roomFor(index: number, batch: DecisionBatch): PickedRows {
    const room = this.rooms[index];
    if (room !== undefined && room.batch.capacity >= batch.capacity && room.batch.knowledge === batch.knowledge) {
      return room;
    }
    return (this.rooms[index] = createPickedRows(batch));
  }
}

function expectFlyable(policy: Policy): void {
  if (policy.attachOracle === undefined) return;
  throw new SpaceCloudError('MISUSE', `Expected a policy that a satellite can fly, got the oracle '${policy.name}'.`);
}
