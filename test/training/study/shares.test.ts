import { describe, expect, it } from 'vitest';
import { studyMarkdown } from '../../../training/study/report/index.ts';
import type { StudyReport, StudyResult } from '../../../training/study/result.ts';
import { passedOver, percentText } from '../../../training/study/shares.ts';
import { studyText } from '../../../training/study/study-text.ts';
import { studyFixture } from './fixture.ts';

/** Columns 0 to 4 are comparators; the last of them is the best in the fixture. Column 0 shows a better latency of few tasks. */
const DELIVERED = [0.08, 0.96, 0.9, 0.95, 1];

function withShares(delivered: readonly number[]): StudyReport {
  const report = studyFixture();
  const [study] = report.studies as [StudyResult];
  const points = study.points.map((point) => ({
    ...point,
    cells: point.cells.map((cell, c) => ({
      ...cell,
      'deliveredFrac.observation': { mean: delivered[c] ?? 1, interval: null, runs: 4 },
    })),
  }));
  return { ...report, studies: [{ ...study, points }] };
}

describe('comparators that deliver too little', () => {
  it('are those below 95 % of what the one that delivers most does', () => {
    const [study] = withShares(DELIVERED).studies as [StudyResult];
    expect(passedOver(study, study.points[0])).toEqual([
      { column: 0, servedFrac: 0.08 },
      { column: 2, servedFrac: 0.9 },
    ]);
    const counts = { ...study, headline: { ...study.headline, key: 'deadlineHitFrac' } };
    expect(passedOver(counts, study.points[0])).toEqual([]);
  });

  it('are marked where their numbers stand, with the rule', () => {
    const report = withShares(DELIVERED);
    const name = report.studies[0]?.columns[0];
    const rule = `Passed over as best comparator: ${name?.label} (delivers 8.0 %)`;
    const text = studyText(report);
    expect(text.match(/<- delivers .*/g)).toEqual([
      '<- delivers 8.0 %, passed over',
      '<- delivers 90.0 %, passed over',
    ]);
    expect(text).toContain(rule);
    const markdown = studyMarkdown(report);
    expect(markdown).toContain(rule);
    expect(markdown).toContain(`${name?.label} (delivers 8.0 %, passed over)`);
    expect(studyText(withShares([1, 1, 1, 1, 1]))).not.toContain('assed over');
  });
});

it('rounds to 100 % only what is', () => {
  const shares = [-0.998, -0.9998, -1, 1, 0.99996, 0.083, 0];
  expect(shares.map((share) => percentText(share, { signed: true }))).toEqual([
    ...['-99.8 %', '-99.98 %', '-100.0 %', '+100.0 %', '+99.996 %', '+8.3 %', '+0.0 %'],
  ]);
});

it('says on how many seeds a verdict stands when they are few', () => {
  const text = studyMarkdown(studyFixture({ seeds: 2 }));
  expect(text).toMatch(/The cloud in orbit wins on .* on 2 seeds: /);
  expect(text).toContain('Clear gains on 2 seeds: ');
  expect(studyMarkdown(studyFixture({ seeds: 5 }))).not.toMatch(/on \d seeds/);
});
