import type { Policy } from '../../core/index.ts';
import { EnvironmentCopies, type EpisodeResult } from './environment-copies.ts';
import type { MultiAgentEnvironment } from './multi-agent-environment.ts';
import { type OptionRules, checkOptions, ofType, optional, wholeFrom } from './option-rules.ts';

export interface PlayEpisodesOptions {
  readonly make: () => MultiAgentEnvironment;
  readonly policy: Policy;
  readonly episodes: number;
  /** Episode `i` has the seed `firstSeed + i`; below 2^31, where training begins. Default 1. */
  readonly firstSeed?: number;
  readonly maxEpisodeSteps?: number;
}

/** Most copies played side by side. */
const COPIES = 32;

const RULES: OptionRules<PlayEpisodesOptions> = {
  make: ofType('function'),
  policy: [
    'a policy, as of trainEnvironment',
    (value) => typeof (value as Partial<Policy> | null | undefined)?.choose === 'function',
  ],
  episodes: wholeFrom(1),
  firstSeed: optional(wholeFrom(1)),
  maxEpisodeSteps: optional(wholeFrom(1)),
};

/**
 * Plays the episodes of the given seeds with any policy; results in the order of their seeds. Errors: MISUSE for an option that
 * is unknown or not what it must be; ILLEGAL_CHOICE.
 */
export function playEpisodes(options: PlayEpisodesOptions): EpisodeResult[] {
  checkOptions(options, RULES);
  const { make, policy, episodes, firstSeed = 1, maxEpisodeSteps } = options;
  const results: EpisodeResult[] = [];
  const copies = new EnvironmentCopies({ make, copies: Math.min(COPIES, episodes), firstSeed, maxEpisodeSteps });
  const choices = new Uint8Array(copies.batch.capacity);
  copies.copies.forEach((_, copy) => policy.forget?.(copy));
  // Short episodes must not displace long ones: exactly the seeds asked for count, however many more are played.
  while (results.length < episodes) {
    copies.observe();
    policy.choose(copies.batch, choices);
    copies.step(choices);
    copies.restartEnded((result, copy) => {
      policy.forget?.(copy);
      if (result.seed < firstSeed + episodes) results.push(result);
    });
  }
  return results.sort((a, b) => a.seed - b.seed);
}
