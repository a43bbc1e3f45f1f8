import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadGeometry, loadScenario } from '../../index.ts';
import { CHECKPOINT_FILE, loadTrainingFile, overridesOf, readTrainedPolicy, train } from '../../training/index.ts';
import type { ComparisonSet, Variant } from './comparison-sets.ts';

/** The training runs of a variant, those that are there already left alone; returns their folders. */
export async function trainVariant(
  set: ComparisonSet,
  variant: Variant,
  options: { readonly folder: string; readonly report: (line: string) => void; readonly signal: AbortSignal },
): Promise<string[]> {
  const { value: file } = loadTrainingFile(join('scenarios', 'training', `${set.training}.yaml`));
  const [first] = file.scenarios;
  const scenario = loadScenario(first?.scenario ?? set.training, first?.load === undefined ? {} : { load: first.load });
  const geometry = loadGeometry(scenario);
  const folders: string[] = [];
  for (let seed = 1; seed <= variant.runs && !options.signal.aborted; seed++) {
    const runFolder = join(options.folder, set.name, variant.name, `seed-${seed}`);
    folders.push(runFolder);
    const base = overridesOf(file, { seed });
    const decisions = variant.decisions ?? file.decisions;
    if (isFinished(runFolder, decisions)) continue;
    const startMs = Date.now();
    const result = await train({
      ...{ scenario, geometry, runFolder, resume: true, clockMs: Date.now, signal: options.signal },
      config: {
        ...base,
        decisions,
        algorithm: variant.algorithm ?? file.algorithm,
        network: { ...base.network, ...variant.network },
        ppo: { ...base.ppo, ...variant.ppo },
      },
    });
    const tookS = (Date.now() - startMs) / 1000;
    options.report(
      `${set.name}/${variant.name} seed ${seed}: ${result.decisions} decisions in ${tookS.toFixed(0)} s, ${result.engine}`,
    );
  }
  return folders;
}

function isFinished(runFolder: string, decisions: number): boolean {
  return existsSync(join(runFolder, CHECKPOINT_FILE)) && readTrainedPolicy(runFolder).decisions >= decisions;
}
