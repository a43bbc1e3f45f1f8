import {
  type LookupLog,
  type OfflineCache,
  type RequestTrace,
  type WorldModel,
  beladyMisses,
  leastMissedBits,
} from '../environment/index.ts';
import { runEpisode } from './evaluation/episode.ts';
import { type PolicySource, createPolicy } from './evaluation/policy-source.ts';

export interface CacheBoundOptions {
  readonly policies: readonly PolicySource[];
  readonly seeds: readonly number[];
  readonly arrivalsS: number;
  readonly drainS: number;
  readonly fallback: string;
  readonly onRun?: (done: number) => void;
}

/** Misses at the satellites that serve the consumers, of all seeds together. Without requests every share is NaN. */
export interface CacheBoundRow {
  readonly policy: string;
  readonly requests: number;
  readonly objectMissFrac: number;
  readonly byteMissFrac: number;
  /**
   * On the same requests with all of them known, objects given at once: bytes the better of two offline algorithms misses, and
   * the least that any could.
   */
  readonly offlineByteMissFrac: number;
  readonly leastByteMissFrac: number;
  /** Share of the requests that came to the same satellite as under the first policy. */
  readonly sameRequestFrac: number;
}

export interface CacheBoundResult {
  readonly rows: readonly CacheBoundRow[];
  /** The policy among `CLASSIC_CACHES` with the fewest byte misses; undefined if none was run or met requests. */
  readonly bestClassic: string | undefined;
}

/** Baselines that a learned cache is held against. */
export const CLASSIC_CACHES: readonly string[] = ['lru', 'lfu', 'gdsf', 'sieve', 's3-fifo'];

interface Totals {
  requests: number;
  bits: number;
  missedObjects: number;
  missedBits: number;
  offlineBits: number;
  leastBits: number;
  same: number;
}

/** Runs every policy on every seed and holds its misses against those of caches that know the requests it met. */
export async function cacheBound(model: WorldModel, options: CacheBoundOptions): Promise<CacheBoundResult> {
  const { policies, seeds, arrivalsS, drainS, fallback, onRun } = options;
  const rows: CacheBoundRow[] = [];
  const firstMet: Map<string, number>[] = [];
  let done = 0;
  for (const source of policies) {
    const totals: Totals = {
      ...{ requests: 0, bits: 0, missedObjects: 0, missedBits: 0, offlineBits: 0, leastBits: 0, same: 0 },
    };
    for (const [i, seed] of seeds.entries()) {
      let log: LookupLog | undefined;
      await runEpisode(model, createPolicy(source, seed), {
        ...{ seed, arrivalsS, drainS, fallback, role: source.role },
        onStart: (world) => (log = world.watchLookups()),
      });
      if (log === undefined) continue;
      const met = requestsMet(log);
      addRun(totals, model, log);
      totals.same += overlap(met, (firstMet[i] ??= met));
      onRun?.(++done);
    }
    rows.push({
      policy: source.name,
      requests: totals.requests,
      objectMissFrac: totals.missedObjects / totals.requests,
      byteMissFrac: totals.missedBits / totals.bits,
      offlineByteMissFrac: totals.offlineBits / totals.bits,
      leastByteMissFrac: totals.leastBits / totals.bits,
      sameRequestFrac: totals.same / totals.requests,
    });
  }
  const classics = rows.filter(
    ({ policy, requests }) => requests > 0 && CLASSIC_CACHES.includes(policy.split('+')[2] ?? ''),
  );
  const best = classics.reduce<CacheBoundRow | undefined>(
    (least, row) => (least === undefined || row.byteMissFrac < least.byteMissFrac ? row : least),
    undefined,
  );
  return { rows, bestClassic: best?.policy };
}

/** Gaps below this share of the bytes are too small to be divided by: nothing to gain. */
export const LEAST_GAP_FRAC = 0.001;

/**
 * Share of the byte misses between the best classic algorithm and the offline one that a policy avoids: 0 = as the classic, 1 = as
 * offline, negative = worse than the classic. The requests are those that the policy met; undefined without a classic or
 * requests, and where the gap is below `LEAST_GAP_FRAC`.
 */
export function gapClosedFrac({ rows, bestClassic }: CacheBoundResult, row: CacheBoundRow): number | undefined {
  const classic = rows.find(({ policy }) => policy === bestClassic);
  if (classic === undefined) return undefined;
  const gap = classic.byteMissFrac - row.offlineByteMissFrac;
  // NaN, without requests, is no gap either.
  return gap >= LEAST_GAP_FRAC ? (classic.byteMissFrac - row.byteMissFrac) / gap : undefined;
}

function addRun(totals: Totals, { traffic, scenario, satelliteCount }: WorldModel, log: LookupLog): void {
  const cache: OfflineCache = {
    capacityBits: scenario.satellite.cacheBytes * 8,
    sizeBits: (object) => traffic.objectBits[object] as number,
    freshnessS: (object) => traffic.objectFreshnessS[object] as number,
  };
  for (const trace of tracesOf(log, satelliteCount)) {
    const offline = Math.min(beladyMisses(trace, cache).bits, beladyMisses(trace, cache, true).bits);
    totals.offlineBits += offline;
    totals.leastBits += leastMissedBits(trace, cache);
  }
  for (let i = 0; i < log.n; i++) {
    const bits = cache.sizeBits(log.object[i] as number);
    totals.requests++;
    totals.bits += bits;
    if (log.hit[i] === 1) continue;
    totals.missedObjects++;
    totals.missedBits += bits;
  }
}

/** [satellites] the requests each has seen. */
function tracesOf(log: LookupLog, satelliteCount: number): RequestTrace[] {
  const traces = Array.from({ length: satelliteCount }, () => ({ object: [] as number[], timeS: [] as number[] }));
  for (let i = 0; i < log.n; i++) {
    const trace = traces[log.satellite[i] as number];
    trace?.object.push(log.object[i] as number);
    trace?.timeS.push(log.timeS[i] as number);
  }
  return traces;
}

/** How often each object was asked for at each satellite. */
function requestsMet(log: LookupLog): Map<string, number> {
  const met = new Map<string, number>();
  for (let i = 0; i < log.n; i++) {
    const key = `${log.satellite[i]} ${log.object[i]}`;
    met.set(key, (met.get(key) ?? 0) + 1);
  }
  return met;
}

function overlap(met: ReadonlyMap<string, number>, first: ReadonlyMap<string, number>): number {
  let same = 0;
  for (const [key, count] of met) same += Math.min(count, first.get(key) ?? 0);
  return same;
}
