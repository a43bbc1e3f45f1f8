import { SpaceCloudError, hashJson } from '../../core/index.ts';
import { type Scenario, settingValue } from '../../environment/index.ts';
import {
  type PointFigures,
  SERVES_FRAC,
  attributionOf,
  columnsOf,
  pointOf,
  selectionOf,
  sweepAnswer,
} from './answers.ts';
import { builtInOf } from './comparators.ts';
import type { PlannedColumn, PlannedPoint, StudyPlan } from './plan.ts';
import type { BandCheck, Benefit, Sensitivity, StudyPoint, StudyResult, StudySelection } from './result.ts';
import { counted } from './shares.ts';
import type { StudyRuns } from './study-runs.ts';

/** Makes the runs of a study and says what they say; undefined after an abort. */
export async function studyResult(
  runs: StudyRuns,
  { checksBands }: { readonly checksBands: boolean },
): Promise<StudyResult | undefined> {
  const { plan, seeds } = runs;
  const { file, size, kpis, scenario } = plan;
  if (!(await runs.runPoints())) return undefined;
  expectHeadline(runs);
  const selection = selected(runs);
  const ends = plan.sensitivity.flatMap(({ low, high }) => [low, high]);
  const kept = plan.columns.filter(
    ({ column }, c) => column.role === 'comparator' || c === selection.heuristic || c === selection.learned,
  );
  if (!(await runs.runAt(ends, kept))) return undefined;

  const figures = plan.points.map((point) => runs.figures(point, plan.columns, runs.seedsAt(point)));
  const points = figures.map((each, p) => pointOf(each, plan.points[p] as PlannedPoint, { kpis, selection }));
  const [here, herePoint] = [figures[0] as PointFigures, points[0] as StudyPoint];
  return {
    ...{ study: file.study, title: file.title, claim: file.claim, announcement: file.announcement, loses: file.loses },
    scenario: { name: scenario.name, hash: hashJson(scenario), changes: plan.changes },
    ...{ arrivalsS: size.arrivalsS, drainS: size.drainS, seeds, selection, headline: runs.headline, kpis },
    columns: plan.columns.map(({ column }) => column),
    points,
    attribution: attributionOf(here, herePoint),
    sweeps: file.sweeps
      .filter(({ name }) => points.some(({ quantity }) => quantity === name))
      .map((sweep) => sweepAnswer(sweep, points)),
    sensitivity: sensitivityOf(runs, { kept, selection }),
    parameters: parametersOf(plan),
    bands: checksBands ? bandChecks(plan, here) : [],
    notes: notesOf(runs, selection, servedNote(here, herePoint, selection)),
    records: [
      ...plan.points.flatMap((point) => runs.records(point, plan.columns)),
      ...ends.flatMap((point) => runs.records(point, kept)),
    ],
  };
}

/** Errors: STUDY_FILE for a headline that no run of the study has a figure of, such as one of work that it lacks. */
function expectHeadline(runs: StudyRuns): void {
  const { plan, headline } = runs;
  if (runs.records(runs.here, plan.columns).some(({ kpis }) => headline.key in kpis)) return;
  const message = `headline: expected a KPI that runs of '${plan.scenario.name}' have, found '${headline.key}'`;
  const hint = 'Take one of `spacecloud simulate --json`; not every figure is kept per family.';
  throw new SpaceCloudError('STUDY_FILE', message, { place: plan.placeOf(['headline']), hint });
}

function selected(runs: StudyRuns): StudySelection {
  const { plan, here, candidates, selectionSeeds } = runs;
  const columnsAmong = (planned: readonly PlannedColumn[]) => planned.map(({ column }) => column);
  if (candidates.length === 0) return selectionOf(columnsAmong(plan.columns), undefined, []);
  const figures = runs.figures(here, candidates, selectionSeeds);
  const chosen = selectionOf(columnsAmong(candidates), figures, selectionSeeds);
  const { heuristic, learned, orbit, seeds } = chosen;
  return {
    seeds,
    heuristic: indexIn(plan, candidates, heuristic),
    learned: indexIn(plan, candidates, learned),
    orbit: indexIn(plan, candidates, orbit),
  };
}

/** Where a column of a part of the study stands among all. */
function indexIn(plan: StudyPlan, part: readonly PlannedColumn[], column: number): number;
function indexIn(plan: StudyPlan, part: readonly PlannedColumn[], column: number | null): number | null;
function indexIn(plan: StudyPlan, part: readonly PlannedColumn[], column: number | null): number | null {
  return column === null ? null : plan.columns.indexOf(part[column] as PlannedColumn);
}

interface SensitivityOptions {
  readonly kept: readonly PlannedColumn[];
  readonly selection: StudySelection;
}

function sensitivityOf(runs: StudyRuns, { kept, selection }: SensitivityOptions): Sensitivity[] {
  const { plan, sweepSeeds } = runs;
  const orbit = selection.orbit === null ? -1 : kept.indexOf(plan.columns[selection.orbit] as PlannedColumn);
  const benefitAt = (point: PlannedPoint): Benefit | null => {
    const figures = runs.figures(point, kept, sweepSeeds);
    const best = figures.best(columnsOf(figures.columns, 'comparator'));
    const benefit = figures.benefit(orbit < 0 ? null : orbit, best);
    if (benefit === null) return null;
    const { first, second, ...rest } = benefit;
    return { first: indexIn(plan, kept, first), second: indexIn(plan, kept, second), ...rest };
  };
  // On the same seeds as the ends, so that seeds move nothing.
  const own = benefitAt(runs.here);
  return plan.sensitivity
    .map(({ parameter, low, high }): Sensitivity => {
      const [atLow, atHigh] = [benefitAt(low), benefitAt(high)];
      const moves = [atLow, atHigh].flatMap((benefit) =>
        benefit === null || own === null ? [] : [Math.abs(benefit.difference - own.difference)],
      );
      return {
        ...{ parameter: parameter.path, grade: parameter.grade, source: parameter.source },
        low: { value: low.value as number, benefit: atLow },
        high: { value: high.value as number, benefit: atHigh },
        moves: moves.length === 0 ? null : Math.max(...moves),
      };
    })
    .sort((a, b) => (b.moves ?? -1) - (a.moves ?? -1));
}

/** Parameters whose grade a reader must know, those of the engine's own choice among them. */
function parametersOf({ file, scenario }: StudyPlan): StudyResult['parameters'] {
  const { parameters, compression } = file;
  const own: StudyResult['parameters'] = [
    ...(parameters.some(({ path }) => path === 'wan.fixedMs')
      ? []
      : [
          {
            ...{ path: 'wan.fixedMs', value: scenario.wan.fixedMs, grade: 'memory' as const },
            source: 'terrestrial network of ground clouds, 50 to 150 ms (from memory)',
          },
        ]),
    ...(compression === undefined
      ? []
      : (['ratio', 'keptFrac'] as const).map((name) => ({
          path: `compression.${name}`,
          value: compression[name],
          ...{ grade: compression.grade, source: compression.source },
        }))),
  ];
  return [
    ...parameters.map(({ path, grade, source }) => ({ path, value: valueOf(scenario, path), grade, source })),
    ...own,
  ].filter(({ grade }) => grade !== 'primary' && grade !== 'derived');
}

/** Null for what is no number or text, and where items of a list differ. */
function valueOf(scenario: Scenario, path: string): number | string | null {
  try {
    const value = settingValue(scenario, path);
    return typeof value === 'number' || typeof value === 'string' ? value : null;
  } catch (error) {
    if (error instanceof SpaceCloudError) return null; // paths that lead nowhere were refused before
    throw error;
  }
}

function bandChecks({ file, columns }: StudyPlan, figures: PointFigures): BandCheck[] {
  return file.bands.map(({ column, kpi, from = null, to = null }) => {
    const index = columns.findIndex((known) => known.column.name === column);
    const mean = figures.mean(index, kpi);
    const holds = mean !== null && mean >= (from ?? -Infinity) && mean <= (to ?? Infinity);
    return { column, kpi, from, to, mean, holds };
  });
}

/** Says when latencies are compared of which one side has far fewer. */
function servedNote(figures: PointFigures, { bestComparator }: StudyPoint, { orbit }: StudySelection): string[] {
  if (orbit === null || bestComparator === null) return [];
  const [own, other] = [figures.servedFrac(orbit), figures.servedFrac(bestComparator)];
  if (Math.min(own, other) >= SERVES_FRAC * Math.max(own, other)) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `The headline counts delivered tasks only: ${percent(own)} in orbit against ${percent(other)} of the best comparator.`,
  ];
}

function notesOf(
  { plan, seeds, sweepSeeds, candidates }: StudyRuns,
  selection: StudySelection,
  served: readonly string[],
): readonly string[] {
  const comparators = plan.columns.filter(({ column }) => column.role === 'comparator');
  const builtIn = plan.file.comparators.some((comparator) => builtInOf(comparator) !== undefined);
  const trainingRuns = plan.columns.filter(({ sources }) => sources.length > 1).map(({ column }) => column.name);
  return [
    ...(comparators.length > 1
      ? ['The best comparator is chosen at each point on the seeds it is reported on, which favours comparators.']
      : []),
    ...(candidates.length > 0
      ? [
          `The policy of the cloud in orbit is chosen once, on ${counted(selection.seeds.length, 'seed')} of their own at the scenario as it is, and holds for all points.`,
        ]
      : []),
    ...(builtIn
      ? [
          'Ground clouds of comparators have no limits: work takes no time there and nothing queues; their satellites keep captures in all the storage they have until the next contact.',
        ]
      : []),
    ...(trainingRuns.length > 0
      ? [`One sample of ${trainingRuns.join(', ')} is a training run; of all others, a seed.`]
      : []),
    ...(sweepSeeds.length < seeds.length
      ? [`Points of sweeps and of the sensitivity are run on the first ${sweepSeeds.length} seeds.`]
      : []),
    ...(seeds.length < 5 ? [`${counted(seeds.length, 'seed')}: intervals say little; see the full size.`] : []),
    ...served,
    ...plan.notes,
  ];
}
