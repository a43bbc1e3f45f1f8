import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../core/index.ts';
import {
  chargeEmptyLinks,
  createDelayTable,
  createExits,
  fillColumn,
} from '../../environment/network/delays.kernel.ts';
import { createLinks } from '../../environment/network/links.kernel.ts';

const D = 4;

interface Edge {
  readonly a: number;
  readonly b: number;
  readonly costAb: number;
  readonly costBa: number;
}

const graphs = fc.record({
  satellites: fc.integer({ min: 1, max: 14 }),
  edges: fc.array(
    fc.record({
      a: fc.nat(13),
      b: fc.nat(13),
      costAb: fc.integer({ min: 1, max: 40 }),
      costBa: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 30 },
  ),
  exits: fc.array(fc.record({ satellite: fc.nat(13), delayS: fc.integer({ min: 0, max: 60 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
});

/** Edges that find a free slot at both ends, without repeats. */
function placeEdges(satellites: number, edges: readonly Edge[]) {
  const links = createLinks(satellites * D);
  const reverse = new Int32Array(satellites * D).fill(-1);
  const cost = new Float64Array(satellites * D).fill(Infinity);
  const used = new Array<number>(satellites).fill(0);
  const seen = new Set<string>();
  for (const { a, b, costAb, costBa } of edges) {
    const key = `${Math.min(a, b)}-${Math.max(a, b)}`;
    if (a === b || a >= satellites || b >= satellites || seen.has(key)) continue;
    if ((used[a] as number) >= D || (used[b] as number) >= D) continue;
    seen.add(key);
    const ab = a * D + (used[a] as number)++;
    const ba = b * D + (used[b] as number)++;
    links.from[ab] = links.to[ba] = a;
    links.from[ba] = links.to[ab] = b;
    reverse[ab] = ba;
    reverse[ba] = ab;
    cost[ab] = costAb;
    cost[ba] = costBa;
  }
  return { links, reverse, cost };
}

/** All-pairs least costs by Floyd and Warshall's triple loop. */
function floydWarshall(satellites: number, from: Int32Array, to: Int32Array, cost: Float64Array): number[][] {
  const least = Array.from({ length: satellites }, (_, i) =>
    Array.from({ length: satellites }, (_, j) => (i === j ? 0 : Infinity)),
  );
  cost.forEach((c, l) => {
    if (to[l] === -1) return;
    const row = least[from[l] as number] as number[];
    row[to[l] as number] = Math.min(row[to[l] as number] as number, c);
  });
  for (let k = 0; k < satellites; k++)
    for (let i = 0; i < satellites; i++)
      for (let j = 0; j < satellites; j++) {
        const through = (least[i]?.[k] as number) + (least[k]?.[j] as number);
        if (through < (least[i]?.[j] as number)) (least[i] as number[])[j] = through;
      }
  return least;
}

describe('delay tables', () => {
  it('ENV-30 equal Floyd-Warshall over random graphs with one-way costs and several exits', () => {
    fc.assert(
      fc.property(graphs, ({ satellites, edges, exits }) => {
        const { links, reverse, cost } = placeEdges(satellites, edges);
        const table = createDelayTable(satellites, D, satellites + 1, satellites * D);
        table.costS.set(cost);
        const node = satellites; // a ground node behind the exits
        const out = createExits(8);
        for (const exit of exits) {
          if (exit.satellite >= satellites) continue;
          out.satellite[out.n] = exit.satellite;
          out.link[out.n] = 1000 + out.n;
          out.delayS[out.n] = exit.delayS;
          out.n++;
        }
        fillColumn(table, links, reverse, node, out);
        const least = floydWarshall(satellites, links.from, links.to, cost);
        for (let s = 0; s < satellites; s++) {
          let expected = Infinity;
          for (let e = 0; e < out.n; e++) {
            const way = (least[s]?.[out.satellite[e] as number] as number) + (out.delayS[e] as number);
            expected = Math.min(expected, way);
          }
          const at = node * satellites + s;
          expect(table.delayS[at]).toBe(expected);
          // The first link must begin a way of just this length, one link shorter.
          const first = table.firstLink[at] as number;
          if (expected === Infinity) expect([first, table.hops[at]]).toEqual([-1, 0]);
          else if (first < 1000) {
            expect(links.from[first]).toBe(s);
            const next = node * satellites + (links.to[first] as number);
            expect((cost[first] as number) + (table.delayS[next] as number)).toBe(expected);
            expect(table.hops[at]).toBe((table.hops[next] as number) + 1);
          } else {
            expect(table.hops[at]).toBe(1);
            expect(out.delayS[first - 1000]).toBe(expected);
          }
        }
      }),
      { seed: 20260722, numRuns: 300 },
    );
  });

  it('ENV-30 charge propagation at the start of the tick and transmission; links that are down cost Infinity', () => {
    const links = createLinks(2);
    const table = createDelayTable(1, 1, 1, 2);
    links.from[0] = 0;
    links.to[0] = 0;
    links.rangeStartKm[0] = C_KM_S / 100;
    links.rateBps[0] = 1e6;
    chargeEmptyLinks(table, links, 5e5);
    expect(table.costS[0]).toBeCloseTo(0.01 + 0.5, 12);
    expect(table.costS[1]).toBe(Infinity);
  });
});
