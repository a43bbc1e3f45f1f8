import { describe, expect, it } from 'vitest';
import type { OracleView } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/baselines/index.ts';
import { type TestRow, batchOf, forwardRow, hold, link } from './rows.ts';

function choose(name: string, rows: readonly TestRow[], views?: readonly OracleView[]): number[] {
  const policy = createBaseline(`${name}+at-source+lru`, 7);
  if (views !== undefined) policy.attachOracle?.(views);
  const out = new Uint8Array(rows.length);
  policy.choose(batchOf(rows), out);
  return [...out];
}

describe('shortest-delay', () => {
  it('takes the least transmission + propagation + remaining, blind to queues', () => {
    // A: 0.1 + 0.01 + 0.5 = 0.61 s with 90 s of queue; B: 0.1 + 0.02 + 0.6 = 0.72 s with none.
    const row = forwardRow([link(1, [90, 0.1, 0.01, 0.5, 80]), link(2, [0, 0.1, 0.02, 0.6, 0.6]), hold()]);
    expect(choose('shortest-delay', [row])).toEqual([0]);
  });

  it('leaves masked links out, however short', () => {
    const row = forwardRow([link(1, [0, 0, 0, 0.1, 0.1], false), link(2, [0, 1, 1, 1, 1]), hold()]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
  });

  it('breaks ties to the lowest index', () => {
    const row = forwardRow([hold(), link(1, [0, 1, 1, 1, 1]), link(2, [0, 1, 1, 1, 1])]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
  });

  it('holds only if no allowed link has a path', () => {
    const dead = link(1, [0, 1, 0, Infinity, Infinity]);
    const masked = link(2, [0, 1, 0, 1, 1], false);
    expect(choose('shortest-delay', [forwardRow([dead, masked, hold()])])).toEqual([2]);
    expect(choose('shortest-delay', [forwardRow([masked, dead, hold(false)])])).toEqual([1]);
    // Holding costs nothing by its features (all 0), yet a link with a path is taken.
    expect(choose('shortest-delay', [forwardRow([hold(), link(1, [0, 9, 9, 900, 900])])])).toEqual([1]);
  });

  it('does not take a candidate whose delay is NaN', () => {
    const row = forwardRow([link(1, [0, NaN, 0, 1, 1]), link(2, [0, 5, 5, 5, 5])]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
  });
});

describe('load-aware', () => {
  it('adds the own queue and takes the remaining delay of the last link-state report', () => {
    // A: 0.4 + 0.1 + 0.01 + 0.5 = 1.01 s; B: 0 + 0.1 + 0.02 + 0.7 = 0.82 s.
    const row = forwardRow([link(1, [0.4, 0.1, 0.01, 0.5, 0.5]), link(2, [0, 0.1, 0.02, 0.6, 0.7]), hold()]);
    expect(choose('load-aware', [row])).toEqual([1]);
    // Without the queue A would win: 0.61 s against 0.82 s.
    const empty = forwardRow([link(1, [0, 0.1, 0.01, 0.5, 0.5]), link(2, [0, 0.1, 0.02, 0.6, 0.7]), hold()]);
    expect(choose('load-aware', [empty])).toEqual([0]);
  });
});

describe('oracle', () => {
  const view = (delays: Readonly<Record<number, number>>): OracleView => ({
    trueDelayS: (from, to) => (to === 9 ? (delays[from] ?? Infinity) : Infinity),
    trueBacklogS: () => 0,
  });

  it('adds the true delay from the neighbour on, per world', () => {
    const candidates = [link(1, [0, 0.1, 0, 5, 5]), link(2, [0, 0.1, 0, 5, 5]), hold()];
    const rows = [forwardRow(candidates, { world: 0 }), forwardRow(candidates, { world: 1 })];
    expect(choose('oracle', rows, [view({ 1: 3, 2: 1 }), view({ 1: 1, 2: 3 })])).toEqual([1, 0]);
  });

  it('asks no truth of a neighbour that is the destination', () => {
    const row = forwardRow([link(1, [0, 0.1, 0, 5, 5]), link(9, [0.5, 0.1, 0, 5, 5])]);
    // A: 0.1 + 1 = 1.1 s; B: 0.5 + 0.1 + 0 = 0.6 s.
    expect(choose('oracle', [row], [view({ 1: 1 })])).toEqual([1]);
  });

  it('refuses to guess when it was not given the truth', () => {
    expect(() => choose('oracle', [forwardRow([link(1, [0, 0, 0, 0, 0])])])).toThrow(/OracleView for world 0/);
  });
});

describe('random', () => {
  const row = forwardRow([link(1, [0, 0, 0, 0, 0]), link(2, [0, 0, 0, 0, 0], false), link(3, [0, 0, 0, 0, 0]), hold()]);
  const rows = Array.from({ length: 3000 }, () => row);

  it('is uniform over the allowed and never takes a masked candidate', () => {
    const counts = [0, 0, 0, 0];
    for (const choice of choose('random', rows)) counts[choice] = (counts[choice] as number) + 1;
    expect(counts[1]).toBe(0);
    // Each of three has mean 1000 and standard deviation sqrt(3000 * 1/3 * 2/3) = 25.8; 5 sigma = 129.
    for (const k of [0, 2, 3]) expect(Math.abs((counts[k] as number) - 1000)).toBeLessThan(129);
  });

  it('repeats with the seed', () => {
    expect(choose('random', rows)).toEqual(choose('random', rows));
    const other = createBaseline('random+at-source+lru', 8);
    const out = new Uint8Array(rows.length);
    other.choose(batchOf(rows), out);
    expect([...out]).not.toEqual(choose('random', rows));
  });
});
