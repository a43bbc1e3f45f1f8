/** What an evaluation says: per policy and KPI the mean, its interval, and how the reference stands against it. */
import { Rng, SpaceCloudError } from '../../core/index.ts';
import {
  bootstrapInterval,
  type BootstrapOptions,
  bootstrapTwoSampleInterval,
  DrawTable,
  type Interval,
  LEVEL,
} from './bootstrap.ts';
import { type EvaluatedKpi, evaluatedKpis } from './kpi-catalogue.ts';
import { pairedScores, type Replicate, replicateOf, replicateOfAll, replicateScores } from './replicates.ts';
import type { RunRecord } from './run-record.ts';
import { finiteStrata, RunTable } from './run-table.ts';
import { flatten, meanScore, type Strata } from './statistics.ts';
import {
  type UtilityAnchors,
  type UtilityProfile,
  utilityProfile,
  utilityScores,
  type UtilityStatistics,
} from './utility-statistics.ts';

/** How the reference stands against a policy on one KPI; `unclear`: the interval of the difference contains zero. */
export type Verdict = 'better' | 'worse' | 'unclear';

export interface KpiSummary {
  /** Mean over scenarios of the mean over samples; `null` = no sample has a value. */
  readonly mean: number | null;
  /** 95 % bootstrap interval of the mean; `null` with fewer than two samples. */
  readonly interval: Interval | null;
  /** Evaluation runs with a value. */
  readonly runs: number;
  /** Mean of reference minus this policy, paired by evaluation seed; `null` for the reference itself and where no seed has both. */
  readonly difference: number | null;
  readonly differenceInterval: Interval | null;
  /** Samples that the difference is the mean of: seeds on which both have a value, or training runs. */
  readonly pairs: number;
  /** `null` where the KPI has no better direction or there is no interval. */
  readonly verdict: Verdict | null;
  /** 1 = best mean among policies that are no oracles, equal means share a rank; `null` for oracles and undirected KPIs. */
  readonly rank: number | null;
}

export interface PolicySummary {
  readonly policy: string;
  readonly role: RunRecord['role'];
  /** Training runs compared as this policy; empty for one run or none. */
  readonly trainingRuns: readonly string[];
  /** What one sample of its means is. */
  readonly replicate: Replicate;
  /** Evaluation runs in all. */
  readonly runs: number;
  /** By KPI key. */
  readonly kpis: Readonly<Record<string, KpiSummary>>;
  /** Aggregates of rliable on utility; `null` when no run has a utility. */
  readonly utility: UtilityStatistics | null;
}

/** A KPI on which the reference is worse than a policy, the interval of the paired difference excluding zero. */
export interface Loss {
  readonly kpi: string;
  readonly policy: string;
  readonly role: RunRecord['role'];
  readonly difference: number;
  readonly interval: Interval;
}

export interface EvaluationSummary {
  readonly reference: string;
  /** How the learned policy turned its probabilities into choices; `null` when the caller did not say. */
  readonly actionSelection: 'greedy' | 'sampled' | null;
  readonly scenarios: readonly string[];
  /** [scenario] seeds, the same for all policies. */
  readonly seeds: readonly (readonly number[])[];
  /** What one sample of the comparisons is: the training run as soon as one policy has several. */
  readonly replicate: Replicate;
  /** Resamples of the bootstrap. */
  readonly replicates: number;
  readonly bootstrapSeed: number;
  readonly level: number;
  readonly kpis: readonly EvaluatedKpi[];
  /** Highest mean utility first. */
  readonly policies: readonly PolicySummary[];
  /** Baseline (no oracle, no learned policy) with the highest mean utility. */
  readonly strongestBaseline: string | null;
  readonly losses: readonly Loss[];
  /** Verdicts given, that is intervals compared with zero; none is corrected for the others. */
  readonly comparisons: number;
  /** What else a reader must know, such as what the learned policies were trained on; printed with the caveats. */
  readonly notes: readonly string[];
  readonly anchors: UtilityAnchors | null;
  readonly utilityProfile: UtilityProfile | null;
}

export interface SummariseOptions {
  /** Policy all others are compared with, normally the learned one. */
  readonly reference: string;
  /** Bootstrap resamples: 2 000 for a quick look, 50 000 for a figure to publish. */
  readonly replicates: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
  readonly actionSelection?: 'greedy' | 'sampled';
  readonly notes?: readonly string[];
  /** Fixed references that put utility on a scale from 0 to 1; without them no optimality gap. */
  readonly anchors?: UtilityAnchors;
}

/** With the draws that all intervals of the summary share. */
interface DrawnOptions extends SummariseOptions {
  readonly draws: DrawTable;
}

/**
 * Compares policies on paired seeds. Every interval restarts the same random stream, so it depends on its own numbers and
 * on `options.seed` only, and policies with equally many runs are resampled alike.
 *
 * @throws SpaceCloudError MISUSE for no records, unpaired seeds, a doubled run, an unknown reference or an infinite KPI.
 */
export function summarise(records: readonly RunRecord[], given: SummariseOptions): EvaluationSummary {
  const options = { ...given, draws: new DrawTable(() => new Rng(given.seed, 'evaluation-bootstrap')) };
  const table = new RunTable(records);
  table.role(options.reference);
  const kpis = evaluatedKpis(records);
  const seedCount = table.seeds.reduce((sum, seeds) => sum + seeds.length, 0);
  const unranked = table.policies.map(({ policy, role, runs }): PolicySummary => {
    const entries = kpis.map((spec) => [spec.key, summariseKpi(table, policy, spec, options)] as const);
    return {
      policy,
      role,
      trainingRuns: runs.length > 1 ? runs.map((run) => run ?? 'unnamed') : [],
      replicate: replicateOf(table, policy),
      runs: seedCount * runs.length,
      kpis: Object.fromEntries(entries),
      utility: utilityScores(table, policy, options),
    };
  });
  const policies = withRanks(unranked, kpis).sort((a, b) => utilityOf(b) - utilityOf(a));
  const verdicts = policies.flatMap((entry) => Object.values(entry.kpis).filter((kpi) => kpi.verdict !== null));
  return {
    reference: options.reference,
    actionSelection: options.actionSelection ?? null,
    scenarios: table.scenarios,
    seeds: table.seeds,
    replicate: replicateOfAll(table),
    replicates: options.replicates,
    bootstrapSeed: options.seed,
    level: LEVEL,
    kpis,
    policies,
    strongestBaseline:
      policies.find((p) => p.role === 'baseline' && p.policy !== options.reference && utilityOf(p) > -Infinity)
        ?.policy ?? null,
    losses: findLosses(policies, kpis),
    comparisons: verdicts.length,
    notes: options.notes ?? [],
    anchors: options.anchors ?? null,
    utilityProfile: utilityProfile(table, options),
  };
}

/** The summary of one policy. @throws SpaceCloudError MISUSE when it was not evaluated. */
export function policySummary(summary: EvaluationSummary, policy: string): PolicySummary {
  const found = summary.policies.find((entry) => entry.policy === policy);
  if (found === undefined) throw new SpaceCloudError('MISUSE', `Expected an evaluated policy, got '${policy}'.`);
  return found;
}

function summariseKpi(table: RunTable, policy: string, spec: EvaluatedKpi, options: DrawnOptions): KpiSummary {
  const { reference } = options;
  const kpi = spec.key;
  const scores = finiteStrata(replicateScores(table, { policy, kpi, by: replicateOf(table, policy) }));
  const difference = policy === reference ? NO_DIFFERENCE : differenceTo(table, { reference, policy, kpi }, options);
  return {
    mean: meanOrNull(scores),
    interval: intervalOfMean(scores, options),
    runs: table
      .runs(policy)
      .reduce((sum, run) => sum + flatten(finiteStrata(table.values(policy, kpi, run))).length, 0),
    ...difference,
    verdict: judge(spec, difference.differenceInterval),
    rank: null,
  };
}

type Difference = Pick<KpiSummary, 'difference' | 'differenceInterval' | 'pairs'>;
const NO_DIFFERENCE: Difference = { difference: null, differenceInterval: null, pairs: 0 };

function differenceTo(
  table: RunTable,
  what: { readonly reference: string; readonly policy: string; readonly kpi: string },
  options: DrawnOptions,
): Difference {
  const { scores, subtrahend } = pairedScores(table, what);
  if (subtrahend === null) {
    const paired = finiteStrata(scores);
    const differenceInterval = intervalOfMean(paired, options);
    return { difference: meanOrNull(paired), differenceInterval, pairs: flatten(paired).length };
  }
  const both = scores
    .map((x, s) => ({ x: x.filter(Number.isFinite), y: (subtrahend[s] as Float64Array).filter(Number.isFinite) }))
    .filter(({ x, y }) => x.length > 0 && y.length > 0);
  if (both.length === 0) return NO_DIFFERENCE;
  const [x, y] = [both.map((stratum) => stratum.x), both.map((stratum) => stratum.y)];
  const minus = (drawnX: Strata, drawnY: Strata): number => meanScore(drawnX) - meanScore(drawnY);
  return {
    difference: minus(x, y),
    differenceInterval: bootstrapTwoSampleInterval({ x, y }, minus, bootstrapOf(options)),
    pairs: flatten(x).length,
  };
}

function judge(spec: EvaluatedKpi, difference: Interval | null): Verdict | null {
  if (difference === null || spec.better === 'none') return null;
  if (difference.lo <= 0 && difference.hi >= 0) return 'unclear';
  return difference.lo > 0 === (spec.better === 'higher') ? 'better' : 'worse';
}

function meanOrNull(strata: Strata): number | null {
  return strata.length === 0 ? null : meanScore(strata);
}

function intervalOfMean(strata: Strata, options: DrawnOptions): Interval | null {
  return bootstrapInterval(strata, meanScore, bootstrapOf(options));
}

function bootstrapOf({ replicates, seed, draws }: DrawnOptions): BootstrapOptions {
  return { replicates, rng: new Rng(seed, 'evaluation-bootstrap'), draws };
}

function withRanks(policies: readonly PolicySummary[], kpis: readonly EvaluatedKpi[]): PolicySummary[] {
  const rivals = policies.filter((entry) => entry.role !== 'oracle');
  return policies.map((entry) => {
    if (entry.role === 'oracle') return entry;
    const ranked = kpis.map((spec) => {
      const own = entry.kpis[spec.key] as KpiSummary;
      return [spec.key, { ...own, rank: rankOf(own.mean, spec, rivals) }] as const;
    });
    return { ...entry, kpis: Object.fromEntries(ranked) };
  });
}

function rankOf(mean: number | null, spec: EvaluatedKpi, rivals: readonly PolicySummary[]): number | null {
  if (mean === null || spec.better === 'none') return null;
  const sign = spec.better === 'higher' ? 1 : -1;
  return 1 + rivals.filter((rival) => sign * ((rival.kpis[spec.key]?.mean ?? NaN) - mean) > 0).length;
}

function findLosses(policies: readonly PolicySummary[], kpis: readonly EvaluatedKpi[]): readonly Loss[] {
  return kpis.flatMap((spec) =>
    policies.flatMap(({ policy, role, kpis: own }): Loss[] => {
      const { verdict, difference, differenceInterval } = own[spec.key] as KpiSummary;
      if (verdict !== 'worse' || difference === null || differenceInterval === null) return [];
      return [{ kpi: spec.key, policy, role, difference, interval: differenceInterval }];
    }),
  );
}

function utilityOf(entry: PolicySummary): number {
  return entry.kpis['utility']?.mean ?? -Infinity;
}
