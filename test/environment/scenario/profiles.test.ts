import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applySettings, loadScenario, varyScenario } from '../../../environment/index.ts';
import { smallProfile } from '../payload/profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-profiles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

mkdirSync(join(folder, 'profiles'));
writeFileSync(join(folder, 'profiles', 'small.json'), JSON.stringify(smallProfile()));

/** As profiles give them: 800 MB are 1 TFLOP at peak (figures.test.ts); reduction 8000 / 105, false alerts 45 / 95. */
const MEASURED = { workTflop: 1, reduction: 76.1905, falseAlertFrac: 0.473684 };

let files = 0;
function scenarioWith(lines: string): string {
  const file = join(folder, `scenario-${files++}.yaml`);
  writeFileSync(
    file,
    `schema: 1
base: ${join(process.cwd(), 'scenarios', 'wildfire-66.yaml')}
name: with-profile
set:
${lines}
`,
  );
  return file;
}

const WATCH = '{ name: watch, ratePerS: 0.1, deadlineS: 600, rawBytes: 800e6';

describe('profiles of payloads in scenarios', () => {
  it('take the place of work and reduction, and say where the values are from', () => {
    const file = scenarioWith(`  traffic.observations: [${WATCH}, profile: profiles/small.json }]`);
    const [watch] = loadScenario(file).traffic.observations;
    expect(watch).toMatchObject(MEASURED);
    expect(watch?.measuredBy).toMatch(/^small\.json [0-9a-f]{16}$/);
    expect(watch).not.toHaveProperty('profile');
  });

  it('are found by the path of one field too', () => {
    const file = scenarioWith(`  traffic.observations: [${WATCH}, workTflop: 5, reduction: 7 }]
  traffic.observations.watch.profile: profiles/small.json`);
    expect(loadScenario(file).traffic.observations[0]).toMatchObject(MEASURED);
  });

  it('give jobs their work and their output', () => {
    const file = scenarioWith(
      '  traffic.jobs: [{ name: look, ratePerS: 0.1, deadlineS: 60, inputBytes: 1600e6, profile: profiles/small.json }]',
    );
    // twice the pixels; 1600e6 / 76.1905
    expect(loadScenario(file).traffic.jobs[0]).toMatchObject({ workTflop: 2, outputBytes: 20_999_993 });
  });

  it('give values that settings change, as any others, without reading the file again', () => {
    const file = scenarioWith(`  traffic.observations: [${WATCH}, profile: profiles/small.json }]`);
    const scenario = loadScenario(file);
    const heavy = applySettings(scenario, { 'traffic.observations.watch.workTflop': 9 });
    expect(heavy.traffic.observations[0]).toMatchObject({ ...MEASURED, workTflop: 9 });
    expect(varyScenario(scenario, (draft) => void (draft.traffic.load = 2)).traffic.observations).toEqual(
      scenario.traffic.observations,
    );
  });

  it('are refused at their place when there is none, or something else', () => {
    const absent = scenarioWith(`  traffic.observations: [${WATCH}, profile: profiles/absent.json }]`);
    expect(() => loadScenario(absent)).toThrow(
      expect.objectContaining({
        code: 'FILE_NOT_FOUND',
        place: expect.objectContaining({ file: absent, line: 5 }) as object,
      }),
    );
    writeFileSync(
      join(folder, 'profiles', 'wrong.json'),
      JSON.stringify({ ...smallProfile(), work: { flopsPerPixel: -1 } }),
    );
    const wrong = scenarioWith(`  traffic.observations: [${WATCH}, profile: profiles/wrong.json }]`);
    expect(() => loadScenario(wrong)).toThrow(expect.objectContaining({ code: 'FILE_READ' }));
    expect(() => loadScenario(wrong)).toThrow(/work\.flopsPerPixel/);
  });

  it('are no excuse for a class without work: the constants or a profile', () => {
    const neither = scenarioWith(`  traffic.observations: [${WATCH} }]`);
    expect(() => loadScenario(neither)).toThrow(/workTflop/);
  });
});
