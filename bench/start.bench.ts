import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { World, loadOrBuildGeometryInWorkers, scenarioSchema, skyReader } from '../environment/index.ts';
import type { Figure } from './figures.ts';
import { loadFixture } from './fixture.ts';
import { type Lap, startLap } from './stopwatch.ts';

const SAMPLES = 7;
const GEOMETRY_SAMPLES = 5;

/** From nothing to the first decision, and to the geometry of a large constellation, each time in a new process. */
export function measure(): Figure[] {
  loadFixture(); // fills the cache
  const runs = Array.from({ length: SAMPLES }, () => {
    const out = execFileSync(process.execPath, [fileURLToPath(new URL('./start-once.js', import.meta.url))]);
    return JSON.parse(out.toString()) as StartTimes;
  });
  return [
    { name: 'start/scenario', samples: runs.map(({ scenarioS }) => scenarioS) },
    { name: 'start/process', samples: runs.map(({ processS }) => processS) },
    ...measureGeometry(),
  ];
}

function measureGeometry(): Figure[] {
  const script = fileURLToPath(new URL('./start-geometry.js', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-bench-'));
  const once = (cacheDir: string): GeometryTimes =>
    JSON.parse(execFileSync(process.execPath, [script, cacheDir]).toString()) as GeometryTimes;
  try {
    const folders = Array.from({ length: GEOMETRY_SAMPLES }, (_, i) => join(folder, String(i)));
    const built = folders.map(once);
    const reused = folders.map(once);
    if (reused.some(({ wasBuilt }) => wasBuilt))
      throw new Error('Expected the geometry to be reused, got it built anew.');
    const cores = availableParallelism();
    return [
      {
        name: 'start/geometry/build',
        samples: built.map(({ wallS }) => wallS),
        idleSamples: built.map(({ cpuS }) => cpuS / cores),
      },
      { name: 'start/geometry/memory', samples: built.map(({ peakMb }) => peakMb) },
      {
        name: 'start/geometry/reuse',
        samples: reused.map(({ wallS }) => wallS),
        idleSamples: reused.map(({ cpuS }) => cpuS),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** From the scenario to a geometry of which the last row has been read. */
export interface GeometryTimes extends Lap {
  /** Greatest resident memory of the process, MB. */
  readonly peakMb: number;
  readonly wasBuilt: boolean;
}

/** The sky may keep so much in memory, a quarter of what it needs: the rest is streamed. */
const SKY_BYTES = 64e6;
const DAY_S = 86_400;
/** Degrees from one ground node to the next: by the golden angle no two of them crowd. */
const GOLDEN_ANGLE_DEG = 137.50776;

/** A day at 10 s of the first shell of Starlink: 72 planes of 22 at 550 km and 53 deg, 30 gateways, 100 terminals. */
export async function geometryOnce(cacheDir: string): Promise<GeometryTimes> {
  const places = (count: number, prefix: string): object[] =>
    Array.from({ length: count }, (_, i) => ({
      name: `${prefix}-${i + 1}`,
      latDeg: -50 + (100 * i) / (count - 1),
      lonDeg: ((i * GOLDEN_ANGLE_DEG) % 360) - 180,
    }));
  const walker = { pattern: 'delta', planes: 72, satellitesPerPlane: 22, altitudeKm: 550, inclinationDeg: 53 };
  const scenario = scenarioSchema.parse({
    ...{ schema: 1, name: 'starlink-550', epoch: '2026-11-22T00:00:00Z', durationS: DAY_S, tickS: 10 },
    constellations: [{ name: 'shell', walker }],
    gateways: places(30, 'gateway'),
    terminals: places(100, 'terminal'),
  });
  let wasBuilt = false;
  const stop = startLap();
  const geometry = await loadOrBuildGeometryInWorkers(scenario, {
    cacheDir,
    memoryBytes: SKY_BYTES,
    onProgress: () => (wasBuilt = true),
  });
  const lastRow = skyReader(geometry.sky).row(geometry.tickCount);
  const times = stop();
  if (!(Math.hypot(...lastRow.subarray(0, 3)) > 6378)) throw new Error('Expected a satellite in orbit.');
  return { ...times, peakMb: process.resourceUsage().maxRSS / 1024, wasBuilt };
}

export interface StartTimes {
  /** Scenario file to first decision, s. */
  readonly scenarioS: number;
  /** Start of the process to first decision, s. */
  readonly processS: number;
}

/** One start in this process, which must not have loaded a scenario before. */
export function startOnce(): StartTimes {
  const startMs = performance.now();
  const world = new World(loadFixture().model, { seed: 1, runS: 600 });
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64, [world.knowledge]);
  if (world.advance(batch, 0, Infinity) === 0) throw new Error('Expected a decision, got none in 600 s.');
  const endMs = performance.now();
  return { scenarioS: (endMs - startMs) / 1e3, processS: endMs / 1e3 };
}
