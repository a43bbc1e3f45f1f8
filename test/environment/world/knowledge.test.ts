import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../../core/index.ts';
import { EASTWARD, type SmallSky, drive, inject, smallWorld } from './small-world.ts';

/**
 * Satellites 0 - 1 - 2; gateway 3 on satellite 2, data centre 4 behind it (0.1 s); terminal 5 on satellite 0, terminal 6 on
 * satellite 1 from 20 s on, terminal 7 on none. A mean bundle (1 Mbit) takes 10 ms over an ISL, 1 ms to a gateway, 2 ms to
 * a terminal; light 10, 4 and 1 ms.
 */
const SKY: SmallSky = {
  satellites: 3,
  ticks: 4,
  tickS: 10,
  isls: [0, 1].map((s) => ({ between: [s, s + 1] as const, rangeKm: 0.01 * C_KM_S })),
  islRateBps: 1e8,
  gateways: 1,
  dataCentres: 1,
  terminals: 3,
  wanDelayS: 0.1,
  antennas: [
    { ground: 0, satellite: 2, rangeKm: 0.004 * C_KM_S, rateBps: 1e9 },
    { ground: 2, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 5e8 },
    { ground: 3, satellite: [-1, -1, 1, 1], rangeKm: 0.001 * C_KM_S, rateBps: 5e8 },
    { ground: 4, satellite: -1, rangeKm: 0.001 * C_KM_S, rateBps: 5e8 },
  ],
};
const FIELDS = {
  traffic: { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 125e3, deadlineS: 60 }] },
  knowledge: { linkStatePeriodS: 5, floodS: 0.3 },
};
const [GATEWAY, CENTRE, NEAR, LATE, NEVER] = [3, 4, 5, 6, 7];
const HOP_S = 0.02;

describe('local knowledge', () => {
  it.each([
    ['itself', 0, 0, 0],
    ['the next satellite', 0, 1, HOP_S],
    ['two hops', 0, 2, 2 * HOP_S],
    ['a gateway', 0, GATEWAY, 2 * HOP_S + 0.005],
    ['a data centre behind its gateway', 0, CENTRE, 2 * HOP_S + 0.005 + 0.1],
    ['a terminal', 2, NEAR, 2 * HOP_S + 0.003],
    ['a terminal that satellite 1 will see in 20 s', 0, LATE, HOP_S + 20],
    ['a terminal that no satellite ever sees', 0, NEVER, Infinity],
    ['gateway to data centre', GATEWAY, CENTRE, 0.1],
    ['gateway to terminal', GATEWAY, NEAR, 0.005 + 2 * HOP_S + 0.003],
    ['data centre to terminal', CENTRE, NEAR, 0.1 + 0.005 + 2 * HOP_S + 0.003],
    ['data centre to itself', CENTRE, CENTRE, 0],
    ['terminal to satellite', NEAR, 2, 0.003 + 2 * HOP_S],
    ['a terminal that has no satellite now', LATE, 0, Infinity],
  ])('ENV-31 knows the delay over empty links: %s', (_what, from, to, expectedS) => {
    const { knowledge } = smallWorld(SKY, FIELDS);
    const delayS = knowledge.snapshotDelayS(from, to);
    if (expectedS === Infinity) expect(delayS).toBe(Infinity);
    else expect(delayS).toBeCloseTo(expectedS, 6);
    // Nothing was ever queued, so the flooded report says the same.
    expect(knowledge.linkStateDelayS(from, to)).toBe(delayS);
  });

  it('ENV-32 counts the wait for a contact from the start of the tick, and forgets it when the contact is there', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, EASTWARD, 13);
    expect(world.knowledge.snapshotDelayS(0, LATE)).toBeCloseTo(HOP_S + 10, 6);
    drive(world, EASTWARD, 20);
    expect(world.knowledge.snapshotDelayS(0, LATE)).toBeCloseTo(HOP_S + 0.003, 6);
  });

  it('ENV-33 adds the queues of the last flooded report, which is at least the flood old and at most a period more', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, EASTWARD, 4.0);
    inject(world, { from: NEAR, to: GATEWAY, bits: 5e7 }); // 0.1 s up, 1 ms: at satellite 0 at 4.101 s
    inject(world, { from: NEAR, to: GATEWAY, bits: 2e8 }); // after it, 0.4 s: at 4.501 s
    drive(world, EASTWARD, 5.29);
    expect(world.knowledge.linkStateAgeS()).toBeCloseTo(5.29, 6);
    expect(world.knowledge.linkStateDelayS(0, GATEWAY)).toBe(world.knowledge.snapshotDelayS(0, GATEWAY));
    drive(world, EASTWARD, 5.31);
    expect(world.knowledge.linkStateAgeS()).toBeCloseTo(0.31, 6);
    // At 5 s the second is sent over 0 -> 1, from 4.601 to 6.601 s, and the first over 1 -> 2, from 4.611 to 5.111 s.
    const queuedS = world.knowledge.linkStateDelayS(0, GATEWAY) - world.knowledge.snapshotDelayS(0, GATEWAY);
    expect(queuedS).toBeCloseTo(1.601 + 0.111, 6);
    // It stays as it was until the next report is known.
    drive(world, EASTWARD, 10.29);
    expect(world.knowledge.linkStateDelayS(0, GATEWAY) - world.knowledge.snapshotDelayS(0, GATEWAY)).toBeCloseTo(
      1.712,
      6,
    );
    drive(world, EASTWARD, 10.31);
    expect(world.knowledge.linkStateDelayS(0, GATEWAY)).toBe(world.knowledge.snapshotDelayS(0, GATEWAY));
  });

  it('ENV-34 the oracle knows every queue as it is, for the size asked for', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, EASTWARD, 4.0);
    inject(world, { from: NEAR, to: GATEWAY, bits: 2e8 }); // 0.4 s up, 1 ms; sent from 4.401 to 6.401 s
    drive(world, EASTWARD, 5);
    // 2 Mbit: 20 ms + 10 ms per ISL, 2 ms + 4 ms down.
    expect(world.oracle.trueDelayS(0, GATEWAY, 2e6)).toBeCloseTo(1.401 + 2 * 0.03 + 0.006, 6);
    expect(world.oracle.trueDelayS(GATEWAY, 0, 2e6)).toBeCloseTo(0.006 + 2 * 0.03, 6);
  });
});
