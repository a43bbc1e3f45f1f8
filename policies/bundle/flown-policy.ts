import { LearnedPolicy, Scorer } from '../runtime/index.ts';
import type { LoadedBundle } from './load.ts';

/** The policy of a verified bundle as satellites fly it: by its own name, always the largest logit. */
export function flownPolicy({ manifest, spec, architecture, weights, normaliser }: LoadedBundle): LearnedPolicy {
  return new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
    name: manifest.policyName,
    mode: 'greedy',
  });
}
