import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpanningTree, spanningTreeInto } from '../../../environment/network/spanning-tree.kernel.ts';
import { at } from '../../present.ts';

interface Edge {
  readonly a: number;
  readonly b: number;
  readonly range2: number;
}

/** Kruskal's algorithm over the sorted list of all pairs in range. */
function kruskal(rKm: Float64Array, maxRangeKm: number): Edge[] {
  const n = rKm.length / 3;
  const edges: Edge[] = [];
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      let range2 = 0;
      for (let axis = 0; axis < 3; axis++) range2 += (at(rKm, 3 * a + axis) - at(rKm, 3 * b + axis)) ** 2;
      if (range2 <= maxRangeKm * maxRangeKm) edges.push({ a, b, range2 });
    }
  }
  edges.sort((p, q) => p.range2 - q.range2 || p.a - q.a || p.b - q.b);
  const part = Array.from({ length: n }, (_, i) => i);
  return edges.filter(({ a, b }) => {
    const [from, into] = [at(part, a), at(part, b)];
    if (from === into) return false;
    part.forEach((p, i) => {
      if (p === from) part[i] = into;
    });
    return true;
  });
}

const names = (edges: readonly Edge[]): string[] => edges.map(({ a, b }) => `${a}-${b}`).sort();

function treeOf(rKm: Float64Array, maxRangeKm: number, tree = createSpanningTree(rKm.length / 3)) {
  const lengthKm = spanningTreeInto(tree, rKm, rKm.length / 3, maxRangeKm);
  const edges = Array.from({ length: tree.count }, (_, e) => ({
    a: at(tree.a, e),
    b: at(tree.b, e),
    range2: at(tree.rangeKm, e) ** 2,
  }));
  return { tree, lengthKm, edges };
}

function expectShortest(rKm: Float64Array, maxRangeKm: number, tree?: ReturnType<typeof createSpanningTree>): void {
  const expected = kruskal(rKm, maxRangeKm);
  const found = treeOf(rKm, maxRangeKm, tree);
  expect(names(found.edges)).toEqual(names(expected));
  expect(found.tree.parts).toBe(rKm.length / 3 - expected.length);
  const lengthKm = expected.reduce((sum, { range2 }) => sum + Math.sqrt(range2), 0);
  // Sums of at most some hundred terms in another order.
  expect(Math.abs(found.lengthKm - lengthKm)).toBeLessThanOrEqual(1e-12 * lengthKm);
}

/** Whole numbers on a coarse lattice make equal lengths common; the rest is spread over low and high orbits. */
const coordinate = fc.oneof(
  fc.integer({ min: -8, max: 8 }).map((k) => 250 * k),
  fc.double({ min: -7500, max: 7500, noNaN: true }),
  fc.double({ min: -42_000, max: 42_000, noNaN: true }),
);

describe('the shortest spanning tree', () => {
  it('is that of Kruskal over all pairs in range, link by link', () => {
    const tree = createSpanningTree(120);
    const sky = fc.array(fc.tuple(coordinate, coordinate, coordinate), { maxLength: 120 });
    fc.assert(
      fc.property(sky, fc.constantFrom(300, 2126, 9000, 100_000), (places, rangeKm) => {
        expectShortest(Float64Array.from(places.flat()), rangeKm, tree);
      }),
      { seed: 20260722, numRuns: 300 },
    );
  });

  it('holds when candidates are far more than there is room for', () => {
    // 150 satellites within 100 km of each other: 11,175 pairs in the first pass, room for 8 x 150 = 1,200.
    let x = 1;
    const next = (): number => (x = (x * 48271) % 2147483647) / 2147483647;
    expectShortest(
      Float64Array.from({ length: 450 }, () => 50 * next()),
      2126,
    );
  });

  it('leaves apart what is out of range, and counts the parts', () => {
    // 0 - 1 1,000 km apart, 2 - 3 500 km apart, 3,000 km between the two.
    const { tree, lengthKm } = treeOf(Float64Array.of(0, 0, 0, 1000, 0, 0, 4000, 0, 0, 4500, 0, 0), 2126);
    expect([tree.count, tree.parts, lengthKm]).toEqual([2, 2, 1500]);
    expect(tree.part[0]).toBe(tree.part[1]);
    expect(tree.part[2]).toBe(tree.part[3]);
    expect(tree.part[0]).not.toBe(tree.part[2]);
  });

  it('of one satellite, or none, has no links', () => {
    expect(treeOf(Float64Array.of(7000, 0, 0), 2126).tree).toMatchObject({ count: 0, parts: 1 });
    expect(treeOf(new Float64Array(0), 2126).tree).toMatchObject({ count: 0, parts: 0 });
  });
});
