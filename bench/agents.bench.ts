import { Rng } from '../core/index.ts';
import { LearnedPolicy } from '../policies/index.ts';
import { measureShare } from './agents-share.ts';
import type { Figure } from './figures.ts';
import { createNetwork, createScorer, loadFixture } from './fixture.ts';

/** Share of the agents in a rollout of the learned policy, with as many worlds as a training worker has. */
export function measure(): Figure[] {
  const { model } = loadFixture();
  const network = createNetwork(model);
  const policy = (): LearnedPolicy => {
    return new LearnedPolicy(createScorer(network), {
      name: 'bench',
      mode: 'sample',
      rng: new Rng(1, 'bench-actions'),
    });
  };
  const { share } = measureShare(model, { worlds: 8, warmUpS: 10, sampleS: 10, samples: 5, turns: 5, policy });
  return [{ name: 'agents/share/learned', samples: share }];
}
