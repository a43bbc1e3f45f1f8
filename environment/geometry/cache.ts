import { join } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type BuildOptions, buildPlanned } from './build.ts';
import { type ParallelBuildOptions, buildPlannedInWorkers } from './build-in-workers.ts';
import { type GeometryFileWriter, createGeometryFile, readGeometryFile, writeGeometryFile } from './cache-file.ts';
import type { Geometry } from './geometry.ts';
import { geometryKey } from './key.ts';
import { type GeometryPlan, planGeometry } from './plan.ts';
import { skyBytes } from './sky-file.ts';
import { type SkyStore, fileStore, memoryStore } from './sky-store.ts';

export interface CacheOptions {
  /** Folder of cached geometries, made when missing; without it nothing is cached and all is kept in memory. */
  readonly cacheDir?: string;
  /** A sky that takes more than this stays in its cache file and is read as needed; default 256 MiB. */
  readonly memoryBytes?: number;
  /** Called when the geometry was built but could not be cached; without it that error is thrown. */
  readonly onCacheError?: (error: SpaceCloudError) => void;
}
export interface GeometryCacheOptions extends BuildOptions, CacheOptions {}
export interface ParallelGeometryCacheOptions extends ParallelBuildOptions, CacheOptions {}

const DEFAULT_MEMORY_BYTES = 256 * 2 ** 20;

/**
 * The geometry of a scenario from the cache, or built and put there. A file that is damaged or of another version is built
 * anew and replaced without a word.
 *
 * Throws what `buildGeometry` throws, and DISK_FULL or FILE_WRITE when the cache folder cannot be written.
 */
export function loadOrBuildGeometry(scenario: Scenario, options: GeometryCacheOptions = {}): Geometry {
  const request = lookUp(scenario, options);
  if (request.cached !== undefined) return request.cached;
  const { plan, key } = request;
  const build = (store: SkyStore): Geometry => buildPlanned(plan, key, store, options.onProgress);
  if (!request.streamed) return kept(build(memoryStore(plan.sky)), request, options);
  let writer: GeometryFileWriter | undefined;
  try {
    writer = createGeometryFile(request.path, plan.sky);
    return writer.finish(build(fileStore(plan.sky, writer)));
  } catch (error) {
    reportOrThrow(error, options);
  } finally {
    writer?.abandon();
  }
  return build(memoryStore(plan.sky));
}

/** `loadOrBuildGeometry` that builds on several cores; the same result, bit for bit. */
export async function loadOrBuildGeometryInWorkers(
  scenario: Scenario,
  options: ParallelGeometryCacheOptions = {},
): Promise<Geometry> {
  const request = lookUp(scenario, options);
  if (request.cached !== undefined) return request.cached;
  const { plan, key } = request;
  const build = (store: SkyStore): Promise<Geometry> => buildPlannedInWorkers(plan, key, store, options);
  if (!request.streamed) return kept(await build(memoryStore(plan.sky)), request, options);
  let writer: GeometryFileWriter | undefined;
  try {
    writer = createGeometryFile(request.path, plan.sky);
    return writer.finish(await build(fileStore(plan.sky, writer)));
  } catch (error) {
    reportOrThrow(error, options);
  } finally {
    writer?.abandon();
  }
  return build(memoryStore(plan.sky));
}

/** What is to be done: nothing, or to build, with the sky in memory or streamed to the file at `path`. */
type Request =
  | { readonly cached: Geometry }
  | ({ readonly cached?: undefined; readonly plan: GeometryPlan; readonly key: string } & (
      | { readonly streamed: false; readonly path: string | undefined }
      | { readonly streamed: true; readonly path: string }
    ));

function lookUp(scenario: Scenario, options: GeometryCacheOptions): Request {
  const { cacheDir, scenarioDir = '.', memoryBytes = DEFAULT_MEMORY_BYTES } = options;
  const key = geometryKey(scenario, scenarioDir);
  const path = cacheDir === undefined ? undefined : join(cacheDir, `${key}.geometry`);
  const cached = path === undefined ? undefined : readGeometryFile(path, key, memoryBytes);
  if (cached !== undefined) return { cached };
  const plan = planGeometry(scenario, scenarioDir);
  if (path !== undefined && skyBytes(plan.sky) > memoryBytes) return { plan, key, path, streamed: true };
  return { plan, key, path, streamed: false };
}

function kept(geometry: Geometry, { path }: { readonly path: string | undefined }, options: CacheOptions): Geometry {
  if (path === undefined) return geometry;
  try {
    writeGeometryFile(path, geometry);
  } catch (error) {
    reportOrThrow(error, options);
  }
  return geometry;
}

/** Hands on what went wrong with the file; all other errors, and that one when nobody listens, are thrown. */
function reportOrThrow(error: unknown, { onCacheError }: CacheOptions): void {
  const ofCache = error instanceof SpaceCloudError && (error.code === 'DISK_FULL' || error.code === 'FILE_WRITE');
  if (!ofCache || onCacheError === undefined) throw error;
  onCacheError(error);
}
