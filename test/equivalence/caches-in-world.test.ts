import { describe, expect, it } from 'vitest';
import { checkConservation } from '../../environment/index.ts';
import { ARRIVAL, pushEvent } from '../../environment/world/event-queue.kernel.ts';
import { FREE } from '../../environment/world/tasks.kernel.ts';
import { createBaseline } from '../../policies/index.ts';
import { type SmallSky, drive, smallWorld } from '../environment/world/small-world.ts';
import { slowGdsf, slowLfu, slowLru, slowS3Fifo, slowSieve } from './slow-caches.ts';

/** One satellite that sees the terminal and the gateway of the data centre. */
const SKY: SmallSky = {
  satellites: 1,
  ticks: 10,
  tickS: 100,
  gateways: 1,
  dataCentres: 1,
  terminals: 1,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 1000, rateBps: 1e10 },
    { ground: 2, satellite: 0, rangeKm: 1000, rateBps: 1e10 },
  ],
};

describe('caches driven by the decisions of a world', () => {
  it.each([
    ['lru', slowLru],
    ['lfu', slowLfu],
    ['gdsf', slowGdsf],
    ['sieve', slowSieve],
    ['s3-fifo', slowS3Fifo],
  ] as const)('ENV-70 %s through observations and choices equals the plain implementation', (name, slow) => {
    const contents = [
      { name: 'c', ratePerS: 1e-9, objects: 40, zipfAlpha: 0.8, sizeBytes: 1e6, sizeSpread: 0.7, deadlineS: 50 },
    ];
    const world = smallWorld(SKY, { traffic: { contents }, satellite: { cacheBytes: 8e6 } });
    const { statistics, tasks, events, caches, model } = world.columns;
    const expected = slow(caches.capacityBits, (object) => model.traffic.objectBits[object] as number);
    const policy = createBaseline(`shortest-delay+at-source+${name}`, 1);
    let hits = 0;
    // One request each second: each is answered (within 0.2 s) before the next is made.
    for (let atS = 1; atS <= 600; atS++) {
      pushEvent(events, atS, ARRIVAL, 0);
      drive(world, policy, atS);
      const task = tasks.state.findIndex((state) => state !== FREE);
      const object = tasks.object[task] as number;
      drive(world, policy, atS + 0.9);
      expect(world.liveTasks).toBe(0);
      expect(statistics.cacheHits - hits === 1, `request ${atS}`).toBe(expected.request(object));
      hits = statistics.cacheHits;
    }
    expect(hits).toBeGreaterThan(60);
    expect(hits).toBeLessThan(540);
    checkConservation(world.columns);
  });
});
