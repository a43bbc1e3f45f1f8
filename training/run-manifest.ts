import { join } from 'node:path';
import { hashJson } from '../core/index.ts';
import { writeAtomically } from './checkpoint/atomic-write.ts';
import type { CheckpointIdentity } from './checkpoint/format.ts';
import { trainingSeeds } from './evaluation/seed-ranges.ts';
import type { LearningEngine } from './ppo/index.ts';
import type { EpisodePlan } from './rollout/episode-worlds.ts';
import { MANIFEST_FILE } from './run-files.ts';
import type { TrainConfig } from './train-options.ts';

export interface RunManifestContent {
  readonly identity: CheckpointIdentity;
  readonly config: TrainConfig;
  readonly engine: LearningEngine;
  readonly plan: EpisodePlan;
  /** Commit of the program that trains; null where none tells what runs. */
  readonly commit: string | null;
}

/** Writes `run.json`: the whole configuration with its defaults, the scenarios, and what it runs on. Errors: FILE_WRITE, DISK_FULL. */
export function writeRunManifest(folder: string, { identity, config, engine, plan, commit }: RunManifestContent): void {
  const manifest = {
    scenario: plan.scenarios[0]?.scenario.name,
    scenarios: plan.scenarios.map(({ scenario, geometry, weight }) => ({
      name: scenario.name,
      weight,
      satellites: geometry.satelliteCount,
      load: scenario.traffic.load,
      hash: hashJson(scenario),
      holdOut: scenario.holdOut ?? null,
    })),
    seeds: trainingSeeds(config.seed),
    identity,
    config,
    engine: { name: engine.name, reason: engine.reason, versions: engine.versions },
    commit,
  };
  writeAtomically(join(folder, MANIFEST_FILE), new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
}
