import type { Subscription } from 'rxjs';
import { type Bus, BusExecutor } from '../../../agents/bus/index.ts';
import type {
  AnswerCounts,
  InProcessExecutor,
  InstallOrder,
  InstallResult,
  Release,
  UpdateExecutor,
} from '../../../agents/fleet/index.ts';
import type { NodeAnswer, NodeServer } from '../../../agents/node/index.ts';
import { NODE_CLOCK } from '../../node-clock.ts';
import type { Operator } from './operator.ts';

export interface FleetExecutorOptions {
  /** A connection with the rights of the ground. */
  readonly bus: Bus;
  readonly fleet: string;
  /** [satellites] */
  readonly satelliteNames: readonly string[];
  /** Those that have a node. */
  readonly nodes: readonly string[];
  /** For those that have none. */
  readonly inProcess: InProcessExecutor;
  readonly operator: Operator;
  /** How long a node may take to carry out an order, ms. */
  readonly deadlineMs: number;
}

/** Carries updates out on a fleet: by the bus where a satellite has a node, else in this process. */
export class FleetExecutor implements UpdateExecutor {
  /** Late and missing answers of nodes so far, in decisions. */
  readonly answers: AnswerCounts;
  private readonly options: FleetExecutorOptions;
  private readonly hasNode: readonly boolean[];
  private readonly late: Float64Array;
  private readonly abstained: Float64Array;
  /** Satellites whose nodes the world knows not to decide. */
  private readonly refused = new Set<number>();
  private server: NodeServer | undefined;
  private listening: Subscription | undefined;
  private overBus: BusExecutor | undefined;

  constructor(options: FleetExecutorOptions) {
    const { satelliteNames, nodes } = options;
    this.options = options;
    this.hasNode = satelliteNames.map((name) => nodes.includes(name));
    this.late = new Float64Array(satelliteNames.length);
    this.abstained = new Float64Array(satelliteNames.length);
    this.answers = { late: this.late, abstained: this.abstained };
  }

  /** From where it is known what nodes fly; before the run. */
  watchNodes(server: NodeServer): void {
    const { bus, fleet, satelliteNames, deadlineMs, operator } = this.options;
    this.server = server;
    this.listening = server.reports$.subscribe(({ satellite, event }) => {
      if (typeof satellite !== 'number') return;
      if (event.type === 'bundle.refused') this.refused.add(satellite);
      if (event.type === 'bundle.accepted') this.refused.delete(satellite);
    });
    this.overBus = new BusExecutor({
      ...{ bus, fleet, satelliteNames, deadlineMs, timer: NODE_CLOCK.timer, standings$: server.reports$ },
      orderRollback: (release) => operator.rollbackTo(release),
      revocationListWith: (release) => operator.revoking(release),
      fliesVersion: (satellite, version) => this.statusOf(satellite)?.bundleVersion === version,
      isRefused: (satellite) => this.refused.has(satellite),
    });
  }

  /** Enters what became of a request to a node. */
  answered({ satellite, rows, outcome }: NodeAnswer): void {
    const { late, abstained } = this;
    if (outcome === 'late' || outcome === 'lost') late[satellite] = (late[satellite] as number) + rows;
    if (outcome === 'abstained') abstained[satellite] = this.statusOf(satellite)?.abstained ?? 0;
  }

  async install(
    satellites: readonly number[],
    release: Release,
    order: InstallOrder,
  ): Promise<readonly InstallResult[]> {
    const { inProcess } = this.options;
    const results = await Promise.all(
      satellites.map(async (satellite) => {
        const executor = this.hasNode[satellite] === true ? this.overBus : inProcess;
        return (await executor?.install([satellite], release, order)) ?? [];
      }),
    );
    return results.flat();
  }

  async revoke(satellites: readonly number[], release: Release): Promise<void> {
    const withNode = satellites.filter((satellite) => this.hasNode[satellite] === true);
    this.options.inProcess.revoke(
      satellites.filter((satellite) => this.hasNode[satellite] !== true),
      release,
    );
    await this.overBus?.revoke(withNode, release);
  }

  close(): void {
    this.listening?.unsubscribe();
    this.overBus?.close();
  }

  private statusOf(satellite: number): NodeServer['nodes'][number] | undefined {
    const name = this.options.satelliteNames[satellite];
    return this.server?.nodes.find((node) => node.satellite === name);
  }
}
