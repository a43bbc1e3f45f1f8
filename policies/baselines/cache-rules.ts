import { CACHE, Rng, candidateColumn } from '../../core/index.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { firstAllowed, flagged, randomAllowed } from './pick.kernel.ts';

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
