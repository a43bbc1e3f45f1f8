import { describe, expect, it } from 'vitest';
import { C_KM_S, MODE_EVENTS, PLACE } from '../../../core/index.ts';
import { World, checkConservation, createWorldModel } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import {
  EASTWARD,
  type SmallSky,
  byNode,
  capture,
  drive,
  inject,
  latencies,
  skyOf,
  smallGeometry,
  smallScenario,
} from './small-world.ts';

/** Three satellites in a row and a ring road: 0 - 1 - 2 and 0 - 3 - 2; terminals at 0 and 2. Nodes 4 and 5 are the terminals. */
const RANGE_KM = 0.01 * C_KM_S;
const SKY: SmallSky = {
  satellites: 4,
  ticks: 12,
  tickS: 10,
  islRateBps: 1e6,
  isls: [
    { between: [0, 1], rangeKm: RANGE_KM },
    { between: [1, 2], rangeKm: RANGE_KM },
    { between: [0, 3], rangeKm: 2 * RANGE_KM },
    { between: [3, 2], rangeKm: 2 * RANGE_KM },
  ],
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
    { ground: 1, satellite: 2, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
  ],
};
const FROM = 4;
const TO = 5;
const KNOWLEDGE = { beaconPeriodS: 0.5, linkStatePeriodS: 4, floodS: 0.3 };
/** So rare that none arrives by itself in two minutes. */
const traffic = {
  messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1000, deadlineS: 100 }],
  observations: [{ name: 'o', ratePerS: 1e-9, rawBytes: 1000, workTflop: 1000, reduction: 2, deadlineS: 100 }],
};

function world(scheduled: readonly object[], more: Record<string, unknown> = {}): World {
  const fields = { traffic, knowledge: KNOWLEDGE, faults: { scheduled }, ...more };
  const scenario = smallScenario(SKY, fields);
  return new World(createWorldModel(scenario, smallGeometry(SKY)), { seed: 1, runS: 120, startS: 0 });
}

/** A satellite 1,000 km above a terminal at latitude and longitude 0. */
function overhead(fields: Record<string, unknown>): { readonly world: World; rateBps(): number } {
  const sky: SmallSky = {
    satellites: 1,
    ticks: 400,
    tickS: 10,
    terminals: 1,
    antennas: [{ ground: 0, satellite: 0, rangeKm: 1000, rateBps: 1e9 }],
  };
  const row = Float32Array.of(7378, 0, 0, 6378, 0, 0, 1);
  const geometry = smallGeometry(sky);
  const rows = Array.from({ length: sky.ticks + 1 }, () => row);
  const model = createWorldModel(smallScenario(sky, fields), {
    ...geometry,
    sky: skyOf(rows),
    contacts: { ...geometry.contacts, rangeKm: undefined },
  });
  const w = new World(model, { seed: 1, runS: sky.ticks * sky.tickS, startS: 0 });
  const { links } = w.columns;
  return {
    world: w,
    rateBps: () => ((links.to[model.firstUplink] as number) < 0 ? 0 : (links.rateBps[model.firstUplink] as number)),
  };
}

const loss = (target: string, atS: number, durationS?: number): object => ({
  kind: 'satellite-loss',
  target,
  atS,
  ...(durationS === undefined ? {} : { durationS }),
});

describe('satellites that fail', () => {
  it('ENV-110 take with them what they hold and what is on its way to them; nothing else is lost', () => {
    const w = world([loss('node-1', 20)]);
    drive(w, EASTWARD, 15);
    // 1 Mbit each at 1 Mbit/s: at 20 s the first is being sent from 1, the second reaches it at 20.003 s and finds nobody.
    inject(w, { from: FROM, to: TO, bits: 1e6 }); // 15.002 at 0, 16.012 at 1, sent on until 17.012: delivered
    drive(w, EASTWARD, 18.6);
    inject(w, { from: FROM, to: TO, bits: 1e6 }); // 18.602 at 0, 19.612 at 1, sends until 20.612: lost with its holder
    drive(w, EASTWARD, 18.99);
    inject(w, { from: FROM, to: TO, bits: 1e5 }); // waits until 19.602, sent until 19.702, at 1 from 19.712: lost too
    drive(w, EASTWARD, 40);
    expect(w.kpis()).toMatchObject({ 'drop.node-lost': 2, faults: 1 });
    expect(latencies(w)).toHaveLength(1);
    checkConservation(w.columns);
  });

  it('ENV-110 data in flight when the receiver fails are lost on arrival', () => {
    const w = world([loss('node-1', 20)]);
    drive(w, EASTWARD, 18.995);
    inject(w, { from: FROM, to: TO, bits: 1e6 }); // at 0 from 18.997 (1 ms up, 1 ms of light), sent until 19.997, at 1 at 20.007 s
    drive(w, EASTWARD, 21);
    expect(w.kpis()['drop.node-lost']).toBe(1);
    checkConservation(w.columns);
  });

  it('ENV-111 that come back have kept what they stored, and acquire their links anew', () => {
    const w = world([loss('node-1', 20, 30)]);
    drive(w, EASTWARD, 18.5);
    inject(w, { from: FROM, to: TO, bits: 1e6 }); // at 1 from 19.512 s; sending breaks off at 20 s
    drive(w, EASTWARD, 55);
    expect(w.kpis()['drop.node-lost']).toBe(0);
    expect(latencies(w)).toHaveLength(0);
    drive(w, EASTWARD, 120);
    // Up at 50 s, its lasers 30 s later (the default acquisition), 1 s to send, 10 ms, and down: 81.0 s.
    expect(latencies(w)[0]).toBeCloseTo(81 + 0.01 + 0.001 + 0.001 - 18.5, 3);
    checkConservation(w.columns);
  });

  it('ENV-112 are noticed by neighbours at once and by others when a report has been flooded', () => {
    const w = world([loss('node-1', 21)]);
    drive(w, EASTWARD, 20.9);
    const viaLost = w.knowledge.snapshotDelayS(3, 1);
    expect(viaLost).toBeLessThan(Infinity);
    drive(w, EASTWARD, 21.1);
    const { links } = w.columns;
    expect(links.to[0]).toBe(-1); // the neighbour's own terminal has lost the light
    expect(w.knowledge.snapshotDelayS(3, 1)).toBe(viaLost); // the report of 20 s did not know, that of 24 s will be known at 24.3 s
    drive(w, EASTWARD, 24.29);
    expect(w.knowledge.snapshotDelayS(3, 1)).toBe(viaLost);
    drive(w, EASTWARD, 24.31);
    expect(w.knowledge.snapshotDelayS(3, 1)).toBe(Infinity);
    expect(w.oracle.trueDelayS(3, 1, 1000)).toBe(Infinity);
  });

  it('ENV-113 tell their machine, and run their jobs anew when they work again', () => {
    const w = world([loss('node-3', 20, 10)], { satellite: { accelerators: 1, tflopsPerAccelerator: 100 } });
    const heard: string[] = [];
    w.onModeEvents = () => {
      const { n, kind, node } = w.modeEvents;
      for (let i = 0; i < n; i++) heard.push(`${w.timeS} ${MODE_EVENTS[kind[i] as number]} ${node[i]}`);
      w.modeEvents.n = 0;
    };
    const here = byNode((node, batch, row) => node === batch.agent[row]);
    drive(w, here, 15);
    capture(w, 3); // 1,000 TFLOP at 100 TFLOPS: would end at 25 s, but begins again at 30 s and ends at 40 s
    drive(w, here, 39.9);
    expect(w.columns.statistics.computeJ).toBeCloseTo(350 * (5 + 0), 6); // energy is booked to the failure and at the end
    drive(w, here, 41);
    expect(w.columns.statistics.computeJ).toBeCloseTo(350 * (5 + 10), 6);
    expect(heard.filter((line) => line.includes('satellite'))).toEqual(['20 satellite.down 3', '30 satellite.up 3']);
  });

  it('ENV-114 capture nothing while they are down', () => {
    const busy = { observations: [{ ...traffic.observations[0], ratePerS: 2, workTflop: 1 }] };
    const w = world([loss('node-1', 0, 60)], { traffic: busy });
    drive(w, EASTWARD, 59.9);
    const created = w.columns.statistics.created[2] as number;
    const lost = w.kpis()['drop.node-lost'] as number;
    // A quarter of the captures fall on one of four satellites: binomial, 5 standard deviations.
    expect(Math.abs(lost - created / 4)).toBeLessThan(5 * Math.sqrt(created * 0.25 * 0.75));
    checkConservation(w.columns);
  });
});

describe('work whose executor fails', () => {
  /** 10 Mbit: 10 s over a laser link. */
  const work = { observations: [{ ...traffic.observations[0], rawBytes: 1.25e6 }] };

  /** Drives a world that places at 1 if it may, else at 3, and sends over the link to the executor alone; notes when it is asked to place, s. */
  function placements(w: World, untilS: number): number[] {
    const atS: number[] = [];
    const choose = byNode((node, batch, row) =>
      batch.kind[row] === PLACE ? node === 1 || node === 3 : node === batch.destination[row],
    );
    drive(w, choose, untilS, (batch) => {
      for (let row = 0; row < batch.n; row++) if (batch.kind[row] === PLACE) atS.push(batch.timeS[row] as number);
    });
    return atS;
  }

  it('ENV-218 is placed anew once its satellite is asked after the report that tells of it', () => {
    const w = world([loss('node-1', 5)], { traffic: work });
    placements(w, 1);
    const task = capture(w, 0);
    // Placed at 1; the link breaks at 5 s, asked every 0.5 s; struck after the report of 4 s, that of 8 s is known at 8.3 s.
    expect(placements(w, 8.4)).toEqual([1]);
    expect(w.columns.tasks.destination[task]).toBe(1);
    expect(placements(w, 18.4)).toEqual([8.5]);
    // At 3 after 10 s of sending.
    expect(w.columns.tasks.destination[task]).toBe(3);
    expect(w.columns.tasks.holder[task]).toBe(0);
    drive(w, EASTWARD, 18.6);
    expect(w.columns.tasks.holder[task]).toBe(3);
    checkConservation(w.columns);
  });

  it('ENV-218 stays with an executor that is back before anybody has heard of its loss', () => {
    const w = world([loss('node-1', 5, 2)], { traffic: work });
    placements(w, 1);
    const task = capture(w, 0);
    expect(placements(w, 40)).toEqual([1]);
    expect(w.columns.tasks.destination[task]).toBe(1);
  });

  it('ENV-218 is not placed at a data centre that is known to be lost', () => {
    const sky: SmallSky = {
      ...{ ...SKY, gateways: 1, dataCentres: 1, terminals: 0 },
      antennas: [{ ground: 0, satellite: 0, rangeKm: RANGE_KM, rateBps: 1e9 }],
    };
    const observations = [{ ...work.observations[0], consumer: 'data-centre' }];
    const faults = { scheduled: [{ kind: 'data-centre-loss', target: 'node-5', atS: 5 }] };
    const scenario = smallScenario(sky, { traffic: { observations }, knowledge: KNOWLEDGE, faults });
    const w = new World(createWorldModel(scenario, smallGeometry(sky)), { seed: 1, runS: 120, startS: 0 });
    const centreAllowed: number[] = [];
    const hold = byNode((node, batch, row) => node === batch.agent[row]);
    for (const atS of [6, 9]) {
      drive(w, hold, atS);
      capture(w, 0);
      drive(w, hold, atS + 0.1, (batch) => {
        for (let k = 0; k < batch.maxCandidates; k++)
          if (batch.candidateNode[k] === 5) centreAllowed.push(batch.actionMask[k] as number);
      });
    }
    expect(centreAllowed).toEqual([1, 0]);
  });
});

describe('other faults', () => {
  it('ENV-115 a terminal that fails takes its link with it, at both ends, until it is mended', () => {
    const w = world([{ kind: 'link-loss', target: 'node-0', towards: 'node-1', atS: 20, durationS: 15 }]);
    const up = (): boolean[] => [0, 1, 2].map((track) => (w.columns.links.to[track] as number) >= 0);
    drive(w, EASTWARD, 19);
    expect(up()).toEqual([true, true, true]);
    drive(w, EASTWARD, 21);
    expect(up()).toEqual([false, true, false]); // track 2 is satellite 1's terminal towards 0
    drive(w, EASTWARD, 36);
    expect(up()).toEqual([true, true, true]);
    expect(w.columns.links.openS[0]).toBe(65); // 35 s + 30 s of acquisition
  });

  it('ENV-116 a storage failure empties the cache and nothing else', () => {
    const contents = [
      { name: 'c', ratePerS: 5, objects: 4, zipfAlpha: 0, sizeBytes: 1000, sizeSpread: 0, deadlineS: 20 },
    ];
    const sky: SmallSky = {
      ...SKY,
      gateways: 1,
      dataCentres: 1,
      antennas: [
        { ground: 0, satellite: 1, rangeKm: RANGE_KM, rateBps: 1e9 },
        { ground: 2, satellite: 0, rangeKm: RANGE_KM, rateBps: 1e9 },
        { ground: 3, satellite: 2, rangeKm: RANGE_KM, rateBps: 1e9 },
      ],
    };
    const fields = {
      traffic: { contents },
      faults: { scheduled: [{ kind: 'storage-failure', target: 'node-0', atS: 60 }] },
    };
    const w = new World(createWorldModel(smallScenario(sky, fields), smallGeometry(sky)), {
      seed: 2,
      runS: 120,
      startS: 0,
      arrivalsS: 55,
    });
    const keep = createBaseline('shortest-delay+greedy-finish+lru', 1);
    drive(w, keep, 59);
    const before = [...w.columns.caches.entries];
    expect(before[0]).toBeGreaterThan(0);
    drive(w, keep, 61);
    expect([...w.columns.caches.entries]).toEqual([0, ...before.slice(1)]);
    expect(w.columns.caches.usedBits[0]).toBe(0);
    checkConservation(w.columns);
  });

  it('ENV-117 jamming lowers the rate by the steps of the MODCOD table, or cuts the link, and passes', () => {
    const jamming = (fadeDb: number): object => ({
      kind: 'jamming',
      latDeg: 0,
      lonDeg: 0,
      radiusKm: 500,
      fadeDb,
      atS: 20,
    });
    const rates = (fadeDb: number): number[] => {
      const { world: w, rateBps } = overhead({ faults: { scheduled: [{ ...jamming(fadeDb), durationS: 20 }] } });
      return [19, 25, 41].map((untilS) => {
        drive(w, EASTWARD, untilS);
        return rateBps();
      });
    };
    // Top mode: 16.05 dB at 1,250 km, so 17.99 dB at 1,000 km; less 3 dB that carries 32APSK 5/6 (14.28 dB, 4.11954 bit/symbol).
    expect(rates(3)).toEqual([1e9, expect.closeTo((1e9 * 4.11954) / 4.453027, 0), 1e9]);
    // Less 60 dB nothing (QPSK 1/4 needs -2.35 dB).
    expect(rates(60)).toEqual([1e9, 0, 1e9]);
  });

  it('ENV-118 hazards strike at the Weibull rate of the scenario', () => {
    const year = 365.25 * 86_400;
    // 120 s are so many years of a hazard of 1 per 1,200 s that R(120 s) = exp(-0.1) per satellite.
    const hazards = [{ kind: 'satellite-loss', ratePerYear: year / 1200 }];
    const scenario = smallScenario(SKY, { traffic, knowledge: KNOWLEDGE, faults: { hazards } });
    const model = createWorldModel(scenario, smallGeometry(SKY));
    let faults = 0;
    const runs = 2000;
    const early = new World(model, { seed: 0, runS: 120, startS: 0 });
    for (let seed = 0; seed < runs; seed++) {
      early.reset({ seed, runS: 120, startS: 0 });
      faults += early.columns.faults.n;
    }
    const p = 1 - Math.exp(-0.1);
    const n = runs * 4;
    expect(Math.abs(faults - n * p)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)));
  });

  it('ENV-119 a captured satellite drops or delays what it should pass on', () => {
    const hostile = { kind: 'capture', target: 'node-1', dropFrac: 1, atS: 20 };
    const w = world([hostile]);
    drive(w, EASTWARD, 25);
    inject(w, { from: FROM, to: TO, bits: 1000 });
    drive(w, EASTWARD, 30);
    expect(w.kpis()['drop.hostile-node']).toBe(1);
    const slow = world([{ ...hostile, dropFrac: 0, delayS: 7 }]);
    drive(slow, EASTWARD, 25);
    inject(slow, { from: FROM, to: TO, bits: 1000 });
    drive(slow, EASTWARD, 60);
    expect(latencies(slow)[0]).toBeGreaterThan(7);
    expect(latencies(slow)[0]).toBeLessThan(7.1);
    checkConservation(slow.columns);
  });
});

describe('weather', () => {
  it('ENV-120 comes and goes in its long-run share, over each site by itself', () => {
    const share = 0.3;
    const { world: w } = overhead({ weather: { rainFrac: share, rainMeanS: 60, cloudFrac: 0.6, cloudMeanS: 120 } });
    let rain = 0;
    let cloud = 0;
    const samples = 4000;
    for (let i = 1; i <= samples; i++) {
      drive(w, EASTWARD, i);
      rain += w.columns.outages.rain[0] as number;
      cloud += w.columns.outages.cloud[0] as number;
    }
    // Of an on-off process with mean lengths a and b the share over T has the variance 2 p (1 - p) (ab / (a + b)) / T.
    const sd = (p: number, a: number): number => {
      const b = (a * (1 - p)) / p;
      return Math.sqrt((2 * p * (1 - p) * ((a * b) / (a + b))) / samples);
    };
    expect(Math.abs(rain / samples - share)).toBeLessThan(4 * sd(share, 60));
    expect(Math.abs(cloud / samples - 0.6)).toBeLessThan(4 * sd(0.6, 120));
  });

  it('ENV-121 rain fades radio by its attenuation at that elevation; cloud cuts lasers; neither the other way round', () => {
    const always = { rainFrac: 1, rainMeanS: 60, rainFadeDb: 3, cloudFrac: 1, cloudMeanS: 60 };
    const radio = overhead({ weather: always });
    // At the zenith 3 dB, as jamming of 3 dB above.
    expect(radio.rateBps()).toBeCloseTo((1e9 * 4.11954) / 4.453027, 0);
    expect(overhead({ weather: always, terminalLink: { kind: 'laser' } }).rateBps()).toBe(0);
    const rainOnly = { ...always, cloudFrac: 0 };
    expect(overhead({ weather: rainOnly, terminalLink: { kind: 'laser' } }).rateBps()).toBe(1e9);
    expect(overhead({ weather: { ...always, rainFrac: 0 } }).rateBps()).toBe(1e9);
  });
});
