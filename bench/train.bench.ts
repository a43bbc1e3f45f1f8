import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName, loadEngine } from '../policies/networks/index.ts';
import { METRICS_FILE, TRAIN_DEFAULTS, train } from '../training/index.ts';
import type { Figure } from './figures.ts';
import { loadFixture } from './fixture.ts';
import { type Lap, coresUsed, startLap } from './stopwatch.ts';

const WARM_UPS = 2;
const SAMPLES = 6;

/** Whole iterations of `train` into a temporary folder; start-up, warm-up and the checkpoint at the end are left out. */
export async function measure(engine: EngineName): Promise<Figure[]> {
  const rate = `train/${engine}`;
  const share = `train/${engine}/update`;
  try {
    await loadEngine(engine);
  } catch (error) {
    return [{ name: rate, samples: [], note: error instanceof Error ? error.message : String(error) }];
  }
  const { scenario, geometry } = loadFixture();
  const runFolder = mkdtempSync(join(tmpdir(), 'spacecloud-bench-'));
  const laps: Lap[] = [];
  const samples: number[] = [];
  let decisionsBefore = 0;
  let stop = startLap();
  try {
    await train({
      scenario,
      geometry,
      runFolder,
      engine,
      config: { decisions: TRAIN_DEFAULTS.rowsPerIteration * (WARM_UPS + SAMPLES) },
      clockMs: Date.now,
      onProgress: ({ iteration, decisions }) => {
        const time = stop();
        if (iteration > WARM_UPS) {
          laps.push(time);
          samples.push((decisions - decisionsBefore) / time.wallS);
        }
        decisionsBefore = decisions;
        stop = startLap();
      },
    });
    const metrics = readFileSync(join(runFolder, METRICS_FILE), 'utf8').trim().split('\n');
    const iterations = metrics.map((line) => JSON.parse(line) as { collectS: number; updateS: number });
    const updates = iterations.slice(WARM_UPS).map(({ collectS, updateS }) => (100 * updateS) / (collectS + updateS));
    return [
      { name: rate, samples, coresUsed: coresUsed(laps) },
      { name: share, samples: updates },
    ];
  } finally {
    rmSync(runFolder, { recursive: true, force: true });
  }
}
