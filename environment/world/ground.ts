import { C_KM_S, FORWARD } from '../../core/index.ts';
import { queueS } from '../network/links.kernel.ts';
import { REACH, pushEvent } from './event-queue.kernel.ts';
import { sizedDelay } from './delays.kernel.ts';
import { holdTask, nextTickS } from './hold.ts';
import { mayHold, mayTake } from './labels.ts';
import { enterQueue } from './transmission.ts';
import type { WorldState } from './state.ts';
import { ON_GROUND_NETWORK } from './tasks.kernel.ts';
import { drop } from './tasks-lifecycle.ts';

/**
 * Sends a task onwards from a ground node. The ground network is no agent: it takes the antenna, and for data centres the
 * gateway, with the least own queue plus snapshot delay to the destination. Where all the satellites at hand may not be given
 * the data, they wait on the ground and ask again at the next tick.
 */
export function sendFromGround(w: WorldState, task: number, node: number): void {
  const { model } = w;
  if (node >= model.firstDataCentre && node < model.firstTerminal) {
    sendFromDataCentre(w, task, node);
    return;
  }
  const antenna = bestAntenna(w, task, node);
  if (antenna < 0) holdTask(w, task, FORWARD, nextTickS(w));
  else enterQueue(w, task, model.firstUplink + antenna);
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
  let best = -1;
  let least = Infinity;
  for (let g = model.firstGateway; g < model.firstDataCentre; g++) {
    if (!mayHold(w, tasks.label[task] as number, g)) continue;
    if (best < 0) best = g;
    if (w.outages.nodeDown[g] !== 0) continue;
    const antenna = toCentre ? -1 : bestAntenna(w, task, g);
    const onwardS = toCentre ? wanDelayS(w, g, destination) : antenna < 0 ? Infinity : antennaDelayS(w, task, antenna);
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
    destination < 0 ? 0 : sizedDelay(w, w.snapshot, satellite, destination, bits, tasks.label[task] as number);
  if ((links.to[link] as number) < 0) return (w.plan.nextAttachS[antenna] as number) - clock.timeS + onwardS;
  const wayUpS = (links.rangeStartKm[link] as number) / C_KM_S + bits / (links.rateBps[link] as number);
  return queueS(links, link, tasks.priority[task] as number, clock.timeS) + wayUpS + onwardS;
}
