import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../core/index.ts';
import {
  type DelayTable,
  chargeEmptyLinks,
  clearColumns,
  columnBase,
  createDelayTable,
  createExits,
  openColumn,
  settleColumn,
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
        const base = openColumn(table, node, out);
        settleColumn(table, links, reverse, base, -1);
        const least = floydWarshall(satellites, links.from, links.to, cost);
        for (let s = 0; s < satellites; s++) {
          let expected = Infinity;
          for (let e = 0; e < out.n; e++) {
            const way = (least[s]?.[out.satellite[e] as number] as number) + (out.delayS[e] as number);
            expected = Math.min(expected, way);
          }
          const at = base + s;
          expect(table.delayS[at]).toBe(expected);
          // The first link must begin a way of just this length, one link shorter.
          const first = table.firstLink[at] as number;
          if (expected === Infinity) expect([first, table.hops[at]]).toEqual([-1, 0]);
          else if (first < 1000) {
            expect(links.from[first]).toBe(s);
            const next = base + (links.to[first] as number);
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

  it('ENV-30 do not lead over satellites that may not hold the data', () => {
    // 0 - 1 - 2 - 3 in a row with links of 10, and 0 - 2 directly with 50; the exit is at 3.
    const { links, reverse, cost } = placeEdges(4, [
      { a: 0, b: 1, costAb: 10, costBa: 10 },
      { a: 1, b: 2, costAb: 10, costBa: 10 },
      { a: 2, b: 3, costAb: 10, costBa: 10 },
      { a: 0, b: 2, costAb: 50, costBa: 50 },
    ]);
    const table = createDelayTable(4, D, 5, 4 * D, { labelCount: 3 });
    table.costS.set(cost);
    table.allowed.set([1, 0, 1, 1], 4); // class 1: not satellite 1
    table.allowed.set([1, 1, 1, 0], 8); // class 2: not satellite 3, at which every way ends
    const delays = (label: number): number[] => {
      const exits = createExits(1);
      addExit(exits, 3, -1, 0);
      const base = openColumn(table, label * 5 + 3, exits);
      settleColumn(table, links, reverse, base, -1);
      return [...table.delayS.subarray(base, base + 4)];
    };
    expect(delays(0)).toEqual([30, 20, 10, 0]);
    expect(delays(1)).toEqual([60, Infinity, 10, 0]);
    expect(delays(2)).toEqual([Infinity, Infinity, Infinity, Infinity]);
  });
});

/** Torus of `planes` x `slots` satellites; equal costs of 1 or 2 make ties common. */
function torus(planes: number, slots: number, costs: readonly number[]) {
  const edges: Edge[] = [];
  for (let p = 0; p < planes; p++) {
    for (let j = 0; j < slots; j++) {
      const a = p * slots + j;
      for (const b of [p * slots + ((j + 1) % slots), ((p + 1) % planes) * slots + j]) {
        const cost = (i: number): number => costs[(2 * edges.length + i) % costs.length] as number;
        edges.push({ a, b, costAb: cost(0), costBa: cost(1) });
      }
    }
  }
  return placeEdges(planes * slots, edges);
}

function addExit(exits: ReturnType<typeof createExits>, satellite: number, link: number, delayS: number): void {
  exits.satellite[exits.n] = satellite;
  exits.link[exits.n] = link;
  exits.delayS[exits.n] = delayS;
  exits.n++;
}

/** What is known of a satellite: settled or not, delay, links, first link. */
function valuesAt(table: DelayTable, at: number): (number | undefined)[] {
  return [table.settled[at], table.delayS[at], table.hops[at], table.firstLink[at]];
}

// 17 x 17 = 289 satellites: above the size up to which columns are searched to their end at once.
const SIDE = 17;
const SATELLITES = SIDE * SIDE;

describe('delay columns searched as far as asked', () => {
  it('ENV-30 hold the bits of the full search, ties included, whoever asks first', () => {
    const asks = fc.array(fc.record({ satellite: fc.nat(SATELLITES - 1), around: fc.nat(1) }), {
      minLength: 1,
      maxLength: 12,
    });
    const costs = fc.array(fc.constantFrom(1, 1, 2, 0.3, 0.1, Infinity), { minLength: 1, maxLength: 60 });
    const exitsOf = fc.array(
      fc.record({ satellite: fc.nat(SATELLITES - 1), link: fc.integer({ min: -1, max: 3 }), delayS: fc.nat(3) }),
      { minLength: 1, maxLength: 4 },
    );
    let searchedInPart = 0;
    fc.assert(
      fc.property(asks, costs, exitsOf, (wanted, linkCosts, ends) => {
        const { links, reverse, cost } = torus(SIDE, SIDE, linkCosts);
        const exits = createExits(4);
        for (const { satellite, link, delayS } of ends) addExit(exits, satellite, link < 0 ? -1 : 5000 + link, delayS);
        const [full, inPart] = [0, 1].map(() => createDelayTable(SATELLITES, D, 1, SATELLITES * D)) as [
          DelayTable,
          DelayTable,
        ];
        full.costS.set(cost);
        inPart.costS.set(cost);
        const whole = openColumn(full, 0, exits);
        settleColumn(full, links, reverse, whole, -1);
        const base = openColumn(inPart, 0, exits);
        for (const { satellite, around } of wanted) {
          settleColumn(inPart, links, reverse, base, satellite, around === 1 ? links.to : undefined);
          const asked = [satellite];
          for (let slot = 0; around === 1 && slot < D; slot++) asked.push(links.to[satellite * D + slot] as number);
          for (const s of asked) {
            if (s < 0) continue;
            // Where no way leads, nothing is settled and the search has come to its end.
            if (full.delayS[whole + s] !== Infinity) expect(inPart.settled[base + s]).toBe(1);
            else expect(inPart.frontierCount[0]).toBe(0);
            expect(valuesAt(inPart, base + s)).toEqual(valuesAt(full, whole + s));
          }
        }
        if (inPart.frontierCount[0] !== 0) searchedInPart++;
        // Nothing settled on the way may differ either; and the rest of the search ends like the full one.
        for (let s = 0; s < SATELLITES; s++) {
          if (inPart.settled[base + s] === 1) expect(valuesAt(inPart, base + s)).toEqual(valuesAt(full, whole + s));
        }
        settleColumn(inPart, links, reverse, base, -1);
        for (let s = 0; s < SATELLITES; s++) {
          expect(valuesAt(inPart, base + s)).toEqual(valuesAt(full, whole + s));
        }
      }),
      { seed: 20260722, numRuns: 150 },
    );
    expect(searchedInPart).toBeGreaterThan(30);
  });

  it('ENV-30 hold for neighbours that the searched network does not know of', () => {
    const { links, reverse, cost } = torus(SIDE, SIDE, [1]);
    const neighbours = links.to.slice();
    // The link 0 - 1 is up, but not by the network searched: 1 then lies three links from 0.
    const slot = [0, 1, 2, 3].find((d) => links.to[d] === 1) as number;
    links.to[slot] = -1;
    links.to[reverse[slot] as number] = -1;
    const table = createDelayTable(SATELLITES, D, 1, SATELLITES * D);
    table.costS.set(cost);
    const exits = createExits(1);
    addExit(exits, 0, -1, 0);
    const base = openColumn(table, 0, exits);
    settleColumn(table, links, reverse, base, 0, neighbours);
    expect(valuesAt(table, base + 1).slice(0, 3)).toEqual([1, 3, 3]);
    expect(table.frontierCount[0]).toBeGreaterThan(0);
  });

  it('ENV-30 search near the exit settles few satellites', () => {
    const { links, reverse, cost } = torus(SIDE, SIDE, [1]);
    const table = createDelayTable(SATELLITES, D, 1, SATELLITES * D);
    table.costS.set(cost);
    const exits = createExits(1);
    addExit(exits, 0, -1, 0);
    settleColumn(table, links, reverse, openColumn(table, 0, exits), 1);
    // At distance 0: 1 satellite; at distance 1: 4.
    expect(table.settledCount[0]).toBeLessThanOrEqual(5);
  });
});

describe('the pool of delay columns', () => {
  const POOL = 64; // the least there is, whatever `maxBytes` says
  const KEYS = 200;

  function pool() {
    const { links, reverse, cost } = torus(SIDE, SIDE, [1, 2, 0.5]);
    const table = createDelayTable(SATELLITES, D, KEYS, SATELLITES * D, { maxBytes: 1 });
    table.costS.set(cost);
    const exits = createExits(1);
    const ask = (key: number, satellite = -1): number => {
      let base = columnBase(table, key);
      if (base < 0) {
        exits.n = 0;
        addExit(exits, key, -1, 0);
        base = openColumn(table, key, exits);
      }
      settleColumn(table, links, reverse, base, satellite, links.to);
      return base;
    };
    return { table, ask, links, reverse, cost };
  }

  it('ENV-30 keeps the last 64 asked for and gives up the one asked for longest ago', () => {
    const { table, ask } = pool();
    expect(table.capacity).toBe(POOL);
    const bases = Array.from({ length: POOL }, (_, key) => ask(key));
    expect(new Set(bases).size).toBe(POOL);
    ask(0); // now 1 is the oldest
    expect(ask(POOL)).toBe(bases[1]);
    expect(columnBase(table, 1)).toBe(-1);
    expect(columnBase(table, 0)).toBe(bases[0]);
    expect(columnBase(table, 2)).toBe(bases[2]);
    expect(table.delayS.length).toBe(POOL * SATELLITES);
  });

  it('ENV-30 of the least size never recycles what one row reads, over more keys than it holds', () => {
    const { table, ask } = pool();
    fc.assert(
      fc.property(fc.array(fc.nat(KEYS - 1), { minLength: POOL, maxLength: 300 }), (keys) => {
        const read: { key: number; base: number }[] = [];
        for (const key of keys) {
          read.push({ key, base: ask(key, (key * 7) % SATELLITES) });
          // The columns of the last 64 asks still stand, each at its own exit with delay 0.
          for (const held of read.slice(-POOL)) {
            expect(table.keyOf[held.base / SATELLITES]).toBe(held.key);
            expect(table.delayS[held.base + held.key]).toBe(0);
          }
        }
      }),
      { seed: 20260722, numRuns: 5 },
    );
  });

  it('ENV-30 leaves nothing of a former network or key in a column', () => {
    const { table, ask, links, reverse, cost } = pool();
    for (let key = 0; key < KEYS; key++) ask(key, (key * 31) % SATELLITES);
    table.costS.set(cost.map((c) => 3 * c));
    clearColumns(table);
    for (let key = KEYS - 1; key >= 0; key--) {
      expect(columnBase(table, key)).toBe(-1);
      const base = ask(key, (key * 13) % SATELLITES);
      settleColumn(table, links, reverse, base, -1);
      const fresh = createDelayTable(SATELLITES, D, KEYS, SATELLITES * D);
      fresh.costS.set(table.costS);
      const exits = createExits(1);
      addExit(exits, key, -1, 0);
      const own = openColumn(fresh, key, exits);
      settleColumn(fresh, links, reverse, own, -1);
      for (const column of ['delayS', 'hops', 'firstLink', 'settled'] as const) {
        expect(table[column].slice(base, base + SATELLITES)).toEqual(fresh[column].slice(own, own + SATELLITES));
      }
    }
  });

  it('ENV-30 stays within its bytes at 6,600 satellites', () => {
    const table = createDelayTable(6600, D, 6800, 6600 * D);
    // 27 bytes per satellite: 8 delay, 8 per bit, 2 hops, 4 first link, 1 settled, 4 order of search.
    expect(table.capacity).toBe(Math.floor(64e6 / (27 * 6600)));
    expect(table.delayS.length).toBe(POOL * 6600);
  });
});
