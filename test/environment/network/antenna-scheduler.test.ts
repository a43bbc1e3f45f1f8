import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AntennaSchedulerKind,
  type AntennaSchedulerOptions,
  createAntennaScheduler,
} from '../../../environment/network/antenna-scheduler.ts';
import { at } from '../../present.ts';

const X = Infinity;

interface Setup extends Partial<AntennaSchedulerOptions> {
  readonly kind?: AntennaSchedulerKind;
  /** Antennas of each node; one site per node. */
  readonly antennas: readonly number[];
  readonly beams?: number;
}

/** Plays ticks of slant ranges [site][satellite], Infinity = out of sight; returns the satellites of all antennas after each. */
function play(ticks: readonly (readonly (readonly number[])[])[], setup: Setup): number[][] {
  const { kind = 'nearest', antennas, beams = 16, handoverFactor = 1.1, serviceTicks = 2 } = setup;
  const satelliteCount = at(at(ticks, 0), 0).length;
  const node = Int32Array.from(antennas.flatMap((count, g) => new Array<number>(count).fill(g)));
  const n = node.length;
  const scheduler = createAntennaScheduler(kind, { satelliteCount, antennaCount: n, handoverFactor, serviceTicks });
  const assignment = new Int32Array(n).fill(-1);
  return ticks.map((sites, tick) => {
    const seen = sites.flatMap((ranges, u) =>
      ranges.flatMap((km, s) => (km < X ? [{ u, s, km, until: untilOf(ticks, tick, u, s) }] : [])),
    );
    scheduler.assign({
      ...{ tick, n, node, list: node, assignment },
      antenna: Int32Array.from({ length: n }, (_, q) => q),
      first: Int32Array.from({ length: sites.length + 1 }, (_, u) => seen.filter((one) => one.u < u).length),
      satellite: Int32Array.from(seen, (one) => one.s),
      rangeKm: Float64Array.from(seen, (one) => one.km),
      untilTick: Int32Array.from(seen, (one) => one.until),
      freeBeams: new Int32Array(satelliteCount).fill(beams),
    });
    return [...assignment];
  });
}

/** First tick from `tick` on in which the site no longer sees the satellite. */
function untilOf(ticks: readonly (readonly (readonly number[])[])[], tick: number, u: number, s: number): number {
  let k = tick;
  while (k < ticks.length && at(at(at(ticks, k), u), s) < X) k++;
  return k === ticks.length ? k + 1 : k;
}

const repeat = <T>(value: T, times: number): T[] => new Array<T>(times).fill(value);

describe('nearest-satellite scheduler', () => {
  it('takes the nearest usable satellite, or none', () => {
    expect(play([[[900, 800, 1000]], [[X, X, X]], [[X, X, 5]]], { antennas: [1] })).toEqual([[1], [-1], [2]]);
    expect(play([[[900, 800, 800]]], { antennas: [1] })).toEqual([[1]]);
  });

  it('keeps its satellite until another is better by the factor: 1000 / 1.1 = 909.1', () => {
    expect(play([[[1000, X]], [[1000, 910]], [[1000, 909]]], { antennas: [1] })).toEqual([[0], [0], [1]]);
    expect(play([[[1000, X]], [[1000, 999]]], { antennas: [1], handoverFactor: 1 })).toEqual([[0], [1]]);
  });

  it('points the antennas of one gateway at different satellites', () => {
    expect(play([[[900, 800, 1000]]], { antennas: [4] })).toEqual([[1, 0, 2, -1]]);
  });

  it('does not exceed the beams of a satellite; nodes choose in order, but no one is pushed out', () => {
    const seen = [[500], [400], [300]];
    expect(play([seen], { antennas: [1, 1, 1], beams: 2 })).toEqual([[0, 0, -1]]);
    const late = play([[[X], [400], [300]], seen], { antennas: [1, 1, 1], beams: 2 });
    expect(late).toEqual([
      [-1, 0, 0],
      [-1, 0, 0],
    ]);
  });

  it('a beam set free by a handover serves another antenna in the same tick', () => {
    const first = [
      [500, X],
      [X, X],
    ];
    const second = [
      [500, 100],
      [700, X],
    ];
    expect(play([first, second], { antennas: [1, 1], beams: 1 })).toEqual([
      [0, -1],
      [1, 0],
    ]);
  });
});

describe('longest-in-sight scheduler', () => {
  const kind = 'longest';
  it('takes the satellite that sets last, however far, and keeps it until then', () => {
    // Satellite 0 is near for two ticks, 1 is far for four; 2 rises in the third tick and stays.
    const ticks = [[[500, 2000, X]], [[500, 2000, X]], [[X, 2000, 400]], [[X, 2000, 400]], [[X, X, 400]]];
    expect(play(ticks, { kind, antennas: [1] })).toEqual([[1], [1], [1], [1], [2]]);
    // The nearest-satellite scheduler changes twice for the same sky; so does this one once: the least there is.
    expect(play(ticks, { antennas: [1] })).toEqual([[0], [0], [2], [2], [2]]);
  });

  it('of satellites that set together takes the nearer, then the lower; antennas of a node differ', () => {
    expect(play([[[900, 800, 800]]], { kind, antennas: [1] })).toEqual([[1]]);
    expect(play([[[900, 800, 800]]], { kind, antennas: [3] })).toEqual([[1, 2, 0]]);
  });
});

describe('fair scheduler', () => {
  const kind = 'fair';
  it('passes one beam round three sites, each served for two ticks while others wait', () => {
    const ticks = repeat([[500], [400], [300]], 12);
    const served = play(ticks, { kind, antennas: [1, 1, 1], beams: 1 }).map((antennas) => antennas.indexOf(0));
    expect(served).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
    // The others leave two of the three without service for good.
    const nearest = play(ticks, { antennas: [1, 1, 1], beams: 1 }).map((antennas) => antennas.indexOf(0));
    expect(nearest).toEqual(repeat(0, 12));
  });

  it('lets a site keep its beam when nobody waits', () => {
    expect(play(repeat([[500], [X]], 5), { kind, antennas: [1, 1], beams: 1 })).toEqual(repeat([0, -1], 5));
  });

  it('does not count a node with one antenna served as waiting', () => {
    // One satellite, one beam: the gateway's second antenna cannot use it, and the terminal gets its turns.
    const got = play(repeat([[500], [400]], 6), { kind, antennas: [2, 1], beams: 1 });
    expect(got.map((antennas) => antennas.indexOf(0))).toEqual([0, 0, 2, 2, 0, 0]);
  });

  it('sends who gives way to another satellite with a free beam', () => {
    const ticks = [
      ...repeat(
        [
          [500, X],
          [400, X],
        ],
        2,
      ),
      [
        [500, 900],
        [400, X],
      ],
    ];
    expect(play(ticks, { kind, antennas: [1, 1], beams: 1 })).toEqual([
      [0, -1],
      [0, -1],
      [1, 0],
    ]);
  });

  it('a site with passes shorter than the service of others is served in the end', () => {
    // It sees the satellite in every third tick only, when the other has been served for less than ten.
    const ticks = Array.from({ length: 600 }, (_, k) => [[500], [k % 3 === 0 ? 400 : X]]);
    const got = play(ticks, { kind, antennas: [1, 1], beams: 1, serviceTicks: 10 });
    expect(got.filter(([, second]) => second === 0).length).toBeGreaterThan(1);
  });
});

describe('all schedulers', () => {
  const range = fc.oneof(fc.constant(X), fc.integer({ min: 500, max: 3000 }));
  const sky = fc.record({
    ticks: fc.array(fc.array(fc.array(range, { minLength: 5, maxLength: 5 }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 20,
    }),
    antennas: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
    beams: fc.integer({ min: 1, max: 3 }),
  });

  it.each(['nearest', 'longest', 'fair'] as const)(
    '%s: keeps to beams and sight, no satellite twice at a node',
    (kind) => {
      fc.assert(
        fc.property(sky, ({ ticks, antennas, beams }) => {
          const node = antennas.flatMap((count, g) => new Array<number>(count).fill(g));
          play(ticks, { kind, antennas, beams }).forEach((assignment, k) => {
            const used = [0, 0, 0, 0, 0];
            const pairs = new Set<string>();
            assignment.forEach((s, q) => {
              if (s < 0) return;
              used[s] = at(used, s) + 1;
              expect(at(at(at(ticks, k), at(node, q)), s)).toBeLessThan(X);
              expect(pairs.has(`${node[q]} ${s}`)).toBe(false);
              pairs.add(`${node[q]} ${s}`);
            });
            expect(Math.max(...used)).toBeLessThanOrEqual(beams);
            // Without handovers no antenna stays idle while a satellite it could use has a beam left.
            if (kind !== 'longest') return;
            assignment.forEach((s, q) => {
              if (s >= 0) return;
              at(at(ticks, k), at(node, q)).forEach((km, free) => {
                expect(km < X && at(used, free) < beams && !pairs.has(`${node[q]} ${free}`)).toBe(false);
              });
            });
          });
        }),
        { numRuns: 200 },
      );
    },
  );
});
