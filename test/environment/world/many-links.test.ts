import { describe, expect, it } from 'vitest';
import { C_KM_S, type DecisionBatch, FORWARD, PLACE, Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import type { World } from '../../../environment/index.ts';
import { createBestFew, insist, offer, sortItems } from '../../../environment/world/best-few.kernel.ts';
import { PRIORITIES } from '../../../environment/world/waiting-lists.kernel.ts';
import { type SmallSky, byNode, capture, drive, inject, smallWorld } from './small-world.ts';

const ARMS = 20;
/** Satellite 0 is a hub with 20 arms, all of which end at satellite 21, which serves the terminal that is asked for. */
const HUB = 0;
const END = ARMS + 1;
const ROOM = SPACE_CLOUD_SPEC.maxCandidates;
/** A few bundles of 1e5 bits per 1e9 bit/s: 0.1 ms a link. */
const BITS = 1e5;
const RATE_BPS = 1e9;

const FIELDS = {
  traffic: {
    messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: BITS / 8, sizeSpread: 0, deadlineS: 30 }],
    observations: [{ name: 'o', ratePerS: 1e-9, rawBytes: BITS / 8, workTflop: 10, reduction: 2, deadlineS: 30 }],
  },
};
/** 1, 2, ... n. */
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const HOLD_ALL = byNode(() => false);

/** `nearMs[i]` and `farMs[i]`: light time from the hub to arm i + 1, and from there to the end. */
function hub(nearMs: readonly number[], farMs: readonly number[], more: Partial<SmallSky> = {}): SmallSky {
  const km = (ms: number): number => (ms / 1000) * C_KM_S;
  return {
    satellites: ARMS + 2,
    ticks: 3,
    tickS: 10,
    terminals: 2,
    isls: [
      ...nearMs.map((ms, i) => ({ between: [HUB, i + 1] as const, rangeKm: km(ms) })),
      ...farMs.map((ms, i) => ({ between: [i + 1, END] as const, rangeKm: km(ms) })),
    ],
    antennas: [
      {
        ground: more.dataCentres === undefined ? 0 : more.dataCentres,
        satellite: HUB,
        rangeKm: 300,
        rateBps: RATE_BPS,
      },
      {
        ground: more.dataCentres === undefined ? 1 : more.dataCentres + 1,
        satellite: END,
        rangeKm: 300,
        rateBps: RATE_BPS,
      },
    ],
    ...more,
  };
}

interface Row {
  readonly nodes: readonly number[];
  readonly allowed: readonly boolean[];
}

/** The first row of a kind at the hub. */
function rowAtHub(world: World, kind: number, untilS: number): Row {
  let row: Row | undefined;
  drive(world, HOLD_ALL, untilS, (batch) => (row ??= read(batch, kind)));
  if (row === undefined) throw new Error(`No decision of kind ${kind} at the hub by ${untilS} s.`);
  return row;
}

function read(batch: DecisionBatch, kind: number): Row | undefined {
  for (let r = 0; r < batch.n; r++) {
    if (batch.kind[r] !== kind || batch.agent[r] !== HUB) continue;
    const slots = Array.from({ length: batch.candidateCount[r] as number }, (_, k) => r * ROOM + k);
    return {
      nodes: slots.map((slot) => batch.candidateNode[slot] as number),
      allowed: slots.map((slot) => batch.actionMask[slot] === 1),
    };
  }
  return undefined;
}

/** ms of [from, from + n) for each arm; no two sums of whole ms and these hundredths are equal. */
const drawn = (seed: number, from: number, n: number): number[] => {
  const rng = new Rng(seed, 'hub');
  return Array.from({ length: ARMS }, (_, i) => from + rng.int(n) + i / 100);
};

/** The `n` arms with the least sums of light times, in the order of slots. */
function bestArms(near: readonly number[], far: readonly number[], n: number): number[] {
  return near
    .map((ms, i) => ({ node: i + 1, ms: ms + (far[i] as number) }))
    .sort((a, b) => a.ms - b.ms)
    .slice(0, n)
    .map(({ node }) => node)
    .sort((a, b) => a - b);
}

describe('rows of a satellite with more links than candidates', () => {
  it('ENV-96 the neighbours with the least snapshot delay are shown in the order of slots, and hold', () => {
    for (let seed = 1; seed <= 20; seed++) {
      // No arm is as near to the hub as to the end, so that no way leads back.
      const [near, far] = [drawn(seed, 11, 30), drawn(seed + 100, 1, 9)];
      const world = smallWorld(hub(near, far), FIELDS);
      drive(world, HOLD_ALL, 1);
      inject(world, { from: END + 1, to: END + 2, bits: BITS });
      const { nodes, allowed } = rowAtHub(world, FORWARD, 1.01);
      const best = bestArms(near, far, ROOM - 1);
      expect(nodes, `seed ${seed}`).toEqual([...best, HUB]);
      expect(allowed.every(Boolean)).toBe(true);
    }
  });

  it('ENV-96 of neighbours that are alike the first are shown', () => {
    const alike = Array.from({ length: ARMS }, () => 5);
    const world = smallWorld(hub(alike, alike), FIELDS);
    drive(world, HOLD_ALL, 1);
    inject(world, { from: END + 1, to: END + 2, bits: BITS });
    expect(rowAtHub(world, FORWARD, 1.01).nodes).toEqual([...upTo(ROOM - 1), HUB]);
  });

  it('ENV-96 the destination itself is shown however long its link is', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 1 + i);
    // Raw data for satellite 20, 20 ms away: by way of 1 and the end it takes 1 + 1 + 20 ms.
    const world = smallWorld(hub(near, near), FIELDS);
    drive(world, HOLD_ALL, 1);
    const message = inject(world, { from: END + 1, to: END + 2, bits: BITS });
    world.columns.tasks.destination[message] = ARMS;
    const { nodes } = rowAtHub(world, FORWARD, 1.01);
    expect(nodes).toEqual([...upTo(ROOM - 2), ARMS, HUB]);
  });

  it('ENV-96 a neighbour whose way leads back here comes after those that lead on', () => {
    // Arms 1 to 14 are 1 ms away, but 90 ms from the end: their ways lead back and over arm 15, 1 + 1 + 21 + 1 ms.
    const near = Array.from({ length: ARMS }, (_, i) => (i < 14 ? 1 : 21 + i - 14));
    const far = Array.from({ length: ARMS }, (_, i) => (i < 14 ? 90 : 1));
    const world = smallWorld(hub(near, far), FIELDS);
    drive(world, HOLD_ALL, 1);
    inject(world, { from: END + 1, to: END + 2, bits: BITS });
    expect(rowAtHub(world, FORWARD, 1.01).nodes).toEqual([...upTo(ROOM - 1 - 6), 15, 16, 17, 18, 19, 20, HUB]);
  });

  it('ENV-96 a neighbour that may not be chosen gives its place to one that may', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 1 + i);
    const world = smallWorld(hub(near, near), FIELDS);
    for (const arm of [1, 3]) world.columns.outages.quarantined[arm] = 1;
    drive(world, HOLD_ALL, 1);
    inject(world, { from: END + 1, to: END + 2, bits: BITS });
    const { nodes, allowed } = rowAtHub(world, FORWARD, 1.01);
    expect(nodes).toEqual([...upTo(ROOM + 1).filter((arm) => arm !== 1 && arm !== 3), HUB]);
    expect(allowed.every(Boolean)).toBe(true);
  });

  it('ENV-96 the best neighbour by load-aware reckoning is shown even where others are nearer', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 1 + i);
    const world = smallWorld(hub(near, near), FIELDS);
    drive(world, HOLD_ALL, 1);
    const { links, model } = world.columns;
    // A second of waiting data for each of the first 17 arms: the least loaded way is over arm 18.
    for (let arm = 1; arm <= 17; arm++) links.waitingBits[(HUB * model.islSlots + arm - 1) * PRIORITIES] = RATE_BPS;
    inject(world, { from: END + 1, to: END + 2, bits: BITS });
    const { nodes } = rowAtHub(world, FORWARD, 1.01);
    expect(nodes).toEqual([...upTo(ROOM - 2), 18, HUB]);
  });

  it('ENV-96 what fits is shown whole, in the order of slots, whatever the number of slots', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 50 - i);
    const sky = hub(near, near);
    // 13 of the 20 links are not up yet: the hub has 7, in its last slots.
    const isls = (sky.isls ?? []).map((isl, i) => (i < 13 ? { ...isl, fromTick: 1 } : isl));
    const world = smallWorld({ ...sky, isls }, FIELDS);
    drive(world, HOLD_ALL, 1);
    inject(world, { from: END + 1, to: END + 2, bits: BITS });
    expect(rowAtHub(world, FORWARD, 1.01).nodes).toEqual([14, 15, 16, 17, 18, 19, 20, HUB]);
  });

  it('ENV-96 gateways that lead on go before neighbours, which keep two places', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 1 + i);
    const gateways = 16;
    const ground = (i: number): { ground: number; satellite: number; rangeKm: number; rateBps: number } => ({
      ground: i,
      satellite: HUB,
      rangeKm: 300 + 10 * i,
      rateBps: RATE_BPS,
    });
    const antennas = [
      ...Array.from({ length: gateways }, (_, i) => ground(i)),
      { ground: gateways + 1, satellite: HUB, rangeKm: 300, rateBps: RATE_BPS },
    ];
    const world = smallWorld(hub(near, near, { gateways, dataCentres: 1, terminals: 1, antennas }), FIELDS);
    drive(world, HOLD_ALL, 1);
    const centre = world.columns.model.firstDataCentre;
    inject(world, { from: world.columns.model.firstTerminal, to: centre, bits: BITS });
    const { nodes } = rowAtHub(world, FORWARD, 1.01);
    const firstGateway = world.columns.model.firstGateway;
    // The thirteen nearest gateways, all as far from the centre; every arm's way leads back over the hub's own gateways.
    expect(nodes.slice(2, ROOM - 1)).toEqual(upTo(ROOM - 3).map((i) => firstGateway + i - 1));
    expect(nodes.slice(0, 2)).toEqual([1, 2]);
    expect(nodes[ROOM - 1]).toBe(HUB);
  });

  it('ENV-97 a place row shows the satellite, the data centre, and the neighbours where the work ends soonest', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [near, far] = [drawn(seed, 11, 30), drawn(seed + 100, 1, 9)];
      const antennas = [END, HUB, END].map((satellite, i) => ({
        ground: i === 0 ? 0 : i + 1,
        satellite,
        rangeKm: 300,
        rateBps: RATE_BPS,
      }));
      const world = smallWorld(hub(near, far, { gateways: 1, dataCentres: 1, antennas }), FIELDS);
      const { compute, model, tasks } = world.columns;
      // A server of arm 1 has work for 3 s more, which its beacon tells; so it is not among the best, near as it may be.
      compute.busy[1] = (compute.firstServer[2] as number) - (compute.firstServer[1] as number);
      compute.waitingTflop[1] = 1000;
      drive(world, HOLD_ALL, 1);
      tasks.consumer[capture(world, HUB)] = model.firstTerminal + 1;
      const { nodes, allowed } = rowAtHub(world, PLACE, 1);
      // All others are idle and equally fast: the way in and the way out decide.
      const best = bestArms([1000, ...near.slice(1)], far, ROOM - 2);
      expect(nodes, `seed ${seed}`).toEqual([HUB, ...best, model.firstDataCentre]);
      expect(allowed.every(Boolean)).toBe(true);
    }
  });

  it('ENV-97 where data centres alone would fill the row, half of the places stay with neighbours', () => {
    const near = Array.from({ length: ARMS }, (_, i) => 1 + i);
    const centres = 9;
    const antennas = [END, HUB, END].map((satellite, i) => ({
      ground: i === 0 ? 0 : centres + i,
      satellite,
      rangeKm: 300,
      rateBps: RATE_BPS,
    }));
    const world = smallWorld(hub(near, near, { gateways: 1, dataCentres: centres, antennas }), FIELDS);
    const { model, tasks } = world.columns;
    drive(world, HOLD_ALL, 1);
    tasks.consumer[capture(world, HUB)] = model.firstTerminal + 1;
    // All centres are alike: the first seven. Arms: 2, 4, ... 16 ms.
    const centre = model.firstDataCentre;
    expect(rowAtHub(world, PLACE, 1).nodes).toEqual([HUB, ...upTo(8), ...upTo(7).map((i) => centre + i - 1)]);
  });
});

describe('the best few', () => {
  it('ENV-96 equals sorting all and cutting, whatever is offered', () => {
    const rng = new Rng(7, 'few');
    for (let round = 0; round < 500; round++) {
      const all = Array.from({ length: rng.int(30) }, (_, item) => ({ item, c: rng.int(3), rank: rng.int(6) }));
      const room = 1 + rng.int(8);
      const few = createBestFew(8);
      for (const { item, c, rank } of all) offer(few, item, c, rank, room);
      const expected = [...all].sort((a, b) => a.c - b.c || a.rank - b.rank || a.item - b.item).slice(0, room);
      expect([...few.item.subarray(0, few.n)]).toEqual(expected.map(({ item }) => item));
      if (few.n === 0) continue;
      insist(few, 1000);
      sortItems(few);
      const kept = expected.slice(0, -1).map(({ item }) => item);
      expect([...few.item.subarray(0, few.n)]).toEqual([...kept.sort((a, b) => a - b), 1000]);
    }
  });
});
