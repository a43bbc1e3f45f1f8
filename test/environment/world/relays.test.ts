import { describe, expect, it } from 'vitest';
import { C_KM_S, FORWARD } from '../../../core/index.ts';
import { checkConservation } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type SmallSky, byNode, drive, inject, latencies, smallWorld } from './small-world.ts';

const PLACES = 7;
/** Gateways stand on the equator, 1 deg apart: IUGG mean radius, index 1.468, factor 1.5, 10 ms. */
const wanS = (degrees: number): number => 0.01 + (((6371.0088 * Math.PI) / 180) * degrees * 1.5 * 1.468) / C_KM_S;
const UP_S = 0.002;
const DOWN_S = 0.003;

/** Satellites 0 and 1 without laser links; gateways 2 (on 0), 3 and 4 (on 1, 4 slowly); terminals 5 (on 0) and 6 (on 1). */
const TWO: SmallSky = {
  ...{ satellites: 2, ticks: 30, tickS: 10, gateways: 3, terminals: 2 },
  antennas: [
    { ground: 0, satellite: 0, rangeKm: DOWN_S * C_KM_S, rateBps: 1e8 },
    { ground: 1, satellite: 1, rangeKm: UP_S * C_KM_S, rateBps: 2e8 },
    { ground: 2, satellite: 1, rangeKm: UP_S * C_KM_S, rateBps: 1e6 },
    { ground: 3, satellite: 0, rangeKm: UP_S * C_KM_S, rateBps: 5e7 },
    { ground: 4, satellite: 1, rangeKm: DOWN_S * C_KM_S, rateBps: 4e7 },
  ],
};
const [SOURCE, SINK] = [5, 6];
const messages = (label?: object) => ({
  messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 125000, sizeSpread: 0, deadlineS: 250, ...(label && { label }) }],
});
const RELAYS = { wan: { relays: true }, traffic: messages() };
const SHORTEST = () => createBaseline('shortest-delay+bent-pipe+bypass', 1);
/** 1 Mbit: up 20 ms, down 10 ms, up 5 ms, down 25 ms; light four times; 1 deg of fibre. */
const WAY_S = 0.02 + UP_S + 0.01 + DOWN_S + wanS(1) + 0.005 + UP_S + 0.025 + DOWN_S;

describe('gateways that relay', () => {
  it('ENV-200 terminal, satellite, gateway, gateway, satellite, terminal: the sum of sending, light and fibre', () => {
    const world = smallWorld(TWO, RELAYS);
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    const decisions = drive(world, SHORTEST(), 299);
    expect(latencies(world)[0]).toBeCloseTo(WAY_S, PLACES);
    expect(decisions).toBe(2);
    // Tables know it: from satellite 0, and from the terminal.
    expect(world.knowledge.snapshotDelayS(0, SINK)).toBeCloseTo(WAY_S - 0.02 - UP_S, PLACES);
    expect(world.knowledge.snapshotDelayS(SOURCE, SINK)).toBeCloseTo(WAY_S, PLACES);
    checkConservation(world.columns);
  });

  it('ENV-200 off, it waits until its deadline', () => {
    const world = smallWorld(TWO, { traffic: messages() });
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    expect(world.knowledge.snapshotDelayS(0, SINK)).toBe(Infinity);
    drive(world, SHORTEST(), 299);
    expect(latencies(world)).toEqual([]);
    expect(world.liveTasks).toBe(0);
  });

  it('ENV-201 shows a gateway with what lies behind it, for the size of the bundle', () => {
    const world = smallWorld(TWO, RELAYS);
    inject(world, { from: SOURCE, to: SINK, bits: 4e6 });
    const rows: [number, number][] = [];
    drive(world, SHORTEST(), 299, (batch) => {
      const at = batch.spec.kinds[FORWARD]?.candidate.findIndex(({ name }) => name === 'snapshotRemainingS') as number;
      rows.push([batch.candidateNode[0] as number, batch.candidates[at] as number]);
    });
    // Behind gateway 2: fibre, 4 Mbit up at 200 Mb/s and down at 40 Mb/s, light.
    expect(rows[0]?.[0]).toBe(2);
    expect(rows[0]?.[1]).toBeCloseTo(wanS(1) + 0.02 + UP_S + 0.1 + DOWN_S, 6);
    // After the crossing the terminal itself, and no gateway.
    expect(rows[1]).toEqual([SINK, 0]);
  });

  it('ENV-202 crosses once, whatever the policy: no bundle is on the terrestrial network twice', () => {
    const world = smallWorld({ ...TWO, ticks: 60 }, { ...RELAYS, maxHops: 255 });
    // Takes gateways wherever it can, and else holds.
    const downwards = byNode((node) => node >= 2 && node < 5);
    for (let i = 0; i < 5; i++) inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    let toGateway = 0;
    drive(world, downwards, 299, (batch) => {
      for (let row = 0; row < batch.n; row++) {
        const first = row * batch.maxCandidates;
        const count = batch.candidateCount[row] as number;
        const nodes = batch.candidateNode.subarray(first, first + count);
        toGateway += nodes.some((node) => node >= 2 && node < 5) ? 1 : 0;
      }
    });
    expect(toGateway).toBe(5);
    expect(world.liveTasks).toBe(0);
    checkConservation(world.columns);
  });

  it('ENV-203 uses only gateways that may hold the data', () => {
    // The quick gateway 3 may not hold it: up at 1 Mb/s from gateway 4, 2 deg away.
    const gateways = [0, 1, 2].map((i) => ({
      ...{ name: `gateway-${i}`, latDeg: 0, lonDeg: i },
      ...(i === 1 && { accreditation: 'open' }),
    }));
    const world = smallWorld(TWO, {
      ...{ wan: { relays: true }, gateways, security: { levels: ['open', 'secret'] } },
      traffic: messages({ level: 'secret' }),
    });
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    drive(world, SHORTEST(), 299);
    expect(latencies(world)[0]).toBeCloseTo(WAY_S - wanS(1) + wanS(2) - 0.005 + 1, PLACES);
    expect(world.kpis()['breach.labelViolation']).toBe(0);
  });

  it('ENV-204 goes up again at the same gateway without fibre where that is shorter', () => {
    const [first, ...others] = TWO.antennas ?? [];
    const sky = { ...TWO, antennas: [...(first ? [first, { ...first, satellite: 1 }] : []), ...others] };
    const world = smallWorld(sky, RELAYS);
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    drive(world, SHORTEST(), 299);
    expect(latencies(world)[0]).toBeCloseTo(WAY_S - wanS(1) - 0.005 - UP_S + 0.01 + DOWN_S, PLACES);
  });

  it('ENV-205 with store and carry waits for the pass and counts on it', () => {
    // Satellite 1 reaches the sink at 200 s only.
    const sky: SmallSky = {
      ...TWO,
      antennas: (TWO.antennas ?? []).map((one) =>
        one.ground === 4 ? { ...one, satellite: Array.from({ length: 30 }, (_, k) => (k >= 20 ? 1 : -1)) } : one,
      ),
    };
    const world = smallWorld(sky, { ...RELAYS, carryHorizonS: 3600 });
    inject(world, { from: SOURCE, to: SINK, bits: 1e6 });
    drive(world, SHORTEST(), 299);
    expect(latencies(world)[0]).toBeCloseTo(200 + 0.025 + DOWN_S, PLACES);
    checkConservation(world.columns);
  });
});
