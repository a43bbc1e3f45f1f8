import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../core/index.ts';
import { actorOf, normaliserFromJson } from '../policies/index.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { NetworkData } from './evaluation/policy-source.ts';
import { CHECKPOINT_FILE } from './run-files.ts';
import { architectureFor } from './train-config.ts';
import type { TrainConfig } from './train-options.ts';

/** The policy of a run folder's checkpoint, and where it comes from. */
export interface TrainedPolicy {
  readonly network: NetworkData;
  /** The network as it is trained: with all that its critic sees. */
  readonly whole: NetworkData;
  readonly config: TrainConfig;
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly engine: string;
  readonly version: string;
  readonly decisions: number;
  /** SHA-256 of the checkpoint file. */
  readonly checkpointSha256: string;
}

/**
 * Reads the policy out of a run folder: the last one, or the best by the evaluations during training (the last where there
 * were none).
 *
 * Errors: FILE_NOT_FOUND without a checkpoint, CHECKPOINT_CORRUPT, CHECKPOINT_VERSION, and BUNDLE_SPEC for a policy of
 * another decision specification.
 */
export function readTrainedPolicy(runFolder: string, which: 'last' | 'best' = 'last'): TrainedPolicy {
  const file = join(runFolder, CHECKPOINT_FILE);
  const { manifest, sections } = readCheckpoint(file);
  const expected = decisionSpecHash(SPACE_CLOUD_SPEC);
  if (manifest.identity['decisionSpec'] !== expected) {
    throw new SpaceCloudError(
      'BUNDLE_SPEC',
      `Expected a policy of decision specification ${expected}, got ${manifest.identity['decisionSpec']}.`,
      {
        place: { file },
        hint: 'Train it anew with this version.',
      },
    );
  }
  const config = manifest.state['config'] as TrainConfig;
  const weights = (which === 'best' ? sections['best.weights'] : undefined) ?? sections['learner.weights'];
  if (!(weights instanceof Float32Array)) {
    throw new SpaceCloudError(
      'CHECKPOINT_CORRUPT',
      "Expected float32 weights in section 'learner.weights', got none.",
      { place: { file } },
    );
  }
  const whole: NetworkData = {
    architecture: architectureFor(config),
    weights,
    normaliser: normaliserFromJson(SPACE_CLOUD_SPEC, manifest.state['normaliser']),
  };
  return {
    network: actorOf(whole),
    whole,
    config,
    scenario: String(manifest.state['scenario']),
    scenarioHash: String(manifest.identity['scenario']),
    engine: String(manifest.identity['engine']),
    version: String(manifest.identity['version']),
    decisions: Number((manifest.state['run'] as { decisions?: number }).decisions),
    checkpointSha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
  };
}
