import { firstAbove } from './carry.kernel.ts';
import { leadsOverGateways, snapshotFirstLink, wayOf } from './delays.kernel.ts';
import { HOLD_END, pushEvent } from './event-queue.kernel.ts';
import { mayHold } from './may-hold.ts';
import { askDecision } from './pending.ts';
import type { WorldState } from './state.ts';
import { HOLDING } from './tasks.kernel.ts';

/** Keeps a task where it is until `untilS`, when a decision of `kind` about it is asked. */
export function holdTask(w: WorldState, task: number, kind: number, untilS: number): void {
  w.tasks.state[task] = HOLDING;
  w.tasks.heldFor[task] = kind;
  w.tasks.heldUntilS[task] = untilS;
  w.tasks.waitingSinceS[task] = w.clock.timeS;
  pushEvent(w.events, untilS, HOLD_END, task, w.tasks.generation[task]);
}

/**
 * Until when a held task is left alone, s: the next beacon, which may bring news of queues; where by what is known no way leads
 * on now (there is none, or it leads through a contact of this satellite that has yet to open), the next tick, since before then
 * none can open. Where nothing but holding was allowed (`stuck`), data are carried and no laser link is up, the satellite's next
 * contact that leads on.
 */
export function holdUntilS(w: WorldState, task: number, satellite: number, stuck: boolean): number {
  if (stuck && w.model.stretches !== undefined && !hasLaserLink(w, satellite)) return nextContactS(w, task, satellite);
  const nextBeaconS = w.clock.timeS + w.model.scenario.knowledge.beaconPeriodS;
  const firstLink = snapshotFirstLink(w, satellite, wayOf(w, task), w.tasks.label[task] as number);
  return firstLink >= 0 ? nextBeaconS : Math.max(nextBeaconS, nextTickS(w));
}

/** Start of the next tick, s since scenario start. */
export function nextTickS(w: WorldState): number {
  return (w.clock.tick + 1) * w.model.scenario.tickS;
}

/**
 * Whether contacts that begin now have yet to be taken up: a hold that was begun ticks ago ends before the tick does, since it
 * stood on the event queue first.
 */
export function isBeforeTick(w: WorldState): boolean {
  return w.model.stretches !== undefined && w.clock.timeS >= nextTickS(w);
}

/** Asks at once about what a satellite carries: a link has come that it did not count on. */
export function askCarried(w: WorldState, satellite: number): void {
  const { model, tasks, satellites, outages } = w;
  if (model.stretches === undefined || satellites.bufferBits[satellite] === 0) return;
  if (outages.capturedBy[satellite] !== -1) return; // what it keeps back it keeps
  for (let task = 0; task < tasks.capacity; task++) {
    if (tasks.state[task] !== HOLDING || tasks.holder[task] !== satellite) continue;
    tasks.queueingS[task] = (tasks.queueingS[task] as number) + w.clock.timeS - (tasks.waitingSinceS[task] as number);
    askDecision(w, tasks.heldFor[task] as number, task, satellite);
  }
}

function hasLaserLink({ links, model }: WorldState, satellite: number): boolean {
  const { islSlots: D } = model;
  for (let link = satellite * D; link < (satellite + 1) * D; link++) if ((links.to[link] as number) >= 0) return true;
  return false;
}

/**
 * When the satellite's next contact begins that leads on, s; earlier, when a better rate of a present one lets the bundle fit; the
 * next tick where a present one is cut or weaker than planned; the deadline where none is to come.
 */
function nextContactS(w: WorldState, task: number, satellite: number): number {
  const { model, tasks, clock, links } = w;
  const { stretches, geometry } = model;
  const deadlineS = tasks.deadlineS[task] as number;
  if (stretches === undefined) return deadlineS;
  const { satelliteFirst, startTickOf, untilTickOf, antennaOf, longestTicks } = stretches;
  const end = satelliteFirst[satellite + 1] as number;
  let nextS = deadlineS;
  let i = firstAbove(
    startTickOf,
    satelliteFirst[satellite] as number,
    end,
    clock.tick - (longestTicks[satellite] as number) - 1,
  );
  for (; i < end; i++) {
    const start = startTickOf[i] as number;
    if (start * geometry.tickS >= nextS) break;
    if ((untilTickOf[i] as number) <= clock.tick) continue;
    const antenna = antennaOf[i] as number;
    const node = geometry.antennaNode[antenna] as number;
    if (!leadsOn(w, task, node)) continue;
    if (start > clock.tick) {
      nextS = start * geometry.tickS;
    } else {
      const link = model.firstDownlink + antenna;
      const isUp = links.from[link] === satellite && links.to[link] === node;
      const atS = isUp ? betterRateS(w, task, antenna) : nextTickS(w);
      if (atS < nextS) nextS = atS;
    }
  }
  return Math.max(nextS, clock.timeS);
}

/** Whether a contact with a ground node may lead to a task's destination, whatever the delay is now. */
function leadsOn(w: WorldState, task: number, node: number): boolean {
  if (node === w.tasks.destination[task]) return true;
  const isGateway = node < w.model.firstDataCentre;
  return isGateway && leadsOverGateways(w, task) && mayHold(w, w.tasks.label[task] as number, node);
}

/** When the rate of a present contact will be such that the bundle fits into its rest, which it does not now, s; Infinity = never. */
function betterRateS(w: WorldState, task: number, antenna: number): number {
  const { model, links, plan, clock, tasks } = w;
  const { contacts, tickS } = model.geometry;
  const link = model.firstDownlink + antenna;
  const bits = tasks.sizeBits[task] as number;
  const untilS = links.untilS[link] as number;
  const rateBps = links.rateBps[link] as number;
  if (clock.timeS + bits / rateBps < untilS) return Infinity; // it fits, but for those before it
  const end = contacts.antennaFirst[antenna + 1] as number;
  const from = plan.antennaCursor[antenna] as number;
  if (from >= end) return Infinity;
  const now = contacts.ofAntenna[from] as number;
  if (rateBps < (contacts.rateBps[now] as number)) return nextTickS(w);
  for (let i = from + 1; i < end; i++) {
    const row = contacts.ofAntenna[i] as number;
    if (contacts.untilTick[row] !== contacts.untilTick[now]) return Infinity;
    const atS = (contacts.startTick[row] as number) * tickS;
    if (atS + bits / (contacts.rateBps[row] as number) < untilS) return atS;
  }
  return Infinity;
}
