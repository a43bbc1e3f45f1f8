import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../core/index.ts';
import { type Exits, createExits } from '../../environment/network/delays.kernel.ts';
import {
  type PathNetwork,
  createPathSearch,
  pathInto,
  shortestPath,
} from '../../environment/network/shortest-path.kernel.ts';
import { islRangeKm } from '../../environment/network/visibility.kernel.ts';
import { at } from '../present.ts';

const CLEAR_KM = 6371;
const D = 4;

/** A point at `radiusKm` in the direction of two uniform numbers. */
function point(radiusKm: number, u: number, v: number): [number, number, number] {
  const z = 2 * u - 1;
  const r = Math.sqrt(1 - z * z);
  return [radiusKm * r * Math.cos(2 * Math.PI * v), radiusKm * r * Math.sin(2 * Math.PI * v), radiusKm * z];
}

/** Links between satellites that see each other, up to four each; `slower[i]` >= 1 stretches the light time of a direction. */
function networkOf(places: readonly [number, number, number][], wanted: readonly [number, number][], slower: number[]) {
  const S = places.length;
  const rKm = Float64Array.from(places.flat());
  const to = new Int32Array(S * D).fill(-1);
  const costS = new Float64Array(S * D);
  const used = new Array<number>(S).fill(0);
  wanted.forEach(([x, y], i) => {
    const [a, b] = [x % S, y % S];
    if (a === b || at(used, a) === D || at(used, b) === D) return;
    const km = islRangeKm(rKm, a, b, Infinity, CLEAR_KM);
    if (km === Infinity) return;
    for (const [from, into, k] of [
      [a, b, 2 * i],
      [b, a, 2 * i + 1],
    ] as const) {
      const link = from * D + at(used, from);
      used[from] = at(used, from) + 1;
      to[link] = into;
      costS[link] = (km / C_KM_S) * at(slower, k % slower.length);
    }
  });
  return { satelliteCount: S, islSlots: D, to, costS, rKm } satisfies PathNetwork;
}

/** Satellites above the horizon of a place and within 4,000 km, at light time. */
function seenFrom(network: PathNetwork, goal: Float64Array): Exits {
  const exits = createExits(network.satelliteCount);
  for (let s = 0; s < network.satelliteCount; s++) {
    const away = [0, 1, 2].map((axis) => at(network.rKm, 3 * s + axis) - at(goal, axis));
    const height = away.reduce((sum, d, axis) => sum + d * at(goal, axis), 0);
    if (height < 0 || Math.hypot(...away) > 4000) continue;
    exits.satellite[exits.n] = s;
    exits.delayS[exits.n] = Math.hypot(...away) / C_KM_S;
    exits.n++;
  }
  return exits;
}

/** Dijkstra's algorithm by repeated search for the nearest satellite, from the entries on, to its end. */
function slowDelay(network: PathNetwork, entries: Exits, exits: Exits): number {
  const { satelliteCount: S, to, costS } = network;
  const delayS = new Array<number>(S).fill(Infinity);
  for (let e = 0; e < entries.n; e++) {
    const s = at(entries.satellite, e);
    delayS[s] = Math.min(at(delayS, s), at(entries.delayS, e));
  }
  const open = new Set(Array.from({ length: S }, (_, s) => s));
  while (open.size > 0) {
    let v = -1;
    for (const s of open) if (v < 0 || at(delayS, s) < at(delayS, v)) v = s;
    open.delete(v);
    for (let link = v * D; link < (v + 1) * D; link++) {
      const u = at(to, link);
      if (u >= 0) delayS[u] = Math.min(at(delayS, u), at(delayS, v) + at(costS, link));
    }
  }
  let least = Infinity;
  for (let e = 0; e < exits.n; e++) {
    least = Math.min(least, at(delayS, at(exits.satellite, e)) + at(exits.delayS, e));
  }
  return least;
}

/** The delay along the path that the search names; fails where a link is missing. */
function delayAlong(network: PathNetwork, search: ReturnType<typeof createPathSearch>, entries: Exits, exits: Exits) {
  const path = new Int32Array(network.satelliteCount);
  const satellites = path.subarray(0, pathInto(search, path));
  let delayS = Infinity;
  for (let e = 0; e < entries.n; e++) {
    if (entries.satellite[e] === satellites[0]) delayS = Math.min(delayS, at(entries.delayS, e));
  }
  for (let i = 1; i < satellites.length; i++) {
    const from = at(satellites, i - 1);
    const link = [0, 1, 2, 3].map((d) => from * D + d).filter((l) => network.to[l] === at(satellites, i));
    expect(link.length).toBeGreaterThan(0);
    delayS += Math.min(...link.map((l) => at(network.costS, l)));
  }
  expect(exits.satellite[search.exit]).toBe(satellites.at(-1));
  return delayS + at(exits.delayS, search.exit);
}

/** Evenly spread, which `fc.double` is not. */
const unit = fc.integer({ min: 0, max: 1e6 }).map((k) => k / 1e6);
const radiusKm = fc.integer({ min: 6800, max: 9000 });

describe('single shortest paths', () => {
  it('ENV-30 have the delay of Dijkstra to the last bit, for links no faster than light that clear the Earth', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(radiusKm, unit, unit), { minLength: 30, maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { minLength: 150, maxLength: 250 }),
        fc.array(fc.constantFrom(1, 1, 1.3, 4), { minLength: 1, maxLength: 20 }),
        fc.tuple(unit, unit, unit, unit, fc.constantFrom(0, CLEAR_KM)),
        (places, wanted, slower, [u, v, p, q, clearKm]) => {
          const network = networkOf(
            places.map(([km, a, b]) => point(km, a, b)),
            wanted,
            slower,
          );
          const from = seenFrom(network, Float64Array.from(point(CLEAR_KM, u, v)));
          const goal = Float64Array.from(point(CLEAR_KM, p, q));
          const exits = seenFrom(network, goal);
          const search = createPathSearch(network.satelliteCount, D);
          // Twice in the same work space: nothing of a search may be left for the next.
          shortestPath(search, network, exits, from, goal, 0);
          const delayS = shortestPath(search, network, from, exits, goal, clearKm);
          expect(delayS).toBe(slowDelay(network, from, exits));
          expect(search.delayS).toBe(delayS);
          if (delayS === Infinity) {
            expect([search.last, search.exit]).toEqual([-1, -1]);
            return;
          }
          if (at(search.before, search.last) >= 0) found++;
          expect(delayAlong(network, search, from, exits)).toBe(delayS);
        },
      ),
      { seed: 20260722, numRuns: 500 },
    );
    // Paths with at least one link between satellites, not only up and down again.
    expect(found).toBeGreaterThan(50);
  });

  it('ENV-30 of satellites in a ring go the short way round, and the bound keeps the search from the long one', () => {
    // 60 satellites on a circle of 7,000 km, 6 deg apart; from satellite 0 to the ground under satellite 10.
    const ring = Array.from({ length: 60 }, (_, s): [number, number, number] => {
      const angle = (2 * Math.PI * s) / 60;
      return [7000 * Math.cos(angle), 7000 * Math.sin(angle), 0];
    });
    const network = networkOf(
      ring,
      ring.map((_, s) => [s, (s + 1) % 60]),
      [1],
    );
    const entry = createExits(1);
    entry.n = 1;
    const exit = createExits(1);
    exit.n = 1;
    exit.satellite[0] = 10;
    exit.delayS[0] = (7000 - CLEAR_KM) / C_KM_S;
    const goal = Float64Array.from(ring[10] ?? []).map((x) => (x * CLEAR_KM) / 7000);
    const search = createPathSearch(60, D);
    // Ten chords of 2 x 7,000 km x sin(3 deg) and 629 km down.
    const expectedS = (20 * 7000 * Math.sin(Math.PI / 60) + 629) / C_KM_S;
    // Rounding of eleven terms.
    expect(shortestPath(search, network, entry, exit, goal, CLEAR_KM)).toBeCloseTo(expectedS, 14);
    const path = new Int32Array(60);
    expect([...path.subarray(0, pathInto(search, path))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // Dijkstra's search would have gone as far the other way: 21 satellites.
    expect(search.expanded).toBeLessThanOrEqual(13);
  });

  it('ENV-30 do not exist where a link costs Infinity or is down', () => {
    const network = networkOf(
      [
        [7000, 0, 0],
        [7000, 500, 0],
      ],
      [[0, 1]],
      [1],
    );
    const entry = createExits(1);
    entry.n = 1;
    const exit = createExits(1);
    exit.n = 1;
    exit.satellite[0] = 1;
    const goal = Float64Array.of(CLEAR_KM, 455, 0);
    const search = createPathSearch(2, D);
    expect(shortestPath(search, network, entry, exit, goal, CLEAR_KM)).toBeCloseTo(500 / C_KM_S, 15);
    network.costS[0] = Infinity;
    expect(shortestPath(search, network, entry, exit, goal, CLEAR_KM)).toBe(Infinity);
    expect(search.last).toBe(-1);
  });
});
