import { type Scenario, settingValue } from '../../../environment/index.ts';
import type { StudyFile } from '../../../training/index.ts';

/** What the study of a scenario's name says of it. */
export interface StudyFacts {
  readonly title: string;
  readonly claim: string;
  readonly announcement: string;
  readonly loses: string;
  readonly kpis: readonly string[];
  readonly comparators: readonly string[];
  readonly parameters: readonly (StudyFile['parameters'][number] & {
    /** In the study; null: it has none, or several. */
    readonly value: unknown;
    /** In the scenario as it is, where the study sets another for all columns. */
    readonly inScenario?: unknown;
    /** Known from memory or from secondary sources only. */
    readonly weak: boolean;
  })[];
}

/** What a study says of a scenario, with the values that its parameters have there. */
export function studyFacts(scenario: Scenario, study: StudyFile): StudyFacts {
  const valueOf = (path: string): unknown => {
    try {
      return settingValue(scenario, path) ?? null;
    } catch {
      return null;
    }
  };
  const { title, claim, announcement, loses, headline, kpis, comparators, parameters, wanMs } = study;
  const valuesOf = (path: string): { readonly value: unknown; readonly inScenario?: unknown } => {
    const value = valueOf(path);
    return path !== 'wan.fixedMs' || value === wanMs ? { value } : { value: wanMs, inScenario: value };
  };
  return {
    ...{ title, claim, announcement, loses },
    kpis: [headline, ...kpis.filter((key) => key !== headline)],
    comparators: comparators.map(({ name, label }) => (label === undefined ? name : `${name} (${label})`)),
    parameters: parameters.map((parameter) => ({
      ...parameter,
      ...valuesOf(parameter.path),
      weak: parameter.grade === 'memory' || parameter.grade === 'secondary',
    })),
  };
}
