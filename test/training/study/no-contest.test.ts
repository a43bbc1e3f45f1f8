import { describe, expect, it } from 'vitest';
import { studyText } from '../../../training/index.ts';
import { studyHtml, studyMarkdown } from '../../../training/study/report/index.ts';
import { SMALL_STUDY, runSmall, smallInput } from './small-study.ts';

const text = SMALL_STUDY.replace(/comparators: .*\n/, '')
  .replace(/compression: .*\n/, '')
  .replace(/policies: .*\n/, 'policies: [damped+at-source+least-rate]\n')
  .replace(/bands:[^]*/, 'bands:\n  - { column: damped+at-source+least-rate, kpi: deliveredFrac, from: 0.5, to: 1 }\n');
const made = runSmall({ studies: [smallInput(text)] });

describe('a study without comparators', () => {
  it('runs, claims no win and no loss, and checks its bands', async () => {
    const [result] = (await made).studies;
    expect(result?.columns.map(({ role }) => role)).toEqual(['heuristic']);
    expect(result?.points.map(({ benefit }) => benefit)).toEqual([null, null, null]);
    expect(result?.attribution).toEqual([]);
    expect(result?.bands).toMatchObject([{ holds: true }]);
    expect(result?.notes.join()).not.toContain('comparator');
  });

  it('says so as text', async () => {
    const lines = studyText(await made);
    expect(lines).toContain('headline: not a contest, there are no comparators');
    expect(lines).toContain('load [1]: run at 1, 4\n');
    expect(lines).not.toMatch(/does not (win|pay)/);
  });

  it('says so in the report', async () => {
    const found =
      'Not a contest: there are no comparators, but bands that figures must lie within. Of these, all 1 hold.';
    const markdown = studyMarkdown(await made);
    expect(markdown).toContain(`**Found.** ${found}`);
    expect(markdown).toContain('Load: 2 values tested (1, 4).');
    expect(markdown).not.toContain('comparator not counted');
    expect(await studyHtml(await made)).toContain(found);
  });
});
