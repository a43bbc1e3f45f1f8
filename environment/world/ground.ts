import { C_KM_S, FORWARD } from '../../core/index.ts';
import { queueS } from '../network/links.kernel.ts';
import { antennaCostPerGB } from './access-columns.ts';
import { REACH, pushEvent } from './event-queue.kernel.ts';
import { nextMeetingS } from './carry.kernel.ts';
import { relaysTo, sizedDelay, wayOf } from './delays.kernel.ts';
import { holdTask, nextTickS } from './hold.ts';
import { mayHold, mayTake } from './may-hold.ts';
import { enterQueue } from './transmission.ts';
import type { WorldState } from './state.ts';
import { ON_GROUND_NETWORK, PAYLOAD_REQUEST } from './tasks.kernel.ts';
import { drop } from './tasks-lifecycle.ts';

/**
 * Sends a task onwards from a ground node. The ground network is no agent: it takes the antenna, and for data centres the
 * gateway, with the least own queue plus snapshot delay to the destination; terminals with `access: cheapest` take the cheapest
 * antenna in time. Where all the satellites at hand may not be given the data, they wait on the ground and ask again at the
 * next tick.
 */
export function sendFromGround(w: WorldState, task: number, node: number): void {
  const { model } = w;
  if (node >= model.firstDataCentre && node < model.firstTerminal) {
    sendFromDataCentre(w, task, node);
    return;
  }
  const fastest = bestAntenna(w, task, node);
  const antenna = isThrifty(w, node) ? cheapestAntenna(w, task, node, fastest) : fastest;
  const laterS = w.model.stretches === undefined ? -1 : betterLaterS(w, task, node, antenna);
  if (laterS >= 0) holdTask(w, task, FORWARD, laterS);
  else if (antenna < 0) holdTask(w, task, FORWARD, nextTickS(w));
  else enterQueue(w, task, model.firstUplink + antenna);
}

/**
 * When a satellite will come to a node that carries the data to their destination earlier than by the best antenna of now, by a
 * tick at least, s; -1 = none will.
 */
function betterLaterS(w: WorldState, task: number, node: number, antenna: number): number {
  const { clock, model } = w;
  const nowS = antenna < 0 ? Infinity : antennaDelayS(w, task, antenna);
  if (nowS <= model.scenario.tickS || (w.tasks.destination[task] as number) < 0) return -1;
  const laterS = meetingDelayS(w, task, node);
  return laterS < nowS - model.scenario.tickS
    ? Math.max(clock.timeS, w.meetings.last.startTick * model.scenario.tickS)
    : -1;
}

/** Delay to the task's destination by the node's next contacts and what they carry, s; see `nextMeetingS`. */
function meetingDelayS(w: WorldState, task: number, node: number): number {
  const { tasks, clock } = w;
  const destination = tasks.destination[task] as number;
  if (destination < 0 || w.model.stretches === undefined) return Infinity;
  const label = tasks.label[task] as number;
  const relays = wayOf(w, task) === destination ? -1 : relaysTo(w, w.snapshot, destination, label);
  return nextMeetingS(w, node, destination, label, relays) - clock.timeS;
}

/**
 * Takes data that have come down at a gateway on their way to a terminal to the gateway from which they will be there first, and
 * up again. No data cross the terrestrial network twice: `crossed` stays until they are replaced by others.
 */
export function relayOnGround(w: WorldState, task: number, gateway: number, wanS: Float64Array): void {
  const { model, tasks, outages } = w;
  tasks.crossed[task] = 1;
  const first = (gateway - model.firstGateway) * model.gatewayCount;
  let best = gateway;
  let least = Infinity;
  for (let g = 0; g < model.gatewayCount; g++) {
    const node = model.firstGateway + g;
    if (!mayHold(w, tasks.label[task] as number, node) || outages.nodeDown[node] !== 0) continue;
    const delayS = (wanS[first + g] as number) + upwardsS(w, task, node);
    if (delayS < least) {
      least = delayS;
      best = node;
    }
  }
  if (best === gateway) {
    sendFromGround(w, task, gateway);
    return;
  }
  tasks.state[task] = ON_GROUND_NETWORK;
  tasks.holder[task] = best;
  pushEvent(w.events, w.clock.timeS + (wanS[first + best - model.firstGateway] as number), REACH, task, best);
}

/** Delay from a gateway up and on to the destination, by its best antenna or a satellite to come, s. */
function upwardsS(w: WorldState, task: number, gateway: number): number {
  const antenna = bestAntenna(w, task, gateway);
  const nowS = antenna < 0 ? Infinity : antennaDelayS(w, task, antenna);
  return Math.min(nowS, meetingDelayS(w, task, gateway));
}

/** Carries a task over the terrestrial network from a gateway to a data centre. */
export function carryToDataCentre(w: WorldState, task: number, gateway: number, dataCentre: number): void {
  const { tasks } = w;
  tasks.state[task] = ON_GROUND_NETWORK;
  tasks.holder[task] = dataCentre;
  pushEvent(w.events, w.clock.timeS + wanDelayS(w, gateway, dataCentre), REACH, task, dataCentre);
}

function sendFromDataCentre(w: WorldState, task: number, node: number): void {
  const { model, tasks } = w;
  const destination = tasks.destination[task] as number;
  const toCentre = destination >= model.firstDataCentre && destination < model.firstTerminal;
  tasks.crossed[task] = 1;
  let best = -1;
  let least = Infinity;
  for (let g = model.firstGateway; g < model.firstDataCentre; g++) {
    if (!mayHold(w, tasks.label[task] as number, g)) continue;
    if (best < 0) best = g;
    if (w.outages.nodeDown[g] !== 0) continue;
    const onwardS = toCentre ? wanDelayS(w, g, destination) : upwardsS(w, task, g);
    const delayS = wanDelayS(w, g, node) + onwardS;
    if (delayS < least) {
      least = delayS;
      best = g;
    }
  }
  if (best < 0) {
    drop(w, task, 'no-allowed-candidate');
    return;
  }
  tasks.state[task] = ON_GROUND_NETWORK;
  tasks.holder[task] = best;
  pushEvent(w.events, w.clock.timeS + wanDelayS(w, best, node), REACH, task, best);
}

function wanDelayS(w: WorldState, gateway: number, dataCentre: number): number {
  const { geometry, firstGateway, firstDataCentre, dataCentreCount } = w.model;
  return geometry.wanDelayS[(gateway - firstGateway) * dataCentreCount + dataCentre - firstDataCentre] as number;
}

/** The antenna with the least delay whose satellite, now or next, may be given the data; -1 = none. */
function bestAntenna(w: WorldState, task: number, node: number): number {
  const { tasks } = w;
  const { firstAntenna, satelliteCount } = w.model;
  const first = firstAntenna[node - satelliteCount] as number;
  const end = firstAntenna[node - satelliteCount + 1] as number;
  let best = -1;
  let least = Infinity;
  for (let antenna = first; antenna < end; antenna++) {
    if (!mayUse(w, tasks.label[task] as number, antenna)) continue;
    if (best < 0) best = antenna;
    const delayS = antennaDelayS(w, task, antenna);
    if (delayS < least) {
      least = delayS;
      best = antenna;
    }
  }
  return best;
}

function isThrifty({ model }: WorldState, node: number): boolean {
  return node >= model.firstTerminal && model.scenario.terminals[node - model.firstTerminal]?.access === 'cheapest';
}

/**
 * The antenna of least price, then of least delay, among those that are up and bring the data to their destination before the
 * deadline; `fastest` where none does. The answer to a request is taken to need as long again.
 */
function cheapestAntenna(w: WorldState, task: number, node: number, fastest: number): number {
  const { tasks, model, links, clock } = w;
  const ways = tasks.payload[task] === PAYLOAD_REQUEST ? 2 : 1;
  const leftS = (tasks.deadlineS[task] as number) - clock.timeS;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  let best = fastest;
  let leastPrice = Infinity;
  let leastS = Infinity;
  for (let antenna = model.firstAntenna[node - model.satelliteCount] as number; antenna < end; antenna++) {
    if ((links.to[model.firstUplink + antenna] as number) < 0) continue;
    if (!mayUse(w, tasks.label[task] as number, antenna)) continue;
    const delayS = antennaDelayS(w, task, antenna);
    if (!(ways * delayS <= leftS)) continue;
    const price = antennaCostPerGB(model, antenna);
    if (price > leastPrice || (price === leastPrice && delayS >= leastS)) continue;
    best = antenna;
    leastPrice = price;
    leastS = delayS;
  }
  return best;
}

function mayUse(w: WorldState, label: number, antenna: number): boolean {
  const now = w.links.to[w.model.firstUplink + antenna] as number;
  const satellite = now >= 0 ? now : (w.plan.nextSatellite[antenna] as number);
  // What may never be attached again is tried all the same: the data end there as those of an unattached source.
  return satellite < 0 || (now >= 0 ? mayTake(w, label, satellite) : mayHold(w, label, satellite));
}

/** Own queue, wait for the satellite, way up and snapshot delay from there; any satellite serves a task without destination. */
function antennaDelayS(w: WorldState, task: number, antenna: number): number {
  const { model, links, tasks, clock } = w;
  const link = model.firstUplink + antenna;
  const satellite = w.plan.nextSatellite[antenna] as number;
  if (satellite < 0) return Infinity;
  const destination = tasks.destination[task] as number;
  const bits = tasks.sizeBits[task] as number;
  const onwardS =
    destination < 0 ? 0 : sizedDelay(w, w.snapshot, satellite, wayOf(w, task), bits, tasks.label[task] as number);
  if ((links.to[link] as number) < 0) return (w.plan.nextAttachS[antenna] as number) - clock.timeS + onwardS;
  const wayUpS = (links.rangeStartKm[link] as number) / C_KM_S + bits / (links.rateBps[link] as number);
  return queueS(links, link, tasks.priority[task] as number, clock.timeS) + wayUpS + onwardS;
}
