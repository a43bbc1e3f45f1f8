/**
 * What counts as one sample. Where a policy is given as several training runs, the training run is: its scores are means over
 * the evaluation seeds, which all runs share. Otherwise the evaluation seed is.
 */
import { type RunTable, differences } from './run-table.ts';
import { meanOf } from './resample.kernel.ts';

export type Replicate = 'run' | 'seed';

/** What one sample of a policy is. */
export function replicateOf(table: RunTable, policy: string): Replicate {
  return table.runs(policy).length > 1 ? 'run' : 'seed';
}

/** What one sample of the comparison is: the training run as soon as one policy has several. */
export function replicateOfAll(table: RunTable): Replicate {
  return table.policies.some(({ policy }) => replicateOf(table, policy) === 'run') ? 'run' : 'seed';
}

/** [scenario][replicate] scores of a policy; NaN where a replicate has none. */
export function replicateScores(
  table: RunTable,
  options: { readonly policy: string; readonly kpi: string; readonly by: Replicate },
): readonly Float64Array[] {
  const { policy, kpi, by } = options;
  if (by === 'seed') return table.values(policy, kpi);
  return runMeans(table.runs(policy).map((run) => table.values(policy, kpi, run)));
}

/**
 * Differences reference - policy. Where only one of the two has several training runs, each of its runs is paired with the
 * other policy seed by seed, and the mean of the pairs is one sample. Where both have, runs of one have no partner among those
 * of the other: `subtrahend` then holds the policy's own scores, to be resampled apart.
 */
export interface PairedScores {
  /** [scenario][replicate] */
  readonly scores: readonly Float64Array[];
  readonly subtrahend: readonly Float64Array[] | null;
}

export function pairedScores(
  table: RunTable,
  options: { readonly reference: string; readonly policy: string; readonly kpi: string },
): PairedScores {
  const { reference, policy, kpi } = options;
  const [own, other] = [table.runs(reference), table.runs(policy)];
  if (own.length > 1 && other.length > 1) {
    const byRun = (name: string): readonly Float64Array[] => replicateScores(table, { policy: name, kpi, by: 'run' });
    return { scores: byRun(reference), subtrahend: byRun(policy) };
  }
  const pairs = own.flatMap((run) =>
    other.map((rival) => differences(table.values(reference, kpi, run), table.values(policy, kpi, rival))),
  );
  const [only] = pairs;
  return { scores: pairs.length === 1 && only !== undefined ? only : runMeans(pairs), subtrahend: null };
}

/** [scenario][run] means over seeds that have a value, from [run][scenario][seed]. */
function runMeans(byRun: readonly (readonly Float64Array[])[]): readonly Float64Array[] {
  const scenarios = byRun[0]?.length ?? 0;
  return Array.from({ length: scenarios }, (_, s) =>
    Float64Array.from(byRun, (scores) => meanOf((scores[s] as Float64Array).filter(Number.isFinite))),
  );
}
