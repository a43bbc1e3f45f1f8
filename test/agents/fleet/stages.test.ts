import { describe, expect, it } from 'vitest';
import { DueEvents } from '../../../agents/fleet/due-events.ts';
import { stageSizes, updateOrder } from '../../../agents/fleet/stages.ts';
import { timeSpread } from '../../../agents/fleet/rollout-kpis.ts';
import { ROLLOUT_DEFAULTS, planProblem } from '../../../agents/fleet/index.ts';

const PLANES = Int32Array.from({ length: 66 }, (_, s) => Math.floor(s / 11));

describe('who comes when', () => {
  it('takes one satellite of each plane in turn, by the seed', () => {
    const order = updateOrder(PLANES, 1);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 66 }, (_, s) => s));
    for (let from = 0; from < 66; from += 6) {
      expect(new Set(order.slice(from, from + 6).map((s) => PLANES[s])).size).toBe(6);
    }
    expect(updateOrder(PLANES, 1)).toEqual(order);
    expect(updateOrder(PLANES, 2)).not.toEqual(order);
  });

  it('has stages of the shares stated, and of the least number of canaries', () => {
    // 10 % of 66 = 6.6: 7; half 33; all.
    expect(stageSizes({ canaryShare: 0.1, leastCanaries: 4, waves: [0.5, 1] }, 66)).toEqual([7, 33, 66]);
    expect(stageSizes({ canaryShare: 0.1, leastCanaries: 4, waves: [0.5, 1] }, 12)).toEqual([4, 6, 12]);
    expect(stageSizes({ canaryShare: 0.1, leastCanaries: 4, waves: [0.5, 1] }, 3)).toEqual([3]);
  });

  it('refuses plans that contradict themselves', () => {
    expect(planProblem(ROLLOUT_DEFAULTS)).toBeUndefined();
    expect(planProblem({ ...ROLLOUT_DEFAULTS, waves: [0.5, 0.4] })?.path).toEqual(['waves', 1]);
    expect(planProblem({ ...ROLLOUT_DEFAULTS, observeS: 1000 })?.path).toEqual(['gate', 'deadlineS']);
    expect(planProblem({ ...ROLLOUT_DEFAULTS, reportS: 125 })?.path).toEqual(['observeS']);
    expect(planProblem({ ...ROLLOUT_DEFAULTS, baselineS: 40 })?.path).toEqual(['baselineS']);
    expect(planProblem({ ...ROLLOUT_DEFAULTS, leastCanaries: 2 })?.path).toEqual(['leastCanaries']);
  });
});

it('what is due comes in order of time, then as it was added; what is never due does not', () => {
  const due = new DueEvents();
  const done: string[] = [];
  for (const [timeS, name] of [
    [3, 'c'],
    [1, 'a'],
    [3, 'd'],
    [Infinity, 'never'],
    [2, 'b'],
  ] as const) {
    due.add(timeS, () => void done.push(name));
  }
  for (let next = due.take(); next !== undefined; next = due.take()) void next.action();
  expect(done.join('')).toBe('abcd');
  expect(due.nextS).toBe(Infinity);
});

it('spreads of times go by nearest rank and count who is left out', () => {
  // 4 known values: p50 is the 2nd, p90 the 4th.
  expect(timeSpread([4, NaN, 1, 3, 2, Infinity])).toEqual({ p50: 2, p90: 4, max: 4, never: 2 });
  expect(timeSpread([NaN])).toEqual({ p50: null, p90: null, max: null, never: 1 });
});
