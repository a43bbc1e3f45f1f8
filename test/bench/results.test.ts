import { describe, expect, it } from 'vitest';
import { readOptions } from '../../bench/results/options.ts';
import { withTables } from '../../bench/results/page.ts';
import { type RunRecord, summarise, type SweepResult } from '../../training/index.ts';

function runOf(policy: string, seed: number, utility: number): RunRecord {
  return {
    ...{ scenario: 'a load=2', policy, seed, kpis: { utility }, decisions: 1, startS: 0, simulatedS: 1 },
    role: policy === 'sage' ? 'oracle' : 'baseline',
    trajectoryHash: '',
  };
}

function sweepOf(records: readonly RunRecord[]): SweepResult {
  const summary = summarise(records, { reference: 'ours', replicates: 200, seed: 1 });
  const axes = [{ quantity: 'load', values: [2] }] as const;
  return { axes, points: [{ quantity: 'load', value: 2, scenarioHash: '', records, summary }], overall: summary };
}

describe('tables of docs/RESULTS.md', () => {
  // Ours 0.5 on each seed, the rival 0.3, the oracle 0.6: differences +0.2 and -0.1 on every seed, so that is their interval too.
  const result = sweepOf(
    [1, 2].flatMap((seed) => [runOf('ours', seed, 0.5), runOf('a+b+c', seed, 0.3), runOf('sage', seed, 0.6)]),
  );
  const page = (name: string): string => `before\n<!-- table ${name} utility -->\nold\n<!-- end -->\nafter\n`;

  it('stand between their marks, with means and differences of the reference', () => {
    expect(withTables(page('s/loads'), new Map([['s/loads', result]])).split('\n')).toEqual([
      'before',
      '<!-- table s/loads utility -->',
      '',
      '| load = 2 | utility per task | ours minus it |',
      '| :-- | --: | --: |',
      '| **sage** * | 0.6000 | -0.1000 [-0.1000, -0.1000] |',
      '| **ours** | 0.5000 |  |',
      '| `a+b+c` | 0.3000 | +0.2000 [+0.2000, +0.2000] |',
      '<!-- end -->',
      'after',
      '',
    ]);
  });

  it('stay as they are where their comparison was not run', () => {
    expect(withTables(page('s/other'), new Map([['s/loads', result]]))).toBe(page('s/other'));
  });
});

describe('options of npm run results', () => {
  it('are read', () => {
    expect(readOptions(['--only', 'joint', '--only', 'routing', '--runs', '2', '--folder', 'x'])).toEqual({
      ...{ only: ['joint', 'routing'], runs: 2, folder: 'x' },
    });
    expect(readOptions([])).toEqual({ only: [], runs: Infinity, folder: 'runs/results' });
  });

  it.each([
    [['--only', 'joint', '--only', 'nothing'], /--only: expected one of .*joint.*, got 'nothing'/],
    [['--runs', '0'], /--runs: expected a whole number/],
    [['--runs', 'many'], /--runs: expected a whole number/],
    [['--quick'], /--quick/],
  ])('are refused: %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
