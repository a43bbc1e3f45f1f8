import { describe, expect, it } from 'vitest';
import { C_KM_S, KPI_SPECS } from '../../../core/index.ts';
import { type World } from '../../../environment/index.ts';
import { giniCoefficient } from '../../../environment/world/kpis-link-use.ts';
import { nearestRank } from '../../../environment/world/kpis-latency.ts';
import { EASTWARD, type SmallSky, byNode, capture, drive, inject, smallWorld } from './small-world.ts';

/** Light needs 10 ms along the ISL, 1 ms to the ground. Nodes: satellites 0 and 1, gateway 2, data centre 3, terminals 4 and 5. */
const SKY: SmallSky = {
  satellites: 2,
  ticks: 6,
  tickS: 10,
  isls: [{ between: [0, 1], rangeKm: 0.01 * C_KM_S, rateBps: 1e6 }],
  gateways: 1,
  dataCentres: 1,
  terminals: 2,
  antennas: [
    { ground: 0, satellite: [-1, 0, 0, 1, 1, -1], rangeKm: 0.001 * C_KM_S, rateBps: 1e6 },
    { ground: 2, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
    { ground: 3, satellite: 1, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
  ],
};
/** So rare that none arrives by itself. */
const traffic = {
  messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1000, sizeSpread: 0, deadlineS: 100 }],
  observations: [
    {
      name: 'o',
      ratePerS: 1e-9,
      rawBytes: 50_000,
      workTflop: 916,
      reduction: 2,
      consumer: 'data-centre',
      deadlineS: 100,
    },
  ],
};
const FROM = 4;
const TO = 5;
const MBIT_IN_GB = 1e6 / 8e9;

/** Processes where data were captured; goes down to the gateway, or on to the destination, where a link leads there. */
const HERE_AND_DOWN = byNode(
  (node, batch, row) => node === batch.agent[row] || node === batch.destination[row] || node === 2,
);

function run(fields: Record<string, unknown> = {}, sky = SKY): World {
  return smallWorld(sky, { traffic, handoverS: 0.5, ...fields });
}

const kpi = (world: World, key: string): number => world.kpis()[key] as number;

describe('key figures of links', () => {
  it('ENV-190 downlinkUsedFrac: bits down over the rates of gateways while they were usable', () => {
    const w = run();
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0); // 916 TFLOP at 91.6 TFLOPS: done at 15 s, then 200,000 bits down
    drive(w, HERE_AND_DOWN, 25);
    // Up from 10 s on: 15 Mbit so far.
    expect(kpi(w, 'downlinkUsedFrac')).toBeCloseTo(0.2 / 15, 12);
    drive(w, HERE_AND_DOWN, 60);
    // Ticks 1 and 2 with satellite 0, 3 and 4 with satellite 1 less the handover: 20 s + 19.5 s at 1 Mbit/s.
    expect(kpi(w, 'downlinkUsedFrac')).toBeCloseTo(0.2 / 39.5, 12);
    expect(kpi(w, 'downlinkGB')).toBeCloseTo(0.2 * MBIT_IN_GB, 15);
  });

  it('ENV-190 downlinkUsedFrac: capacity counts while tasks arrive, bits as long as the run takes', () => {
    const w = smallWorld(SKY, { traffic, handoverS: 0.5 }, { arrivalsS: 12 });
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0);
    drive(w, HERE_AND_DOWN, 60);
    // Up from 10 s on, counted until 12 s: 2 Mbit, of which what came down from 15 s on would have filled a tenth.
    expect(kpi(w, 'downlinkUsedFrac')).toBeCloseTo(0.2 / 2, 12);
    const early = smallWorld(SKY, { traffic, handoverS: 0.5 }, { arrivalsS: 8 });
    drive(early, HERE_AND_DOWN, 5);
    capture(early, 0);
    drive(early, HERE_AND_DOWN, 60);
    expect(kpi(early, 'downlinkGB')).toBeCloseTo(0.2 * MBIT_IN_GB, 15);
    expect(kpi(early, 'downlinkUsedFrac')).toBeNaN(); // no gateway had a link before 10 s
  });

  it('ENV-190 downlinkUsedFrac: a gateway that fails within a tick has no capacity until it works again', () => {
    const antennas = [{ ground: 0, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e6 }];
    const sky: SmallSky = { ...SKY, antennas };
    const w = run({ faults: { scheduled: [{ kind: 'gateway-loss', target: 'node-2', atS: 24, durationS: 13 }] } }, sky);
    drive(w, HERE_AND_DOWN, 1);
    capture(w, 0);
    drive(w, HERE_AND_DOWN, 55);
    // 0 to 24 s and 37 to 55 s: 42 Mbit; 0.2 Mbit were sent from 11 s on.
    expect(kpi(w, 'downlinkUsedFrac')).toBeCloseTo(0.2 / 42, 12);
  });

  it('ENV-206 falseAlertGB: the share of products sent down that show nothing, where a class has one', () => {
    const [observation] = traffic.observations;
    const w = run({ traffic: { observations: [{ ...observation, falseAlertFrac: 0.59 }] } });
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0); // 400,000 bits of raw data, half of them as product
    drive(w, HERE_AND_DOWN, 25);
    expect(kpi(w, 'falseAlertGB')).toBeCloseTo(0.59 * 0.2 * MBIT_IN_GB, 15);
    expect(run().kpis()).not.toHaveProperty('falseAlertGB');
  });

  it('ENV-191 uplinkGB, valuePerDownlinkGB: bytes up, value of what arrived over bytes down', () => {
    const w = run();
    inject(w, { from: FROM, to: TO, bits: 1e6 });
    drive(w, EASTWARD, 10);
    expect(kpi(w, 'uplinkGB')).toBeCloseTo(1 * MBIT_IN_GB, 15);
    // Up 1 ms + 1 ms of light, 1 s + 10 ms between the satellites, down 1 ms + 1 ms: 1.014 s of the 100 s to the deadline.
    expect(kpi(w, 'valuePerDownlinkGB')).toBeCloseTo((1 - 0.01014) / MBIT_IN_GB, 6);
    expect(run().kpis()['valuePerDownlinkGB']).toBeNaN();
  });

  it('ENV-192 islGini: closed forms, and each direction that was up counts', () => {
    const oneTo = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i + 1);
    expect(giniCoefficient(new Float64Array(7).fill(3))).toBeCloseTo(0, 15);
    expect(giniCoefficient(Float64Array.of(0, 0, 5, 0))).toBeCloseTo(3 / 4, 15); // (n - 1) / n
    expect(giniCoefficient(oneTo(100).reverse())).toBeCloseTo(99 / 300, 12); // (n - 1) / (3 n)
    const w = run();
    inject(w, { from: FROM, to: TO, bits: 1e6 });
    drive(w, EASTWARD, 10);
    expect(kpi(w, 'islGini')).toBeCloseTo(1 / 2, 15); // one of two directions has it all
  });
});

describe('key figures of satellites', () => {
  it('ENV-193 usefulTflopH, productsPerDay: work and products that arrived, per hour and day of arrivals', () => {
    const w = run();
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0);
    drive(w, HERE_AND_DOWN, 60);
    expect(kpi(w, 'usefulTflopH')).toBeCloseTo(916 / 3600 / 2 / (60 / 3600), 12);
    expect(kpi(w, 'productsPerDay')).toBeCloseTo(86_400 / 60, 9);
    expect(kpi(w, 'deadlineHitFrac.observation')).toBe(1);
  });

  it('ENV-193 usefulTflopH: work that comes too late is not useful', () => {
    const late = { ...traffic, observations: [{ ...traffic.observations[0], deadlineS: 9 }] };
    const w = run({ traffic: late });
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0);
    drive(w, HERE_AND_DOWN, 60);
    expect(w.columns.statistics.computeJ).toBeCloseTo(350 * 10, 6);
    expect(kpi(w, 'usefulTflopH')).toBe(0);
    expect(kpi(w, 'deadlineHitFrac.observation')).toBe(0);
  });

  it('ENV-194 darkComputeFrac: computing by the share of the disc not seen', () => {
    const w = run({}, { ...SKY, sunlitFrac: 0.25 });
    drive(w, HERE_AND_DOWN, 5);
    capture(w, 0);
    drive(w, HERE_AND_DOWN, 60);
    expect(kpi(w, 'darkComputeFrac')).toBeCloseTo(0.75, 12);
  });

  it('ENV-194 throttledFrac: ticks in the mode, which begins at the end of the first', () => {
    // 80 deg C with a heat capacity that keeps it; throttled above 75.
    const w = run({ satellite: { initialC: 80, heatCapacityJK: 1e12 } });
    drive(w, EASTWARD, 60);
    expect(kpi(w, 'throttledFrac')).toBeCloseTo(5 / 6, 12);
    const cool = run();
    drive(cool, EASTWARD, 60);
    expect(kpi(cool, 'throttledFrac')).toBe(0);
  });

  it('ENV-195 deepestDischargeFrac, batteryCycles: a minute in the dark', () => {
    const sky: SmallSky = { satellites: 2, ticks: 6, tickS: 10, sunlitFrac: 0 };
    const w = run({ satellite: { batteryWh: 1000, initialChargeFrac: 0.9, busPowerW: 950 } }, sky);
    drive(w, EASTWARD, 60.1);
    // 950 W at a discharge efficiency of 0.95 take 1,000 W from 1,000 Wh: 1/60 in a minute, 24 cycles a day.
    expect(kpi(w, 'deepestDischargeFrac')).toBeCloseTo(0.1 + 1 / 60, 12);
    expect(kpi(w, 'batteryCycles')).toBeCloseTo(24, 9);
  });

  it('ENV-195 batteryCycles: charging is no cycle', () => {
    const w = run({ satellite: { initialChargeFrac: 0.5 } });
    drive(w, EASTWARD, 60);
    expect(kpi(w, 'batteryCycles')).toBe(0);
  });
});

describe('quantiles', () => {
  it('ENV-196 latencyP90S is the nearest rank', () => {
    const tenths = Float64Array.from({ length: 10 }, (_, i) => i + 1);
    expect(nearestRank(tenths, 0.9)).toBe(9);
    expect(nearestRank(tenths, 0.91)).toBe(10);
    const w = run();
    inject(w, { from: FROM, to: TO, bits: 1e6 });
    drive(w, EASTWARD, 10);
    expect(kpi(w, 'latencyP90S')).toBeCloseTo(1.014, 9);
    expect(kpi(w, 'latencyP90S.message')).toBeCloseTo(1.014, 9);
  });

  it('ENV-197 every key of a world is described, or counts', () => {
    const w = run();
    const described = new Set(KPI_SPECS.map(({ key }) => key));
    const plain = Object.keys(w.kpis()).filter((key) => !key.includes('.'));
    expect(plain.filter((key) => !described.has(key))).toEqual(['tasks', 'decisions', 'reward']);
  });
});
