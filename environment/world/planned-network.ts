import type { KnownOutages, PlannedNetwork, PlannedRoute } from '../../core/index.ts';
import { type DelayTable, chargeEmptyLinks, clearColumns, createDelayTable } from '../network/delays.kernel.ts';
import { snapshotDelay, snapshotFirstLink } from './delays.kernel.ts';
import { createView } from './network-view.ts';
import type { OutageColumns } from './outages.ts';
import { PlannedRoutes } from './planned-routes.ts';
import type { WorldState } from './state.ts';
import { renewView } from './view.ts';

type Reported = Pick<OutageColumns, 'knownNodeDown' | 'knownBlocked' | 'knownAlternative'>;

interface OutageReport extends KnownOutages, Reported {}

/** The world as somebody believes it who knows the plan and one report of outages. */
interface Belief {
  readonly of: WorldState;
  readonly outages: KnownOutages;
  tick: number;
  readonly world: WorldState;
}

/** The contact plan of a world, as baselines may use it. Labels are not looked at: ways lead over satellites that may hold anything. */
export class WorldPlan implements PlannedNetwork {
  private readonly state: () => WorldState;
  private table: DelayTable | undefined;
  private belief: Belief | undefined;
  private routes: PlannedRoutes | undefined;

  constructor(state: () => WorldState) {
    this.state = state;
  }

  knownOutages(): OutageReport {
    const { outages, reportTimes } = this.state();
    return {
      sampledS: reportTimes.knownS,
      knownNodeDown: outages.knownNodeDown.slice(),
      knownBlocked: outages.knownBlocked.slice(),
      knownAlternative: outages.knownAlternative.slice(),
    };
  }

  nextNode(from: number, to: number, outages: KnownOutages): number {
    const { world } = this.believe(outages);
    const link = snapshotFirstLink(world, from, to, 0);
    if (link >= 0) return world.view.links.to[link] as number;
    return snapshotDelay(world, from, to) < Infinity ? from : -1;
  }

  earliestRoute(from: number, to: number, sizeBits: number): PlannedRoute | undefined {
    this.routes ??= new PlannedRoutes(this.state().model.geometry);
    return this.routes.find(this.state(), { from, to, sizeBits });
  }

  /** The network of this tick as the plan and these outages have it; kept until one of the two changes. */
  private believe(outages: KnownOutages): Belief {
    const w = this.state();
    let { belief } = this;
    if (belief === undefined || belief.of !== w || belief.outages !== outages) {
      const { model, links, reverse, plan } = w;
      this.table ??= createDelayTable(model.satelliteCount, model.islSlots, model.nodeCount, model.linkCount);
      const world: WorldState = {
        ...w,
        outages: { ...w.outages, ...(outages as OutageReport) },
        view: createView({ links, reverse, plan }, true),
        snapshot: this.table,
      };
      belief = { of: w, outages, tick: -1, world };
      this.belief = belief;
    }
    if (belief.tick !== w.clock.tick) {
      belief.tick = w.clock.tick;
      renewView(belief.world);
      chargeEmptyLinks(belief.world.snapshot, belief.world.view.links, w.model.traffic.meanBits);
      clearColumns(belief.world.snapshot);
    }
    return belief;
  }
}
