import type { RolloutState } from './rollout.machine.ts';

/** Times over satellites by nearest rank, s; null where there are none. */
export interface TimeSpread {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly max: number | null;
  /** Satellites that it did not happen to. */
  readonly never: number;
}

/** Bytes over all links of operations, each hop counted. */
export interface OperationsBytes {
  bundles: number;
  orders: number;
  acknowledgements: number;
  reports: number;
  revocations: number;
}

export interface RolloutKpis {
  readonly state: RolloutState;
  /** Why it was rolled back or did not start. */
  readonly reason: string | null;
  /** From the first order until the last canary had installed the release; null if one never did. */
  readonly timeToCanaryS: number | null;
  /** From the first order until each satellite had it, over the fleet. */
  readonly timeToFleetS: TimeSpread;
  /** From the order to roll back until each satellite that had installed the release was back; null without roll-back. */
  readonly rollBackS: TimeSpread | null;
  /** From the order to revoke until each satellite had heard of it; null without revocation. */
  readonly revocationLatencyS: TimeSpread | null;
  /** Satellites that no order or release reached although they were meant to be, by name. */
  readonly neverReached: readonly string[];
  readonly sentBytes: Readonly<OperationsBytes>;
  /** Decisions that the new release made: in all, after the decision to roll back, and after it was revoked. */
  readonly decisionsByRelease: number;
  readonly decisionsAfterRollBack: number;
  readonly decisionsAfterRevocation: number;
}

/** Spread of times, of which NaN or Infinity count as never. */
export function timeSpread(times: Iterable<number>): TimeSpread {
  const all = [...times];
  const known = all.filter(Number.isFinite).sort((a, b) => a - b);
  const rank = (share: number): number | null => known[Math.max(0, Math.ceil(share * known.length - 1e-9) - 1)] ?? null;
  return { p50: rank(0.5), p90: rank(0.9), max: rank(1), never: all.length - known.length };
}
