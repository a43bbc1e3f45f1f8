import { describe, expect, it } from 'vitest';
import { ASKED_AGAIN, ENDED, FORWARD, SENT, StrictMath } from '../../../core/index.ts';
import {
  World,
  buildGeometry,
  contactPlan,
  createContactGraph,
  createWorldModel,
  findRoute,
  loadScenario,
  scenarioVariant,
} from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { batchFor } from './small-world.ts';

const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
const geometry = buildGeometry(scenario);
const model = createWorldModel(scenario, geometry);

/** Runs a baseline and shows every batch with its choices, before they are applied. */
function run(
  world: World,
  name: string,
  look: (batch: ReturnType<typeof batchFor>, choices: Uint8Array) => void,
): void {
  const policy = createBaseline(`${name}+greedy-finish+gdsf`, 1);
  const batch = batchFor(world);
  const choices = new Uint8Array(batch.capacity);
  for (;;) {
    batch.n = 0;
    const rows = world.advance(batch, 0, world.startS + 30);
    if (rows === 0) return;
    policy.choose(batch, choices);
    look(batch, choices);
    world.apply(batch, 0, rows, choices);
  }
}

describe('routes over the contact plan', () => {
  const world = new World(model, { seed: 1, runS: 60, startS: 0 });
  const { planned } = world.knowledge;
  const graph = createContactGraph(contactPlan(geometry, { terrestrialRateBps: 1e15 }));

  it('arrive when the exact search over the whole plan says', () => {
    const names = geometry.nodeNames;
    // A size on the grid of sizes that routes are worked out for: 2^(52/2) bits.
    const sizeBits = StrictMath.exp(52 * (StrictMath.log(2) / 2));
    let found = 0;
    for (let from = 0; from < model.satelliteCount; from++) {
      for (let to = 0; to < model.nodeCount; to += 3) {
        if (from === to) continue;
        const query = { fromNode: names[from] as string, toNode: names[to] as string, atS: 0, sizeBits };
        const exact = findRoute(graph, query).route;
        const route = planned?.earliestRoute(from, to, sizeBits);
        if (exact === null || exact.arrivalS > 600) continue;
        found++;
        expect(route?.delayS).toBeCloseTo(exact.arrivalS, 9);
        expect(route?.fromNode[0]).toBe(from);
        expect(route?.toNode[(route?.hops ?? 0) - 1]).toBe(to);
      }
    }
    expect(found).toBeGreaterThan(50);
  });
});

describe('next hops of the plan', () => {
  it('are those of the snapshot where nothing can fail', () => {
    const world = new World(model, { seed: 1, runS: 60, startS: 0 });
    const { planned } = world.knowledge;
    const known = planned?.knownOutages();
    if (planned === undefined || known === undefined) throw new Error('no plan');
    let links = 0;
    for (let from = 0; from < model.satelliteCount; from++) {
      for (let to = 0; to < model.nodeCount; to++) {
        const next = planned.nextNode(from, to, known);
        const delayS = world.knowledge.snapshotDelayS(from, to);
        if (next < 0) expect(delayS).toBe(Infinity);
        else if (next !== from) {
          links++;
          // The way over the next hop is the shortest one.
          if (next < model.satelliteCount) expect(world.knowledge.snapshotDelayS(next, to)).toBeLessThan(delayS);
        }
      }
    }
    expect(links).toBeGreaterThan(100);
  });

  it('do not know of faults before the report, and go round those of theirs', () => {
    const failing = createWorldModel(scenarioVariant(scenario, { satelliteFailureShare: 0.3, outageS: 1e4 }), geometry);
    const world = new World(failing, { seed: 3, runS: 60, startS: 0 });
    const { planned } = world.knowledge;
    if (planned === undefined) throw new Error('no plan');
    const before = planned.knownOutages();
    const table = (outages = before): string => {
      const next: number[] = [];
      for (let from = 0; from < failing.satelliteCount; from++)
        for (let to = failing.firstTerminal; to < failing.nodeCount; to++)
          next.push(planned.nextNode(from, to, outages));
      return next.join();
    };
    const early = table();
    run(world, 'damped', () => undefined);
    const down = [...world.columns.outages.knownNodeDown.keys()].filter(
      (node) => world.columns.outages.knownNodeDown[node] === 1,
    );
    expect(down.length).toBeGreaterThan(0);
    const after = planned.knownOutages();
    expect(table(after)).not.toBe(early);
    for (let from = 0; from < failing.satelliteCount; from++) {
      for (let to = failing.firstTerminal; to < failing.nodeCount; to++)
        if (!down.includes(from)) expect(down).not.toContain(planned.nextNode(from, to, after));
    }
  });
});

describe('what became of sent bundles', () => {
  it('is one row per choice of a link, in order of time', () => {
    const failing = createWorldModel(
      scenarioVariant(scenario, { load: 8, linkFailureShare: 0.2, outageS: 5 }),
      geometry,
    );
    const world = new World(failing, { seed: 2, runS: 60, startS: 0 });
    const { departures } = world.knowledge;
    if (departures === undefined) throw new Error('no departures');
    departures.watch();
    const open = new Map<number, number>();
    const counts = [0, 0, 0];
    let lastS = 0;
    run(world, 'load-aware', (batch, choices) => {
      const rows = world.knowledge.departures;
      for (let i = 0; i < (rows?.n ?? 0); i++) {
        const decision = rows?.decision[i] as number;
        expect(open.has(decision)).toBe(true);
        const madeS = open.get(decision) as number;
        const timeS = rows?.timeS[i] as number;
        expect(timeS).toBeGreaterThanOrEqual(Math.max(madeS, lastS));
        lastS = timeS;
        const fate = rows?.fate[i] as number;
        if (fate === SENT) expect(rows?.reachS[i]).toBeGreaterThan(timeS);
        else expect(rows?.reachS[i]).toBeNaN();
        counts[fate] = (counts[fate] as number) + 1;
        open.delete(decision);
      }
      departures.n = 0;
      for (let row = 0; row < batch.n; row++) {
        const node = batch.candidateNode[row * batch.maxCandidates + (choices[row] as number)];
        if (batch.kind[row] === FORWARD && node !== batch.agent[row])
          open.set(batch.decision[row] as number, batch.timeS[row] as number);
      }
    });
    expect(counts[SENT]).toBeGreaterThan(100);
    expect(counts[ASKED_AGAIN]).toBeGreaterThan(0);
    expect(counts[ENDED]).toBeGreaterThan(0);
    // What is still open is what is still in queues or being sent.
    const { tasks } = world.columns;
    const waiting = new Set(
      [...tasks.state.keys()]
        .filter((task) => [2, 3].includes(tasks.state[task] as number))
        .map((task) => tasks.chainDecision[task]),
    );
    for (const decision of open.keys()) expect(waiting.has(decision)).toBe(true);
  });
});

describe('the prior', () => {
  it('is highest where the damped baseline goes', () => {
    const world = new World(createWorldModel(scenarioVariant(scenario, { load: 8, linkFailureShare: 0.1 }), geometry), {
      ...{ seed: 4, runS: 60, startS: 0 },
    });
    let rows = 0;
    let late = 0;
    run(world, 'damped', (batch, choices) => {
      for (let row = 0; row < batch.n; row++) {
        if (batch.kind[row] !== FORWARD) continue;
        const spec = batch.spec.kinds[FORWARD];
        const prior = (k: number): number =>
          batch.candidates[
            (row * batch.maxCandidates + k) * batch.candidateStride + ((spec?.candidate.length ?? 0) - 1)
          ] as number;
        rows++;
        if ((batch.context[row * batch.contextStride + 4] as number) >= 16) late++;
        for (let k = 0; k < (batch.candidateCount[row] as number); k++)
          if (batch.actionMask[row * batch.maxCandidates + k] === 1)
            expect(prior(choices[row] as number)).toBeGreaterThanOrEqual(prior(k) - 1e-3);
      }
    });
    expect(rows).toBeGreaterThan(500);
    console.info(`${rows} rows, ${late} of bundles that take no detours`);
  });
});
