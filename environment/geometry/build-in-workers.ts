import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SpaceCloudError } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type BuildOptions, buildPlanned } from './build.ts';
import { createGeometryBuilder } from './builder.ts';
import type { Geometry } from './geometry.ts';
import { geometryKey } from './key.ts';
import { type GeometryPlan, planGeometry } from './plan.ts';
import { chunkCount, rowsOfChunk } from './sky-shape.ts';
import { type SkyStore, memoryStore } from './sky-store.ts';
import type { ChunkAnswer, ChunkTask, SkyWorkerData } from './sky-worker.ts';

export interface ParallelBuildOptions extends BuildOptions {
  /** Worker threads that compute positions, at least 1; default one per core, and none for what is done before they are up. */
  readonly workers?: number;
}

/**
 * `buildGeometry` on several cores, to the same bits: worker threads compute positions, light and what sites have in view, this thread
 * decides links and passes in the order of time. Errors as there.
 */
export async function buildGeometryInWorkers(
  scenario: Scenario,
  options: ParallelBuildOptions = {},
): Promise<Geometry> {
  const key = geometryKey(scenario, options.scenarioDir ?? '.');
  const plan = planGeometry(scenario, options.scenarioDir ?? '.');
  return buildPlannedInWorkers(plan, key, memoryStore(plan.sky), options);
}

/** Below this many positions threads take longer to start than to be of use: 0.3 s of work. */
const WORTH_WORKERS = 500_000;
/** Chunks under way per worker: one being made, one waiting, so that no worker waits for this thread. */
const CHUNKS_PER_WORKER = 2;

/** Computes a planned geometry on several cores; its sky goes to `store`. At most a few chunks are under way at once. */
export async function buildPlannedInWorkers(
  plan: GeometryPlan,
  key: string,
  store: SkyStore,
  options: ParallelBuildOptions,
): Promise<Geometry> {
  const { fleet, sky, scenario } = plan;
  if (options.workers === undefined && sky.rows * fleet.satelliteCount < WORTH_WORKERS) {
    return buildPlanned(plan, key, store, options.onProgress);
  }
  const chunks = chunkCount(sky);
  const workers = Math.max(1, Math.min(options.workers ?? availableParallelism(), chunks));
  const pool = startPool(workers, { scenario, scenarioDir: options.scenarioDir ?? '.' });
  try {
    const builder = createGeometryBuilder(plan, options.onProgress);
    const free: Float64Array[] = [];
    const underWay: { readonly task: ChunkTask; readonly made: Promise<Int32Array> }[] = [];
    let asked = 0;
    for (let c = 0; c < chunks; c++) {
      while (asked < chunks && underWay.length < workers * CHUNKS_PER_WORKER) {
        const rTemeKm = free.pop() ?? sharedPositions(sky.chunkRows * fleet.satelliteCount);
        const task = { c: asked, chunk: store.chunk(asked), rTemeKm };
        underWay.push({ task, made: pool.make(task) });
        asked++;
      }
      const { task, made } = underWay.shift() as (typeof underWay)[number];
      const views = await made;
      store.add(c, task.chunk);
      builder.addChunk(rowsOfChunk(sky, c), task.rTemeKm, views);
      free.push(task.rTemeKm);
    }
    return builder.finish(key, store.sky());
  } finally {
    await pool.end();
  }
}

function sharedPositions(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * 3 * count));
}

interface Pool {
  /** Resolves to the views when the chunk is made; tasks go to the workers in turn. */
  make(task: ChunkTask): Promise<Int32Array>;
  end(): Promise<void>;
}

function startPool(count: number, data: SkyWorkerData): Pool {
  const waiting = new Map<number, { resolve: (views: Int32Array) => void; reject: (error: Error) => void }>();
  let failure: Error | undefined;
  const failAll = (error: Error): void => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const workers = Array.from({ length: count }, () => {
    const worker = startWorker(data);
    worker.on('message', (answer: ChunkAnswer) => {
      if ('error' in answer) {
        const { code, message, hint } = answer.error;
        failAll(new SpaceCloudError(code, message, hint === undefined ? {} : { hint }));
        return;
      }
      waiting.get(answer.c)?.resolve(answer.views);
      waiting.delete(answer.c);
    });
    worker.on('error', failAll);
    return worker;
  });
  return {
    make(task) {
      const made = new Promise<Int32Array>((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else waiting.set(task.c, { resolve, reject });
      });
      made.catch(() => undefined); // several fail at once; the first one awaited reports it
      workers[task.c % count]?.postMessage(task);
      return made;
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/**
 * Starts `sky-worker`, compiled (`.js`) or as source (`.ts`, under tsx). Node 20 cannot start a worker on a `.ts` entry, so the
 * source form goes through a line of JavaScript that registers tsx first.
 */
function startWorker(workerData: SkyWorkerData): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./sky-worker.js', import.meta.url), { workerData });
  const { href } = new URL('./sky-worker.ts', import.meta.url);
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(href)}); });`;
  return new Worker(source, { eval: true, workerData });
}
