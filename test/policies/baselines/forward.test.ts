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
    // Hold: a beacon period of 0.5 s, then A: 1.11 s.
    const row = forwardRow([link(1, [90, 0.1, 0.01, 0.5, 80]), link(2, [0, 0.1, 0.02, 0.6, 0.6]), hold([1.11, 1.22])]);
    expect(choose('shortest-delay', [row])).toEqual([0]);
  });

  it('leaves masked links out, however short', () => {
    const row = forwardRow([link(1, [0, 0, 0, 0.1, 0.1], false), link(2, [0, 1, 1, 1, 1]), hold([3.5, 3.5])]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
  });

  it('breaks ties to the lowest index, between links and with hold', () => {
    // Each link: 1 + 1 + 1 = 3 s.
    const [a, b] = [link(1, [0, 1, 1, 1, 1]), link(2, [0, 1, 1, 1, 1])];
    expect(choose('shortest-delay', [forwardRow([hold([3.5, 3.5]), a, b])])).toEqual([1]);
    expect(choose('shortest-delay', [forwardRow([hold([3, 3]), a]), forwardRow([a, hold([3, 3])])])).toEqual([0, 0]);
  });

  it('holds exactly where that is the least', () => {
    // The satellite's own contact opens in 5 s: 0.5 + 5 = 5.5 s. Link: 0.1 + 0.01 + 6 = 6.11 s, or with 5.2 s 5.31 s.
    const waiting = hold([5.5, 5.5]);
    expect(choose('shortest-delay', [forwardRow([link(1, [0, 0.1, 0.01, 6, 6]), waiting])])).toEqual([1]);
    expect(choose('shortest-delay', [forwardRow([link(1, [0, 0.1, 0.01, 5.2, 5.2]), waiting])])).toEqual([0]);
  });

  it('holds if no allowed link has a path, and takes what is allowed if it may not hold', () => {
    const dead = link(1, [0, 1, 0, Infinity, Infinity]);
    const masked = link(2, [0, 1, 0, 1, 1], false);
    expect(choose('shortest-delay', [forwardRow([dead, masked, hold()])])).toEqual([2]);
    expect(choose('shortest-delay', [forwardRow([masked, dead, hold([1, 1], false)])])).toEqual([1]);
  });

  it('does not take a candidate whose delay is NaN', () => {
    const row = forwardRow([link(1, [0, NaN, 0, 1, 1]), link(2, [0, 5, 5, 5, 5])]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
  });
});

describe('load-aware', () => {
  it('adds the own queue and takes the remaining delay of the last link-state report', () => {
    // A: 0.4 + 0.1 + 0.01 + 0.5 = 1.01 s; B: 0 + 0.1 + 0.02 + 0.7 = 0.82 s.
    const waiting = hold([1.11, 1.11]);
    const row = forwardRow([link(1, [0.4, 0.1, 0.01, 0.5, 0.5]), link(2, [0, 0.1, 0.02, 0.6, 0.7]), waiting]);
    expect(choose('load-aware', [row])).toEqual([1]);
    // Without the queue A would win: 0.61 s against 0.82 s.
    const empty = forwardRow([link(1, [0, 0.1, 0.01, 0.5, 0.5]), link(2, [0, 0.1, 0.02, 0.6, 0.7]), waiting]);
    expect(choose('load-aware', [empty])).toEqual([0]);
  });

  it('weighs hold by the link-state report, where shortest-delay goes by the snapshot', () => {
    // By the snapshot hold is less, 5.5 s against 0.1 + 0.01 + 6 = 6.11 s; by the report it is more, 8 s against 7.11 s.
    const row = forwardRow([link(1, [0, 0.1, 0.01, 6, 7]), hold([5.5, 8])]);
    expect(choose('shortest-delay', [row])).toEqual([1]);
    expect(choose('load-aware', [row])).toEqual([0]);
    // The own queue of 1 s makes the link the longer way: 8.11 s.
    const queued = forwardRow([link(1, [1, 0.1, 0.01, 6, 7]), hold([5.5, 8])]);
    expect(choose('load-aware', [queued])).toEqual([1]);
  });
});

describe('oracle', () => {
  const view = (delays: Readonly<Record<number, number>>): OracleView => ({
    trueDelayS: (from, to) => (to === 9 ? (delays[from] ?? Infinity) : Infinity),
    trueBacklogS: () => 0,
  });

  it('adds the true delay from the neighbour on, per world', () => {
    const candidates = [link(1, [0, 0.1, 0, 5, 5]), link(2, [0, 0.1, 0, 5, 5]), hold([5.6, 5.6])];
    const rows = [forwardRow(candidates, { world: 0 }), forwardRow(candidates, { world: 1 })];
    expect(choose('oracle', rows, [view({ 1: 3, 2: 1 }), view({ 1: 1, 2: 3 })])).toEqual([1, 0]);
  });

  it('asks no truth of a neighbour that is the destination', () => {
    const row = forwardRow([link(1, [0, 0.1, 0, 5, 5]), link(9, [0.5, 0.1, 0, 5, 5])]);
    // A: 0.1 + 1 = 1.1 s; B: 0.5 + 0.1 + 0 = 0.6 s.
    expect(choose('oracle', [row], [view({ 1: 1 })])).toEqual([1]);
  });

  describe('at satellite 0, of which the truth knows the delay too', () => {
    // Each link: 0.1 s of transmission and 0.02 s of propagation. The features of hold say the opposite: they are no truth.
    const near = link(1, [0, 0.1, 0.02, 5, 5]);
    const far = link(2, [0, 0.1, 0.02, 5, 5]);

    it('holds where the way waits for its own next contact, by however little', () => {
      // The contact opens in 4 s; by the neighbour and back here: 0.12 + 0.12 + 4 = 4.24 s.
      const row = forwardRow([near, far, hold()]);
      expect(choose('oracle', [row], [view({ 0: 4, 1: 4.12, 2: 9 })])).toEqual([2]);
      // The neighbour's own contact opens in 3 s: 3.12 s that way, from here too.
      expect(choose('oracle', [row], [view({ 0: 3.12, 1: 3, 2: 9 })])).toEqual([0]);
    });

    it('does not take a link that has moved since the truth was measured for waiting', () => {
      // 0.12 + 3 s by the range at the start of the tick; now the link is 0.5 ms (150 km) longer.
      const moved = link(1, [0, 0.1, 0.0205, 5, 5]);
      expect(choose('oracle', [forwardRow([moved, hold([0, 0])])], [view({ 0: 3.12, 1: 3 })])).toEqual([0]);
    });

    it('does not wait for a masked link that the truth leads over', () => {
      const masked = link(1, [0, 0.1, 0.02, 5, 5], false);
      expect(choose('oracle', [forwardRow([masked, far, hold([0, 0])])], [view({ 0: 3.12, 1: 3, 2: 9 })])).toEqual([1]);
      expect(choose('oracle', [forwardRow([masked, hold()])], [view({ 0: 3.12, 1: 3 })])).toEqual([1]);
    });

    it('keeps a bundle that has no way, and does not hold where it may not', () => {
      expect(choose('oracle', [forwardRow([near, hold()])], [view({})])).toEqual([1]);
      expect(choose('oracle', [forwardRow([near, hold([0, 0], false)])], [view({ 0: 4, 1: 4.12 })])).toEqual([0]);
    });
  });

  it('refuses to guess when it was not given the truth', () => {
    expect(() => choose('oracle', [forwardRow([link(1, [0, 0, 0, 0, 0])])])).toThrow(/OracleView for world 0/);
  });
});

describe('random', () => {
  const row = forwardRow([
    link(1, [0, 0, 0, 0, 0]),
    link(2, [0, 0, 0, 0, 0], false),
    link(3, [0, 0, 0, 0, 0]),
    hold([0.5, 0.5]),
  ]);
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
