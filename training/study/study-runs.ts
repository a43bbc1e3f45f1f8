import { type KpiSpec, SpaceCloudError } from '../../core/index.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { SEED_RANGES, expectSeeds } from '../evaluation/seed-ranges.ts';
import { PointFigures, type Resampling } from './answers.ts';
import type { PlannedColumn, PlannedPoint, StudyPlan } from './plan.ts';
import type { StudyResult } from './result.ts';
import { type Unit, type UnitRecords, type UnitsEnvironment, runUnits } from './run-units.ts';

/** What all studies of one call share. */
export interface SharedRuns extends UnitsEnvironment {
  readonly records: UnitRecords;
  readonly fallback: string;
  readonly resampling: Resampling;
}

/** The runs of one study: which there are, making them, and their figures. */
export class StudyRuns {
  readonly plan: StudyPlan;
  readonly seeds: readonly number[];
  /** Of them, those that run away from the scenario as it is: at points of sweeps and of the sensitivity. */
  readonly sweepSeeds: readonly number[];
  /** As many of the tuning range: policies are chosen on these and reported on the others. */
  readonly selectionSeeds: readonly number[];
  /** Policies of the cloud in orbit that must be chosen between; empty where there is no choice. */
  readonly candidates: readonly PlannedColumn[];
  private readonly shared: SharedRuns;

  /** Errors: MISUSE for seeds that are no report seeds. */
  constructor(plan: StudyPlan, seeds: readonly number[] | undefined, shared: SharedRuns) {
    this.plan = plan;
    this.shared = shared;
    this.seeds = seeds ?? Array.from({ length: plan.size.seeds }, (_, i) => SEED_RANGES.report.first + i);
    expectSeeds(this.seeds, 'report');
    this.sweepSeeds = this.seeds.slice(0, plan.size.sweepSeeds ?? this.seeds.length);
    this.selectionSeeds = this.seeds.map((_, i) => SEED_RANGES.tuning.first + i);
    const inOrbit = plan.columns.filter(({ column: { role } }) => role === 'heuristic' || role === 'learned');
    this.candidates = inOrbit.length < 2 ? [] : inOrbit;
  }

  get headline(): KpiSpec {
    return this.plan.kpis[0] as KpiSpec;
  }

  /** The scenario as it is. */
  get here(): PlannedPoint {
    return this.plan.points[0] as PlannedPoint;
  }

  /** The seeds that a point is run on. */
  seedsAt(point: PlannedPoint): readonly number[] {
    return point === this.here ? this.seeds : this.sweepSeeds;
  }

  /** At most so many runs. */
  get effort(): number {
    const { plan, seeds, sweepSeeds, selectionSeeds } = this;
    const runs = (columns: readonly PlannedColumn[]): number =>
      columns.reduce((sum, { sources }) => sum + sources.length, 0);
    const atEnds = (['comparator', 'heuristic', 'learned'] as const).reduce((sum, role) => {
      const ofRole = plan.columns.filter(({ column }) => column.role === role);
      return sum + (role === 'comparator' ? runs(ofRole) : Math.max(0, ...ofRole.map((column) => runs([column]))));
    }, 0);
    return (
      runs(plan.columns) * (seeds.length + (plan.points.length - 1) * sweepSeeds.length) +
      runs(this.candidates) * selectionSeeds.length +
      2 * plan.sensitivity.length * atEnds * sweepSeeds.length
    );
  }

  /** Makes what is missing of all columns at all points, and of the candidates on the selection seeds; false after an abort. */
  runPoints(): Promise<boolean> {
    const { plan, candidates, selectionSeeds } = this;
    return this.run([
      ...plan.points.flatMap((point) => this.units(point, plan.columns, this.seedsAt(point))),
      ...this.units(this.here, candidates, selectionSeeds),
    ]);
  }

  /** The same of some columns at other points. */
  runAt(points: readonly PlannedPoint[], columns: readonly PlannedColumn[]): Promise<boolean> {
    return this.run(points.flatMap((point) => this.units(point, columns, this.seedsAt(point))));
  }

  figures(point: PlannedPoint, columns: readonly PlannedColumn[], seeds: readonly number[]): PointFigures {
    const records = columns.map((column) => this.units(point, [column], seeds).map((unit) => this.recordOf(unit)));
    const named = { columns: columns.map(({ column }) => column), records };
    return new PointFigures(named, this.headline, this.shared.resampling);
  }

  /** Records of a point, as the result lists them. */
  records(point: PlannedPoint, columns: readonly PlannedColumn[]): StudyResult['records'] {
    const { quantity, value } = point;
    return columns.flatMap((planned) =>
      this.units(point, [planned], this.seedsAt(point)).map((unit) => ({
        ...this.recordOf(unit),
        ...{ column: planned.column.name, quantity, value },
      })),
    );
  }

  private run(units: readonly Unit[]): Promise<boolean> {
    return runUnits(units, this.shared.records, this.shared);
  }

  private units(point: PlannedPoint, columns: readonly PlannedColumn[], seeds: readonly number[]): Unit[] {
    const { arrivalsS, drainS, startS } = this.plan.size;
    return columns.flatMap((planned) => {
      const scenario = point.scenarios[this.plan.columns.indexOf(planned)];
      if (scenario === undefined) throw new RangeError(`No scenario for column '${planned.column.name}'.`);
      const isHeldOut = startS === undefined && (scenario.holdOut?.startWindows.length ?? 0) > 0;
      const episode = {
        ...{ arrivalsS, drainS, fallback: this.shared.fallback },
        ...(startS === undefined ? {} : { startS }),
        ...(isHeldOut ? { part: 'held-out' as const } : {}),
      };
      return planned.sources.flatMap((source) => seeds.map((seed): Unit => ({ scenario, source, seed, episode })));
    });
  }

  /** Under the names of this request: a kept record may have been made under others. */
  private recordOf(unit: Unit): RunRecord {
    const record = this.shared.records.get(unit);
    if (record === undefined) {
      throw new SpaceCloudError('MISUSE', `Expected a record of '${unit.source.name}' on seed ${unit.seed}, got none.`);
    }
    return named(record, unit);
  }
}

function named({ run: _before, ...record }: RunRecord, { source, scenario }: Unit): RunRecord {
  const { name, role, run } = source;
  return { ...record, scenario: scenario.name, policy: name, role, ...(run === undefined ? {} : { run }) };
}
