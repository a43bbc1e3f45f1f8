import type { Scenario } from '../scenario/schema.ts';
import { createGeometryBuilder } from './builder.ts';
import type { Geometry } from './geometry.ts';
import { geometryKey } from './key.ts';
import { type GeometryPlan, planGeometry } from './plan.ts';
import { createSkyRows } from './sky-rows.ts';
import { chunkCount, rowsOfChunk } from './sky-shape.ts';
import { type SkyStore, memoryStore } from './sky-store.ts';

export interface BuildOptions {
  /** Folder that files of orbits are relative to; default the working folder. */
  readonly scenarioDir?: string;
  /**
   * Called about a hundred times with the ticks done and in all. Each tick is gone through twice, for links and for antennas, and
   * counts in part after the first time; all are done when the geometry is.
   */
  readonly onProgress?: (doneTicks: number, totalTicks: number) => void;
}

/**
 * Computes the geometry of a scenario in this thread, all of it in memory. Columns and sky lie in `SharedArrayBuffer`s; the
 * result is a plain object that can be posted to worker threads, which then share its memory.
 *
 * Deterministic: same scenario and files of orbits, same bits.
 *
 * Throws SCENARIO_ORBIT, SCENARIO_EMPTY, SCENARIO_UNREACHABLE, SCENARIO_FIELD (an impossible epoch or track, repeated names, more
 * memory than there is), ELEMENTS_SYNTAX, ELEMENTS_CHECKSUM, ELEMENTS_UNUSABLE, FILE_NOT_FOUND, FILE_READ.
 */
export function buildGeometry(scenario: Scenario, options: BuildOptions = {}): Geometry {
  const { scenarioDir = '.' } = options;
  const key = geometryKey(scenario, scenarioDir);
  const plan = planGeometry(scenario, scenarioDir);
  return buildPlanned(plan, key, memoryStore(plan.sky), options.onProgress);
}

/** Computes a planned geometry in this thread; its sky goes to `store`. */
export function buildPlanned(
  plan: GeometryPlan,
  key: string,
  store: SkyStore,
  onProgress: BuildOptions['onProgress'],
): Geometry {
  const builder = createGeometryBuilder(plan, onProgress);
  const skyRows = createSkyRows(plan);
  const rTemeKm = new Float64Array(3 * plan.fleet.satelliteCount * plan.sky.chunkRows);
  for (let c = 0; c < chunkCount(plan.sky); c++) {
    const chunk = store.chunk(c);
    const views = skyRows.chunkInto(c, chunk, rTemeKm);
    store.add(c, chunk);
    builder.addChunk(rowsOfChunk(plan.sky, c), rTemeKm, views);
  }
  return builder.finish(key, store.sky());
}
