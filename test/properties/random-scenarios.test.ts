import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC, SpaceCloudError, createDecisionBatch } from '../../core/index.ts';
import { World, checkConservation } from '../../environment/index.ts';
import { BEACON } from '../../environment/world/event-queue.kernel.ts';
import { checkStates } from '../environment/world/check-states.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';
import regressions from './regressions/cases.ts';
import { checkUse, flight, rowText } from './run-parts.ts';

/** `SPACECLOUD_RUNS=1000` for a long search; `SPACECLOUD_SEED` for other scenarios. Failures print seed and path. */
const RUNS = Number(process.env['SPACECLOUD_RUNS'] ?? 12);
const PARAMETERS = { seed: Number(process.env['SPACECLOUD_SEED'] ?? 20261122), numRuns: RUNS };
const LIMIT_MS = 60_000 + RUNS * 5_000;

const timeInRun = fc.double({ min: 8, max: RUN_S - 8, noNaN: true });
type Content = Record<string, unknown>;

/** The scenario without scheduled faults from `atS` on. */
function withoutLaterFaults(content: Content, atS: number): Content {
  const faults = content['faults'] as { scheduled: readonly { atS: number }[] };
  return { ...content, faults: { ...faults, scheduled: faults.scheduled.filter((fault) => fault.atS < atS) } };
}

describe('random scenarios', () => {
  const conserved = fc.property(randomScenario, ({ content, policy, seed }) => {
    const { world, runTo } = flight(modelOf(content), policy, { seed });
    for (let untilS = 4; untilS <= RUN_S; untilS += 4) {
      runTo(untilS);
      checkConservation(world.columns);
      checkStates(world);
      checkUse(world);
    }
    const { statistics } = world.columns;
    world.finish();
    checkConservation(world.columns);
    expect(world.liveTasks).toBe(0);
    const total = (counts: Int32Array): number => counts.reduce((sum, n) => sum + n, 0);
    expect(total(statistics.delivered) + total(statistics.dropped)).toBe(total(statistics.created));
  });
  it(
    'ENV-60 bits, tasks and energy close, each task has one end, nothing is used twice',
    () => {
      fc.assert(conserved, { ...PARAMETERS, examples: regressions.map((one) => [one]) });
    },
    LIMIT_MS,
  );

  const causal = fc.property(randomScenario, timeInRun, ({ content, policy, seed }, atS) => {
    const plain = flight(modelOf(content), policy, { seed });
    // Another future: no further arrivals, none of the later faults.
    const other = flight(modelOf(withoutLaterFaults(content, atS)), policy, { seed, arrivalsS: atS });
    for (const { runTo } of [plain, other]) runTo(atS - 1e-6);
    expect(other.seen()).toBe(plain.seen());
  });
  it(
    'ENV-83 another future leaves what was seen and chosen before as it was',
    () => {
      fc.assert(causal, PARAMETERS);
    },
    LIMIT_MS,
  );

  it(
    'ENV-80 what a satellite keeps to itself, others do not see before the next beacon',
    () => {
      let compared = 0;
      const hidden = fc.property(randomScenario, timeInRun, fc.nat(), ({ content, policy, seed }, atS, pick) => {
        const model = modelOf(content);
        const { world, runTo } = flight(model, policy, { seed });
        runTo(atS);
        const saved = world.save();
        // Both restored, so that they differ in nothing else.
        const [plain, changed] = [0, 1].map(() => {
          const copy = new World(model, { seed, runS: RUN_S, startS: 0 });
          copy.restore(saved);
          return copy;
        }) as [World, World];
        const victim = pick % model.satelliteCount;
        changeTruth(changed, victim);
        const rows = [plain, changed].map((one) => firstRows(one, victim));
        compared += rows[0]?.length ?? 0;
        expect(rows[1]).toEqual(rows[0]);
      });
      fc.assert(hidden, PARAMETERS);
      expect(compared).toBeGreaterThan(RUNS / 2);
    },
    LIMIT_MS,
  );

  it(
    'ENV-94 masked candidates are refused, and every allowed one can be carried out',
    () => {
      let [refused, tried] = [0, 0];
      const masks = fc.property(randomScenario, timeInRun, ({ content, policy, seed }, atS) => {
        const model = modelOf(content);
        const { world, runTo } = flight(model, policy, { seed });
        runTo(atS);
        const saved = world.save();
        const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, [world.knowledge]);
        const choice = new Uint8Array(1);
        for (let k = 0; k < SPACE_CLOUD_SPEC.maxCandidates; k++) {
          batch.n = 0;
          world.restore(saved);
          if (world.advance(batch, 0, RUN_S) === 0) return;
          choice[0] = k;
          if (batch.actionMask[k] === 1) {
            world.apply(batch, 0, 1, choice);
            checkConservation(world.columns);
            checkStates(world);
            tried++;
          } else {
            expect(() => world.apply(batch, 0, 1, choice)).toThrow(SpaceCloudError);
            refused++;
          }
        }
      });
      fc.assert(masks, PARAMETERS);
      expect(Math.min(refused, tried)).toBeGreaterThan(RUNS);
    },
    LIMIT_MS,
  );
});

describe('each property can fail', () => {
  const sample = fc.sample(randomScenario, { seed: 7, numRuns: 20 }).find(({ content }) => serves(content));
  if (sample === undefined) throw new Error('Expected a scenario.');
  const started = () => {
    const one = flight(modelOf(sample.content), 'random+random+random', { seed: 1 });
    one.runTo(20);
    return one;
  };

  it('conservation: a bit too many, a task too few', () => {
    const { world } = started();
    world.columns.statistics.deliveredBits += 1e6;
    expect(() => checkConservation(world.columns)).toThrow(/closed ledgers/);
    const other = started().world;
    other.columns.statistics.created[0] = (other.columns.statistics.created[0] as number) + 1;
    expect(() => checkConservation(other.columns)).toThrow(/closed ledgers/);
  });

  it('use: an antenna that two satellites serve, a terminal with two partners', () => {
    const { world } = started();
    const { satellites, reverse } = world.columns;
    const server = satellites.firstServed.findIndex((q) => q >= 0);
    expect(server).toBeGreaterThanOrEqual(0);
    const antenna = satellites.firstServed[server] as number;
    satellites.nextServed[antenna] = antenna; // the list comes back to it

    expect(() => checkUse(world)).toThrow(/twice/);
    const other = started().world;
    const track = other.columns.reverse.findIndex((peer) => peer >= 0);
    expect(reverse.length).toBeGreaterThan(0);
    if (track >= 0) {
      other.columns.reverse[track] = track === 0 ? 1 : 0;
      expect(() => checkUse(other)).toThrow(/twice/);
    }
  });

  it('causality: a past that differs is seen', () => {
    const [plain, other] = [
      started(),
      flight(modelOf(sample.content), 'random+random+random', { seed: 1, arrivalsS: 5 }),
    ];
    other.runTo(20);
    expect(other.seen()).not.toBe(plain.seen());
  });
});

function serves(content: Content): boolean {
  try {
    const { world, runTo } = flight(modelOf(content), 'random+random+random', { seed: 1 });
    runTo(20);
    return world.columns.satellites.firstServed.some((q) => q >= 0) && world.columns.reverse.some((t) => t >= 0);
  } catch {
    return false;
  }
}

/** Rows of the next decisions, but those of `except`; none when a beacon is sent before them. */
function firstRows(world: World, except: number): string[] {
  const { events } = world.columns;
  let beaconS = Infinity;
  for (let i = 0; i < events.n; i++) {
    if (events.kind[i] === BEACON) beaconS = Math.min(beaconS, events.timeS[i] as number);
  }
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64, [world.knowledge]);
  world.advance(batch, 0, beaconS - 1e-9);
  const rows: string[] = [];
  for (let row = 0; row < batch.n; row++) if (batch.agent[row] !== except) rows.push(rowText(batch, row));
  return rows;
}

/** Changes what a satellite alone knows: its battery, its heat, its backlog, the queues that it reports. */
function changeTruth(world: World, satellite: number): void {
  const { links, power, compute, model } = world.columns;
  for (let d = 0; d < model.islSlots; d++) {
    const at = 3 * (satellite * model.islSlots + d);
    links.waitingBits[at] = (links.waitingBits[at] as number) + 3e8;
  }
  power.batteryJ[satellite] = (power.batteryJ[satellite] as number) / 2;
  power.temperatureK[satellite] = 340;
  compute.waitingTflop[satellite] = 5000;
}
