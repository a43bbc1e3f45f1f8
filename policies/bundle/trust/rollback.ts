import { z } from 'zod';
import { refuse } from '../signing/refuse.ts';
import { type CheckTime, isOpen, momentOf } from './clock.ts';
import { checkDocument, type DocumentBytes, type DocumentKind, openDocument, signDocument } from './documents.ts';
import { type RevocationList, revokedBy } from './revocations.ts';
import { documentKeys, type TrustStore } from './store.ts';

const orderSchema = z
  .strictObject({
    format: z.literal('spacecloud-rollback-order'),
    formatVersion: z.literal(1),
    sequence: z.int().min(1),
    policyName: z.string().min(1),
    rootDigest: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    reason: z.string().max(500),
  })
  .refine(({ notBefore, notAfter }) => Date.parse(notBefore) < Date.parse(notAfter), {
    path: ['notAfter'],
    message: 'expected an instant after notBefore',
  });

/** How it is signed. */
export const ROLLBACK_ORDER_KIND: DocumentKind<typeof orderSchema> = {
  payloadType: 'application/vnd.spacecloud.rollback-order+json',
  words: 'roll-back order',
  schema: orderSchema,
};

/** What a roll-back order says: exactly this bundle may be installed over a newer one, once, within the window. */
export type RollbackOrderContent = z.output<typeof orderSchema>;

/** A roll-back order whose signatures hold. */
export interface RollbackOrder {
  readonly content: RollbackOrderContent;
  /** Where it came from, for messages. */
  readonly file: string;
}

/** The text of a signed roll-back order. Throws TRUST_STORE (content), MISUSE (key). */
export function createRollbackOrder(
  content: Omit<RollbackOrderContent, 'format' | 'formatVersion'>,
  privateKeyPems: readonly string[],
): string {
  return signDocument(
    ROLLBACK_ORDER_KIND,
    { format: 'spacecloud-rollback-order', formatVersion: 1, ...content },
    privateKeyPems,
  );
}

/**
 * Reads a roll-back order: signed by enough keys that the trust store lets order roll-backs now, none of them revoked, and
 * inside its window. Whether it was used before is for `loadBundle` to say. Throws TRUST_STORE.
 */
export function readRollbackOrder(
  place: DocumentBytes,
  trust: TrustStore,
  time: CheckTime & { readonly revocations?: RevocationList },
): RollbackOrder {
  const { file } = place;
  const order = openDocument(ROLLBACK_ORDER_KIND, place);
  const moment = momentOf(time);
  const { revokedKeys } = revokedBy(time.revocations);
  checkDocument(ROLLBACK_ORDER_KIND, order, {
    file,
    ...documentKeys(trust.content, 'rollback', { moment, revokedKeys }),
  });
  const { content } = order;
  if (isOpen(content, moment)) return { content, file };
  const window = `from ${content.notBefore} until ${content.notAfter}`;
  throw refuse('TRUST_STORE', file, `Expected a roll-back order valid now, got one valid ${window}.`);
}
