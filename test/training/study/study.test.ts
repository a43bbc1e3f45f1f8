import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import { loadGeometry } from '../../../index.ts';
import { createBaseline } from '../../../policies/index.ts';
import {
  RecordStore,
  type RunRecord,
  brokenBands,
  customSource,
  studyJson,
  studyText,
} from '../../../training/index.ts';
import { planStudy } from '../../../training/study/plan.ts';
import { SMALL_STUDY, runSmall, smallInput } from './small-study.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'study-'));
  folders.push(folder);
  return folder;
}

const unbroken = runSmall();

describe('a study', () => {
  it('runs every column of every point on the same seeds, equal scenarios once', async () => {
    let planned = 0;
    const made: RunRecord[] = [];
    const { studies } = await runSmall({
      onPlanned: (runs) => (planned = runs),
      onProgress: (_, last) => made.push(last),
    });
    const [result] = studies;
    // Points: as it is, load 1, load 4, of 7 columns and 2 seeds; 2 heuristics on 2 selection seeds; 2 ends of one parameter,
    // of 5 comparators and the chosen heuristic.
    expect(planned).toBe(3 * 7 * 2 + 2 * 2 + 2 * 6 * 2);
    // Load 1 is the scenario as it is. Comparators do not compute on board but have other accelerators: runs of their own.
    expect(made).toHaveLength(planned - 7 * 2);
    expect(result?.records).toHaveLength(3 * 7 * 2 + 2 * 6 * 2);
    expect(result?.points.map(({ quantity, value }) => [quantity, value])).toEqual([
      [null, null],
      ['load', 1],
      ['load', 4],
    ]);
    expect(result?.points[1]?.cells).toEqual(result?.points[0]?.cells);
    const seeds = new Set(made.map(({ seed }) => seed));
    expect(seeds).toEqual(new Set([1, 2, 500_000, 500_001]));
    expect(result?.records.every(({ seed }) => seed < 300_000)).toBe(true);
  });

  it('compares as its records say', async () => {
    const [result] = (await unbroken).studies;
    if (result === undefined) throw new Error('no result');
    const { columns, points, records, attribution, selection, headline } = result;
    const mean = (column: string, load: number | null): number => {
      const values = records
        .filter(
          (record) => record.column === column && record.value === load && record.quantity !== 'satellite.accelerators',
        )
        .map(({ kpis }) => kpis[headline.key] as number);
      expect(values).toHaveLength(2);
      return values.reduce((sum, value) => sum + value, 0) / 2;
    };
    for (const [p, load] of [null, 1, 4].entries()) {
      for (const [c, { name }] of columns.entries()) {
        expect(points[p]?.cells[c]?.[headline.key]?.mean, `${name} at ${load}`).toBeCloseTo(mean(name, load), 12);
      }
      const best = Math.max(...columns.slice(0, 5).map(({ name }) => mean(name, load)));
      expect(mean(columns[points[p]?.bestComparator ?? -1]?.name ?? '', load)).toBe(best);
    }
    // A random walk of bundles is no rival.
    expect(columns[selection.orbit ?? -1]?.name).toBe('damped+greedy-finish+least-rate');
    expect(selection).toMatchObject({ heuristic: 6, learned: null, seeds: [500_000, 500_001] });
    const part = (name: string) => attribution.find((step) => step.part === name)?.benefit;
    expect(part('relay')?.difference).toBeCloseTo(mean('relay', null) - mean('bent-pipe', null), 12);
    expect(part('stations')?.difference).toBeCloseTo(mean('more-stations', null) - mean('relay', null), 12);
    expect(part('compression')?.difference).toBeCloseTo(mean('compression', null) - mean('bent-pipe', null), 12);
    expect(part('compressed-relay')?.difference).toBeCloseTo(mean('compressed-relay', null) - mean('relay', null), 12);
    expect(part('relay')).toMatchObject({ first: 1, second: 0, verdict: 'wins' });
    expect(part('learning')).toBeUndefined();
    expect(points[0]?.benefit).toEqual(part('heuristics'));
  });

  it('lists what is known from memory, and tells of bands, breaches and limits', async () => {
    const report = await unbroken;
    const [result] = report.studies;
    expect(result?.parameters.map(({ path, value, grade }) => [path, value, grade])).toEqual([
      ['satellite.accelerators', 3, 'memory'],
      ['wan.fixedMs', 50, 'memory'],
      ['compression.ratio', 4, 'secondary'],
      ['compression.keptFrac', 0.5, 'secondary'],
    ]);
    expect(result?.scenario.changes).toEqual(['wan.fixedMs = 50']);
    expect(result?.sensitivity.map(({ parameter, low, high }) => [parameter, low.value, high.value])).toEqual([
      ['satellite.accelerators', 1, 6],
    ]);
    expect(result?.bands.map(({ column, holds }) => [column, holds])).toEqual([
      ['relay', true],
      ['bent-pipe', false],
    ]);
    const broken = brokenBands(report);
    expect(broken?.exitStatus).toBe(10);
    expect(broken?.message).toMatch(/^Expected small: downlinkGB of 'bent-pipe' from any value to 0, got [\d.]+\.$/);
    const text = studyText(report);
    for (const line of [/claim: c/, /best comparator/, /^ {2}relay +[+-]/m, /breaches: none/, /BROKEN/, /2 seeds: /]) {
      expect(text).toMatch(line);
    }
  });

  it('gives the same bytes again, whatever the number of workers', { timeout: 120_000 }, async () => {
    const json = studyJson(await unbroken);
    expect(studyJson(await runSmall({ workers: 3 }))).toBe(json);
  });

  it('goes on after an abort with the bytes of the unbroken one', async () => {
    const folder = newFolder();
    const abort = new AbortController();
    const first = RecordStore.open(folder, { resume: false });
    let before = 0;
    const stopped = await runSmall({
      store: first,
      signal: abort.signal,
      onProgress: (done) => {
        before = done;
        if (done === 9) abort.abort();
      },
    });
    first.close();
    expect(stopped.studies).toEqual([]);
    expect(before).toBe(9);
    const second = RecordStore.open(folder, { resume: true });
    let after = 0;
    const resumed = await runSmall({ store: second, onProgress: (done) => (after = done) });
    second.close();
    expect(studyJson(resumed)).toBe(studyJson(await unbroken));
    // 56 runs in all: 70 planned, 14 of them equal to others.
    expect(before + after).toBe(56);
  });

  it('flies policies of the caller, and leaves bands alone when the seeds are others', async () => {
    const mine = customSource('mine', (seed) => createBaseline('damped+at-source+bypass', seed));
    const text = SMALL_STUDY.replace(/sweeps:[\s\S]*?parameters:/, 'parameters:').replace(/ low: 1, high: 6,/, '');
    const { studies } = await runSmall({ studies: [smallInput(text)], policies: [mine], seeds: [11] });
    expect(studies[0]?.columns.at(-1)).toMatchObject({ name: 'mine', role: 'heuristic', policy: 'mine' });
    expect(studies[0]?.bands).toEqual([]);
    // One seed: means, no intervals, nothing claimed.
    expect(studies[0]?.points[0]?.benefit).toMatchObject({ interval: null, verdict: 'unclear' });
  });

  it('ends with the error of a run or of a geometry', async () => {
    const refuse = (): never => {
      throw new SpaceCloudError('DISK_FULL', 'Expected room.');
    };
    await expect(runSmall({ geometryOf: refuse })).rejects.toMatchObject({ code: 'DISK_FULL' });
    const text = SMALL_STUDY.replace('headline: deliveredFrac', 'headline: rtoS');
    await expect(runSmall({ studies: [smallInput(text)], geometryOf: (s) => loadGeometry(s) })).rejects.toMatchObject({
      code: 'STUDY_FILE',
      place: { file: 'small.yaml', line: 8, column: 11 },
    });
  });
});

describe('refuses before anything runs', () => {
  const lineOf = (text: string, passage: string): number => text.slice(0, text.indexOf(passage)).split('\n').length;

  it.each([
    ['a path of a sweep that leads nowhere', ['path: traffic.load', 'path: traffic.lod'], 'traffic.lod', /load/],
    ['a value that cannot be', ['values: [1, 4]', 'values: [1, -4]'], 'values: [1, -4]', /above 0/],
    [
      'a setting of a comparator',
      ['comparators: [', 'comparators: [{ name: x, set: { gateway.a: 1 } }, '],
      'gateway.a',
      /gateway/,
    ],
    [
      'a setting of a size',
      ['seeds: 2 }', "seeds: 2, set: { 'constellations.polr.isl.rateBps': 1 } }"],
      'constellations.polr',
      /polar/,
    ],
    ['a parameter', ['path: satellite.accelerators', 'path: satellite.acelerators'], 'satellite.acel', /accelerators/],
    ['runs longer than the scenario', ['drainS: 30, seeds: 2', 'drainS: 3000, seeds: 2'], 'drainS: 3000', /600 s/],
  ])('%s, with its place', (_, [passage, replacement], place, says) => {
    const text = SMALL_STUDY.replace(passage as string, replacement as string);
    let error: unknown;
    try {
      planStudy(smallInput(text), { size: 'quick', policies: [] });
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof SpaceCloudError)) throw new Error('Expected a refusal.');
    expect(error.exitStatus).toBe(3);
    expect(error.place).toMatchObject({ file: 'small.yaml', line: lineOf(text, place) });
    expect(`${error.message} ${error.hint}`).toMatch(says);
  });
});
