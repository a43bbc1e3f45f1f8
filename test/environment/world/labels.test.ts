import { describe, expect, it } from 'vitest';
import { CACHE, C_KM_S, type DecisionBatch, FORWARD, PLACE } from '../../../core/index.ts';
import { type World, checkConservation } from '../../../environment/index.ts';
import type { Standing } from '../../../environment/scenario/index.ts';
import { sendFromGround } from '../../../environment/world/ground.ts';
import { askDecision } from '../../../environment/world/pending.ts';
import { createTask } from '../../../environment/world/tasks-lifecycle.ts';
import { createBaseline } from '../../../policies/index.ts';
import { labelledWorld } from './labelled-world.ts';
import { type SmallSky, batchFor, byNode, capture, drive, inject, latencies } from './small-world.ts';

const ALBA: Standing = { owner: 'alba' };
const BOREA: Standing = { owner: 'borea' };
const SECURITY = { nations: ['alba', 'borea'], levels: ['open', 'secret'] };
const TO_ALBA = { level: 'open', releasableTo: ['alba'] };
const SHORTEST = createBaseline('shortest-delay+greedy-finish+gdsf', 1);

/** 0 - 1 - 2 and the longer 0 - 3 - 2. Satellite 1 is Borea's. Gateway 4 and data centre 5; terminals 6 at 0, 7 at 2. */
const SKY: SmallSky = {
  satellites: 4,
  ticks: 12,
  tickS: 10,
  islRateBps: 1e8,
  isls: [
    { between: [0, 1], rangeKm: 0.01 * C_KM_S },
    { between: [1, 2], rangeKm: 0.01 * C_KM_S },
    { between: [0, 3], rangeKm: 0.02 * C_KM_S },
    { between: [3, 2], rangeKm: 0.02 * C_KM_S },
  ],
  gateways: 1,
  dataCentres: 1,
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 2, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
    { ground: 2, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
    { ground: 3, satellite: 2, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
  ],
};
const [CENTRE, FROM, TO] = [5, 6, 7];
const SATELLITES = [ALBA, BOREA, ALBA, ALBA];
/** So rare that none arrives by itself in two minutes. */
const RARE = 1e-9;
const message = (label?: object): object => ({
  ...{ name: 'm', ratePerS: RARE, sizeBytes: 125e3, deadlineS: 60 },
  ...(label === undefined ? {} : { label }),
});

/** The alba messages are class 0 of the traffic, so `inject` sends them. */
function worldOf(traffic: object, standings = {}, sky = SKY): World {
  return labelledWorld(sky, { satellites: SATELLITES, ...standings }, { security: SECURITY, traffic });
}

/** Sends a message of the second traffic class, which is not labelled, from terminal to terminal. */
function sendFree(world: World, bits: number): void {
  const { tasks, statistics } = world.columns;
  const task = createTask(world.columns, 1);
  statistics.createdBits += bits - (tasks.sizeBits[task] as number);
  tasks.sizeBits[task] = bits;
  tasks.source[task] = tasks.holder[task] = FROM;
  tasks.destination[task] = tasks.consumer[task] = TO;
  sendFromGround(world.columns, task, FROM);
}

/** Satellites that bundles were sent to, in the order of decisions. */
function drivenOver(world: World, untilS: number): number[] {
  const over: number[] = [];
  const batchSeen = (batch: DecisionBatch, out: Uint8Array): void => {
    SHORTEST.choose(batch, out);
    for (let row = 0; row < batch.n; row++) {
      over.push(batch.candidateNode[row * batch.maxCandidates + (out[row] as number)] as number);
    }
  };
  drive(world, batchSeen, untilS);
  return over;
}

describe('ways of labelled data', () => {
  it('ENV-130 lead around satellites that may not hold them, and what that costs is counted', () => {
    const world = worldOf({ messages: [message(TO_ALBA)] });
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    expect(drivenOver(world, 5)).toEqual([3, 2, TO]);
    // Of the candidates at 0 and 2 satellite 1 is masked by the label alone; at 3 it is no neighbour.
    // 2 x 10 ms longer from where the message entered, satellite 0; decisions further on do not count.
    expect(world.kpis()).toMatchObject({ labelDenials: 2, labelCutFrac: 0, 'breach.labelViolation': 0 });
    expect(world.kpis()['labelDelayS']).toBeCloseTo(0.02, 6);
    expect(latencies(world)[0]).toBeCloseTo(0.002 + 2 * 0.03 + 0.002, 6);
  });

  it('ENV-130 of others stay as they are, and no label is counted for them', () => {
    const world = worldOf({ messages: [message(), { ...message(TO_ALBA), name: 'labelled' }] });
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    expect(drivenOver(world, 5)).toEqual([1, 2, TO]);
    expect(world.kpis()).toMatchObject({ labelDenials: 0, labelDelayS: NaN, labelCutFrac: NaN });
    expect('labelDenials' in worldOf({ messages: [message()] }).kpis()).toBe(false);
  });

  it('ENV-130 are cut where only others could carry them: the data wait and end with their deadline', () => {
    const sky = { ...SKY, isls: (SKY.isls ?? []).slice(0, 2) };
    const world = worldOf({ messages: [message(TO_ALBA)] }, {}, sky);
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    drive(world, SHORTEST, 100);
    expect(world.kpis()).toMatchObject({ labelCutFrac: 1, labelDelayS: NaN, 'drop.deadline': 1 });
    checkConservation(world.columns);
  });

  it('ENV-131 executors are masked that may not hold the input, or the product that would be made there', () => {
    const raw = { name: 'o', ratePerS: RARE, rawBytes: 1e6, workTflop: 10, reduction: 2, deadlineS: 60 };
    const masks = (label: object | undefined, productLabel: object | undefined, standings = {}): object => {
      const world = worldOf({ observations: [{ ...raw, label, productLabel }] }, standings);
      capture(world, 0);
      const batch = batchFor(world);
      world.advance(batch, 0, 1);
      expect(batch.kind[0]).toBe(PLACE);
      const nodes = batch.candidateNode.subarray(0, batch.candidateCount[0]);
      return Object.fromEntries([...nodes].map((node, k) => [node, batch.actionMask[k]]));
    };
    expect(masks(undefined, undefined)).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, [CENTRE]: 1 });
    expect(masks(TO_ALBA, undefined)).toEqual({ 0: 1, 1: 0, 2: 1, 3: 1, [CENTRE]: 1 });
    expect(masks(TO_ALBA, { level: 'open' })).toEqual({ 0: 1, 1: 0, 2: 1, 3: 1, [CENTRE]: 1 });
    expect(masks(undefined, TO_ALBA)).toEqual({ 0: 1, 1: 0, 2: 1, 3: 1, [CENTRE]: 1 });
    const lowCentre = { dataCentres: [{ accreditation: 'open' }] };
    expect(masks({ level: 'secret' }, undefined, lowCentre)).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, [CENTRE]: 0 });
    // A data centre behind a gateway that may not hold the data has no way.
    expect(masks(TO_ALBA, undefined, { gateways: [BOREA] })).toEqual({ 0: 1, 1: 0, 2: 1, 3: 1, [CENTRE]: 0 });
  });

  it('ENV-132 change with the payload: a released product goes where the raw data could not', () => {
    const released = { name: 'o', ratePerS: RARE, rawBytes: 1e6, workTflop: 10, reduction: 2, deadlineS: 60 };
    const run = (productLabel: object | undefined): number[] => {
      const world = worldOf({ observations: [{ ...released, label: TO_ALBA, productLabel }] });
      const task = capture(world, 0);
      const { tasks, model } = world.columns;
      tasks.consumer[task] = TO;
      expect(tasks.label[task]).toBe(model.labels.classOf(TO_ALBA));
      const over: number[] = [];
      const atSource = createBaseline('shortest-delay+at-source+bypass', 1);
      drive(world, atSource, 50, (batch) => over.push(batch.agent[0] as number));
      expect(world.kpis()['breach.labelViolation']).toBe(0);
      return over;
    };
    expect(run(undefined)).toEqual([0, 0, 3, 2]);
    expect(run({ level: 'open' })).toEqual([0, 0, 1, 2]);
  });

  it('ENV-133 copies are kept only where the object may be held', () => {
    const content = { name: 'c', ratePerS: RARE, objects: 1, sizeBytes: 1e3, deadlineS: 60, label: TO_ALBA };
    const allowed = (satellite: number): number[] => {
      const world = worldOf({ contents: [content] });
      const task = createTask(world.columns, 0);
      askDecision(world.columns, CACHE, task, satellite);
      const batch = batchFor(world);
      world.advance(batch, 0, 0);
      return [...batch.actionMask.subarray(0, batch.candidateCount[0])];
    };
    expect(allowed(0)).toEqual([1, 1]);
    expect(allowed(1)).toEqual([1, 0]); // only bypass
  });
});

describe('labelled data on the ground', () => {
  /** Terminal 6 sees Borea's satellite, then, from 20 s on, satellite 0. */
  const LATE: SmallSky = {
    ...SKY,
    antennas: (SKY.antennas ?? []).map((antenna) =>
      antenna.ground === 2 ? { ...antenna, satellite: [1, 1, ...new Array<number>(10).fill(0)] } : antenna,
    ),
  };

  it('ENV-134 wait for a satellite that may hold them, and keep nobody else waiting', () => {
    const world = worldOf({ messages: [message(TO_ALBA), { ...message(), name: 'free' }] }, {}, LATE);
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    sendFree(world, 1e6);
    drive(world, SHORTEST, 19);
    expect(latencies(world)).toHaveLength(1);
    expect(latencies(world)[0]).toBeCloseTo(0.002 + 0.02 + 0.002, 6); // 2 ms up, 20 ms from 1 to 2, 2 ms down
    drive(world, SHORTEST, 30);
    // 2 ms up, 30 ms each to 3 and to 2, 2 ms down.
    expect(latencies(world)[1]).toBeCloseTo(20 + world.model.scenario.handoverS + 0.064, 6);
    expect(world.kpis()['breach.labelViolation']).toBe(0);
  });

  it('ENV-134 are taken out of the queue of an antenna that changes to a satellite they may not go to', () => {
    const sky: SmallSky = {
      ...SKY,
      antennas: (SKY.antennas ?? []).map((antenna) =>
        antenna.ground === 2
          ? { ...antenna, rateBps: 1e6, satellite: [0, 1, 1, ...new Array<number>(9).fill(0)] }
          : antenna,
      ),
    };
    const world = worldOf({ messages: [message(TO_ALBA), { ...message(), name: 'free' }] }, {}, sky);
    inject(world, { from: FROM, to: TO, bits: 9e6 }); // sent from 0 to 9 s
    drive(world, SHORTEST, 1);
    inject(world, { from: FROM, to: TO, bits: 3e6 }); // would end after 10 s: waits
    sendFree(world, 2e6); // waits behind it
    drive(world, SHORTEST, 15);
    // The first; and the one behind the second, which satellite 1 may take: handover, 2 s, and its way over 1.
    expect(latencies(world)).toHaveLength(2);
    expect(world.columns.tasks.live).toBe(1);
    drive(world, SHORTEST, 40);
    expect(latencies(world)).toHaveLength(3);
    expect(latencies(world)[2]).toBeGreaterThan(30 - 1 + 3);
    expect(world.kpis()['breach.labelViolation']).toBe(0);
    checkConservation(world.columns);
  });

  it('ENV-134 that no satellite comes for end as those of an unattached source', () => {
    const never = {
      ...LATE,
      antennas: (LATE.antennas ?? []).map((a) => (a.ground === 2 ? { ...a, satellite: 1 } : a)),
    };
    const world = worldOf({ messages: [message(TO_ALBA)] }, {}, never);
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    drive(world, SHORTEST, 100);
    expect(world.kpis()['drop.source-unattached']).toBe(1);
  });

  it('ENV-134 leave and enter data centres by gateways that may hold them', () => {
    // Gateways 4 and 5 at satellites 2 and 0; data centre 6; terminals 7 and 8 at 0 and 2.
    const sky: SmallSky = {
      ...SKY,
      gateways: 2,
      antennas: [
        { ground: 0, satellite: 2, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
        { ground: 1, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
        { ground: 3, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
        { ground: 4, satellite: 2, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
      ],
    };
    const content = { name: 'c', ratePerS: 2, objects: 40, zipfAlpha: 0, sizeBytes: 1e4, deadlineS: 30 };
    const gatewaysUsed = (label: object | undefined): number[] => {
      const traffic = { contents: [label === undefined ? content : { ...content, label }] };
      const world = worldOf(traffic, { gateways: [ALBA, BOREA] }, sky);
      const used = new Set<number>();
      const note = (node: number): void => void (node === 4 || node === 5 ? used.add(node) : used);
      const noted = (batch: DecisionBatch, out: Uint8Array): void => {
        SHORTEST.choose(batch, out);
        for (let row = 0; row < batch.n; row++) {
          if (batch.kind[row] !== FORWARD) continue;
          note(batch.candidateNode[row * batch.maxCandidates + (out[row] as number)] as number);
          note(world.columns.tasks.previous[batch.task[row] as number] as number);
        }
      };
      drive(world, noted, 60);
      expect(world.kpis()).toMatchObject({ 'breach.labelViolation': 0, 'drop.no-allowed-candidate': 0 });
      expect(world.kpis()['deliveredFrac']).toBeGreaterThan(0.95);
      return [...used].sort();
    };
    expect(gatewaysUsed(undefined)).toEqual([4, 5]);
    expect(gatewaysUsed(TO_ALBA)).toEqual([4]);
  });
});

describe('draws', () => {
  const traffic = {
    messages: [{ name: 'm', ratePerS: 40, sizeBytes: 100, deadlineS: 5 }],
    observations: [{ name: 'o', ratePerS: 20, rawBytes: 1e3, workTflop: 1, reduction: 2, deadlineS: 5 }],
    contents: [{ name: 'c', ratePerS: 20, objects: 5, sizeBytes: 100, deadlineS: 5 }],
    jobs: [{ name: 'j', ratePerS: 20, inputBytes: 100, outputBytes: 100, workTflop: 1, deadlineS: 5 }],
  };
  const four: SmallSky = { ...SKY, terminals: 4, dataCentres: 2 };
  const standings = { terminals: [ALBA, BOREA, ALBA, BOREA], dataCentres: [BOREA, ALBA] };

  it('ENV-135 of sources and consumers are among those that may hold the data, by population as ever', () => {
    const labelled = Object.fromEntries(
      Object.entries(traffic).map(([family, classes]) => [family, classes.map((c) => ({ ...c, label: TO_ALBA }))]),
    );
    const world = worldOf(labelled, standings, four);
    const w = world.columns;
    const seen = new Map<number, number>();
    const note = (node: number): void => void seen.set(node, (seen.get(node) ?? 0) + 1);
    for (let n = 0; n < 4000; n++) {
      const task = createTask(w, n % 4);
      for (const node of [w.tasks.source[task], w.tasks.consumer[task]] as number[]) note(node);
      if (w.tasks.family[task] === 0) expect(w.tasks.source[task]).not.toBe(w.tasks.consumer[task]);
      if ((w.tasks.object[task] as number) >= 0) expect(w.tasks.destination[task]).toBe(6); // centre-1: satellites 0-3, gateway 4
    }
    // Satellites 0, 2, 3 and terminals 0 (7) and 2 (9).
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual([0, 2, 3, 7, 9]);
    expect((seen.get(7) as number) / (seen.get(9) as number)).toBeCloseTo(1, 0);
  });

  it('ENV-135 of unlabelled traffic do not change when nodes get owners: the same trajectory to the bit', () => {
    const hash = (of: object): string => {
      const world = worldOf(traffic, of, four);
      drive(world, SHORTEST, 20);
      return world.trajectoryHash;
    };
    expect(hash(standings)).toBe(hash({ satellites: [] }));
  });
});

describe('audit', () => {
  it('ENV-136 counts data that come to rest where they may not be, however they got there', () => {
    const world = worldOf({ messages: [message(TO_ALBA)] });
    inject(world, { from: FROM, to: TO, bits: 1e6 });
    // A defect that lets everything pass: the table of what may be sent where, and the mask handed out.
    world.columns.snapshot.allowed.fill(1);
    const overOne = byNode(
      (node, batch, row) => node === (batch.agent[row] === 0 ? 1 : batch.agent[row] === 1 ? 2 : TO),
    );
    drive(world, overOne, 5, (batch) => batch.actionMask.fill(1, 0, batch.candidateCount[0]));
    expect(latencies(world)).toHaveLength(1);
    expect(world.kpis()).toMatchObject({ 'breach.labelViolation': 1, breaches: 1 });
  });
});
