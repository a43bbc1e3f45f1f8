import { mayHold } from './may-hold.ts';
import type { WorldState } from './state.ts';
import type { ContactStretches } from './stretches.ts';

/** First index in [from, end) of a rising column whose value is above `value`; `end` if there is none. */
export function firstAbove(column: Int32Array, from: number, end: number, value: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Last tick in which contacts begin that are counted on. */
export function lastCarryTick({ model, clock }: WorldState): number {
  return clock.tick + Math.floor(model.scenario.carryHorizonS / model.scenario.tickS);
}

/**
 * Delay over the ground behind a ground node on the way to node `to`, s: 0 at `to` itself; from a gateway that may hold the data
 * over the terrestrial network to a data centre, or, with `relays` (an offset into `w.relays.delayS`, -1 = none), by another
 * gateway. Infinity where no way leads on.
 */
export function beyondS(w: WorldState, node: number, to: number, label: number, relays: number): number {
  if (node === to) return 0;
  const { model } = w;
  if (node >= model.firstDataCentre || !mayHold(w, label, node)) return Infinity;
  const gateway = node - model.firstGateway;
  if (to >= model.firstDataCentre && to < model.firstTerminal)
    return model.geometry.wanDelayS[gateway * model.dataCentreCount + to - model.firstDataCentre]!;
  return relays < 0 ? Infinity : w.relays.delayS[relays + gateway]!;
}

/**
 * Wait for a satellite's own next planned contact that leads to node `to`, with what lies behind it, s from now; contacts of
 * this tick do not count. Infinity if there is none within the horizon.
 */
export function ownContactS(w: WorldState, satellite: number, to: number, label: number, relays: number): number {
  const { stretches } = w.model;
  if (stretches === undefined) return Infinity;
  const next = w.clock.tick + 1;
  const atS = leastArrivalS(w, stretches, satellite, next, next, to, label, relays, Infinity);
  return atS === Infinity ? Infinity : atS - w.clock.timeS;
}

/** Earliest arrival over one of a satellite's contacts from `fromTick` on that begin in `sinceTick` or later, if before `beforeS`; else Infinity, s. */
function leastArrivalS(
  w: WorldState,
  stretches: ContactStretches,
  satellite: number,
  fromTick: number,
  sinceTick: number,
  to: number,
  label: number,
  relays: number,
  beforeS: number,
): number {
  const { satelliteFirst, startTickOf, untilTickOf, antennaOf, longestTicks } = stretches;
  const { antennaNode, tickS } = w.model.geometry;
  const last = lastCarryTick(w);
  const end = satelliteFirst[satellite + 1]!;
  let bestS = beforeS;
  let found = Infinity;
  for (
    let i = firstAbove(startTickOf, satelliteFirst[satellite]!, end, fromTick - longestTicks[satellite]! - 1);
    i < end;
    i++
  ) {
    const start = startTickOf[i]!;
    if (start > last || start * tickS >= bestS) break;
    if (untilTickOf[i]! <= fromTick || start < sinceTick) continue;
    const atS =
      (start > fromTick ? start : fromTick) * tickS + beyondS(w, antennaNode[antennaOf[i]!]!, to, label, relays);
    if (atS < bestS) found = bestS = atS;
  }
  return found;
}

/**
 * Earliest arrival at node `to` from ground node `from` by one satellite that an antenna of it will take within the horizon, after
 * this tick, and that is carried to its own contact, s since scenario start; queues, sending and light aside. The contact plan
 * alone decides. The tick in which the way begins stands in `w.meetings.last`.
 */
export function nextMeetingS(w: WorldState, from: number, to: number, label: number, relays: number): number {
  const { model, meetings, clock } = w;
  const { stretches } = model;
  if (stretches === undefined) return Infinity;
  const keeps = relays < 0 && from < model.firstDataCentre;
  const key = keeps ? (label * model.gatewayCount + from - model.firstGateway) * model.nodeCount + to : 0;
  const { last } = meetings;
  if (keeps && meetings.tick[key] === clock.tick) {
    last.startTick = meetings.startTick[key]!;
    last.arriveS = meetings.arriveS[key]!;
    return last.arriveS;
  }
  searchMeeting(w, stretches, from, to, label, relays);
  if (keeps) {
    meetings.tick[key] = clock.tick;
    meetings.arriveS[key] = last.arriveS;
    meetings.startTick[key] = last.startTick;
  }
  return last.arriveS;
}

function searchMeeting(
  w: WorldState,
  stretches: ContactStretches,
  from: number,
  to: number,
  label: number,
  relays: number,
): void {
  const { model, clock } = w;
  const { antennaFirst, startTick, satellite } = stretches;
  const { tickS } = model.geometry;
  const { last } = w.meetings;
  const lastTick = lastCarryTick(w);
  const firstAntenna = model.firstAntenna[from - model.satelliteCount]!;
  const endAntenna = model.firstAntenna[from - model.satelliteCount + 1]!;
  last.arriveS = Infinity;
  last.startTick = -1;
  for (let q = firstAntenna; q < endAntenna; q++) {
    const end = antennaFirst[q + 1]!;
    for (let i = firstAbove(startTick, antennaFirst[q]!, end, clock.tick); i < end; i++) {
      const start = startTick[i]!;
      if (start > lastTick || start * tickS >= last.arriveS) break;
      if (!mayHold(w, label, satellite[i]!)) continue;
      const atS = leastArrivalS(w, stretches, satellite[i]!, start, 0, to, label, relays, last.arriveS);
      if (atS === Infinity) continue;
      last.arriveS = atS;
      last.startTick = start;
    }
  }
}
