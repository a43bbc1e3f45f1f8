import { describe, expect, it } from 'vitest';
import { R_EARTH_WGS84_KM, RAD_PER_DEG } from '../../../core/index.ts';
import { createContactRecorder } from '../../../environment/geometry/contact-recorder.kernel.ts';
import type { ContactColumns } from '../../../environment/geometry/geometry.ts';
import { createLaserLinks } from '../../../environment/network/laser-links.ts';
import { passesMoon, trackingRadS } from '../../../environment/network/laser-sight.kernel.ts';
import { angleBetween, pointingInto } from '../../../environment/network/pointing.kernel.ts';
import { islRangeKm } from '../../../environment/network/visibility.kernel.ts';
import type { Ephemeris } from '../../../environment/orbit/index.ts';
import { scenarioSchema } from '../../../environment/scenario/schema.ts';
import { at, must } from '../../present.ts';
import { star66, star66Constellation } from '../geometry/scenarios.ts';
import { type Network, networkOf } from './network-lab.ts';

type Place = readonly [number, number, number];

/** Contacts of satellites that are at `places(t)`, all of one constellation. */
function playSatellites(
  places: (timeS: number) => readonly Place[],
  isl: Record<string, unknown>,
  ticks: number,
  moonTemeKm?: Float64Array,
): ContactColumns {
  const scenario = scenarioSchema.parse({
    schema: 1,
    name: 'lab',
    epoch: '2026-11-22T00:00:00Z',
    durationS: ticks * 10,
    constellations: [{ name: 'c', geostationary: { longitudesDeg: [0] }, isl }],
  });
  const count = places(0).length;
  const ephemeris: Ephemeris = {
    names: Array.from({ length: count }, (_, s) => `s${s}`),
    count,
    positionsInto(timeS, rTemeKm, first) {
      rTemeKm.set(places(timeS).flat(), 3 * first);
      return -1;
    },
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      const later = places(timeS + 1).flat();
      rTemeKm.set(places(timeS).flat(), 3 * first);
      // All places move evenly within a second.
      later.forEach((value, i) => (vTemeKmS[3 * first + i] = value - at(rTemeKm, 3 * first + i)));
      return -1;
    },
  };
  const recorder = createContactRecorder();
  const config = at(scenario.constellations, 0);
  const links = createLaserLinks(
    scenario,
    { satelliteCount: count, constellations: [{ config, ephemeris, firstSatellite: 0 }] },
    recorder,
  );
  for (let k = 0; k <= ticks; k++) links.step(k, Float64Array.from(places(k * 10).flat()), moonTemeKm);
  return recorder.finish({ tickCount: ticks, antennaCount: 0, firstAntennaTrack: count * links.slots });
}

/** Contacts as [satellite's track, peer, start, end, rate share], those of the lower end only. */
function rows(contacts: ContactColumns, slots: number): number[][] {
  return Array.from({ length: contacts.n }, (_, i) => [
    Math.floor(at(contacts.track, i) / slots),
    at(contacts.peer, i),
    at(contacts.startTick, i),
    at(contacts.endTick, i),
    at(contacts.rateBps, i) / 10e9,
  ]).filter(([from, to]) => must(from) < must(to));
}

const RADIUS = R_EARTH_WGS84_KM + 780;
const onCircle = (angle: number): Place => [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle), 0];
const PAIR = { topology: 'nearest', terminals: 1, slewDegS: 1e12, maxRangeKm: 5000 };

/** Two satellites at the given separations, rad, boundary by boundary; 1 = linked, per tick. */
function playPair(separations: readonly number[], isl: Record<string, unknown>): number[] {
  const ticks = separations.length - 1;
  const contacts = playSatellites(
    (timeS) => [onCircle(0), onCircle(at(separations, timeS / 10))],
    { ...PAIR, ...isl },
    ticks,
  );
  const up = new Array<number>(ticks).fill(0);
  for (const [, , start, end] of rows(contacts, 1)) up.fill(1, start, end);
  return up;
}

describe('acquisition', () => {
  const near = 0.1; // 716 km apart
  const far = 1.0; // 6,864 km apart

  it('links in sight at scenario start count as acquired', () => {
    expect(playPair([near, near, near, near], { acquisitionS: 30 })).toEqual([1, 1, 1]);
  });

  it('a link seen first at boundary 1 is usable from boundary 1 + 30 s / 10 s = 4', () => {
    expect(playPair([far, near, near, near, near, near, near], { acquisitionS: 30 })).toEqual([0, 0, 0, 0, 1, 1]);
  });

  it('rounds up to whole ticks: 21 s takes three, 0 s none', () => {
    expect(playPair([far, near, near, near, near, near], { acquisitionS: 21 })).toEqual([0, 0, 0, 0, 1]);
    expect(playPair([far, near, near, near, near, near], { acquisitionS: 20 })).toEqual([0, 0, 0, 1, 1]);
    expect(playPair([far, near, near], { acquisitionS: 0 })).toEqual([0, 1]);
  });

  it('a link that is lost must be acquired anew, and does not serve the tick in which it is lost', () => {
    expect(playPair([near, near, far, near, near, near, near, near], { acquisitionS: 30 })).toEqual([
      1, 0, 0, 0, 0, 0, 1,
    ]);
  });
});

describe('turning to a new partner', () => {
  const hidden: Place = [-20_000, 0, 0];
  const places = (timeS: number): readonly Place[] => [
    [8000, 0, 0],
    timeS < 20 ? [8000, 1000, 0] : hidden,
    timeS < 20 ? hidden : [8000, 0, 1000],
  ];
  const isl = { topology: 'nearest', terminals: 1, maxRangeKm: 5000, acquisitionS: 5 };

  it('takes angle / rate + acquisition: 90 deg at 2 deg/s + 5 s = 50 s, five ticks from boundary 2', () => {
    expect(rows(playSatellites(places, { ...isl, slewDegS: 2 }, 10), 1)).toEqual([
      [0, 1, 0, 1, 1],
      [0, 2, 7, 10, 1],
    ]);
  });

  it('at 3 deg/s takes 30 s + 5 s, four ticks', () => {
    expect(rows(playSatellites(places, { ...isl, slewDegS: 3 }, 10), 1)[1]).toEqual([0, 2, 6, 10, 1]);
  });

  it('costs nothing the first time', () => {
    const first = (timeS: number): readonly Place[] => [[8000, 0, 0], timeS < 20 ? hidden : [8000, 0, 1000]];
    // Only acquisition, 5 s: one tick from boundary 2.
    expect(rows(playSatellites(first, { ...isl, slewDegS: 0.001 }, 10), 1)).toEqual([[0, 1, 3, 10, 1]]);
  });

  it('counts in the local orbital frame: a partner 30 deg ahead stays 15 deg below the track all along the orbit', () => {
    const position = (angle: number): Place => [7000 * Math.cos(angle), 0, 7000 * Math.sin(angle)];
    const both = (angle: number): Float64Array => Float64Array.of(...position(angle), ...position(angle + Math.PI / 6));
    const still = { aroundMoon: new Uint8Array(2), moonKm: new Float64Array(3), moonBeforeKm: new Float64Array(3) };
    const directions = new Float64Array(6);
    const sky = { rBeforeKm: both(1), rKm: both(1.2), ...still };
    pointingInto(sky, true, 0, 1, directions, 0);
    pointingInto(sky, false, 0, 1, directions, 3);
    for (const first of [0, 3]) {
      expect(at(directions, first)).toBeCloseTo(-Math.sin(15 * RAD_PER_DEG), 12);
      expect(at(directions, first + 1)).toBeCloseTo(Math.cos(15 * RAD_PER_DEG), 12);
      expect(at(directions, first + 2)).toBeCloseTo(0, 12);
    }
    expect(angleBetween(directions, 0, directions, 3)).toBeCloseTo(0, 12);
    // Around the Moon, the centre moves along.
    const moonKm = Float64Array.of(300_000, 1000, -7);
    const moonBeforeKm = Float64Array.of(299_990, 1003, -6);
    const shifted = (r: Float64Array, by: Float64Array): Float64Array => r.map((value, i) => value + at(by, i % 3));
    const lunar = {
      rBeforeKm: shifted(both(1), moonBeforeKm),
      rKm: shifted(both(1.2), moonKm),
      ...{ aroundMoon: Uint8Array.of(1, 1), moonKm, moonBeforeKm },
    };
    pointingInto(lunar, false, 0, 1, directions, 0);
    expect(at(directions, 0)).toBeCloseTo(-Math.sin(15 * RAD_PER_DEG), 9);
    expect(at(directions, 1)).toBeCloseTo(Math.cos(15 * RAD_PER_DEG), 9);
  });
});

describe('limits of a link', () => {
  it('tracking rate: a partner that passes 500 km away at 10 km/s is lost while it turns faster than 0.5 deg/s', () => {
    // Rate 500 x 10 / (500^2 + (10 t)^2) rad/s; above 0.5 deg/s = 0.0087266 rad/s while |t| < 56.8 s around 100 s. So the
    // boundaries from 50 to 150 s are out: the last good tick is 3 (30 to 40 s), the next 16 (160 to 170 s).
    const places = (timeS: number): readonly Place[] => [
      [8000, 0, 0],
      [8500, 10 * (timeS - 100), 0],
    ];
    const isl = { ...PAIR, acquisitionS: 0, maxTrackingDegS: 0.5 };
    expect(rows(playSatellites(places, isl, 25), 1)).toEqual([
      [0, 1, 0, 4, 1],
      [0, 1, 16, 25, 1],
    ]);
    expect(rows(playSatellites(places, { ...isl, maxTrackingDegS: 1.2 }, 25), 1)).toEqual([[0, 1, 0, 25, 1]]);
    const r = Float64Array.of(0, 0, 0, 500, 0, 0);
    expect(trackingRadS({ rKm: r, vKmS: Float64Array.of(0, 0, 0, 3, 10, 0) }, 0, 1)).toBeCloseTo(0.02, 15);
  });

  it('latitude: links between planes are up exactly while both ends are within 60 deg at both ends of the tick', () => {
    const network = networkOf(
      star66({
        constellations: [
          star66Constellation({ maxInterPlaneLatDeg: 60, acquisitionS: 0, slewDegS: 1e12, maxRangeKm: 6000 }),
        ],
      }),
    );
    const { contacts, slots, temeRows, plan } = network;
    const up = new Set<string>();
    let inPlane = 0;
    for (let i = 0; i < contacts.n; i++) {
      const from = Math.floor(at(contacts.track, i) / slots);
      const to = at(contacts.peer, i);
      if (from >= 66) continue;
      if (Math.floor(from / 11) === Math.floor(to / 11)) {
        expect([at(contacts.startTick, i), at(contacts.endTick, i)]).toEqual([0, plan.tickCount]);
        inPlane++;
        continue;
      }
      for (let k = at(contacts.startTick, i); k < at(contacts.endTick, i); k++) up.add(`${k} ${from} ${to}`);
    }
    expect(inPlane).toBe(66 * 2);
    const low = (k: number, s: number): boolean => {
      const [x, y, z] = [...at(temeRows, k).subarray(3 * s, 3 * s + 3)] as [number, number, number];
      return Math.asin(Math.abs(z) / Math.hypot(x, y, z)) <= 60 * RAD_PER_DEG;
    };
    let ups = 0;
    for (let k = 0; k < plan.tickCount; k++) {
      for (let s = 0; s + 11 < 66; s++) {
        const both = [k, k + 1].every((boundary) => low(boundary, s) && low(boundary, s + 11));
        expect(up.has(`${k} ${s} ${s + 11}`)).toBe(both);
        ups += Number(both);
      }
    }
    expect(ups).toBeGreaterThan(1000);
    expect(ups).toBeLessThan(55 * plan.tickCount);
  });

  it('rate schedule: the least share in a tick counts; closed links need no acquisition', () => {
    const rateSchedule = [
      { fromS: 45, frac: 0 },
      { fromS: 20, frac: 0.5 },
      { fromS: 60, frac: 1 },
    ];
    const contacts = playSatellites(() => [onCircle(0), onCircle(0.1)], { ...PAIR, rateSchedule }, 9);
    expect(rows(contacts, 1)).toEqual([
      [0, 1, 0, 2, 1],
      [0, 1, 2, 4, 0.5],
      [0, 1, 6, 9, 1],
    ]);
    // The stretch ends where the link closes, whatever the rates; the last outlasts the horizon of 9 ticks.
    expect([...contacts.untilTick]).toEqual([4, 4, 4, 4, 10, 10]);
  });

  it('the Moon hides what lies behind its disc of 1,737.4 km', () => {
    const moon = Float64Array.of(384_400, 0, 0);
    const hidden = (missKm: number): boolean =>
      passesMoon(Float64Array.of(7000, missKm, 0), 0, Float64Array.of(400_000, missKm, 0), 0, moon);
    expect([0, 1737.3, 1737.5, 5000].map(hidden)).toEqual([true, true, false, false]);
    // Neither in front of it nor beyond both ends.
    expect(passesMoon(Float64Array.of(7000, 0, 0), 0, Float64Array.of(380_000, 0, 0), 0, moon)).toBe(false);
    // Two satellites on opposite sides of the Moon: hidden once it is known where the Moon is.
    const behind: readonly Place[] = [
      [382_000, 0, 0],
      [386_500, 0, 0],
    ];
    expect(
      rows(
        playSatellites(() => behind, PAIR, 2),
        1,
      ),
    ).toEqual([[0, 1, 0, 2, 1]]);
  });
});

describe('links by range', () => {
  /** Slow twin: all pairs in order of range, each taken if both have a terminal left. */
  function greedy(places: readonly Place[], terminals: number, maxRangeKm: number): string[] {
    const pairs: [number, number, number][] = [];
    places.forEach((p, a) => {
      places.forEach((q, b) => {
        if (b <= a) return;
        const d = p.map((value, axis) => at(q, axis) - value);
        // Lowest point of the segment, by walking along it.
        let lowest = Infinity;
        for (let f = 0; f <= 1000; f++) {
          lowest = Math.min(lowest, Math.hypot(...d.map((value, axis) => at(p, axis) + (f / 1000) * value)));
        }
        if (Math.hypot(...d) <= maxRangeKm && lowest >= R_EARTH_WGS84_KM + 80) pairs.push([Math.hypot(...d), a, b]);
      });
    });
    pairs.sort((p, q) => p[0] - q[0]);
    const left = places.map(() => terminals);
    return pairs
      .filter(([, a, b]) => {
        if (at(left, a) === 0 || at(left, b) === 0) return false;
        left[a] = at(left, a) - 1;
        left[b] = at(left, b) - 1;
        return true;
      })
      .map(([, a, b]) => `${a}-${b}`)
      .sort();
  }

  it.each([1, 2, 3, 4])('are those of the greedy choice by range with %d terminals', (terminals) => {
    // 45 places spread over a shell by the golden angle, shaken so that no two ranges are equal.
    const places = Array.from({ length: 45 }, (_, i): Place => {
      const z = 1 - (2 * i + 1) / 45;
      const flat = Math.sqrt(1 - z * z);
      const angle = 2.4 * i + 0.3 * Math.sin(7 * i);
      return [7200 * flat * Math.cos(angle), 7200 * flat * Math.sin(angle), 7200 * z];
    });
    const contacts = playSatellites(() => places, { topology: 'nearest', terminals, maxRangeKm: 5000 }, 1);
    const got = rows(contacts, terminals).map(([a, b]) => `${a}-${b}`);
    expect(got.length).toBeGreaterThan(10);
    expect(got.sort()).toEqual(greedy(places, terminals, 5000));
  });

  it('none for topology none', () => {
    expect(playSatellites(() => [onCircle(0), onCircle(0.1)], { topology: 'none' }, 2).n).toBe(0);
  });
});

/** Tracks in use per tick must be symmetric and single: checked for every contact. */
function expectSymmetric({ contacts, slots, plan }: Network): void {
  const users = new Map<string, number>();
  const lasers = plan.fleet.satelliteCount * slots;
  for (let i = 0; i < contacts.n; i++) {
    const track = at(contacts.track, i);
    for (let k = at(contacts.startTick, i); k < at(contacts.endTick, i); k++) {
      expect(users.has(`${k} ${track}`)).toBe(false);
      users.set(`${k} ${track}`, at(contacts.peerTrack, i));
    }
  }
  for (const [key, peerTrack] of users) {
    const [k, track] = key.split(' ').map(Number) as [number, number];
    if (track < lasers) expect(users.get(`${k} ${peerTrack}`)).toBe(track);
  }
}

describe('relays', () => {
  const geo = { name: 'geo', geostationary: { longitudesDeg: [-100, 20, 140] }, isl: { topology: 'none' }, radios: [] };
  const relay = { name: 'up', from: 'iridium', to: 'geo', relayTerminals: 4, terminalPowerW: 55 };
  const network = networkOf(star66({ constellations: [star66Constellation(), geo], relays: [relay], durationS: 3000 }));
  const { contacts, slots, powerW, temeRows } = network;

  it('have their terminals after those of the constellation', () => {
    expect(slots).toBe(5); // four and one; the geostationary ones have four
    expect([...powerW.subarray(0, 5)]).toEqual([40, 40, 40, 40, 55]);
    expect([...powerW.subarray(66 * 5, 67 * 5)]).toEqual([55, 55, 55, 55, 0]);
  });

  it('give each geostationary satellite four of the 66, the nearest first, and keep them while in sight', () => {
    const first: number[][] = [];
    for (let i = 0; i < contacts.n; i++) {
      const from = Math.floor(at(contacts.track, i) / slots);
      if (from >= 66 && from < 69 && at(contacts.startTick, i) === 0) first.push([from, at(contacts.peer, i)]);
    }
    const r = at(temeRows, 0);
    const km = (a: number, b: number): number =>
      Math.hypot(...[0, 1, 2].map((x) => at(r, 3 * a + x) - at(r, 3 * b + x)));
    const pairs = [66, 67, 68].flatMap((g) => Array.from({ length: 66 }, (_, s) => [g, s] as const));
    pairs.sort((p, q) => km(...p) - km(...q));
    const left = new Map<number, number>([66, 67, 68].map((g) => [g, 4]));
    const taken = new Set<number>();
    const expected: number[][] = [];
    for (const [g, s] of pairs) {
      if (must(left.get(g)) === 0 || taken.has(s)) continue;
      left.set(g, must(left.get(g)) - 1);
      taken.add(s);
      expected.push([g, s]);
    }
    const sorted = (list: number[][]): number[][] => list.sort((p, q) => at(p, 0) - at(q, 0) || at(p, 1) - at(q, 1));
    expect(sorted(first)).toEqual(sorted(expected));
    expect(first.length).toBe(12);
    let ended = 0;
    for (let i = 0; i < contacts.n; i++) {
      const from = Math.floor(at(contacts.track, i) / slots);
      const end = at(contacts.endTick, i);
      if (from < 66 || from > 68 || end === network.plan.tickCount) continue;
      ended++;
      const later = at(temeRows, end + 1);
      expect(islRangeKm(later, from, at(contacts.peer, i), 45_000, R_EARTH_WGS84_KM + 80)).toBe(Infinity);
    }
    expect(ended).toBeGreaterThan(5);
  });

  it('use no terminal twice, and both ends agree', () => {
    expectSymmetric(network);
  });

  it('may join satellites of one constellation', () => {
    const same = { name: 'mesh', from: 'iridium', to: 'iridium', relayTerminals: 1, maxRangeKm: 3000 };
    const mesh = networkOf(
      star66({ constellations: [star66Constellation({ topology: 'none' })], relays: [same], durationS: 1000 }),
    );
    expect(mesh.slots).toBe(2);
    expect(Array.from(mesh.contacts.track).filter((track) => track < 66 * 2).length).toBeGreaterThan(20);
    expectSymmetric(mesh);
  });

  it('name constellations that exist', () => {
    const scenario = star66();
    const broken = {
      ...scenario,
      relays: [
        { ...at(star66({ constellations: [star66Constellation(), geo], relays: [relay] }).relays, 0), to: 'leo' },
      ],
    };
    expect(() => networkOf(broken)).toThrow(/'to' of relay 'up' to name a constellation, got 'leo'/);
  });
});
