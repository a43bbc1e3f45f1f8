import { BREACHES, DROP_REASONS, KPI_SPECS, type KpiSpec, TASK_FAMILIES } from '../../core/index.ts';
import type { RunRecord } from './run-record.ts';

/** Where a KPI belongs on the page. */
export type KpiGroup = 'headline' | 'family' | 'drop' | 'breach' | 'other';

export interface EvaluatedKpi extends KpiSpec {
  readonly group: KpiGroup;
}

/**
 * Meaning of every KPI that at least one record has, in printing order: `KPI_SPECS`, the same per task family
 * (`utility.message`), `drop.<reason>`, `breach.<name>`, counts, then keys nobody described, sorted.
 *
 * Drops describe and are not judged (`better: 'none'`): a task is dropped for one reason only, so fewer drops for one
 * reason can mean more for another; `deliveredFrac` judges their sum.
 */
export function evaluatedKpis(records: readonly RunRecord[]): readonly EvaluatedKpi[] {
  const present = new Set(records.flatMap((record) => Object.keys(record.kpis)));
  const known = knownKpis().filter((spec) => present.has(spec.key));
  for (const spec of known) present.delete(spec.key);
  const others = [...present].sort().map((key): EvaluatedKpi => {
    return { key, label: key, unit: '1', better: 'none', group: 'other' };
  });
  return [...known, ...others];
}

/** What a KPI means, whether or not a record has it; undefined for a key that nobody described. */
export function describedKpi(key: string): EvaluatedKpi | undefined {
  return knownKpis().find((spec) => spec.key === key);
}

/** Keys that {@link describedKpi} knows, in printing order. */
export function describedKpiKeys(): readonly string[] {
  return knownKpis().map(({ key }) => key);
}

/** What worlds count beside `KPI_SPECS`. */
const COUNTS: readonly EvaluatedKpi[] = [
  { key: 'tasks', label: 'tasks created', unit: 'tasks', better: 'none', group: 'other' },
  { key: 'decisions', label: 'decisions', unit: '1', better: 'none', group: 'other' },
  { key: 'reward', label: 'reward, whole run', unit: '1', better: 'none', group: 'other' },
];

function knownKpis(): EvaluatedKpi[] {
  const families = KPI_SPECS.flatMap((spec) =>
    TASK_FAMILIES.map((family): EvaluatedKpi => {
      return { ...spec, key: `${spec.key}.${family}`, label: `${spec.label}, ${family}`, group: 'family' };
    }),
  );
  const drops = DROP_REASONS.map((reason): EvaluatedKpi => {
    return { key: `drop.${reason}`, label: `dropped: ${reason}`, unit: 'tasks', better: 'none', group: 'drop' };
  });
  const breaches = BREACHES.map((breach): EvaluatedKpi => {
    return { key: `breach.${breach}`, label: `breach: ${breach}`, unit: '1', better: 'lower', group: 'breach' };
  });
  const headline = KPI_SPECS.map((spec): EvaluatedKpi => ({ ...spec, group: 'headline' }));
  return [...headline, ...families, ...drops, ...breaches, ...COUNTS];
}
