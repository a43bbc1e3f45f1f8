import { join } from 'node:path';
import { tokenOf } from '../../../agents/bus/index.ts';
import type { FleetFigures, RolloutResult } from '../../../agents/fleet/index.ts';
import type { NodeAnswer, NodeServer } from '../../../agents/node/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import type { OperationsOptions } from '../../../environment/index.ts';
import type { ServedSimulationOptions, SimulationOptions } from '../../simulation.ts';
import type { FleetBus } from '../fleet-bus.ts';
import { type LeafAccounts, LeafGates } from '../leaves/leaf-gates.ts';
import type { LeafServers } from '../leaves/leaf-servers.ts';
import { FleetUpdate, type UpdateOrder } from './fleet-update.ts';
import { Ground, type GroundAccounts } from './ground.ts';

export interface FleetOperationsOptions {
  readonly bus: FleetBus;
  readonly fleet: string;
  readonly simulation: SimulationOptions;
  /** Satellites that have a node. */
  readonly nodes: readonly string[];
  /** Where nodes keep bundles; asked for where there is an update. */
  readonly stateFolder: () => string;
  /** Time between two documents of telemetry of a node, ms. */
  readonly reportMs: number;
  readonly update?: UpdateOrder;
  /** Servers beside satellites, and the simulated contacts that their links follow. */
  readonly leaves?: {
    readonly servers: LeafServers;
    readonly operations: OperationsOptions;
    /** Longest that a link is waited for, each time, ms of wall clock. */
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
  };
  readonly onNote: (text: string) => void;
}

/** What a run of a fleet needs for operations; spread into its options. */
type EpisodeParts = Pick<
  ServedSimulationOptions,
  'onStart' | 'beforeGoodbye' | 'onBatch' | 'watchOutcomes' | 'local' | 'reports$' | 'onConstellation'
> & { readonly beforeRound: (timeS: number) => void | Promise<void> };

/** The operations plane of a fleet: telemetry, modes, and an update where one is ordered. */
export class FleetOperations {
  private readonly options: FleetOperationsOptions;
  private readonly ground: Ground | undefined;
  private readonly update: FleetUpdate | undefined;
  private readonly gates: LeafGates | undefined;

  private constructor(options: FleetOperationsOptions, ground: Ground | undefined, update: FleetUpdate | undefined) {
    const { leaves, fleet } = options;
    this.options = options;
    this.ground = ground;
    this.update = update;
    if (leaves === undefined || ground === undefined) return;
    const { servers, ...contacts } = leaves;
    this.gates = new LeafGates({ stations: servers.stations, ground, fleet, ...contacts });
  }

  /**
   * Opens it. A bus that keeps no streams will do for a run, without telemetry, but not for an update.
   * Errors: BUS_*, FILE_*; USAGE for a first bundle that is refused.
   */
  static async open(options: FleetOperationsOptions): Promise<FleetOperations> {
    const { bus, fleet, simulation, nodes, update: order, leaves, onNote } = options;
    let ground: Ground;
    try {
      const withLeaf = leaves?.servers.stations.map(({ satellite }) => satellite) ?? [];
      const direct = nodes.filter((name) => !withLeaf.includes(name));
      ground = await (leaves?.servers.openGround(bus, fleet, direct) ?? Ground.open(bus, fleet));
    } catch (error) {
      if (order !== undefined || leaves !== undefined || !(error instanceof SpaceCloudError)) throw error;
      onNote(`No telemetry of nodes: ${error.message}`);
      return new FleetOperations(options, undefined, undefined);
    }
    if (order === undefined) return new FleetOperations(options, ground, undefined);
    try {
      await ground.store(order.fromFolder, order.from.release.rootDigest);
      await ground.store(order.toFolder, order.to.release.rootDigest);
      return new FleetOperations(options, ground, new FleetUpdate({ order, simulation, ground, fleet, nodes }));
    } catch (error) {
      await ground.close();
      throw error;
    }
  }

  /** Further words of `spacecloud node`. */
  nodeWords(satellite: string): readonly string[] {
    const { reportMs, update, leaves, stateFolder } = this.options;
    if (this.ground === undefined) return [];
    const state = update === undefined ? [] : ['--state', join(stateFolder(), tokenOf(satellite))];
    return ['--report', String(reportMs), ...state, ...(leaves?.servers.nodeWords(satellite) ?? [])];
  }

  /** Parts of the run. */
  get episode(): EpisodeParts {
    const { update, gates } = this;
    const parts: EpisodeParts =
      update === undefined
        ? { beforeRound: () => undefined }
        : { ...update.hooks, local: update.local, reports$: update.reports$ };
    if (gates === undefined) return parts;
    const { arrivalsS, drainS } = this.options.simulation;
    return {
      ...parts,
      onStart: (world) => {
        gates.begin(world, world.startS + arrivalsS + drainS);
        parts.onStart?.(world);
      },
      beforeRound: (timeS) => inTurn([() => gates.open(timeS), () => parts.beforeRound(timeS), () => gates.close()]),
      beforeGoodbye: () => gates.openAll(),
    };
  }

  /** When nodes may come. */
  watchNodes(server: NodeServer): void {
    this.update?.watchNodes(server);
  }

  answered(answer: NodeAnswer): void {
    this.update?.answered(answer);
  }

  /** After the run, and after the nodes have ended; undefined where the bus keeps nothing. Errors: BUS_CONNECT. */
  async accounts({ satellites }: FleetFigures): Promise<GroundAccounts | undefined> {
    return this.ground?.accounts(satellites, this.options.nodes);
  }

  /** After the run and after the nodes have ended, before `accounts`. Errors: BUS_CONNECT. */
  async drainLeaves(): Promise<LeafAccounts | undefined> {
    return this.gates?.drain();
  }

  /** After the run. */
  get rollout(): RolloutResult | undefined {
    return this.update?.result();
  }

  async close(): Promise<void> {
    this.update?.close();
    await this.ground?.close();
  }
}

/** One after another; waits only for those that take their time. */
function inTurn(steps: readonly (() => void | Promise<void>)[]): void | Promise<void> {
  const [first, ...others] = steps;
  if (first === undefined) return undefined;
  const done = first();
  return done === undefined ? inTurn(others) : done.then(() => inTurn(others));
}
