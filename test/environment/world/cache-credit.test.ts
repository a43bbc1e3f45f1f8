import { describe, expect, it } from 'vitest';
import { CACHE, CONTENT, C_KM_S } from '../../../core/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { nextRequestS } from '../../../environment/world/foresight.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type SmallSky, drive, smallWorld } from './small-world.ts';

/** A terminal and a gateway under one satellite; the only data centre is 0.1 s behind the gateway. */
const SKY: SmallSky = {
  satellites: 1,
  ticks: 40,
  tickS: 10,
  gateways: 1,
  dataCentres: 1,
  terminals: 2,
  wanDelayS: 0.1,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.004 * C_KM_S, rateBps: 1e9 },
    { ground: 2, satellite: 0, rangeKm: 0.002 * C_KM_S, rateBps: 1e9 },
    { ground: 3, satellite: -1, rangeKm: 0.002 * C_KM_S, rateBps: 1e9 },
  ],
};
const DEADLINE_S = 5;
const VALUE = 2;
const FRESHNESS_S = 40;
const COST_PER_GB = 7;
const HORIZON_S = 60;
/** Classes of every family draw between the requests. The second terminal is never attached: its requests reach nobody. */
const FIELDS = {
  traffic: {
    messages: [{ name: 'm', ratePerS: 0.5, sizeBytes: 1e5, sizeSpread: 0.3, deadlineS: 5 }],
    contents: [
      { name: 'a', ratePerS: 0.3, objects: 3, sizeBytes: 2e6, deadlineS: DEADLINE_S },
      {
        name: 'b',
        ratePerS: 0.6,
        objects: 8,
        zipfAlpha: 1,
        sizeBytes: 1e6,
        value: VALUE,
        freshnessS: FRESHNESS_S,
        deadlineS: DEADLINE_S,
      },
    ],
    observations: [{ name: 'o', ratePerS: 0.1, rawBytes: 1e6, workTflop: 1, reduction: 2, deadlineS: 20 }],
    jobs: [{ name: 'j', ratePerS: 0.1, inputBytes: 1e5, outputBytes: 1e4, workTflop: 1, deadlineS: 20 }],
  },
  satellite: { cacheBytes: 4e6 },
  reward: { fetchCostPerGB: COST_PER_GB },
};

interface Charged {
  readonly atS: number;
  readonly object: number;
  readonly versionS: number;
  readonly fetchS: number;
}

describe('charges of cache decisions', () => {
  it('ENV-75 equal what the requests that came would have saved, for all that was given up', () => {
    const world = smallWorld(SKY, FIELDS);
    const { tasks, caches, model, rows } = world.columns;
    const terminal = model.firstTerminal;
    const requests = new Map<string, { object: number; atS: number }>();
    const given = new Map<number, Charged | undefined>();
    const policy = createBaseline('shortest-delay+at-source+random', 3);
    drive(
      world,
      (batch, out) => {
        policy.choose(batch, out);
        for (let row = 0; row < batch.n; row++) {
          if (batch.kind[row] !== CACHE) continue;
          const task = rows.cacheTask[row] as number;
          const object = batch.task[row] as number;
          const entry = rows.link[row * batch.maxCandidates + (out[row] as number)] as number;
          const atS = batch.timeS[row] as number;
          const passing = {
            atS,
            object,
            versionS: tasks.versionS[task] as number,
            fetchS: atS - (tasks.createdS[task] as number),
          };
          const evicted = (): Charged => ({
            atS,
            object: caches.object[entry] as number,
            versionS: caches.versionS[entry] as number,
            fetchS: caches.fetchS[entry] as number,
          });
          given.set(batch.decision[row] as number, out[row] === 0 ? passing : entry < 0 ? undefined : evicted());
        }
      },
      Infinity,
      () => {
        for (let task = 0; task < tasks.capacity; task++) {
          if (tasks.state[task] === 0 || tasks.family[task] !== CONTENT || tasks.source[task] !== terminal) continue;
          const [object, atS] = [tasks.object[task] as number, tasks.createdS[task] as number];
          requests.set(`${object} ${atS}`, { object, atS });
        }
      },
    );
    const { transitions } = world;
    let [charged, free] = [0, 0];
    for (let i = 0; i < transitions.n; i++) {
      const decision = transitions.decision[i] as number;
      if (!given.has(decision)) continue;
      const copy = given.get(decision);
      const next = copy && nextOf([...requests.values()], copy);
      // Requests beyond the end of the run are foreseen, but were never made.
      if (copy !== undefined && next === undefined && copy.atS > 400 - HORIZON_S) continue;
      const reward = transitions.reward[i] as number;
      if (copy === undefined || next === undefined) {
        expect(Math.abs(reward), `decision ${decision}`).toBe(0);
        free++;
        continue;
      }
      const first = model.traffic.classes.find((c) => c.firstObject + c.objects > copy.object && c.family === CONTENT);
      const delayValue = (copy.fetchS / DEADLINE_S) * (first?.value as number);
      const bytesValue = ((model.traffic.objectBits[copy.object] as number) / 8e9) * COST_PER_GB;
      expect(reward, `decision ${decision}`).toBeCloseTo(
        -(delayValue + bytesValue) * (1 - (next - copy.atS) / HORIZON_S),
        9,
      );
      charged++;
    }
    // The cache takes two to four of eleven objects: most that is given up is asked for again.
    expect(charged).toBeGreaterThan(50);
    expect(free).toBeGreaterThan(10);
    // A further eviction for the same object follows at once; all other decisions end their chain.
    const followed = [...given.keys()].filter((d) => [...transitions.next.subarray(0, transitions.n)].includes(d));
    expect(followed.length).toBeGreaterThan(0);
    world.finish();
  });

  it('ENV-75 the requests to come are foretold as they come, for a whole constellation', () => {
    const scenario = loadScenario('scenarios/test-12.yaml');
    const world = new World(createWorldModel(scenario, buildGeometry(scenario)), { seed: 4, runS: 90 });
    const { columns: w } = world;
    const startS = world.timeS;
    drive(world, createBaseline('shortest-delay+at-source+lru', 1), startS + 20);
    nextRequestS(w, 0, 0, HORIZON_S);
    const foretold = new Set<string>();
    const f = w.foresight.of;
    if (f === undefined) throw new Error('Expected foresight after the first question.');
    for (let i = 0; i < f.n; i++) {
      const at = (f.first + i) % f.timeS.length;
      foretold.add(`${f.timeS[at]} ${f.object[at]} ${f.terminal[at]}`);
    }
    const came = new Set<string>();
    drive(world, createBaseline('random+random+random', 1), startS + 20 + HORIZON_S, () => {
      for (let task = 0; task < w.tasks.capacity; task++) {
        if (w.tasks.state[task] === 0 || w.tasks.family[task] !== CONTENT) continue;
        const createdS = w.tasks.createdS[task] as number;
        if (createdS > startS + 20) came.add(`${createdS} ${w.tasks.object[task]} ${w.tasks.consumer[task]}`);
      }
    });
    expect([...came].filter((request) => !foretold.has(request))).toEqual([]);
    // 5 requests a second; those of the last moments may not have been seen at a decision.
    expect(came.size).toBeGreaterThan(200);
    expect(came.size).toBeGreaterThan(foretold.size - 10);
  });
});

/** The first request for the object after it was given up, while its copy would still be fresh and within the horizon. */
function nextOf(requests: readonly { object: number; atS: number }[], copy: Charged): number | undefined {
  const later = requests.filter(({ object, atS }) => object === copy.object && atS > copy.atS).map(({ atS }) => atS);
  const next = Math.min(...later);
  const freshS = copy.object < 3 ? Infinity : FRESHNESS_S;
  return next <= copy.atS + HORIZON_S && next - copy.versionS <= freshS ? next : undefined;
}
