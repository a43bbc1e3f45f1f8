import { CACHE, CAPABILITIES, type DecisionBatch, StrictMath } from '../../core/index.ts';
import { entryAt, fits, gdsfVictim, lfuVictim, lruVictim, sieveVictim, slotAt } from '../resources/cache.kernel.ts';
import { s3FifoVictim } from '../resources/s3-fifo.kernel.ts';
import { findSeen, rateAt } from '../resources/seen-objects.kernel.ts';
import { rangeKm } from '../network/links.kernel.ts';
import { beaconGeneration } from './beacons.kernel.ts';
import { mayTake } from './may-hold.ts';
import { clearCandidates, openRow, writeLink } from './rows.ts';
import type { WorldState } from './state.ts';

/** Ages and freshness are shown up to this, s. */
const HORIZON_S = 3600;
/** Draws made, per place that is left in a row, to fill it with entries chosen at random. */
const DRAWS_PER_PLACE = 4;

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
const IS_S3_FIFO_VICTIM = 12;
const REQUEST_RATE_HZ = 13;
const REFETCH_S = 14;
const NEIGHBOUR_HAS_FRAC = 15;
const PRIOR = 16;

/** Prior where there is room: admit. */
const PRIOR_BYPASS = -2;
/**
 * Prior where there is none: give up what is wanted least, by rate of requests with a bonus for small objects, `rate * (1 + SMALL_MBIT /
 * size)`. It loses this many logits per factor of e above the least, and rates below `RATE_ERROR_HZ` are all alike. The bonus was
 * chosen on three runs of iridium-66: fewer object and byte misses than by the rate alone.
 */
const PRIOR_PER_E = 2;
const SMALL_MBIT = 30;
const RATE_ERROR_HZ = 1e-4;
const PRIOR_FLOOR = -8;

/**
 * Appends the `cache` row of an object that passes a satellite: *bypass*, and either *admit* (there is room) or one candidate
 * per entry that LRU, LFU, GDSF, SIEVE or S3-FIFO would evict and a sample of the others (all, if they fit), as in LRB (Song et
 * al., NSDI 2020). An entry that frees less than is needed is drawn in proportion to what it frees. An eviction that frees too
 * little is followed by another decision. A candidate's features are those of the object the cache will be without: of the entry,
 * for *bypass* of the object that passes, for *admit* of none. Features as in `SPACE_CLOUD_SPEC`.
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

  const seen = findSeen(caches, satellite, object);
  const requestedS = seen < 0 ? -1 : caches.requestedS[seen]!;
  const requests = seen < 0 ? 0 : caches.requests[seen]!;
  const rateHz = seen < 0 ? 0 : rateAt(caches, seen, nowS);
  const sinceS = requestedS < 0 ? HORIZON_S : Math.min(HORIZON_S, nowS - requestedS);
  const fetchS = nowS - tasks.createdS[task]!;
  const bypass = first * batch.candidateStride;
  f[bypass + IS_BYPASS] = 1;
  f[bypass + SIZE_MBIT] = bits / 1e6;
  f[bypass + IDLE_S] = sinceS;
  f[bypass + HITS] = requests > 0 ? requests - 1 : 0;
  f[bypass + FRESH_FOR_S] = freshForS;
  f[bypass + REQUEST_RATE_HZ] = rateHz;
  f[bypass + REFETCH_S] = fetchS;
  f[bypass + NEIGHBOUR_HAS_FRAC] = neighbourHasFrac(w, satellite, object);
  batch.actionMask[first] = 1;
  writeLink(w, row, 0, -1);
  let k = 1;
  if (fits(caches, satellite, bits)) {
    const c = (first + k) * batch.candidateStride;
    f[c + IS_ADMIT] = 1;
    f[bypass + PRIOR] = PRIOR_BYPASS;
    batch.actionMask[first + k] = mayWrite ? 1 : 0;
    writeLink(w, row, k, -1);
    k++;
  } else {
    k = addVictim(w, batch, row, k, satellite, gdsfVictim(caches, satellite), IS_GDSF_VICTIM);
    k = addVictim(w, batch, row, k, satellite, lruVictim(caches, satellite), IS_LRU_VICTIM);
    k = addVictim(w, batch, row, k, satellite, lfuVictim(caches, satellite), IS_LFU_VICTIM);
    k = addVictim(w, batch, row, k, satellite, sieveVictim(caches, satellite), IS_SIEVE_VICTIM);
    k = addVictim(w, batch, row, k, satellite, s3FifoVictim(caches, satellite), IS_S3_FIFO_VICTIM);
    k = addSample(w, batch, row, k, satellite, caches.usedBits[satellite]! + bits - caches.capacityBits);
    for (let i = 1; i < k; i++) batch.actionMask[first + i] = mayWrite ? 1 : 0;
    writePriors(batch, first, k);
  }
  batch.candidateCount[row] = k;

  const x = row * batch.contextStride;
  const context = batch.context;
  const consumer = tasks.consumer[task]!;
  const downlink = model.firstDownlink + model.firstAntenna[consumer - model.satelliteCount]!;
  context[x] = bits / 1e6;
  context[x + 1] = 1 - caches.usedBits[satellite]! / caches.capacityBits;
  context[x + 2] = requests;
  context[x + 3] = sinceS;
  context[x + 4] = fetchS;
  context[x + 5] = freshForS;
  context[x + 6] = Math.min(HORIZON_S, links.untilS[downlink]! - nowS);
  context[x + 7] = caches.lookups[satellite]! === 0 ? 0 : caches.hits[satellite]! / caches.lookups[satellite]!;
  context[x + 8] = caches.entries[satellite]!;
  context[x + 9] = rateHz;
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
  const object = caches.object[entry]!;
  f[c + REQUEST_RATE_HZ] = rateAt(caches, findSeen(caches, satellite, object), nowS);
  f[c + REFETCH_S] = caches.fetchS[entry]!;
  f[c + NEIGHBOUR_HAS_FRAC] = neighbourHasFrac(w, satellite, object);
  if (mark >= 0) f[c + mark] = 1;
  batch.candidateNode[first + k] = slotAt(caches, entry);
  writeLink(w, row, k, entry);
  return k + 1;
}

function writePriors(batch: DecisionBatch, first: number, count: number): void {
  const f = batch.candidates;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const wanted = RATE_ERROR_HZ + f[c + REQUEST_RATE_HZ]! * (1 + SMALL_MBIT / f[c + SIZE_MBIT]!);
    f[c + PRIOR] = wanted;
    if (wanted < least) least = wanted;
  }
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const logit = -PRIOR_PER_E * StrictMath.log(f[c + PRIOR]! / least);
    f[c + PRIOR] = logit > 0 ? 0 : logit > PRIOR_FLOOR ? logit : PRIOR_FLOOR;
  }
}

/** Fills the row with entries that are not in it yet: with all, if there is room for them, else with a sample. */
function addSample(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  from: number,
  satellite: number,
  neededBits: number,
): number {
  const { caches, cacheRng } = w;
  const places = batch.maxCandidates - from;
  let k = from;
  if (caches.entries[satellite]! < batch.maxCandidates) {
    for (let e = caches.oldest[satellite]!; e >= 0; e = caches.newer[e]!)
      k = addVictim(w, batch, row, k, satellite, e, -1);
    return k;
  }
  for (let draw = places * DRAWS_PER_PLACE; draw > 0 && k < batch.maxCandidates; draw--) {
    const entry = entryAt(caches, satellite, cacheRng.int(caches.openedSlots[satellite]!));
    if (caches.object[entry]! < 0 || cacheRng.uniform() * neededBits > caches.sizeBits[entry]!) continue;
    k = addVictim(w, batch, row, k, satellite, entry, -1);
  }
  return k;
}

/**
 * Share of the satellites at the other ends of the laser links that held the object when they sent the beacon that is known here.
 * Beacons tell what a cache holds; what came and went between two of them counts as held.
 */
function neighbourHasFrac(w: WorldState, satellite: number, object: number): number {
  const { model, links, caches, beacons, clock } = w;
  const { islSlots: D } = model;
  let neighbours = 0;
  let holders = 0;
  for (let link = satellite * D; link < (satellite + 1) * D; link++) {
    const neighbour = links.to[link]!;
    if (neighbour < 0) continue;
    neighbours++;
    const seen = findSeen(caches, neighbour, object);
    if (seen < 0) continue;
    const slot = caches.slotOf[seen]!;
    if (slot < 0 && caches.evictedS[seen]! < 0) continue;
    const range = rangeKm(links, link, clock.timeS / model.scenario.tickS - clock.tick);
    const sentS = beacons.sentS[beaconGeneration(w, range)]!;
    const held =
      slot < 0 ? caches.evictedS[seen]! > sentS : caches.insertedS[entryAt(caches, neighbour, slot)]! <= sentS;
    if (held) holders++;
  }
  return neighbours === 0 ? 0 : holders / neighbours;
}
