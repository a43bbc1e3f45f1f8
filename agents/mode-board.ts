import { type Observable, Subject } from 'rxjs';
import type { Snapshot } from 'xstate';
import { CAPABILITIES } from '../core/index.ts';
import { ModeLedger } from './ledger.ts';
import type { ModeChange } from './mode-change.ts';
import { type SavedModes, checkSavedModes } from './saved-modes.ts';
import type { DecisionRights } from './streams/decide.ts';
import type { AgentReport, ModeFrame, SatelliteEventFrame } from './streams/frames.ts';
import { type SatelliteEventListener, WorldAgents, type WorldAgentsOptions } from './world-agents.ts';
import type { WorldPort } from './world-port.ts';

/**
 * The agents and ledgers of all worlds: who is in which mode, who may decide by its policy. It listens to its worlds
 * (`onModeEvents`), so that a mode that changes in the middle of an `advance` masks the decisions that follow it. A world has
 * one listener: the board made last.
 */
export class ModeBoard implements DecisionRights {
  /** Modes that changed, one emission per drained group. */
  readonly events$: Observable<ModeFrame>;
  /** What the machines of satellites heard, one emission per event, in order. */
  readonly satelliteEvents$: Observable<SatelliteEventFrame>;
  /** Per world. */
  readonly ledgers: readonly ModeLedger[];
  /** Per world [satelliteCount], bits of CAPABILITIES. */
  readonly capabilities: Uint8Array[];
  private readonly worlds: WorldPort[];
  private readonly agents: WorldAgents[];
  private readonly options: WorldAgentsOptions;
  private readonly listeners: (() => void)[];
  private readonly events = new Subject<ModeFrame>();
  private readonly satelliteEvents = new Subject<SatelliteEventFrame>();
  private reports: AgentReport[] = [];

  constructor(worlds: readonly WorldPort[], options: WorldAgentsOptions) {
    this.options = options;
    this.worlds = [...worlds];
    this.agents = worlds.map((world, w) => new WorldAgents(world, options, this.listenerOf(w)));
    this.capabilities = this.agents.map((agents) => agents.capabilities);
    this.ledgers = worlds.map(() => new ModeLedger());
    this.events$ = this.events.asObservable();
    this.satelliteEvents$ = this.satelliteEvents.asObservable();
    this.listeners = worlds.map((_, w) => () => this.drain(w));
    this.worlds.forEach((_, w) => this.listen(w));
  }

  get fallbackSatellites(): number {
    let satellites = 0;
    for (const agents of this.agents) satellites += agents.fallbackSatellites;
    return satellites;
  }

  isLearned(world: number, satellite: number): boolean {
    return (((this.capabilities[world] as Uint8Array)[satellite] as number) & CAPABILITIES.LEARNED) !== 0;
  }

  /**
   * Hands the mode events of a world to its machines, and the capabilities that changed to the world. Called by worlds as
   * events happen, and after each advance for what is left: handovers that are due, and worlds that do not call.
   */
  drain(world: number): void {
    const agents = this.agents[world] as WorldAgents;
    if (!agents.hasNews) return;
    const changes: ModeChange[] = [];
    agents.drain(changes);
    this.enter(world, changes);
  }

  /** Queues an event from outside the worlds for `deliverReports`. */
  queue(report: AgentReport): void {
    this.reports.push(report);
  }

  /** Sends the queued events to the machines; one group per world. */
  deliverReports(): void {
    if (this.reports.length === 0) return;
    const reports = this.reports;
    this.reports = [];
    this.agents.forEach((agents, w) => {
      const changes: ModeChange[] = [];
      for (const { world, satellite, event } of reports) {
        if (world !== 'all' && world !== w) continue;
        if (satellite !== 'all') agents.send(satellite, event, changes);
        else for (let s = 0; s < agents.capabilities.length; s++) agents.send(s, event, changes);
      }
      this.enter(w, changes);
    });
  }

  /** New agents for a new world in the place of an old one. */
  replace(index: number, world: WorldPort): void {
    this.agents[index]?.stop();
    this.unlisten(index);
    const agents = new WorldAgents(world, this.options, this.listenerOf(index));
    this.worlds[index] = world;
    this.agents[index] = agents;
    this.capabilities[index] = agents.capabilities;
    this.ledgers[index]?.clear(world.timeS);
    this.listen(index);
  }

  /** The persisted machine of a satellite. */
  snapshotOf(world: number, satellite: number): Snapshot<unknown> {
    return (this.agents[world] as WorldAgents).snapshotOf(satellite);
  }

  save(): SavedModes {
    return {
      version: 2,
      worlds: this.agents.map((agents, w) => ({
        agents: agents.save(),
        ledger: (this.ledgers[w] as ModeLedger).state,
      })),
    };
  }

  restore(saved: SavedModes): void {
    checkSavedModes(saved, this.worlds);
    this.reports = [];
    saved.worlds.forEach(({ agents, ledger }, w) => {
      this.agents[w]?.restore(agents);
      this.ledgers[w]?.restore(ledger);
    });
  }

  close(): void {
    this.worlds.forEach((_, w) => this.unlisten(w));
    for (const agents of this.agents) agents.stop();
    for (const ledger of this.ledgers) ledger.close();
    this.events.complete();
    this.satelliteEvents.complete();
  }

  private listenerOf(world: number): SatelliteEventListener {
    return (satellite, event) => {
      if (this.satelliteEvents.observed) this.satelliteEvents.next({ world, satellite, event });
    };
  }

  private listen(index: number): void {
    (this.worlds[index] as WorldPort).onModeEvents = this.listeners[index];
  }

  /** Leaves a world alone, unless someone else listens to it by now. */
  private unlisten(index: number): void {
    const world = this.worlds[index] as WorldPort;
    if (world.onModeEvents === this.listeners[index]) world.onModeEvents = undefined;
  }

  /** Enters changed modes into the ledger and emits them. */
  private enter(world: number, changes: readonly ModeChange[]): void {
    if (changes.length === 0) return;
    const { timeS } = this.worlds[world] as WorldPort;
    this.ledgers[world]?.record(timeS, changes);
    this.events.next({ world, timeS, changes });
  }
}
