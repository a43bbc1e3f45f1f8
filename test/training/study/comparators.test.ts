import { describe, expect, it } from 'vitest';
import { loadGeometry, loadScenario } from '../../../index.ts';
import { MESSAGE } from '../../../core/index.ts';
import { type World, createWorldModel } from '../../../environment/index.ts';
import { baselineSource, createPolicy, parseStudyFile, runEpisode } from '../../../training/index.ts';
import { comparatorScenario } from '../../../training/study/comparators.ts';
import { arrivalsKey, planStudy } from '../../../training/study/plan.ts';
import { BUILT_IN_COMPARATORS } from '../../../training/study/schema.ts';
import { SMALL_STUDY, smallInput } from './small-study.ts';

const scenario = loadScenario('test-12');
const file = parseStudyFile(SMALL_STUDY, 'small.yaml').value;
const made = Object.fromEntries(
  BUILT_IN_COMPARATORS.map((name) => [name, comparatorScenario(scenario, { name }, { file })]),
);
const scenarioOf = (name: string) => (made[name] as (typeof made)[string]).scenario;

describe('comparators', () => {
  it('a bent pipe has no lasers, computes on the ground alone, and carries', () => {
    const { constellations, dataCentres, satellite, wan, carryHorizonS } = scenarioOf('bent-pipe');
    expect(constellations.map(({ isl }) => isl.topology)).toEqual(['none']);
    expect({ relays: wan.relays, carryHorizonS }).toEqual({ relays: true, carryHorizonS: scenario.durationS });
    // The longest job of the shipped scenarios, some 10^4 TFLOP, in 10 ms.
    expect(10_000 / (dataCentres[0]?.tflopsPerServer ?? 0)).toBeLessThanOrEqual(0.01);
    // The shortest work of test-12, 150 TFLOP, takes longer on board than the whole scenario.
    expect(150 / (satellite.accelerators * satellite.tflopsPerAccelerator)).toBeGreaterThan(scenario.durationS);
    expect(made['bent-pipe']?.changes).toContain('constellations.*.isl.topology = "none"');
  });

  it('a relay is a bent pipe with the lasers, and nothing else', () => {
    const bent = structuredClone(scenarioOf('bent-pipe'));
    expect(scenarioOf('relay')).toEqual({ ...bent, constellations: scenario.constellations, relays: scenario.relays });
  });

  it('more stations are four times the stations and antennas, each like one there is', () => {
    const before = scenario.gateways;
    const after = scenarioOf('more-stations').gateways;
    expect(after).toHaveLength(4 * before.length);
    const antennas = (list: typeof after): number => list.reduce((sum, gateway) => sum + gateway.antennas, 0);
    expect(antennas(after)).toBe(4 * antennas(before));
    expect(made['more-stations']?.changes.at(-1)).toMatch(/^gateways = 8 stations, 6 of them new \(vardo, malaga/);
  });

  it('compression makes raw data smaller and leaves products as they are', () => {
    // 600 MB: half kept, a quarter of that after compression = 75 MB.
    const [fire] = scenarioOf('compression').traffic.observations;
    expect(fire?.rawBytes).toBe(75e6);
    const [before] = scenario.traffic.observations;
    expect(75e6 / (fire?.reduction ?? 0)).toBeCloseTo((before?.rawBytes ?? 0) / (before?.reduction ?? 0), 3);
    expect(scenarioOf('compressed-relay').traffic).toEqual(scenarioOf('compression').traffic);
    expect(scenarioOf('compressed-relay').constellations).toEqual(scenario.constellations);
  });

  it('own ones begin as a built-in one and change it', () => {
    const text = SMALL_STUDY.replace(
      'comparators: [',
      "comparators: [{ name: mine, like: relay, set: { 'wan.fixedMs': 7 }, policy: damped+bent-pipe+lru }, ",
    );
    const plan = planStudy(smallInput(text), { size: 'quick', policies: [] });
    const [mine] = plan.columns;
    expect(mine?.column).toMatchObject({ name: 'mine', role: 'comparator', policy: 'damped+bent-pipe+lru' });
    expect(mine?.column.changes.at(-1)).toBe('wan.fixedMs = 7');
    expect(plan.points[0]?.scenarios[0]?.wan).toMatchObject({ fixedMs: 7, relays: true });
  });
});

describe('traffic', () => {
  interface Arrival {
    readonly family: number;
    readonly source: string;
    readonly consumer: string;
    readonly sizeBits: number;
  }

  /** Tasks seen at any decision, by their time of creation; and the state of the generator after the last arrival. */
  async function demand(name: string | undefined, policy: string, seed: number) {
    const variant = name === undefined ? scenario : scenarioOf(name);
    const geometry = loadGeometry(variant);
    const arrivals = new Map<number, Arrival>();
    let world: World | undefined;
    let state: readonly number[] = [];
    let created: readonly number[] = [];
    await runEpisode(createWorldModel(variant, geometry), createPolicy(baselineSource(policy), seed), {
      ...{ seed, arrivalsS: 20, drainS: 30, fallback: 'shortest-delay+at-source+bypass', role: 'baseline' },
      onStart: (started) => (world = started),
      onBatch: () => {
        const { tasks } = (world as World).columns;
        for (let task = 0; task < tasks.capacity; task++) {
          const createdS = tasks.createdS[task] as number;
          // Data change on their way; what a task began as is seen at the first look.
          if (createdS === 0 || arrivals.has(createdS)) continue;
          const nameOf = (node: number | undefined): string => geometry.nodeNames[node ?? -1] ?? 'none';
          arrivals.set(createdS, {
            family: tasks.family[task] as number,
            source: nameOf(tasks.source[task]),
            consumer: nameOf(tasks.consumer[task]),
            sizeBits: tasks.sizeBits[task] as number,
          });
        }
      },
      onEnd: ({ columns }) => {
        state = [...columns.arrivalRng.state];
        created = [...columns.statistics.created];
      },
    });
    return { arrivals, state, created };
  }

  it.each(BUILT_IN_COMPARATORS)('ENV-24 is the same in %s as in the cloud in orbit, task by task', async (name) => {
    const own = await demand(undefined, 'damped+greedy-finish+least-rate', 5);
    const other = await demand(name, 'shortest-delay+bent-pipe+bypass', 5);
    // Every draw was the same, or the generators would have parted.
    expect(other.state).toEqual(own.state);
    expect(other.created).toEqual(own.created);
    const both = [...own.arrivals].filter(([createdS]) => other.arrivals.has(createdS));
    // Some end before the next decision in one of the two.
    expect(both.length).toBeGreaterThan(100);
    for (const [createdS, arrival] of both) {
      const { sizeBits, ...rest } = other.arrivals.get(createdS) as Arrival;
      const { sizeBits: ownBits, ...ownRest } = arrival;
      expect(rest).toEqual(ownRest);
      // Messages keep their size on the way; compression changes that of observations only.
      if (arrival.family === MESSAGE) expect(sizeBits).toBe(ownBits);
    }
    expect(arrivalsKey(scenarioOf(name))).toBe(arrivalsKey(scenario));
  });

  it('is another on another seed, or where there are other satellites, and the study says so', async () => {
    const own = await demand(undefined, 'damped+greedy-finish+least-rate', 5);
    const other = await demand(undefined, 'damped+greedy-finish+least-rate', 6);
    expect(other.state).not.toEqual(own.state);
    const text = SMALL_STUDY.replace(
      'comparators: [',
      "comparators: [{ name: fewer, set: { 'constellations.*.walker.satellitesPerPlane': 5 } }, ",
    );
    const { notes } = planStudy(smallInput(text), { size: 'quick', policies: [] });
    expect(notes).toEqual([expect.stringMatching(/^Traffic in 'fewer' is drawn anew/)]);
  });
});
