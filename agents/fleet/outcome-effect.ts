import { type AdjustedDifference, type PairedValue, adjustedDifference } from './adjusted-difference.ts';
import type { SatelliteReport } from './fleet-reports.ts';
import { OUTCOME_GROUPS } from './outcome-groups.ts';

/** What the ground has heard, sorted by what it compares. */
export interface GateEvidence {
  /** Reports of the time before the first order, by satellite. */
  readonly before: ReadonlyMap<number, readonly SatelliteReport[]>;
  /** Reports of the observation: of satellites with the release, and of those without. */
  readonly updated: ReadonlyMap<number, readonly SatelliteReport[]>;
  readonly rest: ReadonlyMap<number, readonly SatelliteReport[]>;
}

/** Updated satellites compared with the rest, in share of the value at stake per decision. */
export interface OutcomeComparison extends AdjustedDifference {
  /** Mean of the fleet before. */
  readonly usual: number;
  /** Satellites on either side that had enough decisions. */
  readonly updated: number;
  readonly rest: number;
}

/**
 * Compares outcomes of updated satellites with those of the rest; undefined where fewer than `leastSatellites` of a side have
 * `leastDecisions` decisions with known outcome before and after.
 *
 * Samples are satellites: decisions of one satellite depend on each other. Each satellite counts with the mean over its decisions of how
 * much more or less they earned than decisions of the same group did in the whole fleet at the same time; so it does not matter who
 * happened to have which decisions (indirect standardisation). The same mean of the time before is the covariate of
 * `adjustedDifference`.
 */
export function compareOutcomes(
  { before, updated, rest }: GateEvidence,
  { leastDecisions, leastSatellites }: { readonly leastDecisions: number; readonly leastSatellites: number },
): OutcomeComparison | undefined {
  const was = totals(before);
  const is = totals(updated, rest);
  const [meansBefore, meansAfter] = [groupMeans(was), groupMeans(is)];
  const pairs = (side: GateEvidence['updated']): PairedValue[] =>
    [...side.keys()].flatMap((satellite) => {
      const values = [
        deviation(was.get(satellite), meansBefore, leastDecisions),
        deviation(is.get(satellite), meansAfter, leastDecisions),
      ] as const;
      return values[0] === undefined || values[1] === undefined ? [] : [{ before: values[0], after: values[1] }];
    });
  const [x, y] = [pairs(updated), pairs(rest)];
  const least = Math.max(2, leastSatellites);
  if (x.length < least || y.length < least) return undefined;
  return { ...adjustedDifference(x, y), usual: fleetMean(was), updated: x.length, rest: y.length };
}

interface Total {
  readonly count: Float64Array;
  readonly earned: Float64Array;
}

const GROUPS = OUTCOME_GROUPS.length;

function createTotal(): Total {
  return { count: new Float64Array(GROUPS), earned: new Float64Array(GROUPS) };
}

function add(total: Total, count: ArrayLike<number>, earned: ArrayLike<number>): void {
  for (let g = 0; g < GROUPS; g++) {
    total.count[g] = (total.count[g] as number) + (count[g] as number);
    total.earned[g] = (total.earned[g] as number) + (earned[g] as number);
  }
}

function totals(...sides: readonly ReadonlyMap<number, readonly SatelliteReport[]>[]): Map<number, Total> {
  const bySatellite = new Map<number, Total>();
  for (const side of sides) {
    for (const [satellite, reports] of side) {
      const total = createTotal();
      for (const { outcomes, earned } of reports) add(total, outcomes, earned);
      bySatellite.set(satellite, total);
    }
  }
  return bySatellite;
}

function fleetTotal(bySatellite: ReadonlyMap<number, Total>): Total {
  const fleet = createTotal();
  for (const { count, earned } of bySatellite.values()) add(fleet, count, earned);
  return fleet;
}

function groupMeans(bySatellite: ReadonlyMap<number, Total>): Float64Array {
  const { count, earned } = fleetTotal(bySatellite);
  return earned.map((sum, g) => (count[g] === 0 ? 0 : sum / (count[g] as number)));
}

function fleetMean(bySatellite: ReadonlyMap<number, Total>): number {
  const { count, earned } = fleetTotal(bySatellite);
  const all = sumOf(count);
  return all === 0 ? 0 : sumOf(earned) / all;
}

/** Mean of what decisions earned beyond the mean of their group; undefined below `least` decisions. */
function deviation(total: Total | undefined, means: Float64Array, least: number): number | undefined {
  const count = total === undefined ? 0 : sumOf(total.count);
  if (total === undefined || count < least || count === 0) return undefined;
  return (
    total.earned.reduce((sum, value, g) => sum + value - (means[g] as number) * (total.count[g] as number), 0) / count
  );
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
