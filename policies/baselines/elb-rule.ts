import { type DecisionBatch, FORWARD, candidateColumn } from '../../core/index.ts';
import { type DampedColumns, leadsOn } from './damped.kernel.ts';
import { dampedColumns } from './damped-rule.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { firstAllowed } from './pick.kernel.ts';
import { Runs } from './runs.ts';

/** Bits that still have to be turned away from each neighbour, per satellite: what was asked for and not done yet. */
type Debts = Map<number, number>;

/**
 * Explicit load balancing (Taleb, Mashimo, Jamalipour, Kato, Nemoto, IEEE/ACM Trans. Networking 17(1), 2009): bundles take the
 * way of least delay; a satellite whose queue passes a first threshold says so, and its neighbours then send a share of what
 * they would give it over the best way that avoids it, all of it beyond a second threshold.
 *
 * Signals are those of the beacons: the queue of the neighbour's own next link, in s. Deviations: thresholds are waiting times,
 * since buffers here are shared and large; the share rises linearly between them, where the paper works it out from rates that
 * beacons do not tell. The share is kept by a running debt in bits per neighbour, not by chance.
 * Parameters: `lowS`, `highS`: the thresholds.
 */
export function elbForward({ spec, parameters }: RuleOptions): KindRule {
  const columns = dampedColumns(spec);
  const signalS = candidateColumn(spec, FORWARD, 'neighbourNextQueueS');
  const { lowS = 0, highS = 0 } = parameters;
  const runs = new Runs<Debts>(() => new Map());
  return {
    pick(batch, row) {
      const debts = runs.of(batch, row);
      const primary = leastDelay(batch, row, columns, -1);
      if (primary < 0) return firstAllowed(batch, row);
      const slot = row * batch.maxCandidates + primary;
      const waitS = batch.candidates[slot * batch.candidateStride + signalS] as number;
      if (waitS <= lowS || !leadsOn(batch, row, primary, columns)) return primary;
      const share = Math.min(1, (waitS - lowS) / (highS - lowS));
      const other = leastDelay(batch, row, columns, primary);
      if (other < 0) return primary;
      const otherSlot = row * batch.maxCandidates + other;
      // Whoever is as busy is no way out.
      if ((batch.candidates[otherSlot * batch.candidateStride + signalS] as number) >= waitS) return primary;
      const key = (batch.agent[row] as number) * NODES + (batch.candidateNode[slot] as number);
      const bits = batch.sizeBits[row] as number;
      const debt = (debts.get(key) ?? 0) + share * bits;
      const turnsAway = debt >= bits / 2;
      debts.set(key, turnsAway ? debt - bits : debt);
      return turnsAway ? other : primary;
    },
  };
}

/** More nodes than any scenario has. */
const NODES = 2 ** 24;

/** Allowed candidate of least delay over it, queues unknown; with `avoided` only neighbours that lead on, without that one. */
function leastDelay(batch: DecisionBatch, row: number, columns: DampedColumns, avoided: number): number {
  const { actionMask, candidateCount, candidates: f, candidateStride, maxCandidates } = batch;
  const { transmitS, propagationS, snapshotRemainingS } = columns;
  let best = -1;
  let bestS = Infinity;
  for (let k = 0; k < (candidateCount[row] as number); k++) {
    const slot = row * maxCandidates + k;
    if (actionMask[slot] !== 1 || k === avoided || (avoided >= 0 && !leadsOn(batch, row, k, columns))) continue;
    const c = slot * candidateStride;
    const costS =
      (f[c + transmitS] as number) + (f[c + propagationS] as number) + (f[c + snapshotRemainingS] as number);
    if (costS >= bestS) continue;
    bestS = costS;
    best = k;
  }
  return best;
}
