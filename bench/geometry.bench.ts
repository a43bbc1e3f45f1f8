import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';

const DAY_S = 86_400;
/** A day's sky takes 232 MB; above this it is streamed to the cache file and read from there. */
const MEMORY_BYTES = 64 * 2 ** 20;
const REUSES = 5;

/** What one process prints. */
export interface GeometryTimes {
  readonly wallS: number;
  readonly cpuS: number;
  /** Most resident memory of the process and its threads, MB. */
  readonly peakMb: number;
  /** Calls of `onProgress`: 0 = taken from the cache. */
  readonly progress: number;
  readonly contacts: number;
}

/** A day of 1,584 satellites built on all cores into an empty cache, once, and taken from there by new processes. */
export function measure(): Figure[] {
  const cacheDir = mkdtempSync(join(tmpdir(), 'spacecloud-bench-'));
  try {
    const built = inNewProcess(cacheDir);
    const bytes = readdirSync(cacheDir).reduce((sum, name) => sum + statSync(join(cacheDir, name)).size, 0);
    const reused = Array.from({ length: REUSES }, () => inNewProcess(cacheDir));
    if (built.progress === 0 || reused.some((times) => times.progress > 0 || times.contacts !== built.contacts)) {
      throw new Error('Expected one geometry to be built and then found in the cache.');
    }
    const cores = availableParallelism();
    const note = `${built.cpuS.toFixed(0)} s of CPU time on ${cores} cores, ${(bytes / 1e6).toFixed(0)} MB on disk`;
    return [
      { name: 'geometry/build', samples: [built.wallS], idleSamples: [built.cpuS / cores], note },
      { name: 'geometry/memory', samples: [built.peakMb, ...reused.map(({ peakMb }) => peakMb)] },
      {
        name: 'geometry/reuse',
        samples: reused.map(({ wallS }) => wallS),
        idleSamples: reused.map(({ cpuS }) => cpuS),
      },
    ];
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

function inNewProcess(cacheDir: string): GeometryTimes {
  const program = fileURLToPath(new URL('./geometry-once.js', import.meta.url));
  const out = execFileSync(process.execPath, [program, cacheDir, String(DAY_S), String(MEMORY_BYTES)]);
  return JSON.parse(out.toString()) as GeometryTimes;
}
