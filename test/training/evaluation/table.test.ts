import { describe, expect, it } from 'vitest';
import { evaluationTable, type RunRecord, summarise } from '../../../training/evaluation/index.ts';
import { POLICIES, syntheticRecords } from './synthetic.ts';

const OPTIONS = { reference: 'learned', replicates: 500, seed: 1 };
const records = syntheticRecords();
const summary = summarise(records, { ...OPTIONS, actionSelection: 'greedy' });
const table = evaluationTable(summary);

describe('evaluation table', () => {
  it('keeps to the width, for 14 policies with long names', () => {
    for (const widthChars of [120, 100, 80]) {
      const lines = evaluationTable(summary, { widthChars }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(widthChars);
    }
    for (const [name] of POLICIES) expect(table).toContain(name);
  });

  it('shows breaches beside utility, roles and the strongest baseline', () => {
    const [header = ''] = table.split('\n').filter((line) => line.includes('breaches'));
    expect(header).toMatch(/per task +breaches/);
    const first = table.split('\n\n')[0] ?? '';
    expect(first).toMatch(/oracle-dijkstra\+oracle-finish\+belady +oracle/);
    expect(first.match(/best baseline/g)).toHaveLength(1);
    expect(first).toMatch(/load-aware\+greedy-finish\+gdsf +best baseline/);
  });

  it('lines its columns up', () => {
    for (const block of table.split('\n\n').filter((part) => part.includes('---'))) {
      const lines = block.split('\n');
      const rule = lines.find((line) => line.startsWith('---')) ?? '';
      const gaps = [...rule.matchAll(/ {2}/g)].map((match) => match.index);
      for (const line of lines.slice(lines.indexOf(rule) + 1)) {
        for (const at of gaps) expect(line.padEnd(rule.length).slice(at, at + 2)).toBe('  ');
      }
    }
  });

  it('prints units of every headline KPI', () => {
    const headers = table.split('\n').filter((line) => /\[/.test(line) && !/\d/.test(line.replaceAll('[1]', '')));
    for (const unit of ['[1]', '[s]', '[GB]', '[MJ]', '[%]']) expect(headers.join(' ')).toContain(unit);
  });

  it('says in words where the reference wins, ties and loses', () => {
    const words = table.replaceAll(/\n +/g, ' ');
    expect(words).toMatch(
      /learned shows no clear difference from load-aware\+greedy-finish\+gdsf on utility per task: /,
    );
    expect(words).toMatch(/learned also beats shortest-delay\+greedy-finish\+gdsf, .* loses to oracle-dijkstra/);
    expect(words).toMatch(
      /learned loses on latency p99 to 12 of 12 policies that are no oracles, least to random by 1\.\d+ s \[/,
    );
    expect(words).toContain('234 comparisons, none corrected');
    expect(words).toContain('most probable choice (greedy)');
    expect(words).toContain('learned breached no constraint in any run.');
  });

  it('counts its comparisons', () => {
    // Of KPI_SPECS these runs have 14, two of them undirected (hops, ISL bytes): 12, and 5 family utilities and 1 kind of breach.
    const directed = summary.kpis.filter((spec) => spec.better !== 'none').length;
    expect(directed).toBe(18);
    expect(summary.comparisons).toBe(13 * directed);
  });

  it('says none where there is no value, and marks means over fewer runs', () => {
    const holes = records.map((record): RunRecord => {
      const isHole = record.policy === 'random' || (record.policy === 'learned' && record.seed < 3);
      return isHole ? { ...record, kpis: { ...record.kpis, latencyP50S: NaN } } : record;
    });
    const text = evaluationTable(summarise(holes, OPTIONS));
    const block = text.split('\n\n').find((part) => part.includes('p50')) ?? '';
    expect(block).toMatch(/^random .*\bnone\b/m);
    expect(block).toMatch(/^learned .*\(8\/10\)/m);
  });

  it('says that one seed shows nothing', () => {
    const text = evaluationTable(summarise(syntheticRecords(1), OPTIONS));
    expect(text).toContain('no difference shown here is evidence of one');
    expect(text).not.toMatch(/ beats /);
    expect(text).not.toMatch(/clearly worse than no policy/);
  });

  it('warns of few seeds', () => {
    expect(evaluationTable(summarise(syntheticRecords(5), OPTIONS))).toContain(
      '5 seeds make these intervals too narrow',
    );
    expect(table).not.toContain('too narrow');
  });

  it('colours only when asked to', () => {
    const escape = '\u001b[';
    expect(table).not.toContain(escape);
    const coloured = evaluationTable(summary, { colour: true });
    expect(coloured).toContain(escape);
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(table);
  });
});
