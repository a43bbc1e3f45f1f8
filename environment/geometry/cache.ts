import { join } from 'node:path';
import type { SpaceCloudError } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type BuildOptions, buildGeometry } from './build.ts';
import { readGeometryFile, writeGeometryFile } from './cache-file.ts';
import type { Geometry } from './geometry.ts';
import { geometryKey } from './key.ts';

export interface GeometryCacheOptions extends BuildOptions {
  /** Folder of cached geometries, made when missing; without it nothing is cached. */
  readonly cacheDir?: string;
  /** Called when the geometry was built but could not be cached; without it that error is thrown. */
  readonly onCacheError?: (error: SpaceCloudError) => void;
}

/**
 * The geometry of a scenario from the cache, or built and put there. A file that is damaged or of another version is built
 * anew and replaced without a word.
 *
 * Throws what `buildGeometry` throws, and DISK_FULL or FILE_WRITE when the cache folder cannot be written.
 */
export function loadOrBuildGeometry(scenario: Scenario, options: GeometryCacheOptions = {}): Geometry {
  if (options.cacheDir === undefined) return buildGeometry(scenario, options);
  const key = geometryKey(scenario, options.scenarioDir ?? '.');
  const path = join(options.cacheDir, `${key}.geometry`);
  const cached = readGeometryFile(path, key);
  if (cached !== undefined) return cached;
  const geometry = buildGeometry(scenario, options);
  try {
    writeGeometryFile(path, geometry);
  } catch (error) {
    if (options.onCacheError === undefined) throw error;
    options.onCacheError(error as SpaceCloudError);
  }
  return geometry;
}
