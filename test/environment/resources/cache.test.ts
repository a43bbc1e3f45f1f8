import { describe, expect, it } from 'vitest';
import { ALL_CAPABILITIES, CACHE, CAPABILITIES, C_KM_S } from '../../../core/index.ts';
import { type World, checkConservation } from '../../../environment/index.ts';
import { ARRIVAL, pushEvent } from '../../../environment/world/event-queue.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type SmallSky, drive, latencies, smallWorld } from '../world/small-world.ts';

/** A terminal and a gateway under one satellite; the only data centre is 0.1 s behind the gateway. */
const SKY: SmallSky = {
  satellites: 1,
  ticks: 30,
  tickS: 10,
  gateways: 1,
  dataCentres: 1,
  terminals: 1,
  wanDelayS: 0.1,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.004 * C_KM_S, rateBps: 1e8 },
    { ground: 2, satellite: 0, rangeKm: 0.002 * C_KM_S, rateBps: 1e8 },
  ],
};
const POLICY = createBaseline('shortest-delay+at-source+lru', 1);

/** One object of 1.25 MB (0.1 s per radio link), asked for with 12,500 bytes (1 ms per link) when the test says so. */
function world(content: object = {}, satellite: object = {}): World {
  const contents = [
    {
      name: 'c',
      ratePerS: 1e-9,
      objects: 1,
      sizeBytes: 1.25e6,
      sizeSpread: 0,
      requestBytes: 12500,
      deadlineS: 5,
      ...content,
    },
  ];
  return smallWorld(SKY, { traffic: { contents }, satellite });
}

function request(w: World, atS: number): void {
  pushEvent(w.columns.events, atS, ARRIVAL, 0);
}

/** Up 1 + 2 ms; down to the gateway 1 + 4 ms; to the data centre 0.1 s and back; up 100 + 4 ms; down 100 + 2 ms. */
const FETCH_S = 0.003 + 0.005 + 0.2 + 0.104 + 0.102;
/** Up 1 + 2 ms, down 100 + 2 ms. */
const HIT_S = 0.003 + 0.102;

describe('caches in the world', () => {
  it('ENV-72 answer a repeated request on the spot', () => {
    const w = world();
    request(w, 1);
    request(w, 2);
    drive(w, POLICY, 10);
    expect(latencies(w)[0]).toBeCloseTo(FETCH_S, 6);
    expect(latencies(w)[1]).toBeCloseTo(HIT_S, 6);
    expect(w.kpis()['cacheHitFrac']).toBe(0.5);
    checkConservation(w.columns);
  });

  it('ENV-73 never serve a copy older than its freshness limit, and renew it when a new one passes', () => {
    const w = world({ freshnessS: 20 });
    // The copy leaves the data centre at 1 + 0.003 + 0.005 + 0.1 = 1.108 s: fresh until 21.108 s, as the next of 22.108 s is
    // until 42.108 s. A request reaches the satellite 3 ms after its creation.
    for (const atS of [1, 21.1, 22, 42.1, 42.2]) request(w, atS);
    drive(w, POLICY, 50);
    const expected = [FETCH_S, HIT_S, FETCH_S, HIT_S, FETCH_S];
    latencies(w).forEach((latencyS, i) => expect(latencyS, `request ${i}`).toBeCloseTo(expected[i] as number, 6));
    expect(w.columns.statistics.cacheHits).toBe(2);
  });

  it('ENV-74 write nothing while the machine of the satellite forbids it', () => {
    const w = world();
    w.setCapabilities(0, ALL_CAPABILITIES & ~CAPABILITIES.CACHE_WRITE);
    request(w, 1);
    request(w, 2);
    let rows = 0;
    drive(w, POLICY, 10, (batch) => {
      for (let row = 0; row < batch.n; row++) {
        if (batch.kind[row] !== CACHE) continue;
        rows++;
        const first = row * batch.maxCandidates;
        expect([...batch.actionMask.subarray(first, first + 2)]).toEqual([1, 0]);
      }
    });
    expect(rows).toBe(2);
    expect(w.columns.statistics.cacheHits).toBe(0);
  });

  it('ENV-74 offer only bypass for an object larger than the cache', () => {
    const w = world({}, { cacheBytes: 1e6 });
    request(w, 1);
    request(w, 2);
    drive(w, POLICY, 10);
    expect(w.columns.caches.entries[0]).toBe(0);
    expect(w.columns.statistics.cacheHits).toBe(0);
  });

  it('ENV-76 ask for a decision only at the satellite that serves the consumer', () => {
    // The gateway on satellite 1, the terminal on satellite 0.
    const chain: SmallSky = {
      ...SKY,
      satellites: 2,
      isls: [{ between: [0, 1], rangeKm: 0.01 * C_KM_S }],
      antennas: SKY.antennas?.map((antenna, i) => ({ ...antenna, satellite: i === 0 ? 1 : 0 })) ?? [],
    };
    const contents = [{ name: 'c', ratePerS: 1e-9, objects: 1, sizeBytes: 1.25e6, sizeSpread: 0, deadlineS: 5 }];
    const w = smallWorld(chain, { traffic: { contents } });
    request(w, 1);
    const agents: number[] = [];
    drive(w, POLICY, 10, (batch) => {
      for (let row = 0; row < batch.n; row++) if (batch.kind[row] === CACHE) agents.push(batch.agent[row] as number);
    });
    expect(latencies(w).length).toBe(1);
    expect(agents).toEqual([0]);
  });
});
