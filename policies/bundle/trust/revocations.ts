import { z } from 'zod';
import { SpaceCloudError } from '../../../core/index.ts';
import { refuse } from '../signing/refuse.ts';
import type { SignerRules } from '../signing/signers.ts';
import { type CheckTime, hasBegun, hasEnded, type Moment, momentOf } from './clock.ts';
import { checkDocument, type DocumentBytes, type DocumentKind, openDocument, signDocument } from './documents.ts';
import { documentKeys, type TrustStore } from './store.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');
const reason = z.string().max(500);

const listSchema = z
  .strictObject({
    format: z.literal('spacecloud-revocation-list'),
    formatVersion: z.literal(1),
    sequence: z.int().min(1),
    issuedAt: z.iso.datetime(),
    nextUpdate: z.iso.datetime(),
    keys: z.array(z.strictObject({ hint: digest, reason })).max(10_000),
    bundles: z.array(z.strictObject({ rootDigest: digest, reason })).max(10_000),
  })
  .refine(({ issuedAt, nextUpdate }) => Date.parse(issuedAt) < Date.parse(nextUpdate), {
    path: ['nextUpdate'],
    message: 'expected an instant after issuedAt',
  });

/** How it is signed. */
export const REVOCATION_LIST_KIND: DocumentKind<typeof listSchema> = {
  payloadType: 'application/vnd.spacecloud.revocation-list+json',
  words: 'revocation list',
  schema: listSchema,
};

/** What a revocation list says: keys and bundles that may no longer be used. Each list is whole, not a change. */
export type RevocationListContent = z.output<typeof listSchema>;

/** A revocation list whose signatures hold. */
export interface RevocationList {
  readonly content: RevocationListContent;
  /** SHA-256 of the signed bytes, hex. */
  readonly digest: string;
  /** The document itself, to be kept or passed on. */
  readonly text: string;
}

/** The text of a signed revocation list. Throws TRUST_STORE (content), MISUSE (key). */
export function createRevocationList(
  content: Omit<RevocationListContent, 'format' | 'formatVersion'>,
  privateKeyPems: readonly string[],
): string {
  return signDocument(
    REVOCATION_LIST_KIND,
    { format: 'spacecloud-revocation-list', formatVersion: 1, ...content },
    privateKeyPems,
  );
}

/**
 * Reads a revocation list: signed by enough keys that the trust store lets revoke now and that `before`, the list in use,
 * does not revoke; a higher sequence number than `before` (or the same list again); not of the future. That it is stale is
 * no reason to refuse it here, as an old list is better than none: see `freshWithinS` of `loadBundle`. Throws TRUST_STORE.
 */
export function readRevocationList(
  place: DocumentBytes,
  trust: TrustStore,
  time: CheckTime & { readonly before?: RevocationList },
): RevocationList {
  const { file } = place;
  const { before } = time;
  const list = openDocument(REVOCATION_LIST_KIND, place);
  const moment = momentOf(time);
  const revokedKeys = revokedBy(before).revokedKeys;
  checkDocument(REVOCATION_LIST_KIND, list, {
    file,
    ...documentKeys(trust.content, 'revoke', { moment, revokedKeys }),
  });
  const { issuedAt } = list.content;
  if (!hasBegun(issuedAt, moment)) {
    throw refuse('TRUST_STORE', file, `Expected a revocation list issued before now, got one of ${issuedAt}.`);
  }
  if (before !== undefined) {
    refuseOlder(file, list, { number: before.content.sequence, digest: before.digest });
  }
  return { content: list.content, digest: list.digest, text: Buffer.from(place.bytes).toString('utf8') };
}

/** Throws TRUST_STORE for a list older than the one seen, or another one of the same number. */
export function refuseOlder(
  file: string,
  { content, digest: got }: Pick<RevocationList, 'content' | 'digest'>,
  seen: { readonly number: number; readonly digest: string },
): void {
  const { sequence } = content;
  if (sequence > seen.number || (sequence === seen.number && got === seen.digest)) return;
  const other = sequence === seen.number ? 'another list of that number' : `number ${sequence}`;
  throw refuse('TRUST_STORE', file, `Expected a revocation list after number ${seen.number}, got ${other}.`);
}

/** The error where a list is needed and none was given: fetching the trust store again would not help. */
export function noRevocationList(file: string, message: string): SpaceCloudError {
  return new SpaceCloudError('TRUST_STORE', message, {
    place: { file },
    hint: 'Give the latest list: --revocations with its file (beside --trust), or `revocations` in code.',
  });
}

/** What no longer counts. */
export function revokedBy(list: RevocationList | undefined): Pick<SignerRules, 'revokedKeys' | 'revokedBundles'> {
  return {
    revokedKeys: new Set(list?.content.keys.map(({ hint }) => hint)),
    revokedBundles: new Set(list?.content.bundles.map(({ rootDigest }) => rootDigest)),
  };
}

/**
 * Warnings about the age of the list in use. With `freshWithinS` a list that is absent, was issued longer ago, or is past
 * its `nextUpdate` is refused: TRUST_STORE.
 */
export function checkFreshness(
  file: string,
  list: RevocationList | undefined,
  { moment, freshWithinS }: { readonly moment: Moment; readonly freshWithinS: number | undefined },
): readonly string[] {
  if (list === undefined) {
    if (freshWithinS === undefined) return [];
    throw noRevocationList(file, `Expected a revocation list of the last ${freshWithinS} s, got none.`);
  }
  const { sequence, issuedAt, nextUpdate } = list.content;
  const isOverdue = hasEnded(nextUpdate, moment);
  const stale = `revocation list ${sequence} of ${issuedAt}, whose next was due ${nextUpdate}`;
  if (freshWithinS === undefined) return isOverdue ? [`The ${stale}, is stale.`] : [];
  const ageS = (moment.nowMs - moment.skewMs - Date.parse(issuedAt)) / 1000;
  if (!isOverdue && ageS <= freshWithinS) return [];
  throw refuse('TRUST_STORE', file, `Expected a revocation list of the last ${freshWithinS} s, got ${stale}.`);
}
