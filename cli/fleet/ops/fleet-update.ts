import {
  InProcessExecutor,
  Rollout,
  type RolloutPlan,
  type RolloutResult,
  SatellitePolicies,
} from '../../../agents/fleet/index.ts';
import type { NodeAnswer, NodeServer } from '../../../agents/node/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import type { OperationsOptions } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { TRAIN_DEFAULTS } from '../../../training/index.ts';
import type { FlownRelease } from '../../rollout/flown-release.ts';
import type { SimulationOptions } from '../../simulation.ts';
import { FleetExecutor } from './fleet-executor.ts';
import type { Ground } from './ground.ts';
import { Operator } from './operator.ts';

/** A release to roll out while a fleet flies. */
export interface UpdateOrder {
  /** Folders of the bundles. */
  readonly fromFolder: string;
  readonly toFolder: string;
  /** The same as releases. */
  readonly from: FlownRelease;
  readonly to: FlownRelease;
  readonly plan: RolloutPlan;
  readonly operations: OperationsOptions;
  /** Private key, PEM, of who may order roll-backs and revoke. */
  readonly operatorKeyPem: string;
  /** How long a node may take to carry out an order, ms of wall clock. */
  readonly deadlineMs: number;
}

export interface FleetUpdateOptions {
  readonly order: UpdateOrder;
  readonly simulation: SimulationOptions;
  readonly ground: Ground;
  readonly fleet: string;
  /** Satellites that have a node. */
  readonly nodes: readonly string[];
}

/** A roll-out on a fleet of nodes, and of satellites of this process that have none. */
export class FleetUpdate {
  /** Decides for satellites without a node. */
  readonly local: SatellitePolicies;
  /** What the machines of those satellites must hear. */
  readonly reports$: InProcessExecutor['reports$'];
  /** For the run. */
  readonly hooks: Rollout['hooks'];
  private readonly executor: FleetExecutor;
  private readonly rollout: Rollout;

  /** Errors: USAGE for a first release that is refused. */
  constructor({ order, simulation, ground, fleet, nodes }: FleetUpdateOptions) {
    const { from, to, plan, operations, deadlineMs } = order;
    const { geometry, seed } = simulation;
    const before = from.open(seed);
    if ('refused' in before) {
      throw new SpaceCloudError(
        'USAGE',
        `Expected a bundle that satellites fly, got one they refuse: ${before.refused}.`,
        {
          hint: '`spacecloud verify` says what is wrong with the bundle of --bundle.',
        },
      );
    }
    const after = to.open(seed);
    const satelliteNames = geometry.nodeNames.slice(0, geometry.satelliteCount);
    this.local = new SatellitePolicies(satelliteNames.length, before, createBaseline(TRAIN_DEFAULTS.fallback, seed));
    const inProcess = new InProcessExecutor({
      policies: this.local,
      installed: from.release,
      open: ({ rootDigest }) => (rootDigest === to.release.rootDigest ? after : before),
    });
    this.reports$ = inProcess.reports$;
    const operator = new Operator(order.operatorKeyPem, Date.now);
    this.executor = new FleetExecutor({
      ...{ bus: ground.bus, fleet, satelliteNames, nodes, inProcess, operator, deadlineMs },
    });
    const { executor } = this;
    this.rollout = new Rollout({
      ...{ plan, release: to.release, previous: from.release, executor, operations, seed, answers: executor.answers },
    });
    this.hooks = this.rollout.hooks;
  }

  /** Before the run, when nodes may come. */
  watchNodes(server: NodeServer): void {
    this.executor.watchNodes(server);
  }

  answered(answer: NodeAnswer): void {
    this.executor.answered(answer);
  }

  result(): RolloutResult {
    return this.rollout.result();
  }

  close(): void {
    this.executor.close();
  }
}
