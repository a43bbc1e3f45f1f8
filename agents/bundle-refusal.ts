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

/** Why a satellite may not fly the bundle whose check threw `error`; undefined when the error is about something else. */
export function bundleRefusalOf(error: unknown): BundleRefusal | undefined {
  return error instanceof SpaceCloudError ? REFUSALS[error.code] : undefined;
}
