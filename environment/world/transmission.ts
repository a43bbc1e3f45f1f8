import { ASKED_AGAIN, C_KM_S, FORWARD, PLACE } from '../../core/index.ts';
import { dequeue, enqueue, integrateWaiting, rangeKm } from '../network/links.kernel.ts';
import { creditTask, earn } from './credit.kernel.ts';
import { noteLeft, noteSent } from './departures.ts';
import { LINK_OPEN, REACH, TRANSMIT_END, pushEvent } from './event-queue.kernel.ts';
import { holdTask } from './hold.ts';
import { mayHold, mayTake } from './may-hold.ts';
import { countAccessBits } from './note-access.ts';
import { askDecision } from './pending.ts';
import { countSent, forgetSent } from './sent-since.kernel.ts';
import type { WorldState } from './state.ts';
import { PAYLOAD_PRODUCT, PROPAGATING, QUEUED, TRANSMITTING } from './tasks.kernel.ts';
import { addToBuffer, drop } from './tasks-lifecycle.ts';
import { firstWaiting } from './waiting-lists.kernel.ts';
import { watchHandOver } from './watch.kernel.ts';

const BITS_PER_GB = 8e9;
const J_PER_MJ = 1e6;

/** Puts a task into a link's queue and starts the link if it is idle. */
export function enterQueue(w: WorldState, task: number, link: number): void {
  w.tasks.state[task] = QUEUED;
  enqueue(w.links, w.tasks, link, task, w.clock.timeS);
  startLink(w, link);
}

/**
 * Starts sending the first waiting bundle if the link is idle and open. A bundle that the rest of the contact is too short
 * for is decided anew on a satellite, so that it does not block those behind it; on the ground it waits for the next contact.
 * So is one that the other end may not be given.
 */
export function startLink(w: WorldState, link: number): void {
  const { links, tasks, clock } = w;
  const nowS = clock.timeS;
  if ((links.sending[link] as number) >= 0 || (links.to[link] as number) < 0 || (links.from[link] as number) < 0)
    return;
  if (nowS < (links.openS[link] as number)) return;
  const onSatellite = (links.from[link] as number) < w.model.satelliteCount;
  let task = firstWaiting(links, link);
  let endS = 0;
  for (; task >= 0; task = firstWaiting(links, link)) {
    if (!mayReceive(w, task, links.to[link] as number)) {
      dequeue(links, tasks, task, nowS);
      noteLeft(w, task, ASKED_AGAIN);
      turnBack(w, task, link);
      continue;
    }
    endS = nowS + (tasks.sizeBits[task] as number) / (links.rateBps[link] as number);
    if (endS < (links.untilS[link] as number)) break;
    if (!onSatellite) return;
    dequeue(links, tasks, task, nowS);
    noteLeft(w, task, ASKED_AGAIN);
    askDecision(w, FORWARD, task, links.from[link] as number);
  }
  if (task < 0) return;
  dequeue(links, tasks, task, nowS);
  tasks.state[task] = TRANSMITTING;
  links.sending[link] = task;
  links.sendingSinceS[link] = nowS;
  links.sendingUntilS[link] = endS;
  links.integralAtStart[link] = links.slopeIntegral[link] as number;
  pushEvent(w.events, endS, TRANSMIT_END, link, links.version[link]);
}

/** Whether the other end may be given the data: it may hold them, and is in no quarantine. */
function mayReceive(w: WorldState, task: number, to: number): boolean {
  const label = w.tasks.label[task] as number;
  return to < w.model.satelliteCount ? mayTake(w, label, to) : mayHold(w, label, to);
}

/** The satellite at the other end has changed, or is trusted no more: a satellite decides anew, the ground sends anew. */
function turnBack(w: WorldState, task: number, link: number): void {
  const { links, tasks, model } = w;
  const from = links.from[link] as number;
  const isExecutor = tasks.destination[task] === links.to[link];
  if (from < model.satelliteCount) askDecision(w, isExecutor ? PLACE : FORWARD, task, from);
  else holdTask(w, task, FORWARD, w.clock.timeS);
}

function falseAlertFrac({ tasks, model }: WorldState, task: number): number {
  return model.traffic.classes[tasks.trafficClass[task] as number]?.falseAlertFrac ?? 0;
}

/** A bundle has left: it propagates to the other end, the sender's storage is freed, its costs are booked. */
export function endTransmission(w: WorldState, link: number, version: number): void {
  const { links, tasks, statistics, usage, counters, model, clock, power } = w;
  if (links.version[link] !== version) return;
  const { satelliteCount, firstDataCentre, firstUplink, firstDownlink, scenario } = model;
  const nowS = clock.timeS;
  const task = links.sending[link] as number;
  const from = links.from[link] as number;
  const to = links.to[link] as number;
  const bits = tasks.sizeBits[task] as number;
  links.sending[link] = -1;
  integrateWaiting(links, link, nowS);
  const imposed = (links.slopeIntegral[link] as number) - (links.integralAtStart[link] as number);
  if (imposed > 0) creditTask(w, task, -imposed * scenario.reward.imposedDelayFactor);
  if (from < satelliteCount) addToBuffer(w, from, -bits);
  if (link < firstUplink) {
    statistics.islBits += bits;
    usage.islBits[link] = (usage.islBits[link] as number) + bits;
    countSent(w, link, bits);
  } else if (link >= firstDownlink) {
    const usedJ = scenario.satellite.transmitPowerW * (nowS - (links.sendingSinceS[link] as number));
    power.taskJ[from] = (power.taskJ[from] as number) + usedJ;
    statistics.transmitJ += usedJ;
    counters.transmitJ[from] = (counters.transmitJ[from] as number) + usedJ;
    statistics.downlinkBits += bits;
    if (to < firstDataCentre) usage.gatewayBits += bits;
    if (tasks.payload[task] === PAYLOAD_PRODUCT) usage.falseAlertBits += bits * falseAlertFrac(w, task);
    const { downlinkCostPerGB, energyCostPerMJ } = scenario.reward;
    earn(w, task, -((bits / BITS_PER_GB) * downlinkCostPerGB + (usedJ / J_PER_MJ) * energyCostPerMJ));
  } else {
    usage.uplinkBits += bits;
  }
  if (link >= firstUplink) countAccessBits(w, link, bits);
  tasks.hops[task] = (tasks.hops[task] as number) + 1;
  tasks.previous[task] = from;
  tasks.holder[task] = to;
  tasks.state[task] = PROPAGATING;
  const tickFrac = nowS / scenario.tickS - clock.tick;
  const reachS = nowS + rangeKm(links, link, tickFrac) / C_KM_S;
  if (from < satelliteCount) noteSent(w, task, reachS);
  if (model.watch !== undefined) watchHandOver(w, task, link, reachS);
  pushEvent(w.events, reachS, REACH, task, to);
  startLink(w, link);
}

/** A satellite's link has gone: what was being sent or waited is decided anew. */
export function closeSatelliteLink(w: WorldState, link: number): void {
  const { links, tasks, clock } = w;
  const satellite = links.from[link] as number;
  const sending = links.sending[link] as number;
  if (sending >= 0) {
    links.sending[link] = -1;
    links.version[link] = (links.version[link] as number) + 1;
    noteLeft(w, sending, ASKED_AGAIN);
    askDecision(w, FORWARD, sending, satellite);
  }
  for (let task = firstWaiting(links, link); task >= 0; task = firstWaiting(links, link)) {
    dequeue(links, tasks, task, clock.timeS);
    noteLeft(w, task, ASKED_AGAIN);
    askDecision(w, FORWARD, task, satellite);
  }
  forgetSent(w, link);
  links.to[link] = -1;
}

/** A ground node's uplink has lost its satellite: what waits stays, what was being sent waits again. */
export function closeUplink(w: WorldState, link: number): void {
  const { links, tasks, clock } = w;
  const sending = links.sending[link] as number;
  if (sending >= 0) {
    links.sending[link] = -1;
    links.version[link] = (links.version[link] as number) + 1;
    if (clock.timeS > (tasks.deadlineS[sending] as number)) {
      drop(w, sending, 'deadline');
    } else {
      tasks.state[sending] = QUEUED;
      enqueue(links, tasks, link, sending, clock.timeS);
    }
  }
  links.to[link] = -1;
}

/** Lets a link be used from `openS` on. */
export function openLink(w: WorldState, link: number, openS: number): void {
  w.links.openS[link] = openS;
  if (openS > w.clock.timeS) pushEvent(w.events, openS, LINK_OPEN, link);
  else startLink(w, link);
}
