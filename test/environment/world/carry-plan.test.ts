import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { OBSERVATION, PLACE } from '../../../core/index.ts';
import {
  World,
  buildGeometry,
  contactPlan,
  createContactGraph,
  createWorldModel,
  findRoute,
  parseScenario,
} from '../../../environment/index.ts';
import { askDecision } from '../../../environment/world/pending.ts';
import { addToBuffer, createTask } from '../../../environment/world/tasks-lifecycle.ts';
import { createBaseline } from '../../../policies/index.ts';
import { drive, latencies } from './small-world.ts';

const RUN_S = 21600;
const WORK_TFLOP = 100;

/** test-12 as a bent pipe: no laser links, 600 MB a capture, as many servers as are wanted. */
function bentPipe(): ReturnType<typeof parseScenario> {
  const scenario = parse(readFileSync('scenarios/test-12.yaml', 'utf8')) as {
    constellations: { isl: object }[];
    dataCentres: { servers: number }[];
  };
  for (const constellation of scenario.constellations) constellation.isl = { topology: 'none' };
  for (const centre of scenario.dataCentres) centre.servers = 1000;
  const captures = {
    ...{ name: 'o', ratePerS: 1e-9, rawBytes: 600e6, workTflop: WORK_TFLOP, reduction: 10, consumer: 'data-centre' },
    ...{ deadlineS: 20000, value: 1 },
  };
  return parseScenario(
    JSON.stringify({ ...scenario, durationS: RUN_S, carryHorizonS: RUN_S, traffic: { observations: [captures] } }),
    'bent-pipe.yaml',
  );
}

it('ENV-187 one capture per satellite is delivered when the exact search over the contact plan says', () => {
  const scenario = bentPipe();
  const geometry = buildGeometry(scenario);
  const model = createWorldModel(scenario, geometry);
  const { nodeNames } = geometry;
  // Users' terminals carry nothing for others.
  const terminals = new Set(nodeNames.slice(model.firstTerminal));
  const { contacts } = contactPlan(geometry, { terrestrialRateBps: 1e15 });
  const graph = createContactGraph({
    contacts: contacts.filter(({ fromNode, toNode }) => !terminals.has(fromNode) && !terminals.has(toNode)),
  });
  const policy = createBaseline('shortest-delay+bent-pipe+bypass', 1);
  const waitsS: number[] = [];
  for (let satellite = 0; satellite < model.satelliteCount; satellite++) {
    const world = new World(model, { seed: 1, runS: RUN_S, startS: 0 });
    const w = world.columns;
    const atS = 7 + 411.3 * satellite;
    drive(world, policy, atS);
    const task = createTask(w, 0);
    expect(w.tasks.family[task]).toBe(OBSERVATION);
    const sizeBits = w.tasks.sizeBits[task] as number;
    w.tasks.source[task] = w.tasks.holder[task] = w.tasks.destination[task] = satellite;
    addToBuffer(w, satellite, sizeBits);
    askDecision(w, PLACE, task, satellite);
    drive(world, policy, RUN_S - 10);
    const [fromNode, toNode] = [nodeNames[satellite] as string, nodeNames[model.firstDataCentre] as string];
    const { route } = findRoute(graph, { fromNode, toNode, atS, sizeBits });
    if (route === null) throw new Error(`no route from ${fromNode}`);
    const serviceS = WORK_TFLOP / (w.compute.tflops[model.satelliteCount] as number);
    const laterS = (latencies(world)[0] as number) - (route.arrivalS + serviceS - atS);
    // The plan takes the greatest range of a contact; it knows no silence after a handover.
    expect(laterS, fromNode).toBeGreaterThan(-1.1e-3);
    expect(laterS, fromNode).toBeLessThan(scenario.handoverS + 1e-3);
    waitsS.push(route.arrivalS - atS);
  }
  // Most of them have to be carried for long.
  expect(waitsS.filter((waitS) => waitS > 300).length).toBeGreaterThan(4);
});
