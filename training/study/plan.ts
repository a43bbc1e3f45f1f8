import { type KpiSpec, SpaceCloudError, hashJson } from '../../core/index.ts';
import { type Scenario, type SettingPlace, applySettings, settingValue } from '../../environment/index.ts';
import { type PolicySource, baselineSource } from '../evaluation/policy-source.ts';
import { builtInOf, changesOf, comparatorLabel, comparatorScenario } from './comparators.ts';
import { type LoadedStudyFile, kpisOf } from './load.ts';
import type { StudyColumn } from './result.ts';
import type { Settings, StudyFile, StudySize, StudySizeName } from './schema.ts';

/** A study as it is given: its file and the scenario that the file names, as that is. */
export interface StudyInput {
  readonly file: LoadedStudyFile;
  readonly scenario: Scenario;
}

export interface PlanOptions {
  readonly size: StudySizeName;
  /** Policies of the cloud in orbit beside those of the file; sources of one name are training runs. */
  readonly policies: readonly PolicySource[];
}

/** A column with what decides in it. */
export interface PlannedColumn {
  readonly column: StudyColumn;
  /** One, or the training runs. */
  readonly sources: readonly PolicySource[];
}

/** All that runs at one value of one quantity: the scenario of each column. */
export interface PlannedPoint {
  readonly quantity: string | null;
  readonly value: number | null;
  /** [columns] */
  readonly scenarios: readonly Scenario[];
}

export interface PlannedSensitivity {
  readonly parameter: StudyFile['parameters'][number];
  readonly low: PlannedPoint;
  readonly high: PlannedPoint;
}

/** What a study runs, every scenario made and validated. */
export interface StudyPlan {
  readonly file: StudyFile;
  readonly placeOf: LoadedStudyFile['placeOf'];
  readonly size: StudySize;
  readonly kpis: readonly KpiSpec[];
  /** Of the policies of the cloud in orbit, with its changes. */
  readonly scenario: Scenario;
  readonly changes: readonly string[];
  readonly columns: readonly PlannedColumn[];
  /** The scenario as it is, then the points of the sweeps. */
  readonly points: readonly PlannedPoint[];
  readonly sensitivity: readonly PlannedSensitivity[];
  readonly notes: readonly string[];
}

/**
 * Makes every scenario of a study, so that a wrong path or value is refused, with its place, before anything runs.
 *
 * Errors: STUDY_FILE, SCENARIO_*; USAGE for a policy whose name is taken.
 */
export function planStudy({ file: loaded, scenario: given }: StudyInput, options: PlanOptions): StudyPlan {
  const { value: file, placeOf } = loaded;
  const size = file.sizes[options.size];
  const wan = { 'wan.fixedMs': file.wanMs };
  const sizePlace = settingsAt(loaded, ['sizes', options.size, 'set']);
  const scenario = applySettings(applySettings(given, wan), size.set ?? {}, sizePlace);
  expectGround(loaded, scenario);
  const columns = [...comparatorColumns(loaded, scenario), ...orbitColumns(file, options.policies)];
  const pointOf = (base: Scenario, quantity: string | null, value: number | null): PlannedPoint => {
    const scenarios = columns.map(({ column }, c) => {
      const comparator = column.role === 'comparator' ? file.comparators[c] : undefined;
      if (comparator === undefined) return base;
      const place = settingsAt(loaded, ['comparators', c, 'set']);
      return comparatorScenario(base, comparator, { file, placeOf: place }).scenario;
    });
    const short = scenarios.find(({ durationS }) => size.arrivalsS + size.drainS > durationS);
    if (short === undefined) return { quantity, value, scenarios };
    throw new SpaceCloudError(
      'STUDY_FILE',
      `sizes.${options.size}: expected arrivalsS and drainS within the ${short.durationS} s of the scenario, found ${size.arrivalsS + size.drainS} s`,
      { place: placeOf(['sizes', options.size]), hint: 'Shorten the runs, or give the scenario a longer durationS.' },
    );
  };
  const asItIs = pointOf(scenario, null, null);
  return {
    ...{ file, placeOf, size },
    kpis: kpisOf(file),
    scenario,
    changes: changesOf({ ...(given.wan.fixedMs === file.wanMs ? {} : wan), ...size.set }),
    columns,
    points: [
      asItIs,
      ...sweptScenarios(loaded, size, scenario).map((swept) => pointOf(swept.scenario, swept.quantity, swept.value)),
    ],
    sensitivity: sensitivityScenarios(loaded, size, scenario).map(({ parameter, low, high }) => ({
      parameter,
      low: pointOf(low, parameter.path, parameter.low as number),
      high: pointOf(high, parameter.path, parameter.high as number),
    })),
    notes: trafficNotes(columns, asItIs),
  };
}

/** Errors: STUDY_FILE for a comparator that has nothing to stand on, and for parameters that are no field of the scenario. */
function expectGround({ value: file, placeOf }: LoadedStudyFile, scenario: Scenario): void {
  for (const [i, comparator] of file.comparators.entries()) {
    const builtIn = builtInOf(comparator);
    const isCompressed = builtIn === 'compression' || builtIn === 'compressed-relay';
    const lacks =
      builtIn !== undefined && scenario.gateways.length === 0
        ? 'gateways'
        : isCompressed && scenario.traffic.observations.length === 0
          ? 'observations'
          : undefined;
    if (lacks === undefined) continue;
    const message = `comparators[${i}]: expected a scenario with ${lacks} for '${comparator.name}', found none in '${scenario.name}'`;
    const hint = 'Leave the comparator out, or name another scenario.';
    throw new SpaceCloudError('STUDY_FILE', message, { place: placeOf(['comparators', i]), hint });
  }
  for (const [i, { path }] of file.parameters.entries()) {
    try {
      settingValue(scenario, path);
    } catch (error) {
      throw placed(error, placeOf(['parameters', i, 'path']));
    }
  }
}

function placed(error: unknown, place: SpaceCloudError['place']): unknown {
  if (!(error instanceof SpaceCloudError) || place === undefined) return error;
  const { message, hint, details, cause } = error;
  return new SpaceCloudError('STUDY_FILE', message, {
    place,
    details,
    ...(cause === undefined ? {} : { cause }),
    ...(hint === undefined ? {} : { hint }),
  });
}

function comparatorColumns(loaded: LoadedStudyFile, scenario: Scenario): PlannedColumn[] {
  const { value: file } = loaded;
  return file.comparators.map((comparator, c) => {
    const { name, policy = file.comparatorPolicy } = comparator;
    const placeOf = settingsAt(loaded, ['comparators', c, 'set']);
    const { changes } = comparatorScenario(scenario, comparator, { file, placeOf });
    const label = comparatorLabel(comparator);
    return { column: { name, label, role: 'comparator', policy, changes }, sources: [baselineSource(policy)] };
  });
}

function orbitColumns(file: StudyFile, given: readonly PolicySource[]): PlannedColumn[] {
  const sources = [...[...file.policies, ...file.oracles].map((name): PolicySource => baselineSource(name)), ...given];
  const names = [...new Set(sources.map(({ name }) => name))];
  const taken = names.find((name) => file.comparators.some((comparator) => comparator.name === name));
  if (taken !== undefined) {
    throw new SpaceCloudError('USAGE', `Expected a policy with a name of its own, got '${taken}', a comparator's.`, {
      hint: 'Give it another: --policy NAME=runs/a.',
    });
  }
  return names.map((name) => {
    const ofName = sources.filter((source) => source.name === name);
    // A policy that the file and the command line both name is one column.
    const runs = ofName.filter((source, i) => ofName.findIndex(({ run }) => run === source.run) === i);
    const role = runs[0]?.role === 'baseline' ? 'heuristic' : (runs[0]?.role as 'learned' | 'oracle');
    return { column: { name, label: name, role, policy: name, changes: [] }, sources: runs };
  });
}

interface Swept {
  readonly quantity: string;
  readonly value: number;
  readonly scenario: Scenario;
}

function sweptScenarios(loaded: LoadedStudyFile, size: StudySize, base: Scenario): Swept[] {
  const { value: file, placeOf } = loaded;
  return file.sweeps.flatMap(({ name, path, values, points }, s): Swept[] => {
    if (size.sweeps !== undefined && !size.sweeps.includes(name)) return [];
    if (points !== undefined) {
      return points.map(({ value, set }, i) => {
        const scenario = applySettings(base, set, settingsAt(loaded, ['sweeps', s, 'points', i, 'set']));
        return { quantity: name, value, scenario };
      });
    }
    return (values ?? []).map((value, i) => {
      const place: SettingPlace = (_setting, _rest, atKey) =>
        placeOf(atKey ? ['sweeps', s, 'path'] : ['sweeps', s, 'values', i]);
      return { quantity: name, value, scenario: applySettings(base, { [path as string]: value }, place) };
    });
  });
}

function sensitivityScenarios({ value: file, placeOf }: LoadedStudyFile, size: StudySize, base: Scenario) {
  if (!size.sensitivity) return [];
  return file.parameters.flatMap((parameter, p) => {
    if (parameter.low === undefined || parameter.high === undefined) return [];
    const at = (end: 'low' | 'high'): Scenario => {
      const place: SettingPlace = (_setting, _rest, atKey) => placeOf(['parameters', p, atKey ? 'path' : end]);
      return applySettings(base, { [parameter.path]: parameter[end] }, place);
    };
    return [{ parameter, low: at('low'), high: at('high') }];
  });
}

function settingsAt({ placeOf }: LoadedStudyFile, path: readonly (string | number)[]): SettingPlace {
  return (setting, rest) => placeOf([...path, setting, ...rest]);
}

/** Columns whose tasks are not those of the others, since what tasks are drawn from differs. */
function trafficNotes(columns: readonly PlannedColumn[], { scenarios }: PlannedPoint): string[] {
  const own = columns.findIndex(({ column }) => column.role !== 'comparator');
  const orbit = scenarios[own];
  if (orbit === undefined) return [];
  return columns.flatMap(({ column }, c) => {
    if (arrivalsKey(scenarios[c] as Scenario) === arrivalsKey(orbit)) return [];
    return [
      `Traffic in '${column.name}' is drawn anew: its satellites, sites, labels or rates are not those of the others.`,
    ];
  });
}

/**
 * Hash of all that arrivals are drawn from: equal for two scenarios whose tasks are equal on every seed, in time, source,
 * consumer and the draws of their sizes.
 */
export function arrivalsKey({
  traffic,
  terminals,
  dataCentres,
  constellations,
  security,
  tickS,
  durationS,
}: Scenario): string {
  const settings: Settings = {
    traffic: {
      ...traffic,
      observations: traffic.observations.map(
        ({ rawBytes: _raw, reduction: _reduction, workTflop: _work, ...rest }) => rest,
      ),
      // Where copies of a version go, and how many, draws nothing.
      backups: traffic.backups.map(({ replicas: _replicas, mirror: _mirror, restoreTo: _to, ...rest }) => rest),
    },
    terminals: terminals.map(({ name, population, owner, accreditation }) => ({
      name,
      population,
      owner,
      accreditation,
    })),
    dataCentres: dataCentres.map(({ name, owner, accreditation }) => ({ name, owner, accreditation })),
    constellations: constellations.map(({ isl: _isl, radios: _radios, groundBeams: _beams, ...orbits }) => orbits),
    levels: security.levels,
    nations: security.nations,
    ...{ tickS, durationS },
  };
  return hashJson(settings);
}
