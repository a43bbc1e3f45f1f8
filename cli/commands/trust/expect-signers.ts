import { createPublicKey } from 'node:crypto';
import { SpaceCloudError } from '../../../core/index.ts';
import type { KeyUse, SigningKey, TrustStoreContent } from '../../../policies/bundle/index.ts';
import { readKey } from '../../files.ts';

const WORDS = {
  trust: 'a trust store',
  revoke: 'a revocation list',
  rollback: 'a roll-back order',
} as const satisfies Partial<Record<KeyUse, string>>;

/** What decides whether a key may sign now. */
interface SignerCheck {
  readonly use: keyof typeof WORDS;
  /** Fingerprints of keys that the revocation list in use withdraws. */
  readonly revokedKeys?: readonly string[] | undefined;
}

/**
 * Reads the private keys that sign a document. Each must be one that a store of `stores` lets sign it now: a signature
 * that nobody will count is a slip to be told of before anything is written. Whether there are enough of them is another
 * question, as others may sign later. Errors: TRUST_STORE, FILE_*.
 */
export async function expectSigners(
  files: readonly string[],
  stores: readonly Pick<TrustStoreContent, 'keys'>[],
  { use, revokedKeys }: SignerCheck,
): Promise<SigningKey['privateKeyPem'][]> {
  const { fingerprintOf } = await import('../../../policies/bundle/index.ts');
  const nowMs = Date.now();
  return files.map((file) => {
    const privateKeyPem = readKey(file, 'private');
    const hint = readable(file, () => fingerprintOf(publicPemOf(privateKeyPem)));
    const known = stores.flatMap(({ keys }) => keys).filter(({ publicKeyPem }) => fingerprintOf(publicKeyPem) === hint);
    const able = known.filter(({ uses }) => uses.includes(use));
    const isOpen = able.some(
      ({ notBefore, notAfter }) => nowMs >= Date.parse(notBefore) && nowMs < Date.parse(notAfter),
    );
    const isRevoked = revokedKeys?.includes(hint) === true;
    if (isOpen && !isRevoked) return privateKeyPem;
    const [first] = known;
    const why =
      first === undefined
        ? 'the trust store does not have it'
        : able.length === 0
          ? `the trust store has it as '${first.name}', for ${first.uses.join(', ')}`
          : isRevoked
            ? 'the revocation list in use withdraws it'
            : 'it is outside its window';
    throw new SpaceCloudError(
      'TRUST_STORE',
      `Expected a key for '${use}'; the key '${file}' may not sign ${WORDS[use]}, as ${why}.`,
      { place: { file }, hint: `Sign with a key that the trust store has for '${use}'; nothing was written.` },
    );
  });
}

function publicPemOf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }) as string;
}

/** What `read` makes of a key; FILE_READ for one that cannot sign here. */
function readable(file: string, read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw new SpaceCloudError(
      'FILE_READ',
      `Expected a key that can be read in '${file}', got a damaged or other one.`,
      {
        place: { file },
        hint: 'Keys are PEM texts, Ed25519 or on curve P-256, P-384 or P-521, without a pass phrase (`spacecloud key`).',
        cause,
      },
    );
  }
}
