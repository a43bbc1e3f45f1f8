import { describe, expect, it } from 'vitest';
import { C_KM_S, FORWARD } from '../../../core/index.ts';
import { World, checkConservation, createWorldModel } from '../../../environment/index.ts';
import {
  EASTWARD,
  type SmallSky,
  drive,
  inject,
  latencies,
  smallGeometry,
  smallScenario,
  smallWorld,
} from './small-world.ts';

/** Ranges are float32 columns: 600 km to 2^-24 relative, 0.12 ns of light time per hop; clocks are float64. */
const PLACES = 7;

/** Satellites 0 and 1, terminals 2 (on satellite 0) and 3 (on satellite 1); light times 2, 10 and 3 ms. */
const CHAIN: SmallSky = {
  satellites: 2,
  ticks: 6,
  tickS: 10,
  isls: [{ between: [0, 1], rangeKm: 0.01 * C_KM_S }],
  islRateBps: 1e6,
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.002 * C_KM_S, rateBps: 1e9 },
    { ground: 1, satellite: 1, rangeKm: 0.003 * C_KM_S, rateBps: 1e9 },
  ],
};
const [SOURCE, SINK] = [2, 3];

/** Messages worth 1 that lose 0.1 per second; none arrives by itself. Only delay costs. */
const FIELDS = {
  traffic: { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1, deadlineS: 10, value: 1 }] },
  reward: { dropCost: 0.5, downlinkCostPerGB: 0, energyCostPerMJ: 0, imposedDelayFactor: 1 },
};

function send(world: World, atS: number, bits: number, priority = 1): void {
  drive(world, EASTWARD, atS);
  inject(world, { from: SOURCE, to: SINK, bits, priority });
}

describe('links in the world', () => {
  it('ENV-10 are first come first served per priority, not pre-empted, with exact latencies', () => {
    const world = smallWorld(CHAIN, FIELDS);
    send(world, 1.0, 1e6); // A at satellite 0 at 1 + 1e6/1e9 + 0.002 = 1.003 s, sent 1.003 to 2.003
    send(world, 1.1, 1e6); // B at 1.103
    send(world, 1.2, 5e5, 0); // C, priority 0, at 1.2 + 0.0005 + 0.002 = 1.2025; does not pre-empt A
    drive(world, EASTWARD, 10);
    // ISL: A to 2.003, C to 2.503, B to 3.503. Then 10 ms, downlink 1 or 0.5 ms, 3 ms.
    const [a, c, b] = latencies(world);
    expect(a).toBeCloseTo(2.003 + 0.01 + 0.001 + 0.003 - 1.0, PLACES);
    expect(c).toBeCloseTo(2.503 + 0.01 + 0.0005 + 0.003 - 1.2, PLACES);
    expect(b).toBeCloseTo(3.503 + 0.01 + 0.001 + 0.003 - 1.1, PLACES);
    // Waits: B 1.103 to 2.503 s; C 1.2025 to 2.003 s.
    expect(world.columns.statistics.queueingS).toBeCloseTo(1.4 + 0.8005, PLACES);
    checkConservation(world.columns);
  });

  it('ENV-11 charge a decision the value lost by those that waited while its bundle was sent', () => {
    const world = smallWorld(CHAIN, FIELDS);
    const kinds: number[] = [];
    const seen = (batch: { n: number; kind: Uint8Array }): void => {
      for (let row = 0; row < batch.n; row++) kinds.push(batch.kind[row] as number);
    };
    drive(world, EASTWARD, 1.0);
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    drive(world, EASTWARD, 1.1, seen);
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    drive(world, EASTWARD, 1.2, seen);
    inject(world, { from: SOURCE, to: SINK, bits: 5e5, priority: 0 });
    drive(world, EASTWARD, 10, seen);
    expect(kinds).toEqual(new Array(6).fill(FORWARD));
    // Decisions in order: A, B, C at satellite 0; A, C, B at satellite 1. A is sent 1.003 to 2.003: B has waited 0.9 s,
    // C 0.8005 s of it. C is sent for 0.5 s while B waits. Nobody waits behind B. Slope 0.1 per second.
    const { n, decision, next, reward, elapsedS } = world.transitions;
    const rows = Array.from({ length: n }, (_, i) => ({
      from: decision[i],
      to: next[i],
      reward: reward[i] as number,
      elapsedS: elapsedS[i] as number,
    })).sort((x, y) => (x.from as number) - (y.from as number));
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [0, 3],
      [1, 5],
      [2, 4],
      [3, -1],
      [4, -1],
      [5, -1],
    ]);
    const rewards = rows.map((row) => row.reward);
    expect(rewards[0]).toBeCloseTo(-0.1 * (0.9 + 0.8005), PLACES);
    expect(rewards[1]).toBe(0);
    expect(rewards[2]).toBeCloseTo(-0.1 * 0.5, PLACES);
    // Deliveries: 1 - 0.1 x latency, latencies as above.
    expect(rewards[3]).toBeCloseTo(1 - 0.1 * 1.017, PLACES);
    expect(rewards[4]).toBeCloseTo(1 - 0.1 * 1.3165, PLACES);
    expect(rewards[5]).toBeCloseTo(1 - 0.1 * 2.417, PLACES);
    expect(rows[0]?.elapsedS).toBeCloseTo(2.013 - 1.003, PLACES);
    expect(rows[5]?.elapsedS).toBeCloseTo(0.004, PLACES);
  });

  it('ENV-14 do not begin what the contact is too short for: it is decided anew and waits for the next contact', () => {
    const isls = [
      { between: [0, 1], rangeKm: 0.01 * C_KM_S, toTick: 2 },
      { between: [0, 1], rangeKm: 0.01 * C_KM_S, fromTick: 3 },
    ] as const;
    const world = smallWorld({ ...CHAIN, isls }, { ...FIELDS, traffic: late(30) });
    send(world, 18.5, 1e6); // sent 18.503 to 19.503, within the contact that ends at 20 s
    send(world, 18.6, 1e6); // its turn comes at 19.503 and would end at 20.503
    send(world, 18.7, 2e5); // its turn comes at 19.503 too, and 0.2 s are left
    drive(world, EASTWARD, 60);
    // The second holds until the link is back at 30 s. Then 1 s, and 14 ms to the end.
    const [first, third, second] = latencies(world);
    expect(first).toBeCloseTo(19.503 + 0.014 - 18.5, PLACES);
    expect(third).toBeCloseTo(19.703 + 0.01 + 0.0002 + 0.003 - 18.7, PLACES);
    expect(second).toBeCloseTo(31 + 0.014 - 18.6, PLACES);
    checkConservation(world.columns);
  });

  it('ENV-15 send nothing during a handover, and decide anew what the old satellite cannot deliver', () => {
    const sky: SmallSky = {
      ...CHAIN,
      islRateBps: 1e9,
      antennas: [
        { ground: 0, satellite: 0, rangeKm: 0.002 * C_KM_S, rateBps: 1e9 },
        { ground: 1, satellite: [0, 0, 1, 1, 1, 1], rangeKm: 0.003 * C_KM_S, rateBps: 1e6 },
      ],
    };
    const world = smallWorld(sky, { ...FIELDS, handoverS: 0.5, traffic: late(30) });
    send(world, 18.6, 1e6); // downlink of satellite 0 from 18.603 to 19.603
    send(world, 18.7, 1e6); // would end at 20.603, after the contact: over the ISL, at satellite 1 at 19.603 + 0.001 + 0.01
    drive(world, EASTWARD, 60);
    // At satellite 1 it holds from 19.614 to 20.114 s; the antenna is there since 20 s but works from 20.5 s on.
    const [a, b] = latencies(world);
    expect(a).toBeCloseTo(19.603 + 0.003 - 18.6, PLACES);
    expect(b).toBeCloseTo(20.5 + 1 + 0.003 - 18.7, PLACES);
  });

  it('ENV-15 keep what waits on the ground for the next satellite', () => {
    const sky: SmallSky = {
      ...CHAIN,
      antennas: [
        { ground: 0, satellite: [0, 0, 1, 1, 1, 1], rangeKm: 0.002 * C_KM_S, rateBps: 1e6 },
        { ground: 1, satellite: 1, rangeKm: 0.003 * C_KM_S, rateBps: 1e9 },
      ],
    };
    const world = smallWorld(sky, { ...FIELDS, handoverS: 0.5, traffic: late(30) });
    send(world, 19.25, 1e6); // would end at 20.25 s; sent 20.5 to 21.5 s to satellite 1, which delivers in 1 + 3 ms
    drive(world, EASTWARD, 60);
    expect(latencies(world)[0]).toBeCloseTo(21.5 + 0.002 + 0.001 + 0.003 - 19.25, PLACES);
  });

  it('ENV-18 that fail without notice lose what was under way: it is decided anew, or ends when its deadline has passed', () => {
    const isls = [
      { between: [0, 1], rangeKm: 0.01 * C_KM_S, toTick: 2 },
      { between: [0, 1], rangeKm: 0.01 * C_KM_S, fromTick: 3 },
    ] as const;
    const sky = { ...CHAIN, isls };
    const scenario = smallScenario(sky, { ...FIELDS, traffic: late(12) });
    const geometry = smallGeometry(sky);
    geometry.contacts.untilTick.fill(geometry.tickCount + 1); // the contact plan does not know of the gap from 20 to 30 s
    const world = new World(createWorldModel(scenario, geometry), { seed: 1, runS: 60, startS: 0 });
    send(world, 7.5, 1.3e7); // sent from 7.515 s; its deadline of 19.5 s passes meanwhile, and the link fails at 20 s
    drive(world, EASTWARD, 19.9);
    expect(world.liveTasks).toBe(1);
    drive(world, EASTWARD, 20);
    expect([world.liveTasks, world.kpis()['drop.deadline']]).toEqual([0, 1]);
    checkConservation(world.columns);

    const patient = new World(createWorldModel(smallScenario(sky, { ...FIELDS, traffic: late(60) }), geometry), {
      seed: 1,
      runS: 60,
      startS: 0,
    });
    send(patient, 19.5, 1e6); // sent from 19.503 s, lost at 20 s; held in steps of 0.5 s until the link is back at 30 s
    drive(patient, EASTWARD, 60);
    expect(latencies(patient)[0]).toBeCloseTo(30 + 1 + 0.014 - 19.5, PLACES);
    checkConservation(patient.columns);
  });

  it('ENV-16 drop a message whose terminal no satellite serves before its deadline, with that reason', () => {
    const antennas = [
      { ground: 0, satellite: -1, rangeKm: 1, rateBps: 1e9 },
      { ground: 1, satellite: 1, rangeKm: 1, rateBps: 1e9 },
    ];
    const world = smallWorld({ ...CHAIN, antennas }, FIELDS);
    send(world, 5, 1e6);
    drive(world, EASTWARD, 14.9);
    expect(world.liveTasks).toBe(1);
    drive(world, EASTWARD, 15.1);
    expect([world.liveTasks, world.kpis()['drop.source-unattached']]).toEqual([0, 1]);
    checkConservation(world.columns);
  });
});

function late(deadlineS: number) {
  return { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1, deadlineS }] };
}
