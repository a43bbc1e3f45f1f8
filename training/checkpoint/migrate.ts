import { hashJson } from '../../core/index.ts';
import type { Checkpoint } from './format.ts';

type Json = Readonly<Record<string, unknown>>;

/** What version 1 had no field for, as it then was. */
const VERSION_1_PPO = {
  annealClip: false,
  huberDelta: null,
  learnKinds: null,
  separateGradNorms: false,
  sequenceLength: 10,
};
const VERSION_1_CONFIG = {
  lag: 0,
  algorithm: 'ippo',
  from: null,
  imitation: null,
  variation: {},
  curriculum: [],
  evaluation: null,
};

/**
 * A checkpoint of format 1 as format 2 has it: the network is a group of the configuration; lag, variants, curriculum, and
 * evaluations are none. Checkpoints of other things than training runs are the same in both formats.
 *
 * Format and content are two things: a migrated checkpoint still says by its identity what made it (version, decision
 * specification), and is refused by that name where it does not fit.
 */
export function migrateVersion1({ manifest, sections }: Checkpoint): Checkpoint {
  const { state, identity } = manifest;
  const { config, rollout } = state as { readonly config?: Json; readonly rollout?: Json };
  if (typeof config?.['hidden'] !== 'number' || rollout === undefined) return { manifest, sections };
  const { hidden, ppo, ...rest } = config;
  const migrated = {
    ...rest,
    ...VERSION_1_CONFIG,
    network: { hidden, prior: 'added', attention: 0, memory: 0 },
    ppo: { ...(ppo as Json), ...VERSION_1_PPO },
  };
  const collectors = (rollout['collectors'] as readonly Json[]).map((collector) => ({
    ...collector,
    worldStages: (collector['worldSeeds'] as readonly number[]).map(() => 0),
  }));
  return {
    manifest: {
      identity: { ...identity, configuration: hashJson(migrated) },
      state: {
        ...state,
        config: migrated,
        rollout: { ...rollout, collectors },
        stages: [0],
        curriculum: { stage: 0, sinceDecisions: 0 },
        evaluation: { count: 0, best: null },
        offsets: { ...(state['offsets'] as Json), evaluations: 0 },
      },
    },
    sections,
  };
}
