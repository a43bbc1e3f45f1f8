import type { AuditNetwork, LoggedSession } from '../../agents/audit/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { readKey } from '../files.ts';

export interface BundleOptions {
  readonly bundle?: string;
  readonly key?: string;
}

/**
 * The network of a verified bundle, valid at the time of the session: logs outlive the bundles that decided. Undefined without
 * --bundle. Errors: USAGE, FILE_*, BUNDLE_*.
 */
export async function loadAuditNetwork(
  { bundle, key }: BundleOptions,
  { startedAt }: Pick<LoggedSession, 'startedAt'>,
): Promise<AuditNetwork | undefined> {
  if (bundle === undefined && key === undefined) return undefined;
  if (bundle === undefined || key === undefined) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected --bundle with --key, got no ${bundle === undefined ? '--bundle' : '--key'}.`,
      {
        hint: "The key is the publisher's public.pem.",
      },
    );
  }
  const { loadBundle } = await import('../../policies/bundle/index.ts');
  const { spec, architecture, weights, normaliser, verified } = loadBundle(bundle, {
    publicKeyPem: readKey(key, 'public'),
    now: () => Date.parse(startedAt),
  });
  return { spec, architecture, weights, normaliser, rootDigest: verified.rootDigest };
}
