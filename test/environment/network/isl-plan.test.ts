import { describe, expect, it } from 'vitest';
import {
  type IslPlan,
  type IslConfig,
  elementGridPlan,
  walkerGridPlan,
} from '../../../environment/network/isl-plan.ts';
import { type WalkerShell as WalkerConfig, walkerAngles } from '../../../environment/orbit/walker-shell.ts';
import { walkerEphemeris } from '../../../environment/orbit/walker.ts';
import { islConfig, walkerConfig } from '../../configs.ts';
import { at } from '../../present.ts';

const ISL: IslConfig = islConfig({
  topology: 'grid',
  terminals: 4,
  rateBps: 10e9,
  maxRangeKm: 5000,
  earthClearanceKm: 80,
  acquisitionS: 30,
  crossSeam: false,
  terminalPowerW: 40,
});
const WALKER: WalkerConfig = walkerConfig({
  pattern: 'delta',
  planes: 6,
  satellitesPerPlane: 11,
  altitudeKm: 780,
  inclinationDeg: 60,
  eccentricity: 0,
  raanOffsetDeg: 5,
});

function shape(walker: WalkerConfig) {
  const { planes, satellitesPerPlane } = walker;
  return { planes, satellitesPerPlane, star: walker.pattern === 'star', ...walkerAngles(walker) };
}

/** Fixed links as sorted 'a-b'. */
function edges(plan: IslPlan): string[] {
  return [...plan.fixedA]
    .map((a, e) => [Math.min(a, at(plan.fixedB, e)), Math.max(a, at(plan.fixedB, e))])
    .sort((p, q) => at(p, 0) - at(q, 0) || at(p, 1) - at(q, 1))
    .map((pair) => pair.join('-'));
}

function degrees(plan: IslPlan, n: number): number[] {
  const degree = new Array<number>(n).fill(0);
  for (const s of [...plan.fixedA, ...plan.fixedB]) degree[s] = at(degree, s) + 1;
  return degree;
}

describe('+grid of a Walker constellation', () => {
  it('of 3 planes x 3 slots: rings and same slots, the delta closed with its phase of one slot', () => {
    const plan = walkerGridPlan({ planes: 3, satellitesPerPlane: 3, star: false, slotSpacing: 120, phasing: 40 }, ISL);
    // 3 planes of 40 deg shift make 120 deg = 1 slot: plane 2 slot j faces plane 0 slot j + 1.
    expect(edges(plan)).toEqual([
      '0-1',
      '0-2',
      '0-3',
      '0-8',
      '1-2',
      '1-4',
      '1-6',
      '2-5',
      '2-7',
      '3-4',
      '3-5',
      '3-6',
      '4-5',
      '4-7',
      '5-8',
      '6-7',
      '6-8',
      '7-8',
    ]);
    expect(degrees(plan, 9)).toEqual(new Array(9).fill(4));
  });

  it('closed with the same slot where the scenario says so: 6-0, 7-1, 8-2', () => {
    const plan = walkerGridPlan(
      { planes: 3, satellitesPerPlane: 3, star: false, slotSpacing: 120, phasing: 40 },
      { ...ISL, gridWrap: 'same-slot' },
    );
    expect(edges(plan).filter((edge) => /^[0-2]-[6-8]$/.test(edge))).toEqual(['0-6', '1-7', '2-8']);
    expect([...plan.plane]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('of a star has no fixed links across the seam', () => {
    const star = walkerGridPlan({ planes: 3, satellitesPerPlane: 3, star: true, slotSpacing: 120, phasing: 40 }, ISL);
    expect(degrees(star, 9)).toEqual([3, 3, 3, 4, 4, 4, 3, 3, 3]);
    expect([...star.side]).toEqual(new Array(9).fill(0));
    const crossed = walkerGridPlan({ ...shape(WALKER), star: true }, { ...ISL, crossSeam: true });
    expect(
      [...crossed.side]
        .map((side, s) => [side, s])
        .filter(([side]) => side === 1)
        .map(([, s]) => s),
    ).toEqual([...Array(11).keys()]);
    expect(crossed.side.subarray(55).every((side) => side === 2)).toBe(true);
  });

  it.each([1, 2, 3, 4, 8])('with %d terminals uses no more, and no slot twice', (terminals) => {
    const plan = walkerGridPlan(shape(WALKER), { ...ISL, terminals });
    expect(Math.max(...degrees(plan, 66))).toBe(Math.min(terminals, 4));
    const ends = [...plan.fixedA].flatMap((a, e) => [
      `${a}/${plan.fixedSlotA[e]}`,
      `${plan.fixedB[e]}/${plan.fixedSlotB[e]}`,
    ]);
    expect(new Set(ends).size).toBe(ends.length);
    for (const slot of [...plan.fixedSlotA, ...plan.fixedSlotB]) expect(slot).toBeLessThan(plan.slots);
  });

  it('with two terminals is rings only', () => {
    const plan = walkerGridPlan(shape(WALKER), { ...ISL, terminals: 2 });
    for (let e = 0; e < plan.fixedA.length; e++) {
      expect(Math.floor(at(plan.fixedA, e) / 11)).toBe(Math.floor(at(plan.fixedB, e) / 11));
    }
    expect(plan.fixedA.length).toBe(66);
  });

  it.each([
    [1, 1, 0],
    [1, 2, 1],
    [2, 1, 1],
    [2, 2, 4],
  ])('of %d planes x %d satellites has %d links', (planes, satellitesPerPlane, links) => {
    const plan = walkerGridPlan(shape({ ...WALKER, planes, satellitesPerPlane }), ISL);
    expect(plan.fixedA.length).toBe(links);
  });
});

describe('+grid of real satellites', () => {
  const at = (walker: WalkerConfig, timeS: number): Float64Array => {
    const ephemeris = walkerEphemeris(walker, 'c');
    const r = new Float64Array(3 * ephemeris.count);
    ephemeris.positionsInto(timeS, r, 0);
    return r;
  };

  it.each([
    ['delta', WALKER],
    ['star', { ...WALKER, pattern: 'star', inclinationDeg: 86.4, raanSpacingDeg: 31.6 }],
  ] as const)('finds the planes and slots of a %s from positions alone: the same links as by index', (_, walker) => {
    const config: WalkerConfig = walker;
    const found = elementGridPlan(at(config, 0), at(config, 1), ISL);
    expect(edges(found)).toEqual(edges(walkerGridPlan(shape(config), ISL)));
  });

  it('does not care in which order satellites stand, nor about uneven planes', () => {
    const r0 = at(WALKER, 0);
    const r1 = at(WALKER, 1);
    // Every satellite but number 7, in reverse.
    const kept = [...Array(66).keys()].filter((s) => s !== 7).reverse();
    const pick = (r: Float64Array): Float64Array =>
      Float64Array.from(kept.flatMap((s) => [...r.subarray(3 * s, 3 * s + 3)]));
    const plan = elementGridPlan(pick(r0), pick(r1), ISL);
    const degree = degrees(plan, 65);
    expect(Math.max(...degree)).toBe(4);
    // Satellite 7's plane neighbours link to each other; 18 and its facing slot of the last plane keep three links each.
    expect(degree.filter((d) => d < 4).length).toBe(2);
    const position = (s: number): number => kept.indexOf(s);
    const pair = [position(6), position(8)].sort((a, b) => a - b).join('-');
    expect(edges(plan)).toContain(pair);
  });
});
