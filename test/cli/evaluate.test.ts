import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]): string => join(folder, ...parts);

const RIVALS = 'load-aware+greedy-finish+gdsf,random+random+random,oracle+oracle+gdsf';
const SHORT = ['--seeds', '4', '--arrivals', '2', '--drain', '20', '--replicates', '200', '--rivals', RIVALS];

describe('spacecloud evaluate', () => {
  it('says how long it will take, writes its files, and with --resume makes nothing twice', async () => {
    const words = ['evaluate', 'test-12', ...SHORT, '--out', at('evaluation')];
    const first = await captured(words);
    expect(first.err).toMatch(/12 runs, [\d.]+ s each: about \d+ s left\./);
    expect(first.status, first.err).toBe(0);
    expect(readdirSync(at('evaluation')).sort()).toEqual([
      'evaluation.json',
      'marl-eval.json',
      'records.jsonl',
      'report.html',
    ]);
    const page = readFileSync(at('evaluation', 'report.html'), 'utf8');
    for (const id of ['improvement', 'profile-section', 'normalised']) expect(page).toContain(`id="${id}"`);
    const refused = await captured(words);
    expect(refused.status).toBe(2);
    expect(refused.err).toMatch(/without records\.jsonl[\s\S]*--resume/);
    const again = await captured([...words, '--resume']);
    expect(again.status, again.err).toBe(0);
    expect(again.err).not.toMatch(/s each/);
    expect(again.out).toBe(first.out);
    expect(readFileSync(at('evaluation', 'records.jsonl'), 'utf8').trim().split('\n')).toHaveLength(12);
  });

  it('keeps to the seeds of its purpose: the absolute metric takes ten times as many, fresh ones', async () => {
    const few = ['--seeds', '1', '--arrivals', '1', '--drain', '5', '--replicates', '200', '--json'];
    const rivals = ['--rivals', 'random+random+random'];
    const { out, status } = await captured(['evaluate', 'test-12', ...few, ...rivals, '--absolute']);
    expect(status).toBe(0);
    const { summary } = JSON.parse(out) as { summary: { seeds: number[][] } };
    expect(summary.seeds).toEqual([Array.from({ length: 10 }, (_, i) => 300_000 + i)]);
    for (const command of [['evaluate'], ['sweep', '--over', 'load=1']]) {
      // Two seeds from 299,999 on would end with 300,000, the first of the absolute metric.
      const words = [...command, 'test-12', '--seeds', '2', '--first-seed', '299999'];
      const foreign = await captured(words);
      expect(foreign.status).toBe(2);
      expect(foreign.err).toMatch(/--first-seed from 1 to 299998 \(2 seeds of the purpose 'report'\), got 299999/);
    }
  });

  it('refuses anchors that are not among the policies', async () => {
    const { status, err } = await captured(['evaluate', 'test-12', ...SHORT, '--anchors', 'prior,oracle+oracle+gdsf']);
    expect(status).toBe(2);
    expect(err).toMatch(/anchor 'prior' among the policies/);
  });
});

describe('spacecloud sweep', () => {
  it('writes a table, a page with a curve per axis and figure, CSV and JSON', async () => {
    const over = ['--over', 'load=0.5,2', '--over', 'state-age=4'];
    const { status, out, err } = await captured(['sweep', 'test-12', ...SHORT, ...over, '--out', at('sweep')]);
    expect(status, err).toBe(0);
    expect(out).toContain('offered load, factor on all rates [1]: utility per task');
    expect(out).toContain('age of news, factor on beacon and report periods [1]: utility per task');
    expect(readdirSync(at('sweep')).sort()).toEqual(['records.jsonl', 'report.html', 'sweep.csv', 'sweep.json']);
    const page = readFileSync(at('sweep', 'report.html'), 'utf8');
    expect(page).toContain('Sweep: utility per task [1] against offered load');
    expect(page).toContain('Sweep: utility per task [1] against age of news');
    // Three points, three policies, four seeds.
    expect(readFileSync(at('sweep', 'records.jsonl'), 'utf8').trim().split('\n')).toHaveLength(36);
  });

  it.each(['speed=1,2', 'load', 'load=1,x', 'load=1,,2'])('refuses --over %s', async (over) => {
    const { status, err } = await captured(['sweep', 'test-12', '--over', over]);
    expect(status).toBe(2);
    expect(err).toMatch(/Expected a quantity and its values for --over, got /);
  });

  it.each([
    [['load=0'], /Expected values above 0 for --over load=, got 'load=0'/],
    [['load=1,-1'], /Expected values above 0 for --over load=/],
    [['failure=1.5'], /Expected values from 0 to less than 1 for --over failure=/],
    [['failure=0,1'], /Expected values from 0 to less than 1 for --over failure=/],
    [['satellite-failure=-0.1'], /Expected values from 0 to less than 1 for --over satellite-failure=/],
    [['state-age=0'], /Expected values above 0 for --over state-age=/],
    [['load=1,1'], /each quantity and value of --over once, got 'load=1,1'/],
    [['load=1', 'load=2'], /each quantity and value of --over once, got 'load=2'/],
    [['failure=0', 'load=1', '--load=3'], /Expected --over load= or --load, got both \(--load 3\)/],
  ])('refuses what cannot be swept: %s', async (axes, message) => {
    const words = axes.flatMap((axis) => (axis.startsWith('--') ? [axis] : ['--over', axis]));
    const { status, err } = await captured(['sweep', 'test-12', ...words]);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });
});
