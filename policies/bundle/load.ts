import { join } from 'node:path';
import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';
import type { Architecture, Normaliser } from '../runtime/index.ts';
import { Scorer } from '../runtime/index.ts';
import { decodeBundle } from './files.ts';
import { checkGolden, type GoldenAgreement } from './golden.ts';
import { BUNDLE_FILES, type BundleManifest } from './manifest.ts';
import { readPublicKey } from './signing/keys.ts';
import { refuse } from './signing/refuse.ts';
import { type BundleSigner, countSigners, rulesOfKey, type SignerRules } from './signing/signers.ts';
import { verifyFolder } from './signing/verify.ts';
import { type CheckTime, hasBegun, isOpen, type Moment, momentOf } from './trust/clock.ts';
import {
  checkRollback,
  checkSeen,
  type Installed,
  installedWith,
  NOTHING_INSTALLED,
  withRelease,
} from './trust/installed.ts';
import { checkFreshness, type RevocationList, revokedBy } from './trust/revocations.ts';
import type { RollbackOrder } from './trust/rollback.ts';
import { refuseUnusable, signerRules, type TrustStore } from './trust/store.ts';

/** Whom to believe: one publisher's key, or the keys of a trust store. */
type Believed =
  | {
      /** SPKI PEM of the publisher's key, from a place other than the bundle. */
      readonly publicKeyPem: string;
      readonly trust?: never;
    }
  | { readonly trust: TrustStore; readonly publicKeyPem?: never };

/** What decides whether a bundle may be used now. */
export type BundleTrust = Believed &
  CheckTime & {
    /** The list of keys and bundles that were withdrawn; see `readRevocationList`. */
    readonly revocations?: RevocationList;
    /** Refuse to go on without a revocation list issued within so many seconds. Default: a stale list is only warned of. */
    readonly freshWithinS?: number;
  };

/** What a bundle is checked against. */
export type BundleVerification = BundleTrust & {
  /** `decisionSpecHash` of the world the policy is to decide for; default: any. */
  readonly specHash?: string;
  /** What this node has seen before: nothing older is accepted. See `readInstalled`. */
  readonly installed?: Installed;
  /** The ground's order to go back to exactly this bundle. */
  readonly rollback?: RollbackOrder;
};

/** A bundle that passed every check. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest;
  /** Fingerprint of the first trusted key that signed. */
  readonly keyHint: string;
  /** Every trusted key that signed. */
  readonly signers: readonly BundleSigner[];
  /** SHA-256 over the digests of all files: names this bundle in logs. */
  readonly rootDigest: string;
  /** Signed files and their sizes in bytes, in the order signed. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly golden: GoldenAgreement;
  /** Whether only the roll-back order allows it. */
  readonly isRollback: boolean;
  /** What is no reason to refuse, but to look: a stale revocation list. */
  readonly warnings: readonly string[];
}

/** A verified policy, ready for `new Scorer(spec, architecture, weights, normaliser)`. */
export interface LoadedBundle {
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
  /** Baselines to use when the policy may not decide. */
  readonly fallback: string;
  readonly manifest: BundleManifest;
  readonly verified: VerifiedBundle;
  /** What the node has seen once this bundle is in use: write it then, with `writeInstalled`. */
  readonly installed: Installed;
}

/**
 * Checks a bundle: signatures and files first (see `verifySignedFolder`), then revocations, its decision specification, its
 * validity window, that it is no step back, and that the runtime of this process reproduces its golden vectors.
 *
 * Errors: each refusal has a code of its own (BUNDLE_*, TRUST_STORE), with the file and what to do; MISUSE for an unreadable
 * trusted key; FILE_NOT_FOUND, FILE_READ.
 */
export function verifyBundle(dir: string, verification: BundleVerification): VerifiedBundle {
  return loadBundle(dir, verification).verified;
}

/** Verifies a bundle and hands out what was verified: files are read once, so nothing can change in between. */
export function loadBundle(dir: string, verification: BundleVerification): LoadedBundle {
  const { trust, revocations, rollback, installed = NOTHING_INSTALLED, specHash } = verification;
  const { rules, moment, warnings } = rulesNow(dir, verification);
  checkSeen(dir, installed, { trust, revocations });
  const folder = verifyFolder(dir, rules);
  const { rootDigest } = folder.statement;
  const bundle = decodeBundle(folder.files, (name) => join(dir, name));
  const { spec, architecture, weights, normaliser, manifest } = bundle;
  const manifestFile = join(dir, BUNDLE_FILES.manifest);
  if (specHash !== undefined && specHash !== manifest.specHash) {
    throw refuse('BUNDLE_SPEC', manifestFile, `Expected decision specification ${specHash}, got ${manifest.specHash}.`);
  }
  refuseOutsideWindow(manifestFile, manifest, moment);
  const release = { policyName: manifest.policyName, version: manifest.version, rootDigest };
  const isRollback = checkRollback(manifestFile, release, { installed, rollback });
  const golden = checkGolden(
    join(dir, BUNDLE_FILES.golden),
    bundle.golden,
    new Scorer(spec, architecture, weights, normaliser),
  );
  const verified: VerifiedBundle = {
    manifest,
    keyHint: folder.keyHint,
    signers: folder.signers,
    rootDigest,
    files: [...folder.files].map(([name, bytes]) => ({ name, bytes: bytes.length })),
    golden,
    isRollback,
    warnings,
  };
  return {
    spec,
    architecture,
    weights,
    normaliser,
    fallback: manifest.fallback,
    manifest,
    verified,
    installed: withRelease(
      installedWith(installed, { trust, revocations }),
      release,
      isRollback ? rollback : undefined,
    ),
  };
}

/**
 * Checks a bundle that was loaded before against the clock, the trust store and the revocation list of now, without reading
 * its files again: what a running node does from time to time, and when a new list or store arrives.
 *
 * Errors: BUNDLE_EXPIRED, BUNDLE_REVOKED, BUNDLE_KEY, BUNDLE_SIGNERS, TRUST_STORE; MISUSE for an unreadable trusted key.
 */
export function recheckBundle(verified: VerifiedBundle, trust: BundleTrust): void {
  const place = `${verified.manifest.policyName} ${verified.manifest.version}`;
  const { rules, moment } = rulesNow(place, trust);
  const signed = new Set(verified.signers.map(({ hint }) => hint));
  countSigners(
    place,
    rules.signers.filter(({ hint }) => signed.has(hint)),
    rules,
  );
  if (rules.revokedBundles.has(verified.rootDigest)) {
    throw refuse('BUNDLE_REVOKED', place, `Expected a bundle in use, got ${verified.rootDigest}, which was revoked.`);
  }
  refuseOutsideWindow(place, verified.manifest, moment);
}

/** The signers that count now. TRUST_STORE for a store that has expired, or no fresh revocation list where one is needed. */
function rulesNow(
  place: string,
  believed: BundleTrust,
): { readonly rules: SignerRules; readonly moment: Moment; readonly warnings: readonly string[] } {
  const { trust, publicKeyPem, revocations, freshWithinS } = believed;
  const moment = momentOf(believed);
  const revoked = revokedBy(revocations);
  const rules =
    trust === undefined
      ? rulesOfKey(readPublicKey(requiredKey(publicKeyPem)), revoked)
      : signerRules(trust.content, moment, revoked);
  if (trust !== undefined) refuseUnusable(place, trust.content, moment);
  return { rules, moment, warnings: checkFreshness(place, revocations, { moment, freshWithinS }) };
}

/** For callers without types. */
function requiredKey(publicKeyPem: string | undefined): string {
  if (publicKeyPem !== undefined) return publicKeyPem;
  throw new SpaceCloudError('MISUSE', 'Expected a publicKeyPem or a trust store to check a bundle with, got neither.', {
    hint: 'Pass the public key of the publisher you trust, or a store that readTrustStore() accepted.',
  });
}

function refuseOutsideWindow(file: string, { validity }: BundleManifest, moment: Moment): void {
  if (isOpen(validity, moment)) return;
  const { notBefore, notAfter } = validity;
  const when = hasBegun(notBefore, moment) ? 'expired' : 'not valid yet';
  throw refuse(
    'BUNDLE_EXPIRED',
    file,
    `Expected a bundle valid now, got one that is ${when}: from ${notBefore} until ${notAfter}.`,
  );
}
