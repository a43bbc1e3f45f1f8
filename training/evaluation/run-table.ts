import { SpaceCloudError } from '../../core/index.ts';
import type { RunRecord } from './run-record.ts';
import type { Strata } from './statistics.ts';

export interface PolicyName {
  readonly policy: string;
  readonly role: RunRecord['role'];
}

/** Records of all policies, checked to be paired: in every scenario each policy ran the same seeds, once each. */
export class RunTable {
  /** In order of first appearance. */
  readonly policies: readonly PolicyName[];
  readonly scenarios: readonly string[];
  /** [scenario] seeds, ascending. */
  readonly seeds: readonly (readonly number[])[];
  private readonly cells: ReadonlyMap<string, RunRecord>;

  /** @throws SpaceCloudError MISUSE naming the policy whose seeds, role or numbers do not fit. */
  constructor(records: readonly RunRecord[]) {
    if (records.length === 0) {
      throw new SpaceCloudError('MISUSE', 'Expected at least one run record, got none.', {
        hint: 'Run the evaluation first.',
      });
    }
    this.policies = distinctPolicies(records);
    this.scenarios = [...new Set(records.map((record) => record.scenario))];
    this.cells = indexRecords(records);
    const first = (this.policies[0] as PolicyName).policy;
    this.seeds = this.scenarios.map((scenario) => seedsOf(records, scenario, first));
    for (const { policy } of this.policies) this.requireSeeds(records, policy, first);
  }

  /** Runs of each policy over all scenarios. */
  get runs(): number {
    return this.seeds.reduce((sum, seeds) => sum + seeds.length, 0);
  }

  role(policy: string): RunRecord['role'] {
    return this.known(policy).role;
  }

  /** [scenario][seed] values of one KPI; NaN where the run has none. Rows of two policies match seed by seed. */
  values(policy: string, kpi: string): readonly Float64Array[] {
    this.known(policy);
    return this.scenarios.map((scenario, s) =>
      Float64Array.from(this.seeds[s] ?? [], (seed) => {
        const value = this.cells.get(cellKey(policy, scenario, seed))?.kpis[kpi] ?? NaN;
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

  private requireSeeds(records: readonly RunRecord[], policy: string, first: string): void {
    this.scenarios.forEach((scenario, s) => {
      const expected = this.seeds[s] as readonly number[];
      const got = seedsOf(records, scenario, policy);
      if (expected.length === got.length && expected.every((seed, i) => seed === got[i])) return;
      throw new SpaceCloudError(
        'MISUSE',
        `Expected policy '${policy}' to have run the same seeds as '${first}' in scenario '${scenario}' (${list(expected)}), got ${list(got)}.`,
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
  const roles = new Map<string, RunRecord['role']>();
  for (const { policy, role } of records) {
    const known = roles.get(policy);
    if (known !== undefined && known !== role) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected policy '${policy}' to have one role, got '${known}' and '${role}'.`,
      );
    }
    roles.set(policy, role);
  }
  return [...roles].map(([policy, role]) => ({ policy, role }));
}

function indexRecords(records: readonly RunRecord[]): ReadonlyMap<string, RunRecord> {
  const cells = new Map<string, RunRecord>();
  for (const record of records) {
    const key = cellKey(record.policy, record.scenario, record.seed);
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

function cellKey(policy: string, scenario: string, seed: number): string {
  return JSON.stringify([policy, scenario, seed]);
}

function seedsOf(records: readonly RunRecord[], scenario: string, policy: string): readonly number[] {
  return records
    .filter((record) => record.policy === policy && record.scenario === scenario)
    .map((record) => record.seed)
    .sort((a, b) => a - b);
}

function list(seeds: readonly number[]): string {
  return seeds.length === 0 ? 'none' : `seeds ${seeds.join(', ')}`;
}
