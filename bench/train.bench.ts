import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type LearningEngineName, METRICS_FILE, TRAIN_DEFAULTS, loadLearningEngine, train } from '../training/index.ts';
import type { Figure } from './figures.ts';
import { loadFixture } from './fixture.ts';
import { startLap } from './stopwatch.ts';

const WARM_UPS = 2;
const SAMPLES = 6;

/** Whole iterations of `train` into a temporary folder; start-up, warm-up and the checkpoint at the end are left out. */
export async function measure(engine: LearningEngineName): Promise<Figure[]> {
  const rate = `train/${engine}`;
  const share = `train/${engine}/update`;
  try {
    await loadLearningEngine(engine);
  } catch (error) {
    return [{ name: rate, samples: [], note: error instanceof Error ? error.message : String(error) }];
  }
  const { scenario, geometry } = loadFixture();
  const runFolder = mkdtempSync(join(tmpdir(), 'spacecloud-bench-'));
  const samples: number[] = [];
  const idleSamples: number[] = [];
  let decisionsBefore = 0;
  let stop = startLap();
  let cpuMarks: number[] = [];
  try {
    await train({
      scenario,
      geometry,
      runFolder,
      engine,
      config: { decisions: TRAIN_DEFAULTS.rowsPerIteration * (WARM_UPS + SAMPLES) },
      clockMs: () => {
        cpuMarks.push(cpuSeconds());
        return Date.now();
      },
      onProgress: ({ iteration, decisions }) => {
        const { wallS } = stop();
        if (iteration > WARM_UPS) {
          samples.push((decisions - decisionsBefore) / wallS);
          idleSamples.push((decisions - decisionsBefore) / idleSeconds(cpuMarks));
        }
        decisionsBefore = decisions;
        cpuMarks = [];
        stop = startLap();
      },
    });
    const metrics = readFileSync(join(runFolder, METRICS_FILE), 'utf8').trim().split('\n');
    const iterations = metrics.map((line) => JSON.parse(line) as { collectS: number; updateS: number });
    const updates = iterations.slice(WARM_UPS).map(({ collectS, updateS }) => (100 * updateS) / (collectS + updateS));
    return [
      { name: rate, samples, idleSamples },
      { name: share, samples: updates },
    ];
  } finally {
    rmSync(runFolder, { recursive: true, force: true });
  }
}

/**
 * Time an idle machine would take for an iteration: collecting spread over the workers, the update in one thread. `train`
 * reads its clock when an iteration starts, when it has collected and when it has updated.
 */
function idleSeconds(cpuMarks: readonly number[]): number {
  const [start, collected, updated] = cpuMarks;
  if (start === undefined || collected === undefined || updated === undefined) return NaN;
  return (collected - start) / TRAIN_DEFAULTS.workers + updated - collected;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
