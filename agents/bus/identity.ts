import { createUser, fromSeed } from '@nats-io/nkeys';
import { SpaceCloudError } from '../../core/index.ts';

/** A user of the bus: an Ed25519 key pair in the NKEY encoding. The seed is secret, the public key goes into the server. */
export interface BusIdentity {
  /** `SU...`, as text in UTF-8. */
  readonly seed: Uint8Array;
  /** `U...`. */
  readonly publicKey: string;
}

/** A new identity, from the system's random numbers. */
export function busIdentity(): BusIdentity {
  const pair = createUser();
  return { seed: pair.getSeed(), publicKey: pair.getPublicKey() };
}

/** The identity of a stored seed; white space around it is ignored. Errors: BUS_DENIED. */
export function identityOf(seed: Uint8Array): BusIdentity {
  const trimmed = new TextEncoder().encode(new TextDecoder().decode(seed).trim());
  try {
    const publicKey = fromSeed(trimmed).getPublicKey();
    if (publicKey.startsWith('U')) return { seed: trimmed, publicKey };
  } catch {
    // Said below: the library's error may hold parts of the seed.
  }
  throw new SpaceCloudError('BUS_DENIED', 'Expected the seed of a user (SU...), got something else.', {
    hint: 'Make a new identity for this user.',
  });
}

/** Where answers to requests of this user arrive; no other user may listen there. */
export function inboxOf(publicKey: string): string {
  return `_INBOX.${publicKey}`;
}
