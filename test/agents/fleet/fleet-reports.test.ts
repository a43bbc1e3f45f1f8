import { describe, expect, it } from 'vitest';
import { FleetReports, type SatelliteReport } from '../../../agents/fleet/fleet-reports.ts';
import { OUTCOME_GROUPS } from '../../../agents/fleet/outcome-groups.ts';
import type { DecidedBatch } from '../../../agents/streams/frames.ts';
import {
  CACHE,
  FORWARD,
  PLACE,
  SPACE_CLOUD_SPEC,
  type TransitionColumns,
  createDecisionBatch,
} from '../../../core/index.ts';

interface Row {
  readonly decision: number;
  readonly agent: number;
  readonly timeS: number;
  readonly kind?: number;
  readonly byFallback?: number;
}

function decided(rows: readonly Row[]): DecidedBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, rows.length);
  batch.n = rows.length;
  rows.forEach(({ decision, agent, timeS, kind = FORWARD }, i) => {
    batch.decision[i] = decision;
    batch.agent[i] = agent;
    batch.timeS[i] = timeS;
    batch.kind[i] = kind;
  });
  const byFallback = Uint8Array.from(rows, (row) => row.byFallback ?? 0);
  return { batch, choices: new Uint8Array(rows.length), byFallback, fallbackRows: 0 };
}

function outcomes(...rows: [decision: number, next: number, reward: number][]): TransitionColumns {
  return {
    n: rows.length,
    decision: Int32Array.from(rows, ([decision]) => decision),
    next: Int32Array.from(rows, ([, next]) => next),
    reward: Float64Array.from(rows, ([, , reward]) => reward),
    elapsedS: new Float64Array(rows.length),
  };
}

/** Decisions with known outcome and what they earned, over all groups. */
function told({ decisions, outcomes, earned }: SatelliteReport) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { decisions, outcomes: sum(outcomes), earned: sum(earned) };
}

const setUp = () => new FleetReports({ satelliteCount: 3, startS: 100, reportS: 10 });

describe('what satellites report', () => {
  it('is, for a decision about a task, all that the task earned from then on', () => {
    const reports = setUp();
    reports.noteBatch(decided([{ decision: 0, agent: 0, timeS: 101 }]));
    // The link to the next decision comes before that is noted, as worlds tell it.
    reports.noteOutcomes(outcomes([0, 1, -0.5]));
    reports.noteBatch(decided([{ decision: 1, agent: 1, timeS: 102 }]));
    reports.noteOutcomes(outcomes([1, 2, 0]));
    reports.noteBatch(decided([{ decision: 2, agent: 2, timeS: 111 }]));
    expect(told(reports.reportOf(0, 100))).toMatchObject({ decisions: 1, outcomes: 0, earned: 0 });
    reports.noteOutcomes(outcomes([2, -1, 3]));
    // -0.5 + 0 + 3, 0 + 3, 3: each with the satellite and the period of its own decision.
    expect(told(reports.reportOf(0, 100))).toMatchObject({ outcomes: 1, earned: 2.5 });
    expect(told(reports.reportOf(1, 100))).toMatchObject({ outcomes: 1, earned: 3 });
    expect(told(reports.reportOf(2, 100))).toMatchObject({ decisions: 0, outcomes: 0 });
    expect(told(reports.reportOf(2, 110))).toMatchObject({ decisions: 1, outcomes: 1, earned: 3 });
  });

  it('is, for a decision of a cache, what was earned until the next of that cache', () => {
    const reports = setUp();
    reports.noteBatch(decided([{ decision: 0, agent: 1, timeS: 105, kind: CACHE }]));
    reports.noteOutcomes(outcomes([0, 1, 0.25]));
    expect(told(reports.reportOf(1, 100))).toMatchObject({ decisions: 1, outcomes: 1, earned: 0.25 });
  });

  it('is a share of the value of the task, told by kind and traffic', () => {
    const reports = setUp();
    const rows = decided([
      { decision: 0, agent: 0, timeS: 101 },
      { decision: 1, agent: 0, timeS: 101 },
      { decision: 2, agent: 0, timeS: 101, kind: PLACE },
    ]);
    const { batch } = rows;
    const set = (row: number, name: string, value: number) => {
      const columns = SPACE_CLOUD_SPEC.kinds[batch.kind[row] as number]?.context.map((feature) => feature.name) ?? [];
      expect(columns).toContain(name);
      batch.context[row * batch.contextStride + columns.indexOf(name)] = value;
    };
    set(0, 'value', 2);
    set(0, 'isContent', 1);
    set(1, 'value', 4);
    set(2, 'value', 0.5);
    set(2, 'isReplica', 1);
    reports.noteBatch(rows);
    reports.noteOutcomes(outcomes([0, -1, 1.5], [1, -1, -1], [2, -1, 0.25]));
    const { outcomes: counts, earned } = reports.reportOf(0, 100);
    const byGroup = OUTCOME_GROUPS.flatMap((group, g) => (counts[g] === 0 ? [] : [[group, counts[g], earned[g]]]));
    // 1.5 of 2, -1 of 4, 0.25 of 0.5.
    expect(byGroup).toEqual([
      ['forward: content', 1, 0.75],
      ['forward: results', 1, -0.25],
      ['place: replicas', 1, 0.5],
    ]);
  });

  it('does not take an old decision for the one before', () => {
    const reports = setUp();
    const far = 1 << 20; // the same place in the ring
    reports.noteBatch(decided([{ decision: 5, agent: 0, timeS: 101 }]));
    reports.noteBatch(decided([{ decision: 5 + far, agent: 1, timeS: 102 }]));
    reports.noteOutcomes(outcomes([5, -1, 7], [5 + far, -1, 1]));
    expect(told(reports.reportOf(0, 100))).toMatchObject({ outcomes: 0 });
    expect(told(reports.reportOf(1, 100))).toMatchObject({ outcomes: 1, earned: 1 });
  });

  it('counts who decided, late answers and breaches per period', () => {
    const late = new Float64Array(3);
    let breaches = 0;
    const reports = new FleetReports({
      ...{ satelliteCount: 3, startS: 0, reportS: 10, answers: { late, abstained: new Float64Array(3) } },
      breaches: () => breaches,
    });
    reports.noteBatch(decided([{ decision: 0, agent: 2, timeS: 1, byFallback: 1 }]));
    late[2] = 4;
    breaches = 2;
    reports.closePeriod(10);
    late[2] = 5;
    reports.closePeriod(20);
    expect(reports.reportOf(2, 0)).toMatchObject({ decisions: 1, fallback: 1, late: 4 });
    expect(reports.reportOf(2, 10)).toMatchObject({ decisions: 0, fallback: 0, late: 1 });
    expect([
      reports.reportOf(0, 0).breaches,
      reports.reportOf(0, 10).breaches,
      reports.reportOf(1, 0).breaches,
    ]).toEqual([2, 0, 0]);
  });
});
