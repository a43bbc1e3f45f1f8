/**
 * Results in the layout of marl-eval (Gorsane et al. 2022, arXiv 2209.10485; tools: PyPI `id-marl-eval`):
 * environment -> task (scenario) -> algorithm (policy) -> run -> `step_1`, `step_2`, ... and `absolute_metrics` -> metric.
 *
 * Runs are training runs, and lists hold one value per evaluation seed. A policy that was not trained anew for each run would
 * do the same in each: its values stand in every run, since the tools want equally many. Where no policy has several training
 * runs, runs are evaluation seeds.
 *
 * The tools lower-case every key, find normalised metrics by splitting names at `_`, refuse commas in algorithm names, and
 * fail on metrics that differ between steps or on NaN. So names are lower-cased here, metric names are one word of letters
 * and digits (`latencyP99S` -> `latencyp99s`, `drop.hop-limit` -> `drophoplimit`), and a metric that some run lacks is left
 * out everywhere and reported. Values are raw; its single-task interval assumes ten runs, so prefer `evaluation.json`.
 */
import { SpaceCloudError } from '../../core/index.ts';
import { replicateOfAll } from './replicates.ts';
import type { RunRecord } from './run-record.ts';
import { RunTable } from './run-table.ts';
import { type TrainingEvaluation, commonDecisions } from './training-evaluations.ts';

export type MarlEvalMetrics = Readonly<Record<string, readonly number[]>>;
/** `step_<n>` with a `step_count`, and `absolute_metrics`. */
export type MarlEvalRun = { readonly absolute_metrics: MarlEvalMetrics } & Readonly<
  Record<`step_${number}`, { readonly step_count: number } & Readonly<Record<string, number | readonly number[]>>>
>;
/** [environment][task][algorithm][run] */
export type MarlEvalData = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, MarlEvalRun>>>>>>>
>;

export interface MarlEvalExport {
  readonly data: MarlEvalData;
  /** KPIs left out because some run has no value; marl-eval has no word for "none". */
  readonly omittedKpis: readonly string[];
}

export interface MarlEvalOptions {
  /** First key of the file; lower-cased. */
  readonly environment: string;
  /** Decisions the learned policy was trained for; the one step where there are no curves. */
  readonly stepCount: number;
  /** By policy, evaluations during training, one list per training run in the order of its runs; they become the steps. */
  readonly curves?: ReadonlyMap<string, readonly (readonly TrainingEvaluation[])[]>;
}

/** Evaluations of one run: at the steps, then the final one. */
interface RunEvaluations {
  readonly name: string;
  readonly steps: readonly { readonly count: number; readonly kpis: readonly RunRecord['kpis'][] }[];
  readonly absolute: readonly RunRecord['kpis'][];
}

/**
 * @throws SpaceCloudError MISUSE for unpaired records, seeds that differ between scenarios or numbers of training runs that
 *   differ between policies (marl-eval looks runs up by the first task's names), no KPI that every run has, or names that
 *   collide once lower-cased.
 */
export function toMarlEval(records: readonly RunRecord[], options: MarlEvalOptions): MarlEvalExport {
  const table = new RunTable(records);
  requireSameSeeds(table);
  const cells = table.scenarios.flatMap((scenario) =>
    table.policies.map(({ policy }) => ({
      scenario,
      policy,
      runs: evaluationsOf(table, records, { scenario, policy }, options),
    })),
  );
  const all = cells.flatMap(({ runs }) =>
    runs.flatMap(({ steps, absolute }) => [...absolute, ...steps.flatMap(({ kpis }) => kpis)]),
  );
  const keys = [...new Set(records.flatMap((record) => Object.keys(record.kpis)))];
  const complete = keys.filter((key) => all.every((kpis) => Number.isFinite(kpis[key])));
  if (complete.length === 0) {
    throw new SpaceCloudError('MISUSE', 'Expected a KPI that every run has a value of, got none.');
  }
  const metrics = uniqueNames('KPI', complete, metricName);
  const tasks = uniqueNames('scenario', table.scenarios, lowerName);
  const algorithms = uniqueNames(
    'policy',
    table.policies.map((entry) => entry.policy),
    (name) => lowerName(name).replaceAll(',', ';'),
  );
  const listed = (kpis: readonly RunRecord['kpis'][]): MarlEvalMetrics =>
    Object.fromEntries(complete.map((key) => [metrics.get(key) as string, kpis.map((one) => one[key] as number)]));
  const data: Record<string, Record<string, Record<string, MarlEvalRun>>> = {};
  for (const { scenario, policy, runs } of cells) {
    const task = (data[tasks.get(scenario) as string] ??= {});
    task[algorithms.get(policy) as string] = Object.fromEntries(
      runs.map(({ name, steps, absolute }): [string, MarlEvalRun] => [
        name,
        {
          ...Object.fromEntries(
            steps.map(({ count, kpis }, i) => [`step_${i + 1}`, { step_count: count, ...listed(kpis) }]),
          ),
          absolute_metrics: listed(absolute),
        },
      ]),
    );
  }
  return {
    data: { [lowerName(options.environment)]: data },
    omittedKpis: keys.filter((key) => !complete.includes(key)),
  };
}

function evaluationsOf(
  table: RunTable,
  records: readonly RunRecord[],
  cell: { readonly scenario: string; readonly policy: string },
  options: MarlEvalOptions,
): RunEvaluations[] {
  const own = records.filter(({ scenario, policy }) => scenario === cell.scenario && policy === cell.policy);
  if (replicateOfAll(table) === 'seed') {
    return [...own]
      .sort((a, b) => a.seed - b.seed)
      .map(({ seed, kpis }) => {
        return { name: `seed_${seed}`, steps: [{ count: options.stepCount, kpis: [kpis] }], absolute: [kpis] };
      });
  }
  const most = Math.max(...table.policies.map(({ runs }) => runs.length));
  const runs = table.runs(cell.policy);
  if (runs.length > 1 && runs.length < most) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected ${most} training runs of policy '${cell.policy}', as many as of another, got ${runs.length}.`,
      { hint: 'marl-eval compares equal numbers of runs.' },
    );
  }
  const curves = options.curves?.get(cell.policy);
  const counts = commonSteps(options, cell.scenario);
  return Array.from({ length: most }, (_, r) => {
    const index = runs.length > 1 ? r : 0;
    const absolute = own.filter(({ run }) => run === runs[index]).map(({ kpis }) => kpis);
    const steps = counts.map((count, i) => {
      const atStep = curves?.[index]?.[i]?.records.filter(isIn(cell.scenario)).map(({ kpis }) => kpis);
      return { count, kpis: atStep ?? absolute };
    });
    const last = [{ count: options.stepCount, kpis: absolute }];
    return { name: `run_${r + 1}`, steps: steps.length > 0 ? steps : last, absolute };
  });
}

/** Decisions at the steps that all curves have, if all of them played the scenario. */
function commonSteps({ curves }: MarlEvalOptions, scenario: string): number[] {
  const all = [...(curves?.values() ?? [])].flat();
  return all.every((curve) => curve.every(({ records }) => records.some(isIn(scenario)))) ? commonDecisions(all) : [];
}

function isIn(scenario: string): (record: { readonly scenario: string }) => boolean {
  return (record) => record.scenario === scenario;
}

function lowerName(name: string): string {
  return name.toLowerCase();
}

function metricName(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function uniqueNames(what: string, names: readonly string[], rename: (name: string) => string): Map<string, string> {
  const taken = new Map<string, string>();
  for (const name of names) {
    const renamed = rename(name);
    const other = taken.get(renamed);
    if (renamed === '' || other !== undefined) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected ${what} names that stay apart in lower case, got '${name}'${other === undefined ? '' : ` and '${other}'`}.`,
        { hint: `Rename the ${what}: marl-eval lower-cases every key.` },
      );
    }
    taken.set(renamed, name);
  }
  return new Map([...taken].map(([renamed, name]) => [name, renamed]));
}

function requireSameSeeds(table: RunTable): void {
  const first = table.seeds[0] ?? [];
  table.seeds.forEach((seeds, s) => {
    if (seeds.length === first.length && seeds.every((seed, i) => seed === first[i])) return;
    throw new SpaceCloudError(
      'MISUSE',
      `Expected scenario '${table.scenarios[s]}' to have the seeds of '${table.scenarios[0]}' (${first.join(', ')}), got ${seeds.join(', ')}.`,
      { hint: 'Evaluate all scenarios on the same seeds to write the marl-eval file.' },
    );
  });
}
