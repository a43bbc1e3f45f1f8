import { BITS_PER_BYTE } from '../backup/bits.ts';
import { isAway } from './backup-catalogue.ts';
import { backupClassOf } from './backup-ledger.ts';
import { reportDelay } from './delays.kernel.ts';
import type { WorldState } from './state.ts';
import { hasRoom } from './tasks-lifecycle.ts';

/** Share of a satellite's transit buffer that repairs and restores which set out from it may fill, so that there is no storm. */
const SOURCE_BUFFER_SHARE = 0.25;

/** Nobody has such a copy; somebody has, but cannot send now. */
export const NO_HOLDER = -1;
export const NOT_NOW = -2;

/** Newest version of which the catalogue knows a holder in reach; 0 = none. */
export function newestInReach(w: WorldState, object: number): number {
  const { backups: b } = w;
  let newest = 0;
  for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
    if (isListedInReach(w, copy)) newest = Math.max(newest, b.copyVersion[copy] as number);
  }
  return newest;
}

/** The copy that a repair is made of: of the holders in reach that with the least under way, then the lowest index. */
export function sourceOfRepair(w: WorldState, object: number, version: number): number {
  const { backups: b } = w;
  let best = NO_HOLDER;
  for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
    if (b.copyVersion[copy] !== version || !isListedInReach(w, copy)) continue;
    if (best < 0 || isBefore(sentFrom(w, copy), satelliteOf(w, copy), sentFrom(w, best), satelliteOf(w, best))) {
      best = copy;
    }
  }
  return best < 0 || canSend(w, best) ? best : NOT_NOW;
}

/**
 * The copy that a data set is restored from: of the newest version in reach, the holder with the least known delay to the data
 * centre; that of the last attempt only if there is no other.
 */
export function sourceOfRestore(w: WorldState, object: number, dataCentre: number): number {
  const { backups: b, model } = w;
  const version = newestInReach(w, object);
  const { label } = model.traffic.classes[backupClassOf(w, object).restoreClass] as { label: number };
  const last = b.lastSource[object] as number;
  let best = NO_HOLDER;
  let leastS = Infinity;
  for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
    if (b.copyVersion[copy] !== version || !isListedInReach(w, copy)) continue;
    const satellite = satelliteOf(w, copy);
    const delayS = reportDelay(w, satellite, dataCentre, label);
    if (delayS === Infinity || !mayStart(w, copy)) continue;
    const isNew = best < 0 || satelliteOf(w, best) === last;
    if (isNew || (satellite !== last && isBefore(delayS, satellite, leastS, satelliteOf(w, best)))) {
      best = copy;
      leastS = delayS;
    }
  }
  return best < 0 || canSend(w, best) ? best : NOT_NOW;
}

function isBefore(a: number, aSatellite: number, b: number, bSatellite: number): boolean {
  return a < b || (a === b && aSatellite < bSatellite);
}

function satelliteOf({ backups: b }: WorldState, copy: number): number {
  return b.copySatellite[copy] as number;
}

function sentFrom(w: WorldState, copy: number): number {
  return w.backups.sentBits[satelliteOf(w, copy)] as number;
}

function isListedInReach(w: WorldState, copy: number): boolean {
  return w.backups.copyWrittenOff[copy] === 0 && !isAway(w, satelliteOf(w, copy));
}

/** Whether what has set out from the holder leaves room for one more; a first one may always. */
function mayStart(w: WorldState, copy: number): boolean {
  const sentBits = sentFrom(w, copy);
  const { bits } = backupClassOf(w, w.backups.copyObject[copy] as number);
  const limitBits = SOURCE_BUFFER_SHARE * w.model.scenario.satellite.bufferBytes * BITS_PER_BYTE;
  return sentBits === 0 || sentBits + bits <= limitBits;
}

/** Whether the holder, which knows itself, can send: it works, still has the copy, and room for it in its buffer. */
function canSend(w: WorldState, copy: number): boolean {
  const { backups: b, outages } = w;
  const satellite = satelliteOf(w, copy);
  if (b.copyLostS[copy] !== Infinity || outages.nodeDown[satellite] !== 0 || !mayStart(w, copy)) return false;
  return hasRoom(w, satellite, backupClassOf(w, b.copyObject[copy] as number).bits);
}
