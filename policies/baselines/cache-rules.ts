import { CACHE, type DecisionBatch, type OracleView, Rng, candidateColumn } from '../../core/index.ts';
import { farthestNext } from './belady.kernel.ts';
import { leastWanted } from './pick-victim.kernel.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { firstAllowed, flagged, randomAllowed } from './pick.kernel.ts';

/** Objects of this size count twice, Mbit. */
const SMALL_MBIT = 30;

/** Uniform over the allowed candidates: bypass, admit, or any victim offered. */
export function randomCache({ seed }: RuleOptions): KindRule {
  const rng = new Rng(seed, 'baseline.cache.random');
  return { pick: (batch, row) => randomAllowed(batch, row, rng) };
}

/** Never caches while bypassing is allowed. */
export function bypassCache({ spec }: RuleOptions): KindRule {
  const isBypass = candidateColumn(spec, CACHE, 'isBypass');
  return {
    pick(batch, row) {
      const bypass = flagged(batch, row, isBypass);
      return bypass >= 0 ? bypass : firstAllowed(batch, row);
    },
  };
}

/**
 * A classical eviction algorithm: admits always; into free space if there is enough, else in place of the victim the
 * algorithm names. The caches keep the algorithms' state (recency, counts, GDSF priorities, SIEVE's hand) and flag the
 * victim in the column given; where it may not be evicted (masked), the object bypasses the cache.
 */
export function victimCache({ spec }: RuleOptions, victimColumn: string): KindRule {
  const isAdmit = candidateColumn(spec, CACHE, 'isAdmit');
  const isVictim = candidateColumn(spec, CACHE, victimColumn);
  const isBypass = candidateColumn(spec, CACHE, 'isBypass');
  return {
    pick(batch, row) {
      const admit = flagged(batch, row, isAdmit);
      if (admit >= 0) return admit;
      const victim = flagged(batch, row, isVictim);
      if (victim >= 0) return victim;
      const bypass = flagged(batch, row, isBypass);
      return bypass >= 0 ? bypass : firstAllowed(batch, row);
    },
  };
}

/**
 * Admission by frequency as in TinyLFU (Einziger, Friedman and Manes, ACM Transactions on Storage 2017), in place of the LRU victim
 * of W-TinyLFU's main region: an object is admitted if it is asked for more often than that victim. Frequencies are the exact
 * aged rates that the world keeps, not those of a sketch, and there is no window for new objects.
 */
export function tinyLfuCache({ spec }: RuleOptions): KindRule {
  const columns = { ...admissionColumns(spec), only: candidateColumn(spec, CACHE, 'isLruVictim'), smallMbit: 0 };
  return { pick: (batch, row) => orFirst(batch, row, leastWanted(batch, row, columns)) };
}

/**
 * Gives up what is wanted least of all that is shown, the object that passes among it: by rate of requests with a bonus for small
 * objects, as the world's prior does.
 */
export function leastRateCache({ spec }: RuleOptions): KindRule {
  const columns = { ...admissionColumns(spec), only: -1, smallMbit: SMALL_MBIT };
  return { pick: (batch, row) => orFirst(batch, row, leastWanted(batch, row, columns)) };
}

function admissionColumns(spec: RuleOptions['spec']) {
  return {
    isAdmit: candidateColumn(spec, CACHE, 'isAdmit'),
    isBypass: candidateColumn(spec, CACHE, 'isBypass'),
    rateHz: candidateColumn(spec, CACHE, 'requestRateHz'),
    sizeMbit: candidateColumn(spec, CACHE, 'sizeMbit'),
  };
}

function orFirst(batch: DecisionBatch, row: number, choice: number): number {
  return choice >= 0 ? choice : firstAllowed(batch, row);
}

/**
 * Knows the requests to come: gives up what will be asked for last (Belady 1966), the passing object included; with `bySize`, what has
 * the largest product of size and time until then. Among the candidates shown, so a bound for choices among those; what the
 * whole cache would allow, `offlineMisses` tells.
 */
export function beladyCache({ spec }: RuleOptions, bySize: boolean): KindRule {
  const known = {
    isAdmit: candidateColumn(spec, CACHE, 'isAdmit'),
    sizeMbit: candidateColumn(spec, CACHE, 'sizeMbit'),
    bySize,
    truth: [] as readonly OracleView[],
  };
  return {
    attachOracle(views) {
      known.truth = views;
    },
    pick(batch, row) {
      const best = farthestNext(batch, row, known);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}
