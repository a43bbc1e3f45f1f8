import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../../environment/index.ts';
import type { StudyFile } from '../../../training/index.ts';
import { packageInfo } from '../../package-info.ts';

/** What the study of a scenario's name says of it. */
export interface StudyFacts {
  readonly title: string;
  readonly claim: string;
  readonly announcement: string;
  readonly loses: string;
  readonly kpis: readonly string[];
  readonly comparators: readonly string[];
  readonly parameters: readonly (StudyFile['parameters'][number] & {
    /** In the scenario as it is; null: it has none, or several. */
    readonly value: unknown;
    /** Known from memory or from secondary sources only. */
    readonly weak: boolean;
  })[];
}

/** The shipped study of a name; null: there is none. Errors: STUDY_FILE. */
export async function studyFile(name: string): Promise<StudyFile | null> {
  const file = join(packageInfo().root, 'scenarios', 'studies', `${name}.yaml`);
  if (!existsSync(file)) return null;
  const { loadStudyFile } = await import('../../../training/index.ts');
  return loadStudyFile(file).value;
}

/** The shipped study of a scenario's name, with the values that its parameters have. Errors: STUDY_FILE. */
export async function studyFacts(scenario: Scenario): Promise<StudyFacts | null> {
  const study = await studyFile(scenario.name);
  if (study === null) return null;
  const { settingValue } = await import('../../../environment/index.ts');
  const valueOf = (path: string): unknown => {
    try {
      return settingValue(scenario, path) ?? null;
    } catch {
      return null;
    }
  };
  const { title, claim, announcement, loses, headline, kpis, comparators, parameters } = study;
  return {
    ...{ title, claim, announcement, loses },
    kpis: [headline, ...kpis.filter((key) => key !== headline)],
    comparators: comparators.map(({ name, label }) => (label === undefined ? name : `${name} (${label})`)),
    parameters: parameters.map((parameter) => ({
      ...parameter,
      value: valueOf(parameter.path),
      weak: parameter.grade === 'memory' || parameter.grade === 'secondary',
    })),
  };
}
