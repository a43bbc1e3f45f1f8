import { type DecisionBatch, MESSAGE, OBSERVATION, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../core/index.ts';
import type { World } from '../../environment/index.ts';
import { observeForward } from '../../environment/world/observe-forward.kernel.ts';
import { observePlace } from '../../environment/world/observe-place.kernel.ts';
import { DECIDING, PAYLOAD_MESSAGE, PAYLOAD_RAW, allocateTask } from '../../environment/world/tasks.kernel.ts';
import { rowText } from './run-parts.ts';

/**
 * What each satellite would see now if it had to decide: where to send a bundle to each ground node, and where to process an
 * observation of its own. To the last bit; one text per satellite. The world is not to be run on afterwards.
 */
export function sights(world: World): string[] {
  const { model } = world.columns;
  const probe = createProbe(world);
  return Array.from({ length: model.satelliteCount }, (_, satellite) => {
    const texts: string[] = [];
    for (let node = model.firstDataCentre; node < model.nodeCount; node++) texts.push(probe.forward(satellite, node));
    texts.push(probe.place(satellite, model.nodeCount - 1));
    return texts.join('\n');
  });
}

/** Delays by snapshot and by flooded report between all pairs of nodes that begin at a satellite, and the report's age. */
export function knownDelays({ knowledge, satelliteCount, nodeCount }: World): Float64Array {
  const delays = new Float64Array(2 * satelliteCount * nodeCount + 1);
  let i = 0;
  for (let from = 0; from < satelliteCount; from++) {
    for (let to = 0; to < nodeCount; to++) {
      delays[i++] = knowledge.snapshotDelayS(from, to);
      delays[i++] = knowledge.linkStateDelayS(from, to);
    }
  }
  delays[i] = knowledge.linkStateAgeS();
  return delays;
}

/** One task that stands wherever it is put. */
function createProbe(world: World) {
  const w = world.columns;
  const { tasks, rows, clock } = w;
  const batch: DecisionBatch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, [world.knowledge]);
  const task = allocateTask(tasks);
  tasks.state[task] = DECIDING;
  tasks.trafficClass[task] = 0;
  tasks.label[task] = 0;
  tasks.priority[task] = 1;
  tasks.sizeBits[task] = 1e5;
  tasks.value[task] = 1;
  tasks.slopePerS[task] = 0.1;
  rows.first = 0;
  const stand = (satellite: number, consumer: number): void => {
    tasks.holder[task] = tasks.source[task] = satellite;
    tasks.consumer[task] = consumer;
    tasks.createdS[task] = clock.timeS;
    tasks.deadlineS[task] = clock.timeS + 10;
  };
  return {
    forward(satellite: number, node: number): string {
      stand(satellite, node);
      tasks.family[task] = MESSAGE;
      tasks.payload[task] = PAYLOAD_MESSAGE;
      tasks.destination[task] = node;
      observeForward(w, batch, 0, task, satellite);
      return rowText(batch, 0);
    },
    place(satellite: number, consumer: number): string {
      stand(satellite, consumer);
      tasks.family[task] = OBSERVATION;
      tasks.payload[task] = PAYLOAD_RAW;
      tasks.destination[task] = satellite;
      tasks.workTflop[task] = 30;
      tasks.outputBits[task] = 1e4;
      observePlace(w, batch, 0, task, satellite);
      return rowText(batch, 0);
    },
  };
}
