import { type ErrorCode, SpaceCloudError } from '../core/index.ts';
import type { BundleRefusal } from './satellite.machine.ts';

/** Reasons for flying by the fallback, by the code of the refusal. */
const REFUSALS: Partial<Record<ErrorCode, BundleRefusal>> = {
  FILE_NOT_FOUND: 'missing',
  BUNDLE_MISSING: 'missing',
  BUNDLE_MALFORMED: 'malformed',
  BUNDLE_CHANGED: 'changed',
  BUNDLE_EXTRA: 'extra',
  BUNDLE_SIGNATURE: 'signature',
  BUNDLE_KEY: 'key',
  BUNDLE_EXPIRED: 'expired',
  BUNDLE_SPEC: 'spec',
  BUNDLE_GOLDEN: 'golden',
  BUNDLE_REVOKED: 'revoked',
  BUNDLE_ROLLBACK: 'rollback',
  BUNDLE_SIGNERS: 'signers',
  TRUST_STORE: 'key',
};

/** Time for which a judgement of a bundle in use holds, ms. */
const JUDGED_FOR_MS = 1000;

/** Why a satellite may not fly the bundle whose check threw `error`; undefined when the error is about something else. */
export function bundleRefusalOf(error: unknown): BundleRefusal | undefined {
  return error instanceof SpaceCloudError ? REFUSALS[error.code] : undefined;
}

/**
 * Why a bundle in use may not decide (any more), to be asked before each request; null: it may. `check` throws while it may not, and is
 * called once for each second of the clock `now` (ms). Errors of it that are no refusals are passed on.
 */
export function refusalWatch(now: () => number, check: () => void): () => BundleRefusal | null {
  let judged: { readonly second: number; readonly refusal: BundleRefusal | null } | undefined;
  return () => {
    const second = Math.floor(now() / JUDGED_FOR_MS);
    if (judged?.second !== second) judged = { second, refusal: refusalBy(check) };
    return judged.refusal;
  };
}

function refusalBy(check: () => void): BundleRefusal | null {
  try {
    check();
    return null;
  } catch (error) {
    const refusal = bundleRefusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
