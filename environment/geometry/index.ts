export { type BuildOptions, buildGeometry } from './build.ts';
export { type ParallelBuildOptions, buildGeometryInWorkers } from './build-in-workers.ts';
export {
  type GeometryCacheOptions,
  type ParallelGeometryCacheOptions,
  loadOrBuildGeometry,
  loadOrBuildGeometryInWorkers,
} from './cache.ts';
export type { Geometry } from './geometry.ts';
export { geometryKey } from './key.ts';
export { type SkyReader, skyReader } from './sky-reader.ts';
