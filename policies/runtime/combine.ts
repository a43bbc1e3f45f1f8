import { SpaceCloudError } from '../../core/index.ts';
import { type NetworkParts, actorOf } from './actor.ts';
import { weightCount, weightLayout } from './architecture.ts';

/**
 * One network out of several of one architecture: decision kind k decides by the weights and input scales of `networks[k]`. So
 * policies that learned each one kind of decision are flown together.
 *
 * Errors: MISUSE when there is not one network per kind, or their architectures differ in more than the critic.
 */
export function combineKinds(networks: readonly NetworkParts[]): NetworkParts {
  const actors = networks.map(actorOf);
  const [first] = actors;
  const shapes = new Set(actors.map(({ architecture }) => JSON.stringify(architecture)));
  if (first === undefined || shapes.size !== 1 || first.architecture.kinds.length !== networks.length) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected one network of one architecture per decision kind, got ${networks.length} of ${shapes.size} architecture(s).`,
    );
  }
  const { architecture } = first;
  const weights = new Float32Array(weightCount(architecture));
  for (const { name, offset, size } of weightLayout(architecture)) {
    const k = architecture.kinds.findIndex((kind) => name.startsWith(`${kind.name}/`));
    weights.set((actors[k] as NetworkParts).weights.subarray(offset, offset + size), offset);
  }
  const kinds = actors.map(({ normaliser }, k) => normaliser.kinds[k] as NetworkParts['normaliser']['kinds'][number]);
  return { architecture, weights, normaliser: { kinds } };
}
