import { SpaceCloudError } from '../../../core/index.ts';
import type { KeyUse, TrustedKey, TrustStoreContent } from '../../../policies/bundle/index.ts';

/**
 * Throws USAGE, naming the option, for keys that make no trust store: each use has as many keys as must sign, each key has one
 * name, and none both publishes bundles and clears them.
 */
export async function expectUsableKeys(
  keys: readonly TrustedKey[],
  thresholds: TrustStoreContent['thresholds'],
  { removed }: { readonly removed?: readonly string[] | undefined } = {},
): Promise<void> {
  const { fingerprintOf } = await import('../../../policies/bundle/index.ts');
  const names = new Map<string, TrustedKey>();
  for (const key of keys) {
    const { name, uses, publicKeyPem } = key;
    const fingerprint = fingerprintOf(publicKeyPem);
    const other = names.get(fingerprint);
    if (other !== undefined) {
      throw new SpaceCloudError(
        'USAGE',
        `Expected each key under one name, got one key as '${other.name}' (--${other.uses[0]}) and '${name}' (--${uses[0]}).`,
        { hint: `Give it the same name for each use: --${uses[0]} ${other.name}=FILE.` },
      );
    }
    names.set(fingerprint, key);
    if (!uses.includes('publish') || !uses.includes('flight')) continue;
    throw new SpaceCloudError(
      'USAGE',
      `Expected another key for --flight than for --publish, got '${name}' for both.`,
      {
        hint: 'Who makes a bundle must not clear it: make a key for flight with `spacecloud key`.',
      },
    );
  }
  for (const [use, needed] of Object.entries(thresholds) as [KeyUse, number][]) {
    const there = keys.filter(({ uses }) => uses.includes(use)).length;
    if (there >= needed) continue;
    throw tooFew({ use, needed, there, isRemoved: removed !== undefined });
  }
}

function tooFew({
  use,
  needed,
  there,
  isRemoved,
}: {
  readonly use: KeyUse;
  readonly needed: number;
  readonly there: number;
  readonly isRemoved: boolean;
}): SpaceCloudError {
  const keysFor = `Expected ${needed} or more keys for '${use}' (--${use}`;
  const givenBy = needed > 1 ? `, --threshold ${use}=${needed}` : '';
  const left = isRemoved ? ' left after --remove' : '';
  return new SpaceCloudError('USAGE', `${keysFor}${givenBy}), got ${there}${left}.`, {
    hint:
      there === 0
        ? `Give --${use} NAME=FILE with a public key${isRemoved ? ' that takes over' : ''}.`
        : `Give --${use} NAME=FILE for each key, or --threshold ${use}=${there}.`,
  });
}
