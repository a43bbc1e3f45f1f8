import { beforeAll, describe, expect, it } from 'vitest';
import { type StudyReport, shippedStudies, study, studyJson } from '../../../index.ts';

/** All shipped studies in their quick size take two minutes or so on two cores. */
const LONG_MS = 600_000;
/** Of those that run in seconds: also run again. */
const REPEATED = 'surge-mesh';

let report: StudyReport;

beforeAll(async () => {
  report = await study({ studies: shippedStudies(), replicates: 1000 });
}, LONG_MS);

describe('shipped studies, quick size', () => {
  it('are all run', () => {
    expect(report.studies.map(({ study: name }) => name)).toEqual(shippedStudies());
  });

  it.each(shippedStudies())('%s keeps its key figures within the bands that it states', (name) => {
    const found = report.studies.find(({ study: run }) => run === name);
    expect(found?.bands.length).toBeGreaterThan(0);
    expect(found?.bands.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('is the same to the byte when run again, on one worker', { timeout: LONG_MS }, async () => {
    const again = await study({ studies: [REPEATED], replicates: 1000, workers: 1 });
    const studies = report.studies.filter(({ study: name }) => name === REPEATED);
    expect(studyJson(again)).toBe(studyJson({ ...report, studies }));
  });
});
