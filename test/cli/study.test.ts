import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-study-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const STUDY = `schema: 1
study: small
title: Small
scenario: test-12
claim: Claims
announcement: a
loses: l
headline: deliveredFrac
comparators: [relay]
policies: [damped+greedy-finish+least-rate]
sizes:
  quick: { arrivalsS: 1, drainS: 20, seeds: 2 }
  full: { arrivalsS: 1, drainS: 20, seeds: 3 }
bands: [{ column: relay, kpi: deliveredFrac, from: 0.5 }]
`;
const file = at('small.yaml');
writeFileSync(file, STUDY);
const SHORT = ['--workers', '1', '--replicates', '200'];

describe('spacecloud study', () => {
  it('writes a report, and with --resume makes nothing twice', async () => {
    const words = ['study', file, ...SHORT, '--out', at('out')];
    const first = await captured(words);
    expect(first.status, first.err).toBe(0);
    expect(first.out).toMatch(/claim: Claims[\s\S]*heuristics +[+-]?[\d.]+/);
    expect(readdirSync(at('out')).sort()).toEqual([
      ...['records.csv', 'records.jsonl', 'records.parquet', 'report.html', 'report.md'],
      ...['study.csv', 'study.json', 'study.parquet'],
    ]);
    const json = readFileSync(join(at('out'), 'study.json'), 'utf8');
    expect((await captured(words)).status).toBe(2);
    const again = await captured([...words, '--resume']);
    expect(again.out).toBe(first.out);
    expect(readFileSync(join(at('out'), 'study.json'), 'utf8')).toBe(json);
    // One column of each kind on two seeds; nothing to choose between.
    expect(
      readFileSync(join(at('out'), 'records.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(4);
  });

  it('replaces no report of another study or size, and says when the study has changed', async () => {
    const out = at('kept');
    expect((await captured(['study', file, ...SHORT, '--out', out])).status).toBe(0);
    const json = readFileSync(join(out, 'study.json'), 'utf8');
    const other = at('other.yaml');
    writeFileSync(other, STUDY.replace('study: small', 'study: other'));
    const refused = await captured(['study', other, ...SHORT, '--out', out, '--resume']);
    expect(refused.status).toBe(2);
    expect(refused.err).toMatch(
      /reports of other in the quick size, got one of small in the quick size[^]*another folder/,
    );
    const full = await captured(['study', file, ...SHORT, '--out', out, '--resume', '--size', 'full']);
    expect([full.status, readFileSync(join(out, 'study.json'), 'utf8')]).toEqual([2, json]);
    // The report is asked something else; the two runs of the policy and the two of the comparator are the same.
    const changed = at('changed.yaml');
    writeFileSync(changed, STUDY.replace('claim: Claims', 'claim: Claims more'));
    const again = await captured(['study', changed, ...SHORT, '--out', out, '--resume']);
    expect(again.status).toBe(0);
    expect(again.err).toContain('small: file, scenario, seeds or policies have changed');
    expect(again.err).toContain('4 kept runs still fit, 0 were made.');
  });

  it.each([
    ['study', 'flash-detection'],
    ['evaluate', 'test-12'],
    ['sweep', 'test-12', '--over', 'load=1,2'],
  ])('refuses --resume without --out: %s', async (...words) => {
    const { status, out, err } = await captured([...words, '--resume']);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('Expected --out with --resume');
  });

  it('ends with 10 where a figure is outside its band, after the result', async () => {
    const broken = at('broken.yaml');
    writeFileSync(broken, STUDY.replace('from: 0.5', 'to: 0.01'));
    const { status, out, err } = await captured(['study', broken, ...SHORT]);
    expect(status).toBe(10);
    expect(out).toMatch(/band deliveredFrac of relay: [\d.]+ BROKEN/);
    expect(err).toMatch(/STUDY_BAND: Expected small: deliveredFrac of 'relay' from any value to 0.01, got /);
    const asJson = await captured(['study', broken, ...SHORT, '--json']);
    expect(asJson.status).toBe(10);
    expect(JSON.parse(asJson.out)).toMatchObject({ error: { code: 'STUDY_BAND', details: { bands: [{ to: 0.01 }] } } });
    // Bands are of the seeds that the file states.
    expect((await captured(['study', broken, ...SHORT, '--seeds', '1', '--json'])).status).toBe(0);
  });

  it('lists what is shipped', async () => {
    const { status, out } = await captured(['study', 'list', '--json']);
    expect(status).toBe(0);
    const { studies } = JSON.parse(out) as { studies: { name: string; claim: string }[] };
    expect(studies.map(({ name }) => name)).toContain('flash-detection');
    const text = await captured(['study', 'list']);
    for (const { name, claim } of studies) expect(text.out).toContain(`${name.padEnd(24)} ${claim}`);
  });

  it.each([
    [['flash-detecton'], 5, /Did you mean flash-detection\?/],
    [['list', 'small'], 2, /`list` alone/],
    [[file, '--size', 'huge'], 2, /--size quick or full/],
    [[file, '--policy', 'no+such+policy'], 2, /'no' in 'no\+such\+policy'|no\+such/],
  ])('refuses %j', async (words, expected, says) => {
    const { status, out, err } = await captured(['study', ...words]);
    expect(status).toBe(expected);
    expect(out).toBe('');
    expect(err).toMatch(says);
  });

  it('refuses a study of a scenario that is not there, with its place', async () => {
    const lost = at('lost.yaml');
    writeFileSync(lost, STUDY.replace('scenario: test-12', 'scenario: test-13'));
    const { status, err } = await captured(['study', lost]);
    expect(status).toBe(3);
    expect(err).toContain(`${lost}:4:11: STUDY_FILE: scenario: expected a scenario`);
  });
});
