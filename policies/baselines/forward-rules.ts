import { type DecisionBatch, FORWARD, type OracleView, Rng, candidateColumn } from '../../core/index.ts';
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
 * snapshotRemainingS`. Holds where that is the least: the way leads through this satellite's own next contact.
 */
export function shortestDelayForward(options: RuleOptions): KindRule {
  return leastDelay(options, ['transmitS', 'propagationS', 'snapshotRemainingS']);
}

/**
 * Dijkstra on stale queue reports: the own queue exactly, then the link, then the delay from the neighbour on with the
 * queues of the last flooded report: least `ownQueueS + transmitS + propagationS + loadAwareRemainingS`. Holds as above.
 */
export function loadAwareForward(options: RuleOptions): KindRule {
  return leastDelay(options, ['ownQueueS', 'transmitS', 'propagationS', 'loadAwareRemainingS']);
}

/**
 * Knows every queue: own queue and link by the features (a satellite knows those exactly), then the true delay from the
 * neighbour to the destination. Greedy per decision, so it bounds what a router with perfect state, not perfect foresight,
 * can do.
 */
export function oracleForward(options: RuleOptions): KindRule {
  const terms = columns(options, ['ownQueueS', 'transmitS', 'propagationS']);
  const isHold = candidateColumn(options.spec, FORWARD, 'isHold');
  const known = { terms, isHold, truth: [] as readonly OracleView[] };
  return {
    attachOracle(views) {
      known.truth = views;
    },
    pick: (batch, row) => orHold(batch, row, leastTrueForward(batch, row, known), isHold),
  };
}

function leastDelay(options: RuleOptions, names: readonly string[]): KindRule {
  const terms = columns(options, names);
  return {
    pick(batch, row) {
      const best = leastSum(batch, row, terms);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

function columns({ spec }: RuleOptions, names: readonly string[]): Int32Array {
  return Int32Array.from(names, (name) => candidateColumn(spec, FORWARD, name));
}

function orHold(batch: DecisionBatch, row: number, link: number, isHold: number): number {
  if (link >= 0) return link;
  const hold = flagged(batch, row, isHold);
  return hold >= 0 ? hold : firstAllowed(batch, row);
}
