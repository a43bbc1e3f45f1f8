import { SpaceCloudError } from '../../core/index.ts';

/** What the worlds of a run are for. */
export type SeedPurpose = 'report' | 'absolute' | 'during-training' | 'tuning' | 'training';

/**
 * Seeds by purpose, both ends included. The ranges do not overlap: figures to report come from worlds that no training, no
 * choice of checkpoint and no choice of hyper-parameters has seen.
 */
export const SEED_RANGES: Readonly<Record<SeedPurpose, { readonly first: number; readonly last: number }>> = {
  report: { first: 1, last: 299_999 },
  /** The absolute metric: the best policy of a run, chosen by other seeds, once more on fresh ones. */
  absolute: { first: 300_000, last: 399_999 },
  'during-training': { first: 400_000, last: 499_999 },
  /** Hyper-parameter search. */
  tuning: { first: 500_000, last: 999_999 },
  training: { first: 1_000_000, last: Number.MAX_SAFE_INTEGER },
};

/** Seeds from here on belong to training: evaluation never sees the arrivals and windows that training saw. */
export const FIRST_TRAINING_SEED = SEED_RANGES.training.first;

/** Seeds of one training run: far more episodes than any run plays. */
const SEEDS_PER_RUN = 1_000_000;

/** The worlds that the training run of this seed draws its episodes from, both ends included. */
export function trainingSeeds(runSeed: number): { readonly first: number; readonly last: number } {
  const first = FIRST_TRAINING_SEED + runSeed * SEEDS_PER_RUN;
  return { first, last: first + SEEDS_PER_RUN - 1 };
}

/** Refuses seeds that are not of the purpose, are there twice, or are none. Errors: MISUSE. */
export function expectSeeds(seeds: readonly number[], purpose: SeedPurpose): void {
  const { first, last } = SEED_RANGES[purpose];
  const bad = seeds.find((seed) => !Number.isInteger(seed) || seed < first || seed > last);
  if (seeds.length > 0 && bad === undefined && new Set(seeds).size === seeds.length) return;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected different seeds from ${first} to ${last} (${purpose}), got ${bad ?? (seeds.join(', ') || 'none')}.`,
    { hint: 'Training, choices made during training, tuning and reports have seeds of their own each.' },
  );
}
