/**
 * Results in the layout of marl-eval (Gorsane et al. 2022, arXiv 2209.10485; tools: PyPI `id-marl-eval`):
 * environment -> task (scenario) -> algorithm (policy) -> run (seed) -> `step_1` and `absolute_metrics` -> metric.
 *
 * Its tools lower-case every key, find normalised metrics by splitting names at `_`, refuse commas in algorithm names, and
 * fail on metrics that differ between steps or on NaN. So names are lower-cased here, metric names are one word of letters
 * and digits (`latencyP99S` -> `latencyp99s`, `drop.hop-limit` -> `drophoplimit`), and a metric that some run lacks is left
 * out everywhere and reported. Values are raw; its single-task interval assumes ten runs, so prefer `evaluation.json`.
 */
import { SpaceCloudError } from '../../core/index.ts';
import type { RunRecord } from './run-record.ts';
import { RunTable } from './run-table.ts';

export type MarlEvalMetrics = Readonly<Record<string, readonly number[]>>;
export interface MarlEvalRun {
  readonly step_1: MarlEvalMetrics & { readonly step_count: number };
  readonly absolute_metrics: MarlEvalMetrics;
}
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
  /** Decisions the learned policy was trained for; the final evaluation is the only point of the curve. */
  readonly stepCount: number;
}

/**
 * @throws SpaceCloudError MISUSE for unpaired records, seeds that differ between scenarios (marl-eval looks runs up by
 *   the first task's names), no KPI that every run has, or names that collide once lower-cased.
 */
export function toMarlEval(records: readonly RunRecord[], options: MarlEvalOptions): MarlEvalExport {
  const table = new RunTable(records);
  requireSameSeeds(table);
  const keys = [...new Set(records.flatMap((record) => Object.keys(record.kpis)))];
  const complete = keys.filter((key) => records.every((record) => Number.isFinite(record.kpis[key])));
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
  const data: Record<string, Record<string, Record<string, MarlEvalRun>>> = {};
  for (const record of records) {
    const task = (data[tasks.get(record.scenario) as string] ??= {});
    const runs = (task[algorithms.get(record.policy) as string] ??= {});
    const values = complete.map((key) => [metrics.get(key) as string, [record.kpis[key] as number]] as const);
    runs[`seed_${record.seed}`] = {
      step_1: { step_count: options.stepCount, ...Object.fromEntries(values) } as MarlEvalRun['step_1'],
      absolute_metrics: Object.fromEntries(values),
    };
  }
  return {
    data: { [lowerName(options.environment)]: data },
    omittedKpis: keys.filter((key) => !complete.includes(key)),
  };
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
