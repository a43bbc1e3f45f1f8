import { describe, expect, it } from 'vitest';
import { CONTENT, JOB, MESSAGE, OBSERVATION, Rng } from '../../../core/index.ts';
import { type World, loadScenario } from '../../../environment/index.ts';
import { createTraffic, drawFromCdf, logNormalFactor } from '../../../environment/traffic/traffic-classes.ts';
import { createTask } from '../../../environment/world/tasks-lifecycle.ts';
import { freeTask } from '../../../environment/world/tasks.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type SmallSky, drive, smallWorld } from '../world/small-world.ts';

/** Upper 0.1 % points of chi-square by degrees of freedom (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4). */
const CHI2_999 = { 3: 16.266, 9: 27.877, 19: 43.82 };

function chiSquare(observed: readonly number[], shares: readonly number[]): number {
  const n = observed.reduce((sum, x) => sum + x, 0);
  return observed.reduce((sum, x, i) => {
    const expected = n * (shares[i] as number);
    expect(expected).toBeGreaterThan(5);
    return sum + (x - expected) ** 2 / expected;
  }, 0);
}

const SKY: SmallSky = {
  satellites: 4,
  ticks: 200,
  tickS: 10,
  gateways: 1,
  dataCentres: 2,
  terminals: 4,
  antennas: [0, 3, 4, 5, 6].map((ground) => ({ ground, satellite: 0, rangeKm: 0, rateBps: 1e12 })),
};
const POPULATION = [1, 2, 3, 4];
const FIELDS = {
  terminals: POPULATION.map((population, i) => ({ name: `t-${i}`, latDeg: 0, lonDeg: i, population })),
  traffic: {
    load: 2,
    messages: [{ name: 'm', ratePerS: 3, sizeBytes: 1e4, sizeSpread: 0.5, deadlineS: 9 }],
    contents: [{ name: 'c', ratePerS: 2, objects: 20, zipfAlpha: 0.8, sizeBytes: 1e4, deadlineS: 9 }],
    observations: [{ name: 'o', ratePerS: 1, rawBytes: 1e4, workTflop: 1, reduction: 2, deadlineS: 9 }],
    jobs: [{ name: 'j', ratePerS: 0.5, inputBytes: 1e4, outputBytes: 1e4, workTflop: 1, deadlineS: 9 }],
  },
  knowledge: { beaconPeriodS: 100, linkStatePeriodS: 100 },
};

/** `n` tasks of a class, drawn as the world draws them and taken out again. */
function draw(world: World, trafficClass: number, n: number, look: (task: number) => void): void {
  for (let i = 0; i < n; i++) {
    const task = createTask(world.columns, trafficClass);
    look(task);
    freeTask(world.columns.tasks, task);
  }
}

describe('traffic', () => {
  it('ENV-20 arrives at the rates of the scenario times the load', () => {
    const world = smallWorld(SKY, FIELDS, { seed: 21 });
    drive(world, createBaseline('shortest-delay+at-source+bypass', 1), 2000);
    const { created } = world.columns.statistics;
    // Poisson counts over 2,000 s at load 2: mean n, standard deviation sqrt(n); 3.5 of them for four counts.
    const mean: Record<number, number> = { [MESSAGE]: 12000, [CONTENT]: 8000, [OBSERVATION]: 4000, [JOB]: 2000 };
    for (const [family, n] of Object.entries(mean)) {
      expect(Math.abs((created[Number(family)] as number) - n)).toBeLessThan(3.5 * Math.sqrt(n));
    }
  });

  it('ENV-20 has exponential gaps: as many in each tenth of the distribution', () => {
    const rng = new Rng(5, 'gaps');
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const tenth = Math.floor(10 * (1 - Math.exp(-rng.exponential(7) / 7)));
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    expect(chiSquare(tenths, new Array<number>(10).fill(0.1))).toBeLessThan(CHI2_999[9]);
  });

  it('ENV-21 asks for objects by Zipf popularity within their class', () => {
    const world = smallWorld(SKY, FIELDS, { seed: 22 });
    const counts = new Array<number>(20).fill(0);
    draw(world, 1, 20_000, (task) => {
      const object = world.columns.tasks.object[task] as number;
      counts[object] = (counts[object] as number) + 1;
    });
    const weights = counts.map((_, r) => (r + 1) ** -0.8);
    const total = weights.reduce((sum, x) => sum + x, 0);
    expect(
      chiSquare(
        counts,
        weights.map((x) => x / total),
      ),
    ).toBeLessThan(CHI2_999[19]);
  });

  it('ENV-22 starts at terminals by population, and messages go to another terminal by population', () => {
    const world = smallWorld(SKY, FIELDS, { seed: 23 });
    const { tasks, model } = world.columns;
    const sources = [0, 0, 0, 0];
    const fromLast = [0, 0, 0];
    let toItself = 0;
    draw(world, 0, 20_000, (task) => {
      const source = (tasks.source[task] as number) - model.firstTerminal;
      const destination = (tasks.destination[task] as number) - model.firstTerminal;
      if (destination === source) toItself++;
      sources[source] = (sources[source] as number) + 1;
      if (source === 3) fromLast[destination] = (fromLast[destination] as number) + 1;
    });
    expect(toItself).toBe(0);
    expect(chiSquare(sources, [0.1, 0.2, 0.3, 0.4])).toBeLessThan(CHI2_999[3]);
    // Given that the source is the last, the others by 1 : 2 : 3; 2 degrees of freedom need less than 3 do.
    expect(chiSquare(fromLast, [1 / 6, 2 / 6, 3 / 6])).toBeLessThan(CHI2_999[3]);
  });

  it('ENV-22 captures on every satellite alike', () => {
    const world = smallWorld(SKY, FIELDS, { seed: 24 });
    const counts = [0, 0, 0, 0];
    draw(world, 2, 8000, (task) => {
      const source = world.columns.tasks.source[task] as number;
      counts[source] = (counts[source] as number) + 1;
    });
    expect(chiSquare(counts, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(CHI2_999[3]);
  });

  it('ENV-23 log-normal sizes have the mean the scenario states', () => {
    const rng = new Rng(6, 'sizes');
    const n = 100_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += logNormalFactor(rng, 0.5);
    // Variance exp(sigma^2) - 1 = 0.284; 4 standard errors.
    expect(Math.abs(sum / n - 1)).toBeLessThan(4 * Math.sqrt(0.284 / n));
    expect(logNormalFactor(rng, 0)).toBe(1);
  });

  it('ENV-23 draws the first index whose cumulative share exceeds the number', () => {
    const cdf = Float64Array.of(9, 9, 0.25, 0.25, 1);
    expect([0, 0.2499, 0.25, 0.9999].map((u) => drawFromCdf(cdf, 2, 3, u))).toEqual([2, 2, 4, 4]);
  });

  it('ENV-24 is the same demand whatever the policy, for the same seed', () => {
    const demand = (policy: string, seed: number): string => {
      const world = smallWorld(SKY, FIELDS, { seed });
      const { statistics } = world.columns;
      const trace: number[] = [];
      const decide = createBaseline(policy, 1);
      for (let untilS = 1; untilS <= 60; untilS++) {
        drive(world, decide, untilS);
        trace.push(...statistics.created, ...statistics.value, ...world.columns.arrivalRng.state);
      }
      return JSON.stringify(trace);
    };
    const reference = demand('shortest-delay+at-source+bypass', 7);
    expect(demand('random+random+random', 7)).toBe(reference);
    expect(demand('random+random+random', 8)).not.toBe(reference);
  });

  it('ENV-25 delay tables assume the mean of what is carried, each class by its rate', () => {
    const traffic = createTraffic(smallWorld(SKY, FIELDS).model.scenario);
    // Messages 80,000 bits at 6/s; products 40,000 at 2/s; job outputs 80,000 at 1/s; objects by popularity at 4/s.
    const weights = Array.from({ length: 20 }, (_, r) => (r + 1) ** -0.8);
    const total = weights.reduce((sum, x) => sum + x, 0);
    const objectBits = weights.reduce((sum, x, r) => sum + (x / total) * (traffic.objectBits[r] as number), 0);
    expect(traffic.meanBits).toBeCloseTo((6 * 80e3 + 2 * 40e3 + 80e3 + 4 * objectBits) / 13, 3);
    // The catalogue belongs to the scenario, not to the run.
    expect(createTraffic(loadScenario('scenarios/test-12.yaml')).objectBits).toEqual(
      createTraffic(loadScenario('scenarios/test-12.yaml')).objectBits,
    );
  });
});
