import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Constellation } from '../../../agents/index.ts';
import { TASK_FAMILIES } from '../../../core/index.ts';
import { type World, checkConservation } from '../../../environment/index.ts';
import type { LabelConfig, Standing } from '../../../environment/scenario/index.ts';
import { FREE, PAYLOAD_PRODUCT } from '../../../environment/world/tasks.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { checkStates } from './check-states.ts';
import { type Standings, labelledWorld } from './labelled-world.ts';
import { type RandomCase, randomCase } from './random-sky.ts';

const LEVELS = ['open', 'restricted', 'secret'];
const NATIONS = ['alba', 'borea', 'celtia'];
/** Of every kind of node one may hold everything (two terminals), as the rules of scenarios demand. */
const TRUSTED: Standing = {};

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const standing: fc.Arbitrary<Standing> = fc
  .record({ owner: optional(fc.constantFrom(...NATIONS)), accreditation: optional(fc.constantFrom(...LEVELS)) })
  .map(defined);
const label: fc.Arbitrary<LabelConfig> = fc
  .record({ level: fc.constantFrom(...LEVELS), releasableTo: optional(fc.subarray(NATIONS, { minLength: 1 })) })
  .map(defined);
const after = (trusted: readonly Standing[], n: number): fc.Arbitrary<Standing[]> =>
  fc.array(standing, { minLength: n - trusted.length, maxLength: n - trusted.length }).map((s) => [...trusted, ...s]);

/** Labels of the classes in order of families, and of the products of observations. */
const labels = fc.record({
  classes: fc.array(optional(label), { minLength: 6, maxLength: 6 }),
  products: fc.array(optional(label), { minLength: 2, maxLength: 2 }),
});

interface ContestedCase extends RandomCase {
  readonly standings: Standings;
}

const contested: fc.Arbitrary<ContestedCase> = randomCase.chain((base) => {
  const { satellites, dataCentres = 0, terminals = 0 } = base.sky;
  const target = fc.integer({ min: 0, max: satellites - 1 }).map((s) => `node-${s}`);
  const atS = fc.double({ min: 0, max: 30, noNaN: true });
  const capture = fc.record({
    kind: fc.constant('capture'),
    target,
    atS,
    dropFrac: fc.constantFrom(0, 0.4, 1),
    delayS: fc.constantFrom(0, 2),
    lies: fc.boolean(),
  });
  const loss = fc.record({
    kind: fc.constantFrom('satellite-loss', 'link-loss', 'storage-failure', 'accelerator-reset'),
    target,
    atS,
    durationS: fc.constantFrom(2, 10),
  });
  return fc
    .record({
      standings: fc.record({
        satellites: after([TRUSTED], satellites),
        gateways: fc.constant([TRUSTED]),
        dataCentres: after([TRUSTED], dataCentres),
        terminals: after([TRUSTED, TRUSTED], terminals),
      }),
      labels,
      scheduled: fc.array(fc.oneof(capture, loss), { maxLength: 4 }),
      watch: fc.record({
        enabled: fc.boolean(),
        toleranceS: fc.constantFrom(0.1, 1),
        quorum: fc.integer({ min: 1, max: 2 }),
        quarantineS: fc.constantFrom(2, 20),
      }),
    })
    .map(({ standings, labels: { classes, products }, scheduled, watch }) => ({
      ...base,
      standings,
      fields: {
        ...base.fields,
        security: { nations: NATIONS, levels: LEVELS, watch },
        faults: { scheduled: scheduled.map((fault) => timed(fault)) },
        traffic: withLabels(base.fields['traffic'] as Record<string, object[] | number>, classes, products),
      },
    }));
});

/** Momentary faults have no duration. */
function timed(fault: { kind: string; durationS?: number }): object {
  const { durationS, ...rest } = fault;
  return fault.kind.endsWith('-loss') ? { ...rest, durationS } : rest;
}

function withLabels(
  traffic: Record<string, object[] | number>,
  classes: readonly (LabelConfig | undefined)[],
  products: readonly (LabelConfig | undefined)[],
): object {
  let i = 0;
  let p = 0;
  const labelled = (family: string, list: object[]): object[] =>
    list.map((c) =>
      defined({ ...c, label: classes[i++], ...(family === 'observations' ? { productLabel: products[p++] } : {}) }),
    );
  return Object.fromEntries(
    Object.entries(traffic).map(([family, of]) => [family, Array.isArray(of) ? labelled(family, of) : of]),
  );
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

/** The rule in plain words, apart from the world's own tables: accredited high enough, and of a nation on the list. */
function mayHold(node: Standing, of: LabelConfig | undefined): boolean {
  if (of === undefined) return true;
  const high = node.accreditation === undefined || LEVELS.indexOf(node.accreditation) >= LEVELS.indexOf(of.level);
  return high && (of.releasableTo === undefined || node.owner === undefined || of.releasableTo.includes(node.owner));
}

/** Looks at every piece of data and every cached copy. Returns how many of them were labelled. */
function checkHolders(world: World, { standings }: ContestedCase): number {
  const { tasks, caches, model } = world.columns;
  const { traffic } = model.scenario;
  const classes = [...traffic.messages, ...traffic.contents, ...traffic.observations, ...traffic.jobs];
  const nodes = [standings.satellites, standings.gateways, standings.dataCentres, standings.terminals].flatMap(
    (s) => s ?? [],
  );
  let labelled = 0;
  const check = (node: number, of: LabelConfig | undefined, what: string): void => {
    if (of !== undefined) labelled++;
    if (!mayHold(nodes[node] as Standing, of)) throw new Error(`${what} with ${JSON.stringify(of)} at node ${node}`);
  };
  for (let task = 0; task < tasks.capacity; task++) {
    if (tasks.state[task] === FREE) continue;
    const c = classes[tasks.trafficClass[task] as number];
    const released = c !== undefined && 'productLabel' in c ? c.productLabel : undefined;
    const of = tasks.payload[task] === PAYLOAD_PRODUCT ? (released ?? c?.label) : c?.label;
    check(tasks.holder[task] as number, of, `task ${task}`);
  }
  for (let s = 0; s < model.satelliteCount; s++) {
    for (let entry = caches.newest[s] as number; entry >= 0; entry = caches.older[entry] as number) {
      const object = caches.object[entry] as number;
      const c = model.traffic.classes.find((of) => object >= of.firstObject && object < of.firstObject + of.objects);
      check(s, classes.find(({ name }) => name === c?.name)?.label, `object ${object}`);
    }
  }
  return labelled;
}

function run(contestedCase: ContestedCase, check: (world: World) => void): World {
  const { sky, standings, fields, policy, seed } = contestedCase;
  const world = labelledWorld(sky, standings, fields, { seed });
  const { gatewayCount, dataCentreCount } = world.model;
  const constellation = new Constellation({
    worlds: [world],
    policy: createBaseline(policy, seed),
    fallback: createBaseline('shortest-delay+at-source+bypass', 0),
    layout: { gatewayCount, dataCentreCount },
  });
  for (let untilS = 1; untilS <= sky.ticks * sky.tickS; untilS++) {
    constellation.runSync({ untilS });
    check(world);
  }
  constellation.close();
  return world;
}

describe('random nations, labels, faults and captures', () => {
  it('ENV-137 no data are ever where they may not be, ledgers close, every task ends once, runs repeat', () => {
    const totals = { tasks: 0, labelled: 0, labelDenials: 0, captures: 0, quarantines: 0, hostile: 0 };
    fc.assert(
      fc.property(contested, (contestedCase) => {
        const world = run(contestedCase, (at) => {
          totals.labelled += checkHolders(at, contestedCase);
          checkConservation(at.columns);
          checkStates(at);
        });
        const hash = world.trajectoryHash;
        const kpis = world.finish();
        expect(kpis['breach.labelViolation']).toBe(0);
        expect(checkConservation(world.columns).tasksMissing).toBe(0);
        const { delivered, dropped, created } = world.columns.statistics;
        const sum = (of: Int32Array): number => of.reduce((total, n) => total + n, 0);
        expect(sum(delivered) + sum(dropped)).toBe(sum(created));
        expect(created).toHaveLength(TASK_FAMILIES.length);
        expect(run(contestedCase, () => undefined).trajectoryHash).toBe(hash);
        totals.tasks += kpis['tasks'] as number;
        totals.labelDenials += kpis['labelDenials'] ?? 0;
        totals.captures += kpis['captures'] ?? 0;
        totals.quarantines += (kpis['detections'] ?? 0) + (kpis['falseAlarms'] ?? 0);
        totals.hostile += kpis['drop.hostile-node'] as number;
      }),
      { seed: 20260730, numRuns: 40 },
    );
    // The cases must have met what the rule is about, or they prove too little.
    expect(totals.tasks).toBeGreaterThan(10_000);
    expect(totals.labelled).toBeGreaterThan(10_000);
    expect(totals.labelDenials).toBeGreaterThan(5_000);
    expect(totals.captures).toBeGreaterThan(15);
    expect(totals.quarantines).toBeGreaterThan(3);
    expect(totals.hostile).toBeGreaterThan(100);
  });
});
