import { Subscription } from 'rxjs';
import type { Policy } from '../../core/index.ts';
import type { Constellation } from '../constellation.ts';
import type { BundleRefusal } from '../satellite.machine.ts';
import { loggedSource } from './audited-policy.ts';
import type { DecisionLog } from './decision-log.ts';
import { type PolicyIdentity, REASONS } from './format.ts';

export interface AuditConstellationOptions {
  readonly log: DecisionLog;
  /** The policy that the constellation was given, as itself: its logits are read. */
  readonly policy: Policy;
  readonly identity: PolicyIdentity;
  /** Name of the baseline that it was given as fallback. */
  readonly fallback: string;
  /** Why satellites start in fallback, as the constellation was told. */
  readonly refusal?: BundleRefusal | null;
}

/**
 * Logs all decisions of a constellation that asks one policy and one fallback in its own process: in the order of their batch,
 * with who decided and, of fallbacks, the reason. Ends with the constellation, or when the subscription is given up.
 */
export function auditConstellation(constellation: Constellation, options: AuditConstellationOptions): Subscription {
  const { log, policy, identity, fallback, refusal = null } = options;
  const learned = loggedSource(policy, log, identity, 'policy');
  const stand = { policy: log.policy({ name: fallback, kind: 'baseline' }), by: 'fallback' } as const;
  const first = reasonIndex(refusal);
  const reasons = new Map<number, number>();
  const subscription = new Subscription();
  subscription.add(
    constellation.events$.subscribe(({ world, changes }) => {
      for (const { region, node, to, reason } of changes) {
        if (region === 'autonomy') reasons.set(satelliteKey(world, node), to === 'learned' ? 0 : reasonIndex(reason));
      }
    }),
  );
  subscription.add(
    constellation.decided$.subscribe(({ batch, choices, byFallback, fallbackRows }) => {
      const source = learned();
      if (fallbackRows === 0) return log.append(source, { batch, choices, first: 0, end: batch.n });
      const reasonOf = (row: number): number => {
        return reasons.get(satelliteKey(batch.world[row] as number, batch.agent[row] as number)) ?? first;
      };
      let sourceRow = 0;
      for (let from = 0, end = 0; from < batch.n; from = end) {
        const flag = byFallback[from];
        while (end < batch.n && byFallback[end] === flag) end++;
        if (flag === 1) {
          log.append(stand, { batch, choices, first: from, end, reasonOf });
        } else {
          log.append(source, { batch, choices, first: from, end, sourceRow });
          sourceRow += end - from;
        }
      }
    }),
  );
  return subscription;
}

function satelliteKey(world: number, satellite: number): number {
  return world * 2 ** 32 + satellite;
}

function reasonIndex(reason: string | null): number {
  return Math.max(0, REASONS.indexOf((reason ?? '') as (typeof REASONS)[number]));
}
