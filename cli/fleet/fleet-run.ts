import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus, busDoor } from '../../agents/bus/index.ts';
import { type FleetFigures, FleetTelemetry, type RolloutResult } from '../../agents/fleet/index.ts';
import type { OperationsOptions } from '../../environment/index.ts';
import type { RunRecord } from '../../training/index.ts';
import { type SimulationOptions, simulateWithNodes } from '../simulation.ts';
import { type DecisionLogs, checkDecisionLogs, decisionLogPath } from './decision-logs.ts';
import { type FleetBus, othersBus, startOwnBus } from './fleet-bus.ts';
import { FleetNodes } from './fleet-nodes.ts';
import { FleetProgress, joinedText } from './fleet-progress.ts';
import type { LeafAccounts } from './leaves/leaf-gates.ts';
import { LeafServers } from './leaves/leaf-servers.ts';
import { serveMetrics } from './metrics-server.ts';
import { nodeProcess } from './node-command.ts';
import { FleetOperations } from './ops/fleet-operations.ts';
import type { UpdateOrder } from './ops/fleet-update.ts';
import type { GroundAccounts } from './ops/ground.ts';
import { OpenMetrics } from './open-metrics.ts';
import { RunStopped, paced } from './pace.ts';
import type { FleetStanding } from './standing.ts';
import type { ProcessPlan } from './supervisor.ts';
import { TelemetryFile } from './telemetry-file.ts';
import { Warden } from './warden.ts';

export interface FleetOptions {
  readonly simulation: SimulationOptions;
  /** Name of the fleet on the bus. */
  readonly fleet: string;
  /** Satellites that are processes of their own. */
  readonly nodes: readonly string[];
  /** Words of `spacecloud node` that say what each flies and whom it believes. */
  readonly flight: readonly string[];
  /** Folder for the decision logs of nodes, one each. */
  readonly auditFolder?: string;
  /** A bus that runs already, and the folder with the identities of this fleet; default: a server of its own. */
  readonly bus?: { readonly url: string; readonly identities: string };
  /** Whether a server of its own speaks TLS. */
  readonly tls: boolean;
  /** How long a node may take over one request, ms. */
  readonly deadlineMs: number;
  /** Nodes that start at the same time, and how often each is started again. */
  readonly startsAtOnce: number;
  readonly restarts: number;
  /** Simulated seconds per second of wall clock, at most. */
  readonly pace?: number;
  /** Port of the metrics; 0 takes a free one. */
  readonly metricsPort?: number;
  readonly telemetry?: { readonly path: string; readonly periodS: number };
  /** Time between two documents of telemetry of a node, ms. */
  readonly reportMs: number;
  /** Rolled out while the fleet flies. */
  readonly update?: UpdateOrder;
  /** Satellites with a node and a server of their own, whose links follow the contacts of operations; with a bus of its own. */
  readonly leaves?: {
    readonly satellites: readonly string[];
    readonly operations: OperationsOptions;
    /** Longest that a link is waited for, each time, ms. */
    readonly deadlineMs: number;
  };
  /** What a user should know while it runs, one line each. */
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface FleetResult {
  /** Undefined when the run was told to stop. */
  readonly record: RunRecord | undefined;
  readonly figures: FleetFigures;
  /** At the end of the run, before its nodes ended. */
  readonly standing: FleetStanding;
  readonly busRestarts: number;
  /** What the ground heard of the nodes; undefined where the bus keeps nothing, or the run was told to stop. */
  readonly accounts: GroundAccounts | undefined;
  readonly rollout: RolloutResult | undefined;
  /** Of the nodes' decision logs, when all had ended; undefined where none were asked for. */
  readonly decisionLogs: DecisionLogs | undefined;
  /** What links of servers beside satellites did; undefined where there are none, or the run was told to stop. */
  readonly leaves: LeafAccounts | undefined;
  /** Wall clock: until all had joined, and of the run from then on, s. */
  readonly startS: number;
  readonly runS: number;
}

/**
 * Runs a scenario with satellites as processes on a bus. Nothing of it is left behind: no process, no file but the telemetry
 * that was asked for. Errors: BUS_*, NODE_*, FILE_WRITE, USAGE (port).
 */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { auditFolder, nodes } = options;
  const run = new FleetRun(options);
  const result = await run.run().finally(() => run.close());
  return { ...result, decisionLogs: auditFolder === undefined ? undefined : checkDecisionLogs(auditFolder, nodes) };
}

class FleetRun {
  private readonly options: FleetOptions;
  private readonly satellites: readonly string[];
  private readonly telemetry: FleetTelemetry;
  private readonly nodes: FleetNodes;
  private readonly progress: FleetProgress;
  private file: TelemetryFile | undefined;
  /** Processes to end with this one: the server, and those beside satellites. */
  private servers: { bus: readonly number[]; leaves: readonly number[] } = { bus: [], leaves: [] };
  private work: { readonly folder: string; readonly warden: Warden } | undefined;
  /** What was made and is to be ended, in the opposite order. */
  private readonly closers: (() => unknown)[] = [];
  private readonly startMs = performance.now();
  private joinedMs: number | undefined;
  private ended: FleetStanding | undefined;

  constructor(options: FleetOptions) {
    const { simulation, startsAtOnce, restarts, nodes } = options;
    const { geometry, arrivalsS } = simulation;
    this.options = options;
    this.satellites = geometry.nodeNames.slice(0, geometry.satelliteCount);
    this.telemetry = new FleetTelemetry(this.satellites);
    this.nodes = new FleetNodes({
      ...{ startsAtOnce, restarts },
      onProcess: (state) => {
        this.file?.process(state);
        if (state.phase === 'failed') this.note(`${state.name}: ended for good (${state.lastEnd ?? 'unknown'})`);
        if (state.phase === 'restarting')
          this.note(`${state.name}: ended (${state.lastEnd ?? 'unknown'}), starts again`);
        this.progress.starting();
      },
    });
    const [figures, standing] = [() => this.telemetry.figures, () => this.nodes.standing];
    this.progress = new FleetProgress({ nodes: nodes.length, arrivalsS, figures, standing });
  }

  async run(): Promise<Omit<FleetResult, 'decisionLogs'>> {
    const { options, nodes, closers } = this;
    const { signal } = options;
    closers.push(() => this.progress.end());
    closers.push(() => this.telemetry.close());
    await this.openTelemetry();
    const bus = await this.openBus();
    const world = await Bus.connect({ ...bus.identities.readWorld(), servers: bus.url, name: 'world' });
    closers.push(() => world.close());
    const operations = await this.openOperations(bus);
    closers.push(() => operations.close());
    closers.push(() => nodes.stop());
    const stop = (): void => nodes.giveUp(new RunStopped());
    signal.addEventListener('abort', stop);
    closers.push(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
    const record = await this.episode(bus, world, operations).catch(unlessStopped);
    const endMs = performance.now();
    const { joinedMs = endMs } = this;
    if (record !== undefined) await nodes.finish();
    const { figures } = this.telemetry;
    const leaves = record === undefined ? undefined : await operations.drainLeaves();
    const accounts = record === undefined ? undefined : await operations.accounts(figures);
    const rollout = record === undefined ? undefined : operations.rollout;
    this.file?.close(record?.trajectoryHash);
    return {
      ...{ record, figures, accounts, rollout, leaves, standing: this.standing, busRestarts: bus.restarts },
      ...{ startS: (joinedMs - this.startMs) / 1000, runS: (endMs - joinedMs) / 1000 },
    };
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  private async episode(bus: FleetBus, world: Bus, operations: FleetOperations): Promise<RunRecord> {
    const { telemetry, nodes, satellites, progress } = this;
    const { simulation, fleet, deadlineMs, signal, pace } = this.options;
    const pause = paced({ signal, ...(pace === undefined ? {} : { pace }) });
    const { beforeRound, onConstellation, ...parts } = operations.episode;
    const { record } = await simulateWithNodes({
      ...simulation,
      ...parts,
      address: busDoor({ bus: world, fleet }, satellites),
      ...{ satellites: this.options.nodes, deadlineMs, failed: nodes.failed },
      onAnswer: (answer) => {
        telemetry.answered(answer);
        operations.answered(answer);
      },
      onListening: (server) => {
        telemetry.watchNodes(server);
        operations.watchNodes(server);
        nodes.start(this.plans(bus, operations), server, satellites);
      },
      onConstellation: (constellation) => {
        this.allJoined();
        onConstellation?.(constellation);
        telemetry.watch(constellation);
        this.file?.watch(constellation);
      },
      beforeRound: (timeS) => {
        progress.round(timeS);
        const paused = pause(timeS);
        return paused === undefined ? beforeRound(timeS) : paused.then(() => beforeRound(timeS));
      },
      onEnd: () => (this.ended = nodes.standing),
    });
    return record;
  }

  private plans(bus: FleetBus, operations: FleetOperations): readonly ProcessPlan[] {
    const { nodes, fleet, auditFolder } = this.options;
    return nodes.map((satellite) => {
      const log = auditFolder === undefined ? [] : ['--audit', decisionLogPath(auditFolder, satellite)];
      const flight = [...this.options.flight, ...log, ...operations.nodeWords(satellite)];
      return nodeProcess({ satellite, flight, fleet, bus: bus.url, identity: bus.identities.satellite(satellite) });
    });
  }

  private allJoined(): void {
    this.joinedMs = performance.now();
    this.nodes.allJoined();
    this.note(joinedText(this.options.nodes.length, (this.joinedMs - this.startMs) / 1000));
  }

  /** A bus of its own lies in a folder that goes with it. */
  private async openBus(): Promise<FleetBus> {
    const { bus, fleet, nodes, tls, restarts, leaves } = this.options;
    if (bus !== undefined) return othersBus(bus.url, bus.identities);
    const { folder } = this.makeFolder();
    const own = await startOwnBus({
      ...{ folder, fleet, tls, restarts, satellites: nodes, leaves: leaves?.satellites ?? [] },
      onProcesses: (pids) => this.guard({ bus: pids }),
      onNote: (text) => this.note(text),
    });
    this.closers.push(() => own.close());
    return own;
  }

  private async openOperations(bus: FleetBus): Promise<FleetOperations> {
    const { fleet, simulation, nodes, reportMs, update, leaves } = this.options;
    const servers = leaves === undefined ? undefined : await this.startLeaves(bus);
    return FleetOperations.open({
      ...{ bus, fleet, simulation, nodes, reportMs },
      ...(update === undefined ? {} : { update }),
      ...(leaves === undefined || servers === undefined
        ? {}
        : { leaves: { ...leaves, servers, signal: this.options.signal } }),
      stateFolder: () => join(this.makeFolder().folder, 'state'),
      onNote: (text) => this.note(text),
    });
  }

  private async startLeaves(bus: FleetBus): Promise<LeafServers> {
    const { fleet, signal } = this.options;
    const servers = await LeafServers.start({
      ...{ bus, fleet, signal, folder: join(this.makeFolder().folder, 'leaves') },
      onProcesses: (pids) => this.guard({ leaves: pids }),
      onNote: (text) => this.note(text),
    });
    this.closers.push(() => servers.close());
    return servers;
  }

  private guard(changed: Partial<FleetRun['servers']>): void {
    this.servers = { ...this.servers, ...changed };
    this.makeFolder().warden.guard([...this.servers.bus, ...this.servers.leaves]);
  }

  /** The run's own folder, made when it is asked for first; it goes with the run, however that ends. */
  private makeFolder(): { readonly folder: string; readonly warden: Warden } {
    if (this.work !== undefined) return this.work;
    const folder = mkdtempSync(join(tmpdir(), 'spacecloud-fleet-'));
    const warden = new Warden(folder);
    this.closers.push(() => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      warden.dismiss();
    });
    return (this.work = { folder, warden });
  }

  private async openTelemetry(): Promise<void> {
    const { telemetry, closers, options } = this;
    const { simulation, fleet, nodes, metricsPort } = options;
    const standing = (): FleetStanding => this.standing;
    const [scenario, policy] = [simulation.scenario.name, simulation.source.name];
    if (options.telemetry !== undefined) {
      const { path, periodS } = options.telemetry;
      const { seed } = simulation;
      this.file = new TelemetryFile({
        ...{ path, telemetry, standing, onTrouble: (text) => this.note(text) },
        head: { scenario, policy, fleet, seed, periodS, satellites: [...this.satellites], nodes: [...nodes] },
      });
      closers.push(() => this.file?.close(undefined));
    }
    if (metricsPort === undefined) return;
    const metrics = new OpenMetrics({ telemetry, standing, scenario, policy, fleet });
    closers.push(() => metrics.close());
    const server = await serveMetrics(metrics, metricsPort);
    closers.push(() => server.close());
    this.note(`Metrics at ${server.url}`);
  }

  /** Now, or at the end of a run that ended. */
  private get standing(): FleetStanding {
    return this.ended ?? this.nodes.standing;
  }

  private note(text: string): void {
    this.progress.end();
    this.options.onNote(text);
  }
}

function unlessStopped(error: unknown): undefined {
  if (error instanceof RunStopped) return undefined;
  throw error;
}
