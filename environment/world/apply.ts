import {
  CACHE,
  type DecisionBatch,
  FORWARD,
  PLACE,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  candidateColumn,
} from '../../core/index.ts';
import { evictEntry, findObject, fits, insertObject } from '../resources/cache.kernel.ts';
import { placeReplica } from './backup-tasks.ts';
import { missCost } from './cache-credit.kernel.ts';
import { closeCacheDecision, linkTaskDecision, openCacheDecision } from './credit.kernel.ts';
import { holdTask, holdUntilS } from './hold.ts';
import { auditLabel } from './labels.ts';
import { askDecision } from './pending.ts';
import { enterCompute } from './processing.ts';
import { notePlacement } from './placements.kernel.ts';
import { readLink } from './rows.ts';
import type { WorldState } from './state.ts';
import { FREE, PAYLOAD_REPLICA } from './tasks.kernel.ts';
import { enterQueue } from './transmission.ts';

const INPUT_LOAD_AWARE_S = candidateColumn(SPACE_CLOUD_SPEC, PLACE, 'inputLoadAwareS');

/** Carries out the choices for this world's rows. Throws ILLEGAL_CHOICE before anything of the row has changed. */
export function applyChoices(w: WorldState, batch: DecisionBatch, choices: Uint8Array): void {
  const { rows, hash } = w;
  for (let i = 0; i < rows.n; i++) {
    const row = rows.first + i;
    const choice = choices[row] as number;
    checkLegal(w, batch, row, choice);
    hash.word(batch.kind[row] as number);
    hash.word(batch.agent[row] as number);
    hash.word(choice);
    hash.number(batch.timeS[row] as number);
    if (batch.kind[row] === FORWARD) applyForward(w, batch, row, choice);
    else if (batch.kind[row] === CACHE) applyCache(w, batch, row, choice);
    else applyPlace(w, batch, row, choice);
  }
  rows.n = 0;
}

function checkLegal(w: WorldState, batch: DecisionBatch, row: number, choice: number): void {
  if (choice < batch.maxCandidates && batch.actionMask[row * batch.maxCandidates + choice] === 1) return;
  w.statistics.breaches[3] = (w.statistics.breaches[3] as number) + 1;
  const agent = w.model.geometry.nodeNames[batch.agent[row] as number];
  throw new SpaceCloudError(
    'ILLEGAL_CHOICE',
    `Expected an allowed candidate for the ${batch.spec.kinds[batch.kind[row] as number]?.kind} decision of '${agent}' at ${batch.timeS[row]} s, got candidate ${choice} of ${batch.candidateCount[row]}.`,
    { hint: 'A policy must choose among candidates whose actionMask is 1.' },
  );
}

function applyForward(w: WorldState, batch: DecisionBatch, row: number, choice: number): void {
  const task = batch.task[row] as number;
  linkTaskDecision(w, task, batch.decision[row] as number);
  const link = readLink(w, row, choice);
  if (link >= 0) {
    enterQueue(w, task, link);
    return;
  }
  const stuck = isOnlyChoice(batch, row, choice);
  holdTask(w, task, FORWARD, holdUntilS(w, task, batch.agent[row] as number, stuck));
}

function isOnlyChoice(
  { actionMask, maxCandidates, candidateCount }: DecisionBatch,
  row: number,
  choice: number,
): boolean {
  for (let k = 0; k < (candidateCount[row] as number); k++)
    if (k !== choice && actionMask[row * maxCandidates + k] === 1) return false;
  return true;
}

function applyPlace(w: WorldState, batch: DecisionBatch, row: number, choice: number): void {
  const task = batch.task[row] as number;
  linkTaskDecision(w, task, batch.decision[row] as number);
  const executor = batch.candidateNode[row * batch.maxCandidates + choice] as number;
  if (w.tasks.payload[task] === PAYLOAD_REPLICA) {
    placeReplica(w, task, batch.agent[row] as number, executor);
    return;
  }
  if (executor !== batch.agent[row] && executor < w.model.satelliteCount) rememberPlacement(w, batch, row, choice);
  w.tasks.destination[task] = executor;
  w.tasks.previous[task] = -1;
  if (executor === batch.agent[row]) enterCompute(w, task);
  else askDecision(w, FORWARD, task, batch.agent[row] as number);
}

/** What this satellite will know of its own work at another before the other tells it. */
function rememberPlacement(w: WorldState, batch: DecisionBatch, row: number, choice: number): void {
  const slot = row * batch.maxCandidates + choice;
  const inputS = batch.candidates[slot * batch.candidateStride + INPUT_LOAD_AWARE_S] as number;
  const executor = batch.candidateNode[slot] as number;
  notePlacement(w, batch.agent[row] as number, executor, w.clock.timeS + inputS, batch.task[row] as number);
}

/**
 * An object is admitted, perhaps in place of an entry, or not. What the cache is without from now on is charged at once: see
 * `missCost`. A further eviction for the same object continues the chain; otherwise it ends.
 */
function applyCache(w: WorldState, batch: DecisionBatch, row: number, choice: number): void {
  const { caches, model, tasks, satellites, clock } = w;
  const satellite = batch.agent[row] as number;
  const object = batch.task[row] as number;
  const decision = batch.decision[row] as number;
  const task = w.rows.cacheTask[row - w.rows.first] as number;
  const fetchS = clock.timeS - (tasks.createdS[task] as number);
  const versionS = tasks.versionS[task] as number;
  const follows = satellites.cacheObject[satellite] === object;
  closeCacheDecision(w, satellite, follows ? decision : undefined);
  if (choice === 0) {
    openCacheDecision(w, satellite, {
      decision,
      object,
      reward: -missCost(w, satellite, { object, versionS, fetchS }),
    });
    closeCacheDecision(w, satellite);
    return;
  }
  const entry = readLink(w, row, choice);
  openCacheDecision(w, satellite, { decision, object, reward: entry < 0 ? 0 : -entryCost(w, satellite, entry) });
  if (findObject(caches, satellite, object) < 0) {
    if (entry >= 0) evictEntry(caches, satellite, entry, clock.timeS);
    const sizeBits = model.traffic.objectBits[object] as number;
    if (fits(caches, satellite, sizeBits)) {
      auditLabel(w, model.traffic.objectLabel[object] as number, satellite);
      insertObject(caches, satellite, { object, sizeBits, versionS, fetchS, nowS: clock.timeS });
    } else if (tasks.state[task] !== FREE) {
      askCacheAgain(w, task, satellite);
      return;
    }
  }
  closeCacheDecision(w, satellite);
}

function entryCost(w: WorldState, satellite: number, entry: number): number {
  const { object, versionS, fetchS } = w.caches;
  return missCost(w, satellite, {
    object: object[entry] as number,
    versionS: versionS[entry] as number,
    fetchS: fetchS[entry] as number,
  });
}

/** The eviction freed too little: ask once more, without disturbing where the task itself is. */
function askCacheAgain(w: WorldState, task: number, satellite: number): void {
  const state = w.tasks.state[task] as number;
  askDecision(w, CACHE, task, satellite);
  w.tasks.state[task] = state;
}
