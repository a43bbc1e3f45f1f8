import { CACHE, CONTENT, FORWARD, OBSERVATION, PLACE } from '../../core/index.ts';
import { findObject, touch } from '../resources/cache.kernel.ts';
import { noteRequest, rememberSeen } from '../resources/seen-objects.kernel.ts';
import { storeReplica } from './backup-tasks.ts';
import { sourceOf } from './fault-source.ts';
import { carryToDataCentre, relayOnGround, sendFromGround } from './ground.ts';
import { holdTask } from './hold.ts';
import { auditLabel } from './labels.ts';
import { recordLookup } from './lookup-log.ts';
import { askDecision } from './pending.ts';
import { enterCompute } from './processing.ts';
import type { WorldState } from './state.ts';
import {
  DECIDING,
  PAYLOAD_OBJECT,
  PAYLOAD_RAW,
  PAYLOAD_REPLICA,
  PAYLOAD_REQUEST,
  PROPAGATING,
} from './tasks.kernel.ts';
import { addToBuffer, createTask, deliver, drop, hasRoom, replacePayload, scheduleArrival } from './tasks-lifecycle.ts';

/** A task of a class comes into being, and the class's next arrival is drawn. */
export function arrive(w: WorldState, trafficClass: number): void {
  const task = createTask(w, trafficClass);
  const source = w.tasks.source[task] as number;
  auditLabel(w, w.tasks.label[task] as number, source);
  if (w.outages.nodeDown[source] !== 0 && source < w.model.satelliteCount) {
    w.tasks.state[task] = PROPAGATING; // the satellite's buffer has never held it
    drop(w, task, 'node-lost');
  } else if (w.tasks.family[task] === OBSERVATION) {
    if (storeAt(w, task, source)) askDecision(w, PLACE, task, source);
  } else {
    sendFromGround(w, task, source);
  }
  scheduleArrival(w, trafficClass);
}

/** A task's data have reached a node. */
export function reach(w: WorldState, task: number, node: number): void {
  const { model, tasks, clock } = w;
  tasks.holder[task] = node;
  auditLabel(w, tasks.label[task] as number, node);
  if (clock.timeS > (tasks.deadlineS[task] as number)) drop(w, task, 'deadline');
  else if (w.outages.nodeDown[node] !== 0) drop(w, task, 'node-lost');
  else if (node < model.satelliteCount) reachSatellite(w, task, node);
  else if (node >= model.firstDataCentre && node < model.firstTerminal) reachDataCentre(w, task, node);
  else reachGroundNode(w, task, node);
}

function reachSatellite(w: WorldState, task: number, satellite: number): void {
  const { tasks, model } = w;
  const captured = w.outages.capturedBy[satellite] !== -1;
  if (captured) w.watch.exposedBits += tasks.sizeBits[task] as number;
  if (!storeAt(w, task, satellite)) return;
  const payload = tasks.payload[task] as number;
  if (payload === PAYLOAD_RAW && tasks.destination[task] === satellite) {
    enterCompute(w, task);
    return;
  }
  if (payload === PAYLOAD_REPLICA && tasks.destination[task] === satellite) {
    if (storeReplica(w, task)) return;
    tasks.destination[task] = -1; // no room, or another copy here: it decides where else
  }
  if (payload === PAYLOAD_REQUEST) answerFromCache(w, task, satellite);
  else if (payload === PAYLOAD_OBJECT && serves(w, satellite, tasks.consumer[task] as number))
    considerCaching(w, task, satellite);
  const kind = (tasks.destination[task] as number) < 0 ? PLACE : FORWARD;
  if ((tasks.hops[task] as number) >= model.scenario.maxHops) drop(w, task, 'hop-limit');
  else if (!captured || !abuse(w, task, kind, satellite)) {
    askDecision(w, kind, task, satellite);
  }
}

function reachDataCentre(w: WorldState, task: number, node: number): void {
  const { tasks, model, clock } = w;
  const payload = tasks.payload[task] as number;
  if (payload === PAYLOAD_REQUEST) {
    const object = tasks.object[task] as number;
    replacePayload(w, task, PAYLOAD_OBJECT, model.traffic.objectBits[object] as number);
    w.statistics.originBits += model.traffic.objectBits[object] as number;
    tasks.versionS[task] = clock.timeS;
    tasks.destination[task] = tasks.consumer[task] as number;
    tasks.previous[task] = -1;
    sendFromGround(w, task, node);
  } else if (payload === PAYLOAD_RAW) {
    enterCompute(w, task);
  } else {
    deliver(w, task);
  }
}

function reachGroundNode(w: WorldState, task: number, node: number): void {
  const { tasks, model } = w;
  const destination = tasks.destination[task] as number;
  if (destination === node) deliver(w, task);
  else if (destination >= model.firstDataCentre && destination < model.firstTerminal)
    carryToDataCentre(w, task, node, destination);
  else if (model.gatewayWanS !== undefined && node < model.firstDataCentre && tasks.crossed[task] === 0)
    relayOnGround(w, task, node, model.gatewayWanS);
  else sendFromGround(w, task, node);
}

/** A captured satellite makes data of others vanish, or keeps them for a while. Returns whether it has done so. */
function abuse(w: WorldState, task: number, kind: number, satellite: number): boolean {
  const { dropFrac, delayS } = sourceOf(w, w.outages.capturedBy[satellite] as number);
  if (dropFrac > 0 && w.captureRng.uniform() < dropFrac) {
    drop(w, task, 'hostile-node');
    return true;
  }
  if (delayS > 0) holdTask(w, task, kind, w.clock.timeS + delayS);
  return delayS > 0;
}

/** Takes the data into the satellite's transit buffer; without room the task is dropped. */
function storeAt(w: WorldState, task: number, satellite: number): boolean {
  const bits = w.tasks.sizeBits[task] as number;
  if (!hasRoom(w, satellite, bits)) {
    w.tasks.state[task] = PROPAGATING; // the satellite's buffer has never held it
    drop(w, task, 'buffer-full');
    return false;
  }
  addToBuffer(w, satellite, bits);
  w.tasks.state[task] = DECIDING;
  return true;
}

/** Looks a request up in the satellite's cache; a fresh copy answers it on the spot, if the buffer has room for it. */
function answerFromCache(w: WorldState, task: number, satellite: number): void {
  const { tasks, caches, statistics, model, clock } = w;
  const object = tasks.object[task] as number;
  const seen = rememberSeen(caches, satellite, object);
  noteRequest(caches, seen, clock.timeS);
  const bits = model.traffic.objectBits[object] as number;
  const first = (tasks.hops[task] as number) === 1;
  caches.lookups[satellite] = (caches.lookups[satellite] as number) + 1;
  if (first) {
    statistics.cacheLookups++;
    statistics.cacheLookupBits += bits;
  }
  const entry = servingEntry(w, task, satellite);
  if (first && w.lookups.watched) recordLookup(w.lookups, { satellite, object, timeS: clock.timeS, hit: entry >= 0 });
  if (entry < 0) return;
  const versionS = caches.versionS[entry] as number;
  touch(caches, satellite, entry, clock.timeS);
  caches.hits[satellite] = (caches.hits[satellite] as number) + 1;
  statistics.cacheHits++;
  statistics.cacheHitBits += bits;
  if (first) {
    statistics.servingHits++;
    statistics.servingHitBits += bits;
  }
  replacePayload(w, task, PAYLOAD_OBJECT, bits);
  tasks.versionS[task] = versionS;
  tasks.destination[task] = tasks.consumer[task] as number;
  tasks.previous[task] = -1;
}

/** The entry that can answer a request: a fresh copy that the buffer has room for; -1 = none. */
function servingEntry(w: WorldState, task: number, satellite: number): number {
  const { tasks, caches, model, clock } = w;
  const object = tasks.object[task] as number;
  const entry = findObject(caches, satellite, object);
  if (entry < 0) return -1;
  const ageS = clock.timeS - (caches.versionS[entry] as number);
  if (ageS > (model.traffic.objectFreshnessS[object] as number)) return -1;
  const moreBits = (model.traffic.objectBits[object] as number) - (tasks.sizeBits[task] as number);
  return hasRoom(w, satellite, moreBits) ? entry : -1;
}

/** An object passes the satellite its consumer is attached to: keep a copy? A copy already held is only renewed. */
function considerCaching(w: WorldState, task: number, satellite: number): void {
  const { tasks, caches } = w;
  if (tasks.family[task] !== CONTENT) return;
  const entry = findObject(caches, satellite, tasks.object[task] as number);
  if (entry >= 0) {
    caches.versionS[entry] = Math.max(caches.versionS[entry] as number, tasks.versionS[task] as number);
    return;
  }
  askDecision(w, CACHE, task, satellite);
}

/** Whether an antenna of the terminal is on this satellite. */
function serves(w: WorldState, satellite: number, terminal: number): boolean {
  const { model, links } = w;
  const ground = terminal - model.satelliteCount;
  const end = model.firstAntenna[ground + 1] as number;
  for (let q = model.firstAntenna[ground] as number; q < end; q++) {
    if (links.to[model.firstUplink + q] === satellite) return true;
  }
  return false;
}
