import { C_KM_S } from '../../core/index.ts';
import { queueS } from '../network/links.kernel.ts';
import { REACH, pushEvent } from './event-queue.kernel.ts';
import { snapshotDelay } from './delays.kernel.ts';
import { enterQueue } from './transmission.ts';
import type { WorldState } from './state.ts';
import { ON_GROUND_NETWORK } from './tasks.kernel.ts';

/**
 * Sends a task onwards from a ground node. The ground network is no agent: it takes the antenna, and for data centres the
 * gateway, with the least own queue plus snapshot delay to the destination.
 */
export function sendFromGround(w: WorldState, task: number, node: number): void {
  const { model } = w;
  if (node >= model.firstDataCentre && node < model.firstTerminal) sendFromDataCentre(w, task, node);
  else enterQueue(w, task, model.firstUplink + bestAntenna(w, task, node));
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
  let best = model.firstGateway;
  let least = Infinity;
  for (let g = model.firstGateway; g < model.firstDataCentre; g++) {
    if (w.outages.nodeDown[g] !== 0) continue;
    const onwardS = toCentre ? wanDelayS(w, g, destination) : antennaDelayS(w, task, bestAntenna(w, task, g));
    const delayS = wanDelayS(w, g, node) + onwardS;
    if (delayS < least) {
      least = delayS;
      best = g;
    }
  }
  tasks.state[task] = ON_GROUND_NETWORK;
  tasks.holder[task] = best;
  pushEvent(w.events, w.clock.timeS + wanDelayS(w, best, node), REACH, task, best);
}

function wanDelayS(w: WorldState, gateway: number, dataCentre: number): number {
  const { geometry, firstGateway, firstDataCentre, dataCentreCount } = w.model;
  return geometry.wanDelayS[(gateway - firstGateway) * dataCentreCount + dataCentre - firstDataCentre] as number;
}

function bestAntenna(w: WorldState, task: number, node: number): number {
  const { firstAntenna, satelliteCount } = w.model;
  const first = firstAntenna[node - satelliteCount] as number;
  const end = firstAntenna[node - satelliteCount + 1] as number;
  let best = first;
  let least = Infinity;
  for (let antenna = first; antenna < end; antenna++) {
    const delayS = antennaDelayS(w, task, antenna);
    if (delayS < least) {
      least = delayS;
      best = antenna;
    }
  }
  return best;
}

/** Own queue, wait for the satellite, way up and snapshot delay from there; any satellite serves a task without destination. */
function antennaDelayS(w: WorldState, task: number, antenna: number): number {
  const { model, links, tasks, clock } = w;
  const link = model.firstUplink + antenna;
  const satellite = w.plan.nextSatellite[antenna] as number;
  if (satellite < 0) return Infinity;
  const destination = tasks.destination[task] as number;
  const onwardS = destination < 0 ? 0 : snapshotDelay(w, satellite, destination);
  if ((links.to[link] as number) < 0) return (w.plan.nextAttachS[antenna] as number) - clock.timeS + onwardS;
  const wayUpS =
    (links.rangeStartKm[link] as number) / C_KM_S + (tasks.sizeBits[task] as number) / (links.rateBps[link] as number);
  return queueS(links, link, tasks.priority[task] as number, clock.timeS) + wayUpS + onwardS;
}
