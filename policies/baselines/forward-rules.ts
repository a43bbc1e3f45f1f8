import { FORWARD, type OracleView, Rng, candidateColumn } from '../../core/index.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { leastTrueForward } from './oracle.kernel.ts';
import { firstAllowed, flagged, leastSum, randomAllowed } from './pick.kernel.ts';

/** Uniform over the allowed candidates, hold among them. */
export function randomForward({ seed }: RuleOptions): KindRule {
  const rng = new Rng(seed, 'baseline.forward.random');
  return { pick: (batch, row) => randomAllowed(batch, row, rng) };
}

/**
 * Shortest delay by Dijkstra over the links that exist now, queues unknown: least `transmitS + propagationS +
 * snapshotRemainingS`. Hold is weighed like a link: for it, the world's `snapshotRemainingS` holds the waiting and the best
 * way afterwards, and the other terms are 0.
 */
export function shortestDelayForward(options: RuleOptions): KindRule {
  return leastDelay(options, ['transmitS', 'propagationS', 'snapshotRemainingS']);
}

/**
 * Dijkstra on stale queue reports: the own queue exactly, then the link, then the delay from the neighbour on with the
 * queues of the last flooded report: least `ownQueueS + transmitS + propagationS + loadAwareRemainingS`. Hold is weighed like
 * a link.
 */
export function loadAwareForward(options: RuleOptions): KindRule {
  return leastDelay(options, ['ownQueueS', 'transmitS', 'propagationS', 'loadAwareRemainingS']);
}

/**
 * Knows every queue: own queue and link by the features (a satellite knows those exactly), then the true delay from the
 * neighbour to the destination. Holds where the shortest true way waits at this satellite for its own next contact; the
 * contact may have opened up to one hold earlier than the satellite asks again. Greedy per decision, so it bounds what a
 * router with perfect state, not perfect foresight, can do.
 */
export function oracleForward(options: RuleOptions): KindRule {
  const column = (name: string): number => candidateColumn(options.spec, FORWARD, name);
  const known = {
    isHold: column('isHold'),
    ownQueueS: column('ownQueueS'),
    transmitS: column('transmitS'),
    propagationS: column('propagationS'),
    truth: [] as readonly OracleView[],
  };
  return {
    attachOracle(views) {
      known.truth = views;
    },
    pick(batch, row) {
      const best = leastTrueForward(batch, row, known);
      if (best >= 0) return best;
      // No way at all: better to keep the bundle than to send it anywhere.
      const hold = flagged(batch, row, known.isHold);
      return hold >= 0 ? hold : firstAllowed(batch, row);
    },
  };
}

function leastDelay(options: RuleOptions, names: readonly string[]): KindRule {
  const terms = Int32Array.from(names, (name) => candidateColumn(options.spec, FORWARD, name));
  return {
    pick(batch, row) {
      const best = leastSum(batch, row, terms);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}
