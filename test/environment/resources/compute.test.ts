import { describe, expect, it } from 'vitest';
import { ALL_CAPABILITIES, C_KM_S, CAPABILITIES, PLACE } from '../../../core/index.ts';
import { type World, checkConservation } from '../../../environment/index.ts';
import { ARRIVAL, pushEvent } from '../../../environment/world/event-queue.kernel.ts';
import { type SmallSky, byNode, drive, latencies, smallWorld } from '../world/small-world.ts';

/** One satellite above one terminal: raw data are processed on board, the product takes 2 ms down plus 1 ms of light time. */
const SKY: SmallSky = {
  satellites: 1,
  ticks: 10,
  tickS: 10,
  terminals: 1,
  antennas: [{ ground: 0, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e6 }],
};
const DOWN_S = 0.003;
const ON_BOARD = byNode((node, batch, row) => (batch.kind[row] === PLACE ? node === 0 : node === 1));
const { COMPUTE_FULL_RATE, COMPUTE_NEW } = CAPABILITIES;

/** One accelerator of 1 TFLOPS and 100 W that runs at half rate when throttled; each capture asks for 10 TFLOP. */
function world(deadlineS = 60, satellite: object = {}): World {
  return smallWorld(SKY, {
    satellite: {
      accelerators: 1,
      tflopsPerAccelerator: 1,
      acceleratorPowerW: 100,
      throttledRateFrac: 0.5,
      ...satellite,
    },
    traffic: {
      observations: [{ name: 'o', ratePerS: 1e-9, rawBytes: 500, workTflop: 10, reduction: 2, deadlineS }],
    },
  });
}

function capture(w: World, atS: number): void {
  pushEvent(w.columns.events, atS, ARRIVAL, 0);
}

describe('compute', () => {
  it('ENV-40 takes work over rate, one job per accelerator, first come first served', () => {
    const w = world();
    capture(w, 1);
    capture(w, 2);
    drive(w, ON_BOARD, 40);
    // The second starts when the first ends, at 11 s, and ends at 21 s.
    expect(latencies(w)[0]).toBeCloseTo(10 + DOWN_S, 6);
    expect(latencies(w)[1]).toBeCloseTo(19 + DOWN_S, 6);
    expect(w.columns.statistics.queueingS).toBeCloseTo(9, 6);
    checkConservation(w.columns);
  });

  it('ENV-42 keeps the work left when throttled and when released', () => {
    const w = world();
    capture(w, 1);
    drive(w, ON_BOARD, 5);
    w.setCapabilities(0, ALL_CAPABILITIES & ~COMPUTE_FULL_RATE);
    drive(w, ON_BOARD, 11);
    w.setCapabilities(0, ALL_CAPABILITIES);
    drive(w, ON_BOARD, 40);
    // 4 TFLOP by 5 s, 3 more at half rate by 11 s, the last 3 by 14 s.
    expect(latencies(w)[0]).toBeCloseTo(13 + DOWN_S, 6);
    // Power falls with the rate, so the energy is that of 10 TFLOP whatever the path: 100 W x 10 s.
    expect(w.columns.statistics.computeJ).toBeCloseTo(1000, 6);
    checkConservation(w.columns);
  });

  it('ENV-43 starts nothing while its machine forbids it, and goes on with what runs', () => {
    const w = world();
    capture(w, 1);
    capture(w, 2);
    drive(w, ON_BOARD, 5);
    w.setCapabilities(0, ALL_CAPABILITIES & ~COMPUTE_NEW);
    drive(w, ON_BOARD, 25);
    expect(w.columns.statistics.latencies).toBe(1);
    w.setCapabilities(0, ALL_CAPABILITIES);
    drive(w, ON_BOARD, 60);
    // The second waits from 2 s until it is allowed at 25 s, and takes 10 s.
    expect(latencies(w)[1]).toBeCloseTo(33 + DOWN_S, 6);
  });

  it('ENV-44 ends a task whose deadline passed while it ran, and counts its energy', () => {
    const w = world(5);
    capture(w, 1);
    drive(w, ON_BOARD, 40);
    expect([w.liveTasks, w.kpis()['drop.deadline']]).toEqual([0, 1]);
    expect(w.columns.statistics.computeJ).toBeCloseTo(1000, 6);
    checkConservation(w.columns);
  });

  it('ENV-64 drops a capture that the buffer has no room for', () => {
    // 500 bytes per capture; the buffer holds two.
    const w = world(60, { bufferBytes: 1200 });
    for (const atS of [1, 2, 3]) capture(w, atS);
    drive(w, ON_BOARD, 4);
    expect(w.kpis()['drop.buffer-full']).toBe(1);
    expect(w.columns.satellites.bufferBits[0]).toBe(2 * 500 * 8);
    checkConservation(w.columns);
  });
});
