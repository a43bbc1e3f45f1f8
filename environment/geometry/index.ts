export { type BuildOptions, buildGeometry } from './build.ts';
export { type GeometryCacheOptions, loadOrBuildGeometry } from './cache.ts';
export type { Geometry } from './geometry.ts';
