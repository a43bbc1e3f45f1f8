import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadGeometry, loadStudy } from '../../index.ts';
import { CHECKPOINT_FILE, type TrainOverrides, readTrainedPolicy, train } from '../../training/index.ts';

/**
 * Studies for which policies are trained: that whose world asks thousands of questions in the seconds of a rollout, with more than one
 * sensible answer. In the others heuristics fly.
 */
const TRAINED: Readonly<Record<string, Pick<TrainOverrides, 'decisions' | 'ppo'>>> = {
  'surge-mesh': { decisions: 1_300_000, ppo: { learningRate: 3e-3, entropyCoef: 0.001 } },
};
/** Training runs per study, seeds 1 to this. */
const RUNS = 5;

/** The training runs of a study as one policy, those that are there already left alone; none for most studies. */
export async function learnedPolicies(
  name: string,
  options: { readonly folder: string; readonly report: (line: string) => void; readonly signal: AbortSignal },
): Promise<string[]> {
  const config = TRAINED[name];
  if (config === undefined) return [];
  const { scenario } = loadStudy(name);
  const geometry = loadGeometry(scenario);
  const folders: string[] = [];
  for (let seed = 1; seed <= RUNS && !options.signal.aborted; seed++) {
    const runFolder = join(options.folder, name, `seed-${seed}`);
    folders.push(runFolder);
    if (isFinished(runFolder, config.decisions ?? Infinity)) continue;
    const startMs = Date.now();
    const result = await train({
      ...{ scenario, geometry, runFolder, resume: true, clockMs: Date.now, signal: options.signal },
      config: { ...config, seed },
    });
    const tookS = (Date.now() - startMs) / 1000;
    options.report(`${name} seed ${seed}: ${result.decisions} decisions in ${tookS.toFixed(0)} s, ${result.engine}`);
  }
  return [`learned=${folders.join(',')}`];
}

function isFinished(runFolder: string, decisions: number): boolean {
  return existsSync(join(runFolder, CHECKPOINT_FILE)) && readTrainedPolicy(runFolder).decisions >= decisions;
}
