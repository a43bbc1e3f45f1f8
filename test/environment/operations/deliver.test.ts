import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { createContactGraph, findRoute } from '../../../environment/contact-graph/index.ts';
import { deliverInto, pairArrivalS } from '../../../environment/operations/deliver.kernel.ts';
import { deliveryColumns } from '../../../environment/operations/delivery-columns.ts';
import type { OperationsLink } from '../../../environment/operations/operations-contacts.ts';

const NODES = 6;
const HORIZON_S = 120;

/** Links in whole seconds; those of one pair follow each other, as the schedule of one antenna does. */
function randomLinks(rng: Rng): OperationsLink[] {
  const links: OperationsLink[] = [];
  for (let from = 0; from < NODES; from++) {
    for (let to = 0; to < NODES; to++) {
      if (from === to || rng.uniform() < 0.5) continue;
      for (let atS = rng.int(40); atS < HORIZON_S;) {
        const endS = atS + 1 + rng.int(12);
        links.push({ from, to, startS: atS, endS, rateBps: 1 + rng.int(9), owltS: 0.25 });
        atS = endS + rng.int(30);
      }
    }
  }
  return links;
}

function earliest(links: readonly OperationsLink[], sizeBits: number, startS: number, resume: boolean): Float64Array {
  const arrivalS = new Float64Array(NODES).fill(Infinity);
  arrivalS[0] = startS;
  deliverInto(deliveryColumns(links, NODES), { sizeBits, resume }, -1, arrivalS, new Int32Array(NODES));
  return arrivalS;
}

/** Second by second: bits over one pair from `readyS` on, whatever stretches they come from. */
function bySeconds(
  links: readonly OperationsLink[],
  pair: readonly [number, number],
  readyS: number,
  sizeBits: number,
) {
  let bits = 0;
  for (let second = Math.floor(readyS); second < HORIZON_S + 60; second++) {
    const link = links.find(
      ({ from, to, startS, endS }) => from === pair[0] && to === pair[1] && startS <= second && endS >= second + 1,
    );
    if (link === undefined) continue;
    const fromS = Math.max(readyS, second);
    const more = (second + 1 - fromS) * link.rateBps;
    if (bits + more >= sizeBits - 1e-9) return fromS + (sizeBits - bits) / link.rateBps + link.owltS;
    bits += more;
  }
  return Infinity;
}

/** The best over all ways that enter no node twice. */
function byAllWays(links: readonly OperationsLink[], to: number, sizeBits: number, startS: number): number {
  let best = Infinity;
  const go = (node: number, readyS: number, seen: ReadonlySet<number>): void => {
    if (node === to) best = Math.min(best, readyS);
    else if (readyS < best) {
      for (let next = 0; next < NODES; next++) {
        if (!seen.has(next)) go(next, bySeconds(links, [node, next], readyS, sizeBits), new Set([...seen, next]));
      }
    }
  };
  go(0, startS, new Set([0]));
  return best;
}

describe('earliest deliveries', () => {
  it('are those of the contact-graph search when an object must fit into one contact', () => {
    let reached = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const rng = new Rng(seed, 'deliveries');
      const links = randomLinks(rng);
      const sizeBits = rng.int(40);
      const startS = rng.int(30);
      const arrivalS = earliest(links, sizeBits, startS, false);
      const contacts = links.map(({ from, to, ...rest }) => ({ fromNode: `n${from}`, toNode: `n${to}`, ...rest }));
      const graph = createContactGraph({ contacts });
      for (let to = 1; to < NODES; to++) {
        const { route } = findRoute(graph, { fromNode: 'n0', toNode: `n${to}`, atS: startS, sizeBits });
        // The same sums in the same order: equal to the bit.
        expect(arrivalS[to], `seed ${seed}, node ${to}`).toBe(route?.arrivalS ?? Infinity);
        if (route !== null) reached++;
      }
    }
    expect(reached).toBeGreaterThan(500);
  });

  it('are the best over all ways, second by second, when what one contact carried counts in the next', () => {
    let resumed = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const rng = new Rng(seed, 'resumed');
      const links = randomLinks(rng);
      const sizeBits = 5 + rng.int(60);
      const startS = rng.int(30);
      const arrivalS = earliest(links, sizeBits, startS, true);
      const whole = earliest(links, sizeBits, startS, false);
      for (let to = 1; to < NODES; to++) {
        const slow = byAllWays(links, to, sizeBits, startS);
        if (slow === Infinity) expect(arrivalS[to], `seed ${seed}, node ${to}`).toBe(Infinity);
        // Sums of up to 120 terms below 100 s: 1e-9 s is their rounding.
        else expect(Math.abs((arrivalS[to] as number) - slow), `seed ${seed}, node ${to}`).toBeLessThan(1e-9);
        if ((arrivalS[to] as number) < (whole[to] as number)) resumed++;
      }
    }
    expect(resumed).toBeGreaterThan(100);
  });

  it('over one pass take size / rate from its beginning, or from when the object is there', () => {
    // 50,000 bytes = 400,000 bit at 10,000 bit/s: 40 s.
    const columns = deliveryColumns([{ from: 1, to: 0, startS: 100, endS: 200, rateBps: 1e4, owltS: 0.005 }], 2);
    expect(pairArrivalS(columns, 0, 0, 4e5, true)).toBeCloseTo(100 + 40 + 0.005, 12);
    expect(pairArrivalS(columns, 0, 130, 4e5, true)).toBeCloseTo(130 + 40 + 0.005, 12);
    expect(pairArrivalS(columns, 0, 160, 4e5, true)).toBeCloseTo(160 + 40 + 0.005, 12); // ends with the pass
    expect(pairArrivalS(columns, 0, 160.1, 4e5, true)).toBe(Infinity);
  });

  it('go on in the next pass with what is left', () => {
    // 100 s at 10 bit/s leave 400 of 1,400 bit; at 20 bit/s these take 20 s.
    const passes = [
      { from: 1, to: 0, startS: 0, endS: 100, rateBps: 10, owltS: 0 },
      { from: 1, to: 0, startS: 5000, endS: 5030, rateBps: 20, owltS: 0 },
    ];
    const columns = deliveryColumns(passes, 2);
    expect(pairArrivalS(columns, 0, 0, 1400, true)).toBe(5020);
    expect(pairArrivalS(columns, 0, 0, 1400, false)).toBe(Infinity);
  });

  it('use the fastest of links that are open at once', () => {
    // Until 10 s at 1 bit/s: 10 bit. Then 9 bit/s: the other 90 take 10 s.
    const links = [
      { from: 1, to: 0, startS: 0, endS: 100, rateBps: 1, owltS: 0 },
      { from: 1, to: 0, startS: 10, endS: 50, rateBps: 9, owltS: 0 },
    ];
    expect(pairArrivalS(deliveryColumns(links, 2), 0, 0, 100, true)).toBe(20);
  });

  it('wait for a shorter way when that is earlier', () => {
    // At 10 s begins a stretch with 1 s of light time in place of 20: 10 + 1 + 1 instead of 0 + 1 + 20.
    const links = [
      { from: 1, to: 0, startS: 0, endS: 10, rateBps: 10, owltS: 20 },
      { from: 1, to: 0, startS: 10, endS: 50, rateBps: 10, owltS: 1 },
    ];
    expect(pairArrivalS(deliveryColumns(links, 2), 0, 0, 10, true)).toBe(12);
  });
});
