import { describe, expect, it } from 'vitest';
import { evaluationJson, type RunRecord, summarise, toMarlEval } from '../../../training/evaluation/index.ts';
import { syntheticRecords } from './synthetic.ts';

const OPTIONS = { environment: 'SpaceCloud', stepCount: 1_000_000 };
const records = [...syntheticRecords(3, 'Iridium-66'), ...syntheticRecords(3, 'second-shell')];

/** Every object key of a JSON value, at all depths. */
function allKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...allKeys(member)]);
}

/*
 * The rules are those that PyPI id-marl-eval 0.0.4 checks or relies on (`DiagnoseData.check_data`,
 * `data_process_pipeline`, `create_matrices_for_rliable`); a file of this layout passed all three.
 */
describe('marl-eval export', () => {
  const { data, omittedKpis } = toMarlEval(records, OPTIONS);
  const tasks = Object.values(data['spacecloud'] ?? {});
  const runs = tasks.flatMap((task) => Object.values(task).flatMap((algorithm) => Object.entries(algorithm)));

  it('nests environment, task, algorithm, run, step', () => {
    expect(Object.keys(data)).toEqual(['spacecloud']);
    expect(Object.keys(data['spacecloud'] ?? {})).toEqual(['iridium-66', 'second-shell']);
    const utility = records.find((r) => r.policy === 'random' && r.seed === 2 && r.scenario === 'Iridium-66')?.kpis[
      'utility'
    ];
    const run = data['spacecloud']?.['iridium-66']?.['random']?.['seed_2'];
    expect(run?.absolute_metrics['utility']).toEqual([utility]);
    expect(run?.step_1?.['utility']).toEqual([utility]);
    expect(run?.step_1?.step_count).toBe(1_000_000);
    expect(omittedKpis).toEqual([]);
  });

  it('has lower-case keys only', () => {
    for (const key of allKeys(data)) expect(key).toBe(key.toLowerCase());
  });

  it('gives every task the same algorithms, and every algorithm the same runs', () => {
    const [first, second] = tasks.map((task) => Object.keys(task).sort());
    expect(first).toHaveLength(14);
    expect(second).toEqual(first);
    for (const task of tasks) {
      for (const algorithm of Object.values(task))
        expect(Object.keys(algorithm)).toEqual(['seed_1', 'seed_2', 'seed_3']);
    }
  });

  it('has the same one-word metrics in every step and in absolute_metrics, which has no step_count', () => {
    const expected = Object.keys(runs[0]?.[1].absolute_metrics ?? {}).sort();
    expect(expected).toContain('latencyp99s');
    expect(expected).toContain('dropnoallowedcandidate');
    for (const [, run] of runs) {
      expect(Object.keys(run.absolute_metrics).sort()).toEqual(expected);
      expect(Object.keys(run.step_1 ?? {}).sort()).toEqual([...expected, 'step_count'].sort());
    }
    for (const metric of expected) expect(metric).toMatch(/^[a-z0-9]+$/);
  });

  it('writes lists of finite numbers', () => {
    for (const [, run] of runs) {
      for (const values of Object.values(run.absolute_metrics)) {
        expect(values).toHaveLength(1);
        expect(Number.isFinite(values[0])).toBe(true);
      }
    }
  });

  it('leaves a KPI that one run lacks out everywhere, and names it', () => {
    const holes = records.map((record, r): RunRecord => {
      return r === 5 ? { ...record, kpis: { ...record.kpis, latencyP95S: NaN } } : record;
    });
    const partial = toMarlEval(holes, OPTIONS);
    expect(partial.omittedKpis).toEqual(['latencyP95S']);
    expect(allKeys(partial.data)).not.toContain('latencyp95s');
    expect(allKeys(partial.data)).toContain('latencyp99s');
  });

  it('replaces commas in policy names', () => {
    const named = records.map((record): RunRecord =>
      record.policy === 'random' ? { ...record, policy: 'Random, seeded' } : record,
    );
    expect(Object.keys(toMarlEval(named, OPTIONS).data['spacecloud']?.['iridium-66'] ?? {})).toContain(
      'random; seeded',
    );
  });

  it('refuses names that collide in lower case, and seeds that differ between scenarios', () => {
    const colliding = records.map((record): RunRecord =>
      record.policy === 'random' ? { ...record, policy: 'Learned' } : record,
    );
    expect(() => toMarlEval(colliding, OPTIONS)).toThrow(/policy names that stay apart.*'Learned' and 'learned'/);
    const uneven = [...syntheticRecords(3, 'a'), ...syntheticRecords(2, 'b')];
    expect(() => toMarlEval(uneven, OPTIONS)).toThrow(/scenario 'b' to have the seeds of 'a' \(1, 2, 3\), got 1, 2/);
  });
});

describe('evaluation.json', () => {
  it('holds origin, words, summary and every record, with null for none', () => {
    const some = syntheticRecords(2).map((record): RunRecord => {
      return record.policy === 'random' ? { ...record, kpis: { ...record.kpis, latencyP50S: NaN } } : record;
    });
    const summary = summarise(some, { reference: 'learned', replicates: 50, seed: 1 });
    const origin = {
      versions: { spacecloud: '0.1.0' },
      scenarioHashes: { 'iridium-66': 'abc' },
      command: 'spacecloud evaluate',
    };
    const read = JSON.parse(evaluationJson(summary, some, origin)) as {
      format: string;
      records: { policy: string; kpis: Record<string, number | null> }[];
      summary: { seeds: number[][] };
      findings: string[];
    };
    expect(read.format).toBe('spacecloud-evaluation/1');
    expect(read).toMatchObject(origin);
    expect(read.records).toHaveLength(28);
    expect(read.records.find((record) => record.policy === 'random')?.kpis['latencyP50S']).toBeNull();
    expect(read.records[0]).toEqual(some[0]);
    expect(read.summary.seeds).toEqual([[1, 2]]);
    expect(read.findings[0]).toMatch(/load-aware\+greedy-finish\+gdsf/);
  });
});
