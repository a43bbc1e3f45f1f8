import { SpaceCloudError } from '../../core/index.ts';
import type { RunRecord } from './run-record.ts';
import type { Strata } from './statistics.ts';

export interface PolicyName {
  readonly policy: string;
  readonly role: RunRecord['role'];
  /** Training runs compared as this policy, in order of first appearance; one without a name for all other policies. */
  readonly runs: readonly (string | undefined)[];
}

/** Records of all policies, checked to be paired: in every scenario each policy (each of its training runs) ran the same seeds, once each. */
export class RunTable {
  /** In order of first appearance. */
  readonly policies: readonly PolicyName[];
  readonly scenarios: readonly string[];
  /** [scenario] seeds, ascending. */
  readonly seeds: readonly (readonly number[])[];
  private readonly cells: ReadonlyMap<string, RunRecord>;

  /** @throws SpaceCloudError MISUSE naming the policy whose seeds, role or numbers do not fit. */
  constructor(records: readonly RunRecord[]) {
    const [first] = records;
    if (first === undefined) {
      throw new SpaceCloudError('MISUSE', 'Expected at least one run record, got none.', {
        hint: 'Run the evaluation first.',
      });
    }
    this.policies = distinctPolicies(records);
    this.scenarios = [...new Set(records.map((record) => record.scenario))];
    this.cells = indexRecords(records);
    const seeds = seedsByRun(records);
    this.seeds = this.scenarios.map((scenario) => seeds.get(cellKey({ ...first, scenario, seed: -1 })) ?? []);
    for (const { policy, runs } of this.policies) {
      for (const run of runs) this.requireSeeds(seeds, { policy, run }, first.policy);
    }
  }

  role(policy: string): RunRecord['role'] {
    return this.known(policy).role;
  }

  /** Training runs of a policy; see {@link PolicyName}. */
  runs(policy: string): PolicyName['runs'] {
    return this.known(policy).runs;
  }

  /** [scenario][seed] values of one KPI in one training run; NaN where there is none. Rows match seed by seed. */
  values(policy: string, kpi: string, run = this.runs(policy)[0]): readonly Float64Array[] {
    return this.scenarios.map((scenario, s) =>
      Float64Array.from(this.seeds[s] ?? [], (seed) => {
        const value = this.cells.get(cellKey({ policy, run, scenario, seed }))?.kpis[kpi] ?? NaN;
        if (Math.abs(value) === Infinity) {
          throw new SpaceCloudError(
            'MISUSE',
            `Expected KPI '${kpi}' of policy '${policy}', scenario '${scenario}', seed ${seed}, to be a number, or NaN for none, got ${value}.`,
          );
        }
        return value;
      }),
    );
  }

  private known(policy: string): PolicyName {
    const found = this.policies.find((entry) => entry.policy === policy);
    if (found !== undefined) return found;
    const names = this.policies.map((entry) => `'${entry.policy}'`).join(', ');
    throw new SpaceCloudError('MISUSE', `Expected one of the evaluated policies (${names}), got '${policy}'.`);
  }

  private requireSeeds(
    seeds: ReadonlyMap<string, readonly number[]>,
    { policy, run }: { readonly policy: string; readonly run: string | undefined },
    first: string,
  ): void {
    this.scenarios.forEach((scenario, s) => {
      const expected = this.seeds[s] as readonly number[];
      const got = seeds.get(cellKey({ policy, run, scenario, seed: -1 })) ?? [];
      if (expected.length === got.length && expected.every((seed, i) => seed === got[i])) return;
      const whose = run === undefined ? `policy '${policy}'` : `run '${run}' of policy '${policy}'`;
      throw new SpaceCloudError(
        'MISUSE',
        `Expected ${whose} to have run the same seeds as '${first}' in scenario '${scenario}' (${list(expected)}), got ${list(got)}.`,
        { hint: 'Comparisons are paired: evaluate every policy on the same seeds.' },
      );
    });
  }
}

/** Drops NaN runs, then tasks without any run. */
export function finiteStrata(strata: readonly Float64Array[]): Strata {
  return strata.map((stratum) => stratum.filter(Number.isFinite)).filter((stratum) => stratum.length > 0);
}

/** [scenario][seed] x - y, NaN where either is none. */
export function differences(x: readonly Float64Array[], y: readonly Float64Array[]): readonly Float64Array[] {
  return x.map((stratum, s) => stratum.map((value, i) => value - (y[s]?.[i] ?? NaN)));
}

function distinctPolicies(records: readonly RunRecord[]): readonly PolicyName[] {
  const found = new Map<string, { role: RunRecord['role']; runs: Set<string | undefined> }>();
  for (const { policy, role, run } of records) {
    const known = found.get(policy);
    if (known !== undefined && known.role !== role) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected policy '${policy}' to have one role, got '${known.role}' and '${role}'.`,
      );
    }
    if (known === undefined) found.set(policy, { role, runs: new Set([run]) });
    else known.runs.add(run);
  }
  return [...found].map(([policy, { role, runs }]) => ({ policy, role, runs: [...runs] }));
}

function indexRecords(records: readonly RunRecord[]): ReadonlyMap<string, RunRecord> {
  const cells = new Map<string, RunRecord>();
  for (const record of records) {
    const key = cellKey(record);
    if (cells.has(key)) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected one run of policy '${record.policy}' on seed ${record.seed} of scenario '${record.scenario}', got two.`,
      );
    }
    cells.set(key, record);
  }
  return cells;
}

/** Seeds ascending of each policy, training run and scenario, under the key of a cell with seed -1. */
function seedsByRun(records: readonly RunRecord[]): ReadonlyMap<string, readonly number[]> {
  const seeds = new Map<string, number[]>();
  for (const record of records) {
    const key = cellKey({ ...record, seed: -1 });
    const list = seeds.get(key);
    if (list === undefined) seeds.set(key, [record.seed]);
    else list.push(record.seed);
  }
  for (const list of seeds.values()) list.sort((a, b) => a - b);
  return seeds;
}

function cellKey(cell: {
  readonly policy: string;
  readonly run?: string | undefined;
  readonly scenario: string;
  readonly seed: number;
}): string {
  return JSON.stringify([cell.policy, cell.run ?? null, cell.scenario, cell.seed]);
}

function list(seeds: readonly number[]): string {
  return seeds.length === 0 ? 'none' : `seeds ${seeds.join(', ')}`;
}
