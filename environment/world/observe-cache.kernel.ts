import { CACHE, CAPABILITIES, type DecisionBatch } from '../../core/index.ts';
import { entryAt, fits, gdsfVictim, lfuVictim, lruVictim, sieveVictim, slotAt } from '../resources/cache.kernel.ts';
import { findSeen } from '../resources/seen-objects.kernel.ts';
import { mayTake } from './labels.ts';
import { clearCandidates, openRow, writeLink } from './rows.ts';
import type { WorldState } from './state.ts';

/** Ages and freshness are shown up to this, s. */
const HORIZON_S = 3600;
/** Entries offered for eviction besides the victims the classic algorithms name. */
const RANDOM_CANDIDATES = 2;

const IS_BYPASS = 0;
const IS_ADMIT = 1;
const SIZE_MBIT = 2;
const IDLE_S = 3;
const HITS = 4;
const AGE_S = 5;
const FRESH_FOR_S = 6;
const GDSF_PRIORITY = 7;
const IS_LRU_VICTIM = 8;
const IS_LFU_VICTIM = 9;
const IS_GDSF_VICTIM = 10;
const IS_SIEVE_VICTIM = 11;
const PRIOR = 16;

/** Prior: admit where there is room, else evict as GDSF would (the best object-miss baseline of SCION, arXiv 2605.01055). */
const PRIOR_BYPASS = -2;
const PRIOR_OTHER_VICTIM = -1.5;
const PRIOR_RANDOM_VICTIM = -3;

/**
 * Appends the `cache` row of an object that passes a satellite: *bypass*, and either *admit* (there is room) or one candidate
 * per entry that LRU, LFU, GDSF or SIEVE would evict and a few drawn at random. An eviction that frees too little is
 * followed by another decision. Features as in `SPACE_CLOUD_SPEC`.
 */
export function observeCache(w: WorldState, batch: DecisionBatch, row: number, task: number, satellite: number): void {
  const { model, tasks, caches, satellites, clock, links } = w;
  const nowS = clock.timeS;
  const object = tasks.object[task]!;
  const bits = model.traffic.objectBits[object]!;
  openRow(w, batch, row, { kind: CACHE, task: object, agent: satellite, destination: -1, sizeBits: bits });
  clearCandidates(batch, row, 0);
  const first = row * batch.maxCandidates;
  const f = batch.candidates;
  const mayWrite =
    (satellites.capabilities[satellite]! & CAPABILITIES.CACHE_WRITE) !== 0 &&
    bits <= caches.capacityBits &&
    mayTake(w, model.traffic.objectLabel[object]!, satellite);
  const freshForS = Math.min(HORIZON_S, model.traffic.objectFreshnessS[object]! - (nowS - tasks.versionS[task]!));

  f[first * batch.candidateStride + IS_BYPASS] = 1;
  f[first * batch.candidateStride + PRIOR] = PRIOR_BYPASS;
  batch.actionMask[first] = 1;
  writeLink(w, row, 0, -1);
  let k = 1;
  if (fits(caches, satellite, bits)) {
    const c = (first + k) * batch.candidateStride;
    f[c + IS_ADMIT] = 1;
    f[c + SIZE_MBIT] = bits / 1e6;
    f[c + FRESH_FOR_S] = freshForS;
    batch.actionMask[first + k] = mayWrite ? 1 : 0;
    writeLink(w, row, k, -1);
    k++;
  } else {
    k = addVictim(w, batch, row, k, satellite, gdsfVictim(caches, satellite), IS_GDSF_VICTIM);
    k = addVictim(w, batch, row, k, satellite, lruVictim(caches, satellite), IS_LRU_VICTIM);
    k = addVictim(w, batch, row, k, satellite, lfuVictim(caches, satellite), IS_LFU_VICTIM);
    k = addVictim(w, batch, row, k, satellite, sieveVictim(caches, satellite), IS_SIEVE_VICTIM);
    for (let i = 0; i < RANDOM_CANDIDATES && k < batch.maxCandidates; i++) {
      k = addVictim(w, batch, row, k, satellite, randomEntry(w, satellite), -1);
    }
    for (let i = 1; i < k; i++) batch.actionMask[first + i] = mayWrite ? 1 : 0;
  }
  batch.candidateCount[row] = k;

  const x = row * batch.contextStride;
  const context = batch.context;
  const seen = findSeen(caches, satellite, object);
  const requestedS = seen < 0 ? -1 : caches.requestedS[seen]!;
  const consumer = tasks.consumer[task]!;
  const downlink = model.firstDownlink + model.firstAntenna[consumer - model.satelliteCount]!;
  context[x] = bits / 1e6;
  context[x + 1] = 1 - caches.usedBits[satellite]! / caches.capacityBits;
  context[x + 2] = seen < 0 ? 0 : caches.requests[seen]!;
  context[x + 3] = requestedS < 0 ? HORIZON_S : Math.min(HORIZON_S, nowS - requestedS);
  context[x + 4] = nowS - tasks.createdS[task]!;
  context[x + 5] = freshForS;
  context[x + 6] = Math.min(HORIZON_S, links.untilS[downlink]! - nowS);
  context[x + 7] = caches.lookups[satellite]! === 0 ? 0 : caches.hits[satellite]! / caches.lookups[satellite]!;
  context[x + 8] = caches.entries[satellite]!;
}

/** Adds a victim, or only its mark when it stands among the candidates already. Returns the new candidate count. */
function addVictim(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  k: number,
  satellite: number,
  entry: number,
  mark: number,
): number {
  if (entry < 0) return k;
  const { caches, clock, model, rows } = w;
  const first = row * batch.maxCandidates;
  const f = batch.candidates;
  const remembered = (row - rows.first) * rows.maxCandidates;
  for (let i = 1; i < k; i++) {
    if (rows.link[remembered + i] === entry) {
      if (mark >= 0) f[(first + i) * batch.candidateStride + mark] = 1;
      return k;
    }
  }
  const c = (first + k) * batch.candidateStride;
  const nowS = clock.timeS;
  f[c + SIZE_MBIT] = caches.sizeBits[entry]! / 1e6;
  f[c + IDLE_S] = nowS - caches.accessedS[entry]!;
  f[c + HITS] = caches.count[entry]! - 1;
  f[c + AGE_S] = nowS - caches.insertedS[entry]!;
  const freshnessS = model.traffic.objectFreshnessS[caches.object[entry]!]!;
  f[c + FRESH_FOR_S] = Math.min(HORIZON_S, freshnessS - (nowS - caches.versionS[entry]!));
  f[c + GDSF_PRIORITY] = caches.priority[entry]! - caches.gdsfClock[satellite]!;
  if (mark >= 0) f[c + mark] = 1;
  f[c + PRIOR] = mark === IS_GDSF_VICTIM ? 0 : mark < 0 ? PRIOR_RANDOM_VICTIM : PRIOR_OTHER_VICTIM;
  batch.candidateNode[first + k] = slotAt(caches, entry);
  writeLink(w, row, k, entry);
  return k + 1;
}

/** An entry drawn at random: the next used slot from a random one on. */
function randomEntry(w: WorldState, satellite: number): number {
  const { caches, cacheRng } = w;
  if (caches.entries[satellite] === 0) return -1;
  const opened = caches.openedSlots[satellite]!;
  for (let slot = cacheRng.int(caches.slots); ; slot++) {
    if (slot >= opened) slot = 0;
    const entry = entryAt(caches, satellite, slot);
    if (caches.object[entry]! >= 0) return entry;
  }
}
