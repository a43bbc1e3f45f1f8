import { join } from 'node:path';
import type { DecisionSpec } from '../../core/index.ts';
import type { Architecture, Normaliser } from '../runtime/index.ts';
import { Scorer } from '../runtime/index.ts';
import { decodeBundle, type DecodedBundle } from './files.ts';
import { checkGolden, type GoldenAgreement } from './golden.ts';
import { BUNDLE_FILES, type BundleManifest } from './manifest.ts';
import { refuse } from './signing/refuse.ts';
import { verifySignedFolder } from './signing/verify.ts';

/** What a bundle is checked against. */
export interface BundleVerification {
  /** SPKI PEM of the publisher's key, from a place other than the bundle. */
  readonly publicKeyPem: string;
  /** The time now, ms since 1970 (in a command: `Date.now`). */
  readonly now: () => number;
  /** `decisionSpecHash` of the world the policy is to decide for; default: any. */
  readonly specHash?: string;
}

/** A bundle that passed every check. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest;
  /** Fingerprint of the key that signed. */
  readonly keyHint: string;
  /** SHA-256 over the digests of all files: names this bundle in logs. */
  readonly rootDigest: string;
  /** Signed files and their sizes in bytes, in the order signed. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly golden: GoldenAgreement;
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
}

/**
 * Checks a bundle: signature and files first (see `verifySignedFolder`), then its decision specification, its validity
 * window, and that the runtime of this process reproduces its golden vectors.
 *
 * Errors: each refusal has a code of its own (BUNDLE_*), with the file and what to do; MISUSE for an unreadable trusted key;
 * FILE_NOT_FOUND, FILE_READ.
 */
export function verifyBundle(dir: string, verification: BundleVerification): VerifiedBundle {
  return loadBundle(dir, verification).verified;
}

/** Verifies a bundle and hands out what was verified: files are read once, so nothing can change in between. */
export function loadBundle(dir: string, verification: BundleVerification): LoadedBundle {
  const folder = verifySignedFolder(dir, verification.publicKeyPem);
  const bundle = decodeBundle(folder.files, (name) => join(dir, name));
  const { spec, architecture, weights, normaliser, manifest } = bundle;
  checkUse(join(dir, BUNDLE_FILES.manifest), bundle, verification);
  const golden = checkGolden(
    join(dir, BUNDLE_FILES.golden),
    bundle.golden,
    new Scorer(spec, architecture, weights, normaliser),
  );
  const verified: VerifiedBundle = {
    manifest,
    keyHint: folder.keyHint,
    rootDigest: folder.statement.rootDigest,
    files: [...folder.files].map(([name, bytes]) => ({ name, bytes: bytes.length })),
    golden,
  };
  return { spec, architecture, weights, normaliser, fallback: manifest.fallback, manifest, verified };
}

function checkUse(file: string, { manifest }: DecodedBundle, verification: BundleVerification): void {
  const { specHash, now } = verification;
  if (specHash !== undefined && specHash !== manifest.specHash) {
    throw refuse('BUNDLE_SPEC', file, `Expected decision specification ${specHash}, got ${manifest.specHash}.`);
  }
  const { notBefore, notAfter } = manifest.validity;
  const nowMs = now();
  if (nowMs >= Date.parse(notBefore) && nowMs < Date.parse(notAfter)) return;
  const when = nowMs < Date.parse(notBefore) ? 'not valid yet' : 'expired';
  throw refuse(
    'BUNDLE_EXPIRED',
    file,
    `Expected a bundle valid now, got one that is ${when}: from ${notBefore} until ${notAfter}.`,
  );
}
