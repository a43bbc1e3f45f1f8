import { describe, expect, it } from 'vitest';
import { C_KM_S, DROP_REASONS, FORWARD, OBSERVATION, PLACE } from '../../../core/index.ts';
import { World, checkConservation, createWorldModel } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import {
  type SmallSky,
  capture,
  drive,
  inject,
  latencies,
  smallGeometry,
  smallScenario,
  smallWorld,
} from './small-world.ts';

const PLACES = 7;
const T = 400;
const TICK_S = 10;
const LIGHT_S = 0.004;

/** A pass per interval [from, to) of ticks; -1 outside. */
function passes(satellite: number, ...intervals: readonly (readonly [number, number])[]): number[] {
  return Array.from({ length: T }, (_, k) => (intervals.some(([from, to]) => k >= from && k < to) ? satellite : -1));
}

const antenna = (ground: number, satellite: number[], rateBps = 1e8) => ({
  ...{ ground, satellite, rateBps },
  rangeKm: LIGHT_S * C_KM_S,
});

/** Satellite 0 passes gateway 1 in ticks 100 to 110 and 300 to 330; data centre 2 behind it at 10 ms. */
const ONE: SmallSky = {
  ...{ satellites: 1, ticks: T, tickS: TICK_S, gateways: 1, dataCentres: 1 },
  antennas: [antenna(0, passes(0, [100, 110], [300, 330]))],
};

/** Captures of 500 Mbit: 5 s at 100 Mb/s. None comes by itself. */
const captures = (rawBytes: number, deadlineS = 3900) => ({
  traffic: {
    observations: [
      {
        name: 'o',
        ratePerS: 1e-9,
        rawBytes,
        workTflop: 1,
        reduction: 10,
        consumer: 'data-centre',
        deadlineS,
        value: 1,
      },
    ],
  },
});
const CARRY = { carryHorizonS: 3600 };
const BENT_PIPE = () => createBaseline('shortest-delay+bent-pipe+bypass', 1);

describe('a satellite that carries', () => {
  it('ENV-180 brings a capture down at its next pass: wait, sending, light, terrestrial network, service', () => {
    const world = smallWorld(ONE, { ...captures(62.5e6), ...CARRY });
    const policy = BENT_PIPE();
    drive(world, policy, 123);
    capture(world, 0);
    const decisions = drive(world, policy, 3999);
    // Pass begins at 1,000 s; 5 s of sending, 4 ms of light, 10 ms to the centre; 1 TFLOP at its rate.
    const { tflops } = world.columns.compute;
    expect(latencies(world)[0]).toBeCloseTo(1000 - 123 + 5 + LIGHT_S + 0.01 + 1 / (tflops[1] as number), PLACES);
    // To place, to hold, to send: nothing is asked in between.
    expect(decisions).toBe(3);
    checkConservation(world.columns);
  });

  it('ENV-180 without the horizon knows no way: the centre is masked', () => {
    const world = smallWorld(ONE, captures(62.5e6));
    let centreAllowed: number | undefined;
    capture(world, 0);
    drive(world, BENT_PIPE(), 9, (batch) => {
      if (batch.kind[0] === PLACE) centreAllowed = batch.actionMask[1];
    });
    // The antenna's own next satellite is known even so; a second satellite's is not.
    expect(centreAllowed).toBe(1);
    const two = {
      ...ONE,
      satellites: 2,
      antennas: [antenna(0, [...passes(0, [100, 110]).slice(0, 200), ...passes(1, [300, 330]).slice(200)])],
    };
    for (const carryHorizonS of [0, 2900, 3600]) {
      const other = smallWorld(two, { ...captures(62.5e6), carryHorizonS });
      capture(other, 1);
      drive(other, BENT_PIPE(), 9, (batch) => {
        if (batch.kind[0] === PLACE) centreAllowed = batch.actionMask[1];
      });
      // Satellite 1 comes to the gateway at 3,000 s.
      expect(centreAllowed, `${carryHorizonS}`).toBe(carryHorizonS >= 3000 ? 1 : 0);
      expect(other.knowledge.snapshotDelayS(1, 3)).toBe(carryHorizonS >= 3000 ? 3000 + 0.01 : Infinity);
    }
  });

  it('ENV-181 what does not fit behind others into a contact waits for the next one, unasked in between', () => {
    // 30 captures of 5 s: 19 end before 100 s of contact are over (the 20th would end with it), 11 wait for the second pass.
    const world = smallWorld(ONE, { ...captures(62.5e6), ...CARRY });
    const policy = BENT_PIPE();
    drive(world, policy, 5);
    for (let i = 0; i < 30; i++) capture(world, 0);
    const decisions = drive(world, policy, 3999);
    const sent = latencies(world).map(
      (latencyS) => latencyS + 5 - 0.014 - 1 / (world.columns.compute.tflops[1] as number),
    );
    expect(sent).toHaveLength(30);
    sent.sort((a, b) => a - b);
    sent.forEach((atS, i) => {
      expect(atS).toBeCloseTo(i < 19 ? 1000 + 5 * (i + 1) : 3000 + 5 * (i - 18), 6);
    });
    // 30 to place, 30 to hold, 30 when the first pass opens (11 hold), 11 when the second does.
    expect(decisions).toBe(30 + 30 + 30 + 11);
    checkConservation(world.columns);
  });

  it('ENV-182 what fits into no contact ends at its deadline, and is asked about once per contact', () => {
    // 40 Gbit take 400 s at 100 Mb/s; the longest pass lasts 300 s.
    const world = smallWorld(ONE, { ...captures(5e9), ...CARRY });
    const policy = BENT_PIPE();
    capture(world, 0);
    const decisions = drive(world, policy, 3999);
    expect(world.columns.statistics.dropped[OBSERVATION * DROP_REASONS.length + DROP_REASONS.indexOf('deadline')]).toBe(
      1,
    );
    expect(world.liveTasks).toBe(0);
    expect(decisions).toBe(1 + 1 + 2);
    checkConservation(world.columns);
  });

  it('ENV-182 where the contact is cut it asks again with every tick until the contact is back', () => {
    const scheduled = [{ kind: 'gateway-loss', target: 'node-1', atS: 995, durationS: 58 }];
    const world = smallWorld(ONE, { ...captures(62.5e6), ...CARRY, faults: { scheduled } });
    capture(world, 0);
    const decisions = drive(world, BENT_PIPE(), 3999);
    // Back at 1,053 s, asked at 1,060 s.
    const { tflops } = world.columns.compute;
    expect(latencies(world)[0]).toBeCloseTo(1060 + 5 + LIGHT_S + 0.01 + 1 / (tflops[1] as number), PLACES);
    // To place, to hold, at 1,000, 1,010, ... 1,050 to hold, then to send.
    expect(decisions).toBe(1 + 1 + 6 + 1);
    checkConservation(world.columns);
  });

  it('ENV-183 hands data to a neighbour whose contact comes sooner, by whole delays', () => {
    // Own contact at 3,000 s, the neighbour's at 1,500 s; sending over takes 100 s.
    const sky: SmallSky = {
      ...{ satellites: 2, ticks: T, tickS: TICK_S, gateways: 1, dataCentres: 1, islRateBps: 5e6 },
      isls: [{ between: [0, 1], rangeKm: 0.01 * C_KM_S }],
      antennas: [antenna(0, [...passes(1, [150, 160]).slice(0, 200), ...passes(0, [300, 330]).slice(200)])],
    };
    const world = smallWorld(sky, { ...captures(62.5e6), ...CARRY });
    capture(world, 0);
    drive(world, BENT_PIPE(), 3999);
    const { tflops } = world.columns.compute;
    expect(latencies(world)[0]).toBeCloseTo(1500 + 5 + LIGHT_S + 0.01 + 1 / (tflops[2] as number), PLACES);
    // With 2,000 s of sending it keeps them.
    const slow = smallWorld({ ...sky, islRateBps: 2.5e5 }, { ...captures(62.5e6), ...CARRY });
    capture(slow, 0);
    drive(slow, BENT_PIPE(), 3999);
    expect(latencies(slow)[0]).toBeCloseTo(3000 + 5 + LIGHT_S + 0.01 + 1 / (tflops[2] as number), PLACES);
  });

  it('ENV-184 asks at once when a laser link comes up, and polls while one is up', () => {
    const sky: SmallSky = {
      ...{ satellites: 2, ticks: T, tickS: TICK_S, gateways: 1, dataCentres: 1, islRateBps: 1e9 },
      isls: [{ between: [0, 1], rangeKm: 0.01 * C_KM_S, fromTick: 20, toTick: 30 }],
      antennas: [antenna(0, [...passes(1, [40, 60]).slice(0, 200), ...passes(0, [300, 330]).slice(200)])],
    };
    const world = smallWorld(sky, { ...captures(62.5e6), ...CARRY });
    capture(world, 0);
    drive(world, BENT_PIPE(), 3999);
    // Over at 200 s, down from 400 s on.
    expect(latencies(world)[0]).toBeCloseTo(400 + 5 + 0.014 + 1 / (world.columns.compute.tflops[2] as number), PLACES);
    checkConservation(world.columns);
  });

  it('ENV-184 is asked once per contact, however many links have come and gone before', () => {
    // A laser link of 10 bit/s for 50 s in every 100 s, of no use; 40 Gbit fit into neither pass, as in ENV-182.
    const sky: SmallSky = {
      ...{ satellites: 2, ticks: T, tickS: TICK_S, gateways: 1, dataCentres: 1, islRateBps: 10 },
      isls: [20, 30, 40, 50, 60].map((fromTick) => ({
        ...{ between: [0, 1] as const, rangeKm: 0.01 * C_KM_S },
        ...{ fromTick, toTick: fromTick + 5 },
      })),
      antennas: [antenna(0, passes(0, [100, 110], [300, 330]))],
    };
    const world = smallWorld(sky, { ...captures(5e9), ...CARRY });
    capture(world, 0);
    drive(world, BENT_PIPE(), 995);
    const asked = [1005, 2995, 3005, 3899].map((untilS) => drive(world, BENT_PIPE(), untilS));
    expect(asked).toEqual([1, 0, 1, 0]);
  });

  it('ENV-185 a ground node waits for the satellite that will be there first, not for the first satellite', () => {
    // Terminal 3 sees satellite 0 from the start and satellite 1 from 500 s; terminal 4 satellite 1 at 700 s, satellite 0 at 2,000 s.
    const sky: SmallSky = {
      ...{ satellites: 2, ticks: T, tickS: TICK_S, terminals: 2 },
      antennas: [
        antenna(
          0,
          Array.from({ length: T }, (_, k) => (k < 50 ? 0 : k < 60 ? 1 : -1)),
        ),
        antenna(
          1,
          Array.from({ length: T }, (_, k) => (k >= 70 && k < 80 ? 1 : k >= 200 && k < 210 ? 0 : -1)),
        ),
      ],
    };
    const fields = { traffic: { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1, deadlineS: 3900 }] }, ...CARRY };
    const world = smallWorld(sky, fields);
    const policy = BENT_PIPE();
    drive(world, policy, 7);
    inject(world, { from: 2, to: 3, bits: 1e8 });
    drive(world, policy, 3999);
    // Down from 700 s on: 1 s and light.
    expect(latencies(world)[0]).toBeCloseTo(700 - 7 + 1 + LIGHT_S, PLACES);
    checkConservation(world.columns);
  });

  it('ENV-186 goes on the same when saved while it carries', () => {
    const fields = { ...captures(62.5e6), ...CARRY };
    const model = createWorldModel(smallScenario(ONE, fields), smallGeometry(ONE));
    const options = { seed: 1, runS: T * TICK_S, startS: 0 };
    const run = (other?: World): string => {
      const world = new World(model, options);
      for (let i = 0; i < 25; i++) capture(world, 0);
      drive(world, BENT_PIPE(), 1042);
      const going = other ?? world;
      if (other !== undefined) other.restore(structuredClone(world.save()));
      drive(going, BENT_PIPE(), 3999);
      return going.trajectoryHash;
    };
    expect(run(new World(model, { ...options, seed: 9 }))).toBe(run());
  });

  it('ENV-183 shows delays in their order, hours included', () => {
    const sky = { ...ONE, antennas: [antenna(0, passes(0, [300, 330]))] };
    const world = smallWorld(sky, { ...captures(62.5e6), ...CARRY });
    capture(world, 0);
    const shown: number[] = [];
    drive(world, BENT_PIPE(), 2999, (batch) => {
      if (batch.kind[0] !== FORWARD) return;
      const spec = batch.spec.kinds[FORWARD];
      const at = spec?.candidate.findIndex(({ name }) => name === 'snapshotRemainingS') as number;
      shown.push(batch.candidates[at] as number);
    });
    // Held for 3,000 s: 120 - 3,600 / 3,000.
    expect(shown).toEqual([Math.fround(120 - 3600 / 3000)]);
  });
});
