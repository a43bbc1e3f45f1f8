import { z } from 'zod';
import { SpaceCloudError } from '../../../core/index.ts';
import { keyHint, readPublicKey } from '../signing/keys.ts';
import { refuse } from '../signing/refuse.ts';
import type { SignerRules } from '../signing/signers.ts';
import { type CheckTime, hasBegun, hasEnded, isOpen, type Moment, momentOf } from './clock.ts';
import {
  checkDocument,
  type DocumentBytes,
  type DocumentKey,
  type DocumentKind,
  openDocument,
  signDocument,
} from './documents.ts';

/**
 * What a key may sign: bundles as their publisher, bundles as cleared for flight, the next trust store, revocation lists,
 * roll-back orders.
 */
const KEY_USES = ['publish', 'flight', 'trust', 'revoke', 'rollback'] as const;
export type KeyUse = (typeof KEY_USES)[number];

const instant = z.iso.datetime();
const threshold = z.int().min(1).max(64);

const storeSchema = z
  .strictObject({
    format: z.literal('spacecloud-trust-store'),
    formatVersion: z.literal(1),
    version: z.int().min(1),
    issuedAt: instant,
    expires: instant,
    keys: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(100),
          publicKeyPem: z.string(),
          uses: z.array(z.enum(KEY_USES)).min(1),
          notBefore: instant,
          notAfter: instant,
        }),
      )
      .min(1)
      .max(64),
    thresholds: z.strictObject({
      publish: threshold,
      trust: threshold,
      flight: threshold.exactOptional(),
      revoke: threshold.exactOptional(),
      rollback: threshold.exactOptional(),
    }),
  })
  .superRefine((store, context) => {
    const problem = storeProblem(store);
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  });

/** How it is signed. */
export const TRUST_STORE_KIND: DocumentKind<typeof storeSchema> = {
  payloadType: 'application/vnd.spacecloud.trust-store+json',
  words: 'trust store',
  schema: storeSchema,
};

/** A key of a trust store: whose it is, what it may sign, and when. */
export type TrustedKey = TrustStoreContent['keys'][number];
/** What a trust store says. Instants are ISO 8601 in UTC; windows end just before their end. */
export type TrustStoreContent = z.output<typeof storeSchema>;

/** A trust store whose signatures hold. */
export interface TrustStore {
  readonly content: TrustStoreContent;
  /** SHA-256 of the signed bytes, hex. */
  readonly digest: string;
  /** The document itself, to be kept or passed on. */
  readonly text: string;
}

/**
 * The text of a trust store signed by `privateKeyPems`. It is trusted once as many keys signed as `thresholds.trust` says,
 * and for a version above 1 as many of the version before; further signatures: `signDocumentAgain`.
 *
 * Throws TRUST_STORE for a content that contradicts itself, MISUSE for an unreadable private key.
 */
export function createTrustStore(
  content: Omit<TrustStoreContent, 'format' | 'formatVersion'>,
  privateKeyPems: readonly string[],
): string {
  return signDocument(
    TRUST_STORE_KIND,
    { format: 'spacecloud-trust-store', formatVersion: 1, ...content },
    privateKeyPems,
  );
}

/**
 * Reads a trust store that was handed over by a trusted way (it is where trust begins): form, signatures by its own keys,
 * begun and not expired. Throws TRUST_STORE.
 */
export function readTrustStore(place: DocumentBytes, time: CheckTime): TrustStore {
  const store = openStore(place);
  const moment = momentOf(time);
  checkTrustSigners(store, { by: store.content, file: place.file, moment, revokedKeys: new Set() });
  refuseUnusable(place.file, store.content, moment);
  return store;
}

/** Keys that must not count although the trust store has them. */
interface Revoked {
  readonly revokedKeys?: ReadonlySet<string>;
}

/**
 * Reads the trust store that follows `current`, which may come by any way: its version is the next one, it was issued no
 * earlier, and enough trust keys of both have signed it (the rule of TUF's root role). Throws TRUST_STORE.
 *
 * To follow several rotations call it once for each; whether a store between has expired does not matter then.
 */
export function nextTrustStore(current: TrustStore, place: DocumentBytes, time: CheckTime & Revoked): TrustStore {
  const { file } = place;
  const next = openStore(place);
  const wanted = current.content.version + 1;
  if (next.content.version !== wanted) {
    const problem = `Expected trust store version ${wanted} after ${wanted - 1}, got ${next.content.version}.`;
    const isAhead = next.content.version > wanted;
    const between =
      next.content.version - 1 === wanted ? `version ${wanted}` : `versions ${wanted} to ${next.content.version - 1}`;
    throw new SpaceCloudError('TRUST_STORE', problem, {
      place: { file },
      hint: isAhead
        ? `Give ${between} between them: every store is trusted by the keys of the one before.`
        : 'Leave it out, or give the stores in the order of their versions.',
    });
  }
  const moment = momentOf(time);
  const revokedKeys = time.revokedKeys ?? new Set();
  checkTrustSigners(next, { by: current.content, file, moment, revokedKeys });
  checkTrustSigners(next, { by: next.content, file, moment, revokedKeys });
  const { issuedAt } = next.content;
  if (Date.parse(issuedAt) < Date.parse(current.content.issuedAt)) {
    const problem = `Expected a trust store issued after ${current.content.issuedAt}, got one of ${issuedAt}.`;
    throw refuse('TRUST_STORE', file, problem);
  }
  if (!hasBegun(issuedAt, moment)) throw notIssuedYet(file, issuedAt);
  return next;
}

/** Throws TRUST_STORE for a trust store that has expired or is of the future. */
export function refuseUnusable(file: string, { issuedAt, expires }: TrustStoreContent, moment: Moment): void {
  if (!hasBegun(issuedAt, moment)) throw notIssuedYet(file, issuedAt);
  if (!hasEnded(expires, moment)) return;
  throw refuse('TRUST_STORE', file, `Expected a trust store in use, got one that expired ${expires}.`);
}

/** The keys that may sign documents of one kind now, and how many must. */
export function documentKeys(
  content: TrustStoreContent,
  use: KeyUse,
  { moment, revokedKeys }: { readonly moment: Moment; readonly revokedKeys: ReadonlySet<string> },
): { readonly keys: readonly DocumentKey[]; readonly needed: number } {
  const keys = content.keys
    .filter((key) => key.uses.includes(use) && isOpen(key, moment))
    .map(({ name, publicKeyPem }) => documentKey(name, publicKeyPem))
    .filter(({ hint }) => !revokedKeys.has(hint));
  return { keys, needed: content.thresholds[use] ?? 0 };
}

/** Whose signatures a bundle needs by this trust store. */
export function signerRules(
  { keys, thresholds }: TrustStoreContent,
  moment: Moment,
  revoked: Pick<SignerRules, 'revokedKeys' | 'revokedBundles'>,
): SignerRules {
  const signers = keys.flatMap((key) =>
    (['publish', 'flight'] as const)
      .filter((use) => key.uses.includes(use))
      .map((use) => ({
        ...documentKey(key.name, key.publicKeyPem),
        use,
        isValid: isOpen(key, moment),
        window: `from ${key.notBefore} until ${key.notAfter}`,
      })),
  );
  const { publish, flight } = thresholds;
  return { signers, thresholds: { publish, ...(flight === undefined ? {} : { flight }) }, ...revoked };
}

function openStore(place: DocumentBytes): TrustStore & ReturnType<typeof openDocument<typeof storeSchema>> {
  return { ...openDocument(TRUST_STORE_KIND, place), text: Buffer.from(place.bytes).toString('utf8') };
}

function checkTrustSigners(
  store: ReturnType<typeof openStore>,
  check: {
    readonly by: TrustStoreContent;
    readonly file: string;
    readonly moment: Moment;
    readonly revokedKeys: ReadonlySet<string>;
  },
): void {
  checkDocument(TRUST_STORE_KIND, store, { file: check.file, ...documentKeys(check.by, 'trust', check) });
}

function notIssuedYet(file: string, issuedAt: string): Error {
  return refuse('TRUST_STORE', file, `Expected a trust store issued before now, got one of ${issuedAt}.`);
}

function documentKey(name: string, publicKeyPem: string): DocumentKey {
  const key = readPublicKey(publicKeyPem);
  return { name, key, hint: keyHint(key) };
}

/** What no schema can say: keys can be read and stand once, roles can be filled, no key both makes and clears bundles. */
function storeProblem(
  store: Pick<TrustStoreContent, 'issuedAt' | 'expires' | 'keys' | 'thresholds'>,
): { readonly path: PropertyKey[]; readonly message: string } | undefined {
  if (Date.parse(store.issuedAt) >= Date.parse(store.expires)) {
    return { path: ['expires'], message: 'expected an instant after issuedAt' };
  }
  const names = new Set<string>();
  const hints = new Set<string>();
  for (const [index, key] of store.keys.entries()) {
    const path = ['keys', index];
    const hint = hintOrUndefined(key.publicKeyPem);
    if (hint === undefined) return { path: [...path, 'publicKeyPem'], message: 'expected a public key as a PEM text' };
    if (hints.has(hint)) return { path, message: 'expected each key once' };
    if (names.has(key.name)) return { path, message: 'expected each name once' };
    if (Date.parse(key.notBefore) >= Date.parse(key.notAfter)) {
      return { path: [...path, 'notAfter'], message: 'expected an instant after notBefore' };
    }
    if (key.uses.includes('publish') && key.uses.includes('flight')) {
      return { path: [...path, 'uses'], message: 'expected a key that publishes not to clear for flight as well' };
    }
    hints.add(hint);
    names.add(key.name);
  }
  for (const use of KEY_USES) {
    const needed = store.thresholds[use] ?? 0;
    const there = store.keys.filter(({ uses }) => uses.includes(use)).length;
    if (there < needed) return { path: ['thresholds', use], message: `expected at most ${there}, the keys for it` };
    if (needed === 0 && there > 0)
      return { path: ['thresholds', use], message: 'expected 1 or more, as keys are for it' };
  }
  return undefined;
}

function hintOrUndefined(publicKeyPem: string): string | undefined {
  try {
    return keyHint(readPublicKey(publicKeyPem));
  } catch {
    return undefined;
  }
}
