import { SpaceCloudError } from '../core/index.ts';
import { type Architecture, type Normaliser, initialWeights } from '../policies/index.ts';
import { measureInputs } from './measure-inputs.ts';
import type { EpisodePlan } from './rollout/episode-worlds.ts';
import type { TrainConfig } from './train-options.ts';
import { readTrainedPolicy } from './trained-policy.ts';

interface StartingPolicy {
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
}

/**
 * What a run starts from: the untrained network with measured inputs, or the policy of the run folder `config.from`, with its
 * inputs' normalisation. A resumed run brings its own normaliser, and its weights later.
 *
 * Errors: MISUSE when the network of `from` is another; as `readTrainedPolicy`.
 */
export async function initialPolicy(
  plan: EpisodePlan,
  config: TrainConfig,
  architecture: Architecture,
  resumed: { readonly normaliser: Normaliser | undefined },
): Promise<StartingPolicy> {
  const weights = initialWeights(architecture, config.seed);
  if (resumed.normaliser !== undefined) return { weights, normaliser: resumed.normaliser };
  if (config.from === null) {
    return { weights, normaliser: await measureInputs({ plan, architecture, weights, config }) };
  }
  const { whole: network } = readTrainedPolicy(config.from);
  const differing = (['hidden', 'prior', 'attention', 'memory', 'global'] as const).filter(
    (field) => network.architecture[field] !== architecture[field],
  );
  if (differing.length > 0) {
    const list = (of: Architecture): string => differing.map((field) => `${field} ${of[field]}`).join(', ');
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a policy of ${list(architecture)} in '${config.from}', got one of ${list(network.architecture)}.`,
      { hint: 'Give the run the same network as the one it starts from.' },
    );
  }
  return { weights: network.weights, normaliser: network.normaliser };
}
