import { SpaceCloudError } from '../core/index.ts';
import { createBaseline } from '../policies/index.ts';
import type { TrainConfig } from './train-options.ts';

/** What a run uses a baseline for. */
export type BaselineUse = 'imitate' | 'fallback';

const REFUSED: Readonly<Record<BaselineUse, string>> = {
  imitate: 'Oracles cannot be imitated: they need the truth, which satellites are not given.',
  fallback: 'Oracles need the truth, which satellites are not given.',
};

/**
 * Refuses a name that is no baseline, and oracles.
 *
 * Errors: USAGE, with `details` `expected` and `found` for messages that name the field themselves.
 */
export function expectFlyable(name: string, use: BaselineUse): void {
  if (createBaseline(name, 1).attachOracle === undefined) return;
  const [expected, found] = ['a baseline without oracle parts', `the oracle '${name}'`];
  throw new SpaceCloudError('USAGE', `Expected ${expected}, got ${found}.`, {
    hint: REFUSED[use],
    details: { name, expected, found },
  });
}

/** Refuses here what workers would stumble over. Errors: USAGE. */
export function expectFlyableBaselines({ fallback, imitation }: Pick<TrainConfig, 'fallback' | 'imitation'>): void {
  expectFlyable(fallback, 'fallback');
  if (imitation !== null) expectFlyable(imitation.policy, 'imitate');
}
