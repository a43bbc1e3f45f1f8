import { FORWARD, candidateColumn, contextColumn } from '../../core/index.ts';
import { type DampedColumns, leastDamped } from './damped.kernel.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { firstAllowed } from './pick.kernel.ts';

/** Columns of `forward` rows by which links are ordered. */
export function dampedColumns(spec: RuleOptions['spec']): DampedColumns {
  const candidate = (name: string): number => candidateColumn(spec, FORWARD, name);
  const context = (name: string): number => contextColumn(spec, FORWARD, name);
  return {
    isHold: candidate('isHold'),
    isGroundLink: candidate('isGroundLink'),
    isDestination: candidate('isDestination'),
    isReturn: candidate('isReturn'),
    ownQueueS: candidate('ownQueueS'),
    transmitS: candidate('transmitS'),
    propagationS: candidate('propagationS'),
    snapshotRemainingS: candidate('snapshotRemainingS'),
    loadAwareRemainingS: candidate('loadAwareRemainingS'),
    hops: context('hops'),
    bestSnapshotS: context('bestSnapshotS'),
  };
}

/**
 * Load-aware with damping: the own queue counts in full, queues that others reported by `STALE_QUEUE_WEIGHT`, and from
 * `DETOUR_HOPS` hops on a bundle takes no detours. Against two faults of plain load-aware forwarding: that all satellites
 * turn to the same empty links at once (Bertsekas, "Dynamic behavior of shortest path routing algorithms for communication
 * networks", IEEE Trans. Automatic Control 27(1), 1982, shows the oscillation and damps it by a bias), and that stale reports
 * let bundles wander until the hop limit.
 */
export function dampedForward({ spec }: RuleOptions): KindRule {
  const columns = dampedColumns(spec);
  return {
    pick(batch, row) {
      const best = leastDamped(batch, row, columns);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}
