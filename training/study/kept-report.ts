import { SpaceCloudError, hashJson } from '../../core/index.ts';
import type { StudyReport, StudyResult } from './result.ts';

interface Asked {
  readonly studies: readonly string[];
  readonly size: StudyReport['size'];
  /** The report that stands in the folder. */
  readonly file: string;
}

/** Errors: USAGE when the report of a folder is of another size, or of studies that are not among those asked for. */
export function expectKeepsReport(before: StudyReport, { studies, size, file }: Asked): void {
  const lost = before.studies.map(({ study }) => study).filter((name) => !studies.includes(name));
  if (lost.length === 0 && before.size === size) return;
  const found = `${before.studies.map(({ study }) => study).join(', ')} in the ${before.size} size`;
  throw new SpaceCloudError(
    'USAGE',
    `Expected a folder with reports of ${studies.join(', ')} in the ${size} size, got one of ${found}.`,
    {
      place: { file },
      hint: 'Its reports would be replaced: give another folder to --out, or the same studies and size.',
    },
  );
}

/** Studies of which both reports have one, of another question: what was asked, not what was found, is compared. */
export function changedStudies(before: StudyReport, after: StudyReport): readonly string[] {
  return after.studies.flatMap((study) => {
    const old = before.studies.find((known) => known.study === study.study);
    return old === undefined || questionHash(old) === questionHash(study) ? [] : [study.study];
  });
}

/** What runs and what they are asked. */
function questionHash(study: StudyResult): string {
  const { title, claim, announcement, loses, scenario, arrivalsS, drainS, seeds, headline, kpis, columns } = study;
  return hashJson({
    ...{ title, claim, announcement, loses, scenario, arrivalsS, drainS, seeds, columns },
    kpis: [headline, ...kpis].map(({ key }) => key),
    points: study.points.map(({ quantity, value }) => [quantity, value]),
    sensitivity: study.sensitivity.map(({ parameter, low, high }) => `${parameter} ${low.value} ${high.value}`).sort(),
    parameters: study.parameters,
    bands: study.bands.map(({ column, kpi, from, to }) => [column, kpi, from, to]),
  });
}
