import type { DecisionBatch } from '../../core/index.ts';
import { leastWithin } from './pick.kernel.ts';

/** Executors further away than this are left to rules that say so. */
const NEAR_HOPS = 1.5;

/** Strain begins here and reaches 1 where satellites by default take no new work and slow down: at 0.75 and at 75 degC. */
const EASY_BATTERY_FRAC = 0.9;
const BATTERY_SPAN_FRAC = 0.15;
const EASY_TEMPERATURE_C = 60;
const HEAT_SPAN_C = 15;
/** More than any finish that is shown, s. */
const FAR_S = 1e9;

interface ExecutorColumns {
  readonly isGround: number;
  readonly hopsAway: number;
  readonly finishS: number;
  readonly serviceS: number;
  readonly batteryFrac: number;
  readonly temperatureC: number;
}

/** Allowed executor at most one link away with the least `column`; -1 if there is none. */
export function leastNear(batch: DecisionBatch, row: number, column: number, hopsAway: number): number {
  return leastWithin(batch, row, column, hopsAway, 0, NEAR_HOPS);
}

/**
 * Allowed executor at most one link away (any, if none of those is) with the least finish, the service counted longer by the strain on its
 * satellite: by its length for each `BATTERY_SPAN_FRAC` below `EASY_BATTERY_FRAC` and each `HEAT_SPAN_C` above `EASY_TEMPERATURE_C`.
 */
export function leastStrainedFinish(batch: DecisionBatch, row: number, columns: ExecutorColumns): number {
  const { isGround, hopsAway, finishS, serviceS, batteryFrac, temperatureC } = columns;
  const { actionMask, candidateCount, candidates: f, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let bestCost = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    let cost = f[at + finishS]!;
    if (f[at + isGround]! < 0.5) {
      const drained = (EASY_BATTERY_FRAC - f[at + batteryFrac]!) / BATTERY_SPAN_FRAC;
      const hot = (f[at + temperatureC]! - EASY_TEMPERATURE_C) / HEAT_SPAN_C;
      cost += f[at + serviceS]! * ((drained > 0 ? drained : 0) + (hot > 0 ? hot : 0));
    }
    // A far executor is taken only where no near one is allowed.
    if (f[at + hopsAway]! > NEAR_HOPS) cost += FAR_S;
    if (cost < bestCost) {
      bestCost = cost;
      best = k;
    }
  }
  return best;
}

/** First allowed candidate whose `columns` are all 0; -1 if none. */
export function firstWithout(batch: DecisionBatch, row: number, columns: Int32Array): number {
  const { actionMask, candidateCount, candidates, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    let sum = 0;
    for (let i = 0; i < columns.length; i++) sum += candidates[(base + k) * candidateStride + columns[i]!]!;
    if (sum === 0) return k;
  }
  return -1;
}
