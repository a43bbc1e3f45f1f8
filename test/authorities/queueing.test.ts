import { describe, expect, it } from 'vitest';
import { type DecisionBatch, PLACE, Rng } from '../../core/index.ts';
import type { World } from '../../environment/index.ts';
import { addToBuffer } from '../../environment/world/tasks-lifecycle.ts';
import { type SmallSky, byNode, drive, latencies, smallWorld } from '../environment/world/small-world.ts';

/**
 * Waiting times of the real world against queueing theory: Pollaczek-Khinchine for M/G/1, of which M/M/1 and M/D/1 are cases,
 * and Erlang C for M/M/c (Kleinrock, Queueing Systems I, 1975, sections 3.5 and 5.6).
 */

/** Student's t, two-sided 99.9 %, 24 degrees of freedom. */
const T_24 = 3.745;
const BATCHES = 25;

/** Mean and half width of its interval from the means of 25 consecutive batches, after a warm-up of 5 %. */
function batchMeans(samples: readonly number[]): { mean: number; halfWidth: number } {
  const kept = samples.slice(Math.floor(samples.length / 20));
  const size = Math.floor(kept.length / BATCHES);
  const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
  const means = Array.from({ length: BATCHES }, (_, i) => mean(kept.slice(i * size, (i + 1) * size)));
  const centre = mean(means);
  const variance = means.reduce((sum, m) => sum + (m - centre) ** 2, 0) / (BATCHES - 1);
  return { mean: centre, halfWidth: T_24 * Math.sqrt(variance / BATCHES) };
}

function expectMeanLatency(world: World, expectedS: number): void {
  const { mean, halfWidth } = batchMeans(latencies(world));
  // The interval must be narrow, or the test could not fail.
  expect(halfWidth).toBeLessThan(0.12 * expectedS);
  expect(Math.abs(mean - expectedS)).toBeLessThan(halfWidth);
}

const QUIET = { beaconPeriodS: 5000, linkStatePeriodS: 5000 };
const TICK_S = 500;
const RHO = 0.6;

/**
 * Two satellites with one terminal each; up and down take a microsecond, the laser link 1 s for a mean message. Arrivals
 * split by equal populations are Poisson in either direction, so each direction is a queue of its own at load 0.6.
 */
const LINKS: SmallSky = {
  satellites: 2,
  ticks: 100,
  tickS: TICK_S,
  isls: [{ between: [0, 1], rangeKm: 0 }],
  islRateBps: 1e6,
  terminals: 2,
  antennas: [0, 1].map((t) => ({ ground: t, satellite: t, rangeKm: 0, rateBps: 1e12 })),
};

/** Over the downlink where it leads to the destination, else over the laser link. */
const ACROSS = byNode((node, batch, row) => {
  const here = batch.agent[row] === (batch.destination[row] as number) - LINKS.satellites;
  return here ? node === batch.destination[row] : node === 1 - (batch.agent[row] as number);
});

function messageWorld(sizeSpread: number): World {
  const traffic = { messages: [{ name: 'm', ratePerS: 2 * RHO, sizeBytes: 125e3, sizeSpread, deadlineS: 1e6 }] };
  return smallWorld(LINKS, { traffic, knowledge: QUIET }, { seed: 7 });
}

describe('waiting times of links', () => {
  it('ENV-17 are those of M/D/1', () => {
    const world = messageWorld(0);
    drive(world, ACROSS, LINKS.ticks * TICK_S);
    // Service 1 s; waiting rho / (2 (1 - rho)) = 0.75 s.
    expectMeanLatency(world, 1 + RHO / (2 * (1 - RHO)));
  });

  it('ENV-17 are those of M/G/1 with log-normal sizes', () => {
    const sigma = 0.5;
    const world = messageWorld(sigma);
    drive(world, ACROSS, LINKS.ticks * TICK_S);
    // E[S] = 1 s, E[S^2] = exp(sigma^2) s^2; waiting lambda E[S^2] / (2 (1 - rho)).
    expectMeanLatency(world, 1 + (RHO * Math.exp(sigma ** 2)) / (2 * (1 - RHO)));
  });

  it('ENV-17 are those of M/M/1 when sizes are exponential', () => {
    const world = messageWorld(0);
    const sizes = new Rng(3, 'exponential sizes');
    const { tasks, statistics } = world.columns;
    const resize = (batch: DecisionBatch): void => {
      for (let row = 0; row < batch.n; row++) {
        const task = batch.task[row] as number;
        if (tasks.hops[task] !== 1) continue;
        const bits = sizes.exponential(1e6);
        const moreBits = bits - (tasks.sizeBits[task] as number);
        tasks.sizeBits[task] = bits;
        addToBuffer(world.columns, batch.agent[row] as number, moreBits);
        statistics.createdBits += moreBits;
      }
    };
    drive(world, ACROSS, LINKS.ticks * TICK_S, resize);
    // Time in system 1 / (mu - lambda) = 2.5 s.
    expectMeanLatency(world, 1 / (1 - RHO));
  });
});

/** Probability that an arrival waits, for offered load a = lambda / mu at c servers. */
function erlangC(c: number, a: number): number {
  let term = 1;
  let below = 0;
  for (let k = 0; k < c; k++) {
    below += term;
    term *= a / (k + 1);
  }
  const all = term / (1 - a / c);
  return all / (below + all);
}

/** One satellite that captures, computes and sends to a terminal in next to no time. */
const COMPUTE: SmallSky = {
  satellites: 1,
  ticks: 60,
  tickS: TICK_S,
  terminals: 1,
  antennas: [{ ground: 0, satellite: 0, rangeKm: 0, rateBps: 1e15 }],
};
const AT_SOURCE = byNode((node, batch, row) => (batch.kind[row] === PLACE ? node === 0 : node === 1));

describe('waiting times of compute', () => {
  it.each([
    [1, 0.6],
    [3, 2.1],
  ])('ENV-41 are those of M/M/c: %i servers at offered load %f', (servers, load) => {
    const observation = { name: 'o', ratePerS: load, rawBytes: 1000, workTflop: 1, reduction: 2, deadlineS: 1e6 };
    const world = smallWorld(
      COMPUTE,
      {
        traffic: { observations: [observation] },
        satellite: { accelerators: servers, tflopsPerAccelerator: 1 },
        knowledge: QUIET,
      },
      { seed: 11 },
    );
    const work = new Rng(5, 'exponential work');
    const { tasks } = world.columns;
    drive(world, AT_SOURCE, COMPUTE.ticks * TICK_S, (batch) => {
      for (let row = 0; row < batch.n; row++) {
        if (batch.kind[row] === PLACE) tasks.workTflop[batch.task[row] as number] = work.exponential(1);
      }
    });
    // mu = 1 per s: service 1 s, waiting C(c, a) / (c - a) s. Erlang C of one server is its load.
    if (servers === 1) expect(erlangC(1, load)).toBeCloseTo(load, 12);
    expectMeanLatency(world, 1 + erlangC(servers, load) / (servers - load));
  });
});
