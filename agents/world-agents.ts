import { type Actor, type Snapshot, createActor, initialTransition } from 'xstate';
import { CAPABILITIES, MODE_EVENTS, SpaceCloudError } from '../core/index.ts';
import { GroundAgents, type PendingHandover, isGroundEvent } from './ground-agents.ts';
import type { ModeChange } from './mode-change.ts';
import {
  type BundleRefusal,
  type SatelliteEvent,
  type SatelliteModes,
  capabilities,
  fallbackReason,
  satelliteMachine,
} from './satellite.machine.ts';
import type { GroundLayout, WorldPort } from './world-port.ts';

export interface WorldAgentsOptions {
  readonly layout: GroundLayout;
  /** Duration of a handover, s of simulated time (scenario `handoverS`). */
  readonly handoverS: number;
  readonly refusal: BundleRefusal | null;
}

/** Hears every event that reaches the machine of a satellite, after the machine has. */
export type SatelliteEventListener = (satellite: number, event: SatelliteEvent) => void;

/** JSON-safe state of the agents of one world. */
export interface SavedWorldAgents {
  /** Node -> persisted snapshot; nodes to which nothing happened are left out. */
  readonly snapshots: Readonly<Record<string, unknown>>;
  readonly handovers: readonly PendingHandover[];
}

const REGIONS = [
  'service',
  'power',
  'thermal',
  'trust',
  'autonomy',
] as const satisfies readonly (keyof SatelliteModes)[];

/**
 * The machines of one world. A node's actor is created when the first event reaches it: until then it stands in its initial
 * modes, which all nodes share, so that worlds start fast.
 */
export class WorldAgents {
  /** [satelliteCount] bits of CAPABILITIES. Written only here; each change also goes to the world. */
  readonly capabilities: Uint8Array;
  /** Satellites that decide by their fallback. */
  fallbackSatellites: number;
  private readonly world: WorldPort;
  private readonly options: WorldAgentsOptions;
  private readonly satellites = new Map<number, Actor<typeof satelliteMachine>>();
  private readonly grounds: GroundAgents;
  private readonly heard: SatelliteEventListener;

  constructor(world: WorldPort, options: WorldAgentsOptions, heard: SatelliteEventListener) {
    this.heard = heard;
    this.world = world;
    this.options = options;
    this.grounds = new GroundAgents(world, world.layout ?? options.layout, world.handoverS ?? options.handoverS);
    const [initial] = initialTransition(satelliteMachine, { node: 0, refusal: options.refusal });
    const bits = capabilities(initial);
    this.capabilities = new Uint8Array(world.satelliteCount).fill(bits);
    this.fallbackSatellites = (bits & CAPABILITIES.LEARNED) === 0 ? world.satelliteCount : 0;
    for (let s = 0; s < world.satelliteCount; s++) world.setCapabilities(s, bits);
  }

  /** Whether `drain` has anything to do. */
  get hasNews(): boolean {
    return this.world.modeEvents.n > 0 || this.grounds.isDue(this.world.timeS);
  }

  /** Sends the world's mode events to the machines, empties them, writes back changed capabilities; appends what changed. */
  drain(changes: ModeChange[]): void {
    const { modeEvents, timeS } = this.world;
    this.grounds.completeHandovers(timeS, changes);
    for (let i = 0; i < modeEvents.n; i++) {
      const type = MODE_EVENTS[modeEvents.kind[i] as number];
      const node = modeEvents.node[i] as number;
      if (type === undefined) throw this.misuse(`Expected an index of MODE_EVENTS, got ${modeEvents.kind[i]}.`);
      if (isGroundEvent(type)) this.grounds.send(type, node, modeEvents.part[i] as number, changes);
      else this.send(node, { type }, changes);
    }
    modeEvents.n = 0;
  }

  /** Sends one event to a satellite's machine; appends what changed. */
  send(satellite: number, event: SatelliteEvent, changes: ModeChange[]): void {
    const actor = this.satelliteActor(satellite);
    const before = actor.getSnapshot();
    actor.send(event);
    this.heard(satellite, event);
    const after = actor.getSnapshot();
    if (after === before) return;
    for (const region of REGIONS) {
      const from = before.value[region];
      const to = after.value[region];
      if (from === to) continue;
      const reason = region === 'autonomy' ? fallbackReason(after) : null;
      changes.push({ node: satellite, name: this.nameOf(satellite), region, from, to, reason });
    }
    this.setCapabilities(satellite, capabilities(after));
  }

  /** The persisted machine of a satellite; that of its initial modes where nothing happened to it yet. */
  snapshotOf(satellite: number): Snapshot<unknown> {
    return this.satelliteActor(satellite).getPersistedSnapshot();
  }

  save(): SavedWorldAgents {
    const { snapshots, handovers } = this.grounds.save();
    const satellites = [...this.satellites].map(([node, actor]) => [node, actor.getPersistedSnapshot()] as const);
    const inOrder = [...satellites, ...snapshots].sort(([a], [b]) => a - b);
    return { snapshots: Object.fromEntries(inOrder), handovers };
  }

  /**
   * Takes over saved machines in place of the present ones and writes their capabilities to the world: each satellite's once, for
   * a world that was restored with them has them already and must not be changed on the way.
   */
  restore(saved: SavedWorldAgents): void {
    this.stop();
    const [initial] = initialTransition(satelliteMachine, { node: 0, refusal: this.options.refusal });
    const bits = new Uint8Array(this.world.satelliteCount).fill(capabilities(initial));
    for (const [key, snapshot] of Object.entries(saved.snapshots)) {
      const node = Number(key);
      if (node < this.world.satelliteCount) {
        bits[node] = capabilities(this.satelliteActor(node, snapshot as Snapshot<unknown>).getSnapshot());
      } else {
        this.grounds.restore(node, snapshot);
      }
    }
    bits.forEach((value, s) => this.setCapabilities(s, value));
    this.grounds.restoreHandovers(saved.handovers);
  }

  stop(): void {
    for (const actor of this.satellites.values()) actor.stop();
    this.satellites.clear();
    this.grounds.stop();
  }

  private setCapabilities(satellite: number, bits: number): void {
    const old = this.capabilities[satellite] as number;
    if (bits === old) return;
    this.fallbackSatellites += (old & CAPABILITIES.LEARNED ? 1 : 0) - (bits & CAPABILITIES.LEARNED ? 1 : 0);
    this.capabilities[satellite] = bits;
    this.world.setCapabilities(satellite, bits);
  }

  private satelliteActor(node: number, snapshot?: Snapshot<unknown>): Actor<typeof satelliteMachine> {
    const known = this.satellites.get(node);
    if (known !== undefined) return known;
    if (!(Number.isInteger(node) && node >= 0 && node < this.world.satelliteCount)) {
      throw this.misuse(`Expected a satellite, got ${this.nameOf(node)} (${node}).`);
    }
    const input = { node, refusal: this.options.refusal };
    const actor = createActor(satelliteMachine, snapshot === undefined ? { input } : { input, snapshot }).start();
    this.satellites.set(node, actor);
    return actor;
  }

  private nameOf(node: number): string {
    return this.world.nodeNames[node] ?? `node ${node}`;
  }

  private misuse(message: string): SpaceCloudError {
    return new SpaceCloudError('MISUSE', `${message} (mode event of a world at ${this.world.timeS} s)`, {
      hint: 'Give the constellation the `layout` of the scenario whose worlds it runs.',
    });
  }
}
