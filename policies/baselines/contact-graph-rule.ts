import { DETOUR_HOPS, type DecisionBatch, type PlannedNetwork, type PlannedRoute } from '../../core/index.ts';
import { dampedColumns } from './damped-rule.ts';
import { type DampedColumns, leadsOn } from './damped.kernel.ts';
import { type KindRule, type RuleOptions, knowledgeOf } from './kind-rule.ts';
import { firstAllowed, flagged } from './pick.kernel.ts';
import { Runs } from './runs.ts';

interface Planner {
  readonly planned: PlannedNetwork;
  readonly nodeCount: number;
  /** Per satellite: pair of nodes -> until when what this satellite has sent keeps their link busy, as it reckons, s. */
  readonly bookings: (Map<number, number> | undefined)[];
}

/** Contacts that open within this are open, s: less than any wait that matters, more than what rounding leaves. */
const OPEN_S = 1e-6;

/**
 * Contact-graph routing (CCSDS 734.3-B-1; Araniti et al., "Contact graph routing in DTN space networks", IEEE Communications
 * Magazine 53(3), 2015): per neighbour the route of earliest arrival over the contact plan, contacts still to come included;
 * the least projected arrival wins. The own queue counts as it is (earliest transmission opportunity: Bezirgiannidis, Caini,
 * Tsaoussidis, "Analysis of contact graph routing enhancements for DTN space communications", 2016), on later contacts the volume
 * that this satellite itself has sent over them. Bundles do not go back to where they came from, nor by routes that lead back here, and take no detours from `DETOUR_HOPS` hops on.
 *
 * Each satellite routes anew what reaches it and books for itself alone. Outages as the last flooded report tells them.
 */
export function contactGraphForward({ spec }: RuleOptions): KindRule {
  const columns = dampedColumns(spec);
  const runs = new Runs<Planner>((batch, world) => ({
    planned: knowledgeOf(batch, world, 'planned'),
    nodeCount: knowledgeOf(batch, world, 'nodeCount'),
    bookings: [],
  }));
  return {
    pick(batch, row) {
      const planner = runs.of(batch, row);
      const here = batch.agent[row] as number;
      const destination = batch.destination[row] as number;
      const bits = batch.sizeBits[row] as number;
      const booked = (planner.bookings[here] ??= new Map<number, number>());
      const { best, emptyS } = leastProjected(batch, row, { columns, planner, booked });
      const hold = flagged(batch, row, columns.isHold);
      const own = planner.planned.earliestRoute(here, destination, bits);
      const waits = own !== undefined && own.hops > 0 && (own.beginS[0] as number) > OPEN_S;
      if (hold >= 0 && (best < 0 || (waits && own.delayS < emptyS))) return hold;
      if (best < 0) return firstAllowed(batch, row);
      book(batch, row, best, { columns, planner, booked });
      return best;
    },
  };
}

interface Reckoning {
  readonly columns: DampedColumns;
  readonly planner: Planner;
  readonly booked: Map<number, number>;
}

/** Allowed link of least projected arrival, -1 if none; and the least time over allowed links if nothing waited anywhere, s. */
function leastProjected(batch: DecisionBatch, row: number, reckoning: Reckoning) {
  const { columns, planner } = reckoning;
  const { actionMask, candidateCount, candidateNode, candidates: f, candidateStride, maxCandidates } = batch;
  const destination = batch.destination[row] as number;
  let best = -1;
  let bestS = Infinity;
  let emptyS = Infinity;
  let isBack = true;
  const strict = (batch.context[row * batch.contextStride + columns.hops] as number) >= DETOUR_HOPS;
  for (let k = 0; k < (candidateCount[row] as number); k++) {
    const slot = row * maxCandidates + k;
    const c = slot * candidateStride;
    if (actionMask[slot] !== 1 || (f[c + columns.isHold] as number) > 0.5) continue;
    const next = candidateNode[slot] as number;
    const linkS = (f[c + columns.transmitS] as number) + (f[c + columns.propagationS] as number);
    const reachS = (f[c + columns.ownQueueS] as number) + linkS;
    let onwardS = 0;
    let bookedS = 0;
    let back = (f[c + columns.isReturn] as number) > 0.5 || (strict && !leadsOn(batch, row, k, columns));
    if ((f[c + columns.isGroundLink] as number) > 0.5) onwardS = f[c + columns.snapshotRemainingS] as number;
    else if (next !== destination) {
      const route = planner.planned.earliestRoute(next, destination, batch.sizeBits[row] as number);
      onwardS = route?.delayS ?? Infinity;
      if (route !== undefined) bookedS = waitFor(route, (batch.timeS[row] as number) + reachS, reckoning);
      back ||= route !== undefined && passes(route, batch.agent[row] as number);
    }
    emptyS = Math.min(emptyS, linkS + onwardS);
    const costS = reachS + onwardS + bookedS;
    if (costS === Infinity || Number.isNaN(costS) || (back && !isBack)) continue;
    if (costS >= bestS && back === isBack) continue;
    best = k;
    bestS = costS;
    isBack = back;
  }
  return { best, emptyS };
}

/** Whether a route leads over a node: then what waits at that node is not in its delay. */
function passes(route: PlannedRoute, node: number): boolean {
  for (let h = 0; h < route.hops; h++) if (route.fromNode[h] === node) return true;
  return false;
}

/** How much later a bundle arrives that enters the route at `atS`, for what this satellite has sent over it before, s. */
function waitFor(route: PlannedRoute, atS: number, { booked, planner }: Reckoning): number {
  let lateS = 0;
  for (let h = 0; h < route.hops; h++) {
    const untilS = booked.get(pairOf(route, h, planner.nodeCount));
    if (untilS !== undefined) lateS += Math.max(0, untilS - (atS + (route.beginS[h] as number) + lateS));
  }
  return lateS;
}

/** Books a bundle on the contacts of the route beyond the neighbour. */
function book(batch: DecisionBatch, row: number, k: number, { columns, planner, booked }: Reckoning): void {
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const next = batch.candidateNode[slot] as number;
  const destination = batch.destination[row] as number;
  if ((f[c + columns.isGroundLink] as number) > 0.5 || next === destination) return;
  const route = planner.planned.earliestRoute(next, destination, batch.sizeBits[row] as number);
  if (route === undefined) return;
  const linkS = (f[c + columns.transmitS] as number) + (f[c + columns.propagationS] as number);
  const atS = (batch.timeS[row] as number) + (f[c + columns.ownQueueS] as number) + linkS;
  let lateS = 0;
  for (let h = 0; h < route.hops; h++) {
    const pair = pairOf(route, h, planner.nodeCount);
    const beginS = Math.max(booked.get(pair) ?? -Infinity, atS + (route.beginS[h] as number) + lateS);
    lateS = beginS - atS - (route.beginS[h] as number);
    booked.set(pair, beginS + (route.sendS[h] as number));
  }
}

function pairOf(route: PlannedRoute, h: number, nodeCount: number): number {
  return (route.fromNode[h] as number) * nodeCount + (route.toNode[h] as number);
}
