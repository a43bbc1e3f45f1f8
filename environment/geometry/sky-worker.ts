import { parentPort, workerData } from 'node:worker_threads';
import { SpaceCloudError } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { planGeometry } from './plan.ts';
import { createSkyRows } from './sky-rows.ts';

/** What a worker is started with. */
export interface SkyWorkerData {
  readonly scenario: Scenario;
  readonly scenarioDir: string;
}

/** A chunk to be made, in memory shared with the thread that asks. */
export interface ChunkTask {
  readonly c: number;
  readonly chunk: Float32Array;
  readonly rTemeKm: Float64Array;
}

/** The answer to each task, in the order of tasks. */
export type ChunkAnswer = { readonly c: number; readonly views: Int32Array } | { readonly error: SkyWorkerError };
export type SkyWorkerError = Pick<SpaceCloudError, 'code' | 'message' | 'hint'>;

const { scenario, scenarioDir } = workerData as SkyWorkerData;
const skyRows = createSkyRows(planGeometry(scenario, scenarioDir));
const port = parentPort;

port?.on('message', (task: ChunkTask) => {
  const answer = make(task);
  port.postMessage(answer, 'error' in answer ? [] : [answer.views.buffer as ArrayBuffer]);
});

function make({ c, chunk, rTemeKm }: ChunkTask): ChunkAnswer {
  try {
    return { c, views: skyRows.chunkInto(c, chunk, rTemeKm).slice() };
  } catch (error) {
    if (!(error instanceof SpaceCloudError)) throw error;
    const { code, message, hint } = error;
    return { error: { code, message, hint } };
  }
}
