import { telemetryHeld } from '../../../agents/bus/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  type OperationsOptions,
  type ReachChange,
  type World,
  groundReach,
  operationsNetwork,
  outagesOf,
} from '../../../environment/index.ts';
import type { Ground } from '../ops/ground.ts';
import type { LeafStation } from './leaf-station.ts';
import { until } from './until.ts';

export interface LeafGatesOptions {
  readonly stations: readonly LeafStation[];
  readonly ground: Ground;
  readonly fleet: string;
  readonly operations: OperationsOptions;
  /** Longest a gate is waited for, each time, ms of wall clock. */
  readonly deadlineMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** What the links of servers beside satellites did in a run. */
export interface LeafAccounts {
  readonly leaves: number;
  /** Times a link was opened and cut, as contacts began and ended. */
  readonly opened: number;
  readonly closed: number;
  /** Wall clock in which simulated time stood still for links to come up and telemetry to be taken over, s. */
  readonly waitedS: number;
  /** Links that were not up, or not drained, by the deadline. */
  readonly late: number;
  /** Documents of telemetry that had waited for their link when it was opened. */
  readonly held: number;
  /** Of all documents of these satellites, those that the ground has, and has not, at the end. */
  readonly takenOver: number;
  readonly notTakenOver: number;
}

interface Link {
  readonly station: LeafStation;
  /** There is a simulated contact now; there was one since the round before. */
  isReached: boolean;
  wasReached: boolean;
}

/** Opens and cuts the links of servers beside satellites as the simulated contacts of operations begin and end. */
export class LeafGates {
  private readonly options: LeafGatesOptions;
  private readonly links = new Map<number, Link>();
  private changes: readonly ReachChange[] = [];
  private next = 0;
  /** Contacts have changed since links were cut last. */
  private isChanged = false;
  private readonly counts = { opened: 0, closed: 0, waitedMs: 0, late: 0, held: 0 };

  constructor(options: LeafGatesOptions) {
    this.options = options;
  }

  /** Takes up the world before its run: its faults cut contacts. `endS`: latest end of the run, s since scenario start. */
  begin({ model, startS, columns }: World, endS: number): void {
    const { operations, stations } = this.options;
    const network = operationsNetwork(model, operations, outagesOf(model, columns.faults));
    for (const station of stations) {
      const satellite = model.geometry.nodeNames.indexOf(station.satellite);
      this.links.set(satellite, { station, isReached: false, wasReached: false });
    }
    this.changes = groundReach(network, startS, endS).filter(({ satellite }) => this.links.has(satellite));
  }

  /**
   * Before the ground acts in a round: opens the links of satellites that were within reach at any moment since the round before, and
   * waits until they are up. Nothing is awaited when nothing changes.
   */
  open(timeS: number): void | Promise<void> {
    let change = this.changes[this.next];
    if (change === undefined || change.timeS > timeS || timeS === Infinity) return undefined;
    this.isChanged = true;
    for (; change !== undefined && change.timeS <= timeS; change = this.changes[++this.next]) {
      const link = this.links.get(change.satellite) as Link;
      link.isReached = change.isReached;
      link.wasReached ||= change.isReached;
    }
    const opening = [...this.links.values()].filter((link) => link.wasReached && !isOpen(link));
    return opening.length === 0 ? undefined : this.waitFor(opening.map((link) => this.openOne(link)));
  }

  /** After the ground acted: cuts the links of satellites that are out of reach, when what they had to say has been taken over. */
  close(): void | Promise<void> {
    if (!this.isChanged) return undefined;
    this.isChanged = false;
    const closing = [...this.links.values()].filter((link) => isOpen(link) && !link.isReached);
    return closing.length === 0 ? undefined : this.waitFor(closing.map((link) => this.closeOne(link)));
  }

  /** The run is over: opens all links, for what nodes say at the end. */
  async openAll(): Promise<void> {
    const opening = [...this.links.values()].filter((link) => !isOpen(link));
    await this.waitFor(opening.map((link) => this.openOne(link)));
  }

  /** The nodes have ended: waits until the ground has all that they said, and counts. Errors: BUS_CONNECT. */
  async drain(): Promise<LeafAccounts> {
    const { stations } = this.options;
    await this.waitFor(stations.map((station) => this.drainOne(station)));
    let [takenOver, notTakenOver] = [0, 0];
    for (const station of stations) {
      const here = await this.onGround(station);
      takenOver += here;
      notTakenOver += Math.max(0, station.lastHeld - here);
    }
    const { waitedMs, ...counts } = this.counts;
    return { leaves: stations.length, ...counts, waitedS: waitedMs / 1000, takenOver, notTakenOver };
  }

  private async openOne(link: Link): Promise<void> {
    const { station } = link;
    this.counts.opened++;
    await this.inTime(station, async () => {
      const held = await station.held();
      this.counts.held += held - (await this.onGround(station));
      return true;
    });
    station.gate.set({ kind: 'open' });
    await this.inTime(station, () => station.isLinked());
  }

  private async closeOne(link: Link): Promise<void> {
    await this.drainOne(link.station);
    link.station.gate.set({ kind: 'closed' });
    link.wasReached = false;
    this.counts.closed++;
  }

  /** What was stored at this moment is waited for, not what comes meanwhile. */
  private async drainOne(station: LeafStation): Promise<void> {
    let last: number | undefined;
    await this.inTime(station, async () => {
      last ??= await station.held();
      return (await this.onGround(station)) >= last;
    });
  }

  private onGround({ satellite }: LeafStation): Promise<number> {
    const { ground, fleet } = this.options;
    return telemetryHeld(ground.bus, fleet, satellite);
  }

  /** A server that does not answer now, here or there, may later; one that has ended is not waited for. */
  private async inTime(station: LeafStation, isSo: () => Promise<boolean>): Promise<void> {
    const { deadlineMs: withinMs, signal } = this.options;
    const isOver = (): Promise<boolean> => (station.isAlive ? isSo().catch(notYet) : Promise.resolve(true));
    const isInTime = await until(isOver, { withinMs, signal });
    if (!isInTime || !station.isAlive) this.counts.late++;
  }

  private async waitFor(done: readonly Promise<void>[]): Promise<void> {
    const startMs = performance.now();
    await Promise.all(done);
    this.counts.waitedMs += performance.now() - startMs;
  }
}

function notYet(error: unknown): boolean {
  if (error instanceof SpaceCloudError) return false;
  throw error;
}

function isOpen({ station }: Link): boolean {
  return station.gate.mode.kind === 'open';
}
