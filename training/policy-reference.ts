import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../core/index.ts';
import { architectureOf, createBaseline, identityNormaliser, initialWeights } from '../policies/index.ts';
import { BUNDLE_FILES, type BundleTrust, loadBundle } from '../policies/bundle/index.ts';
import { type PolicySource, baselineSource } from './evaluation/policy-source.ts';
import { CHECKPOINT_FILE } from './run-files.ts';
import { readTrainedPolicy } from './trained-policy.ts';

export interface PolicyReferenceOptions {
  /** Trusted key for bundles, SPKI PEM. */
  readonly publicKeyPem?: string;
  /** Whom to believe about bundles, in place of one key. */
  readonly trust?: BundleTrust;
  /** The time now, ms since 1970, for the validity of bundles. */
  readonly now: () => number;
  /** Of a run folder: the last policy (default), or the best by its evaluations during training. */
  readonly which?: 'last' | 'best';
}

/** The untrained network: its prior alone decides. The ablation every learned gain is held against. */
export const PRIOR = 'prior';

/**
 * A policy by what a user writes: a baseline `forward+place+cache`, `prior`, the folder of a training run, or the folder of
 * a signed bundle (verified with `publicKeyPem`).
 *
 * Errors: USAGE for what is none of these, BUNDLE_*, CHECKPOINT_*, FILE_*.
 */
export function resolvePolicy(reference: string, options: PolicyReferenceOptions): PolicySource {
  if (reference === PRIOR) {
    const architecture = architectureOf(SPACE_CLOUD_SPEC);
    const network = {
      architecture,
      weights: initialWeights(architecture, 1),
      normaliser: identityNormaliser(SPACE_CLOUD_SPEC),
    };
    return { kind: 'network', name: PRIOR, role: 'baseline', network };
  }
  if (existsSync(join(reference, CHECKPOINT_FILE))) {
    const name = `learned:${basename(resolve(reference))}`;
    return { kind: 'network', name, role: 'learned', network: readTrainedPolicy(reference, options.which).network };
  }
  if (existsSync(join(reference, BUNDLE_FILES.manifest))) return bundleSource(reference, options);
  if (!existsSync(reference) && reference.split('+').length === 3) {
    createBaseline(reference, 1); // refuses unknown parts here, not in a worker after the geometry was computed
    return baselineSource(reference);
  }
  throw new SpaceCloudError(
    'USAGE',
    `Expected a baseline 'forward+place+cache', '${PRIOR}', a run folder or a bundle folder, got '${reference}'.`,
    {
      hint: existsSync(reference)
        ? `The folder holds neither ${CHECKPOINT_FILE} nor ${BUNDLE_FILES.manifest}.`
        : 'There is no such folder either.',
    },
  );
}

function bundleSource(folder: string, options: PolicyReferenceOptions): PolicySource {
  const { publicKeyPem, now } = options;
  const trust = options.trust ?? (publicKeyPem === undefined ? undefined : { publicKeyPem, now });
  if (trust === undefined) {
    throw new SpaceCloudError('USAGE', `Expected the publisher's public key for the bundle '${folder}', got none.`, {
      hint: 'Give --key PUBLIC.pem: a bundle is only run after it was verified.',
    });
  }
  const { manifest, ...network } = loadBundle(folder, { ...trust, specHash: decisionSpecHash(SPACE_CLOUD_SPEC) });
  const bundle = { version: String(manifest.version), rootDigest: network.verified.rootDigest };
  return { kind: 'network', name: manifest.policyName, role: 'learned', network, bundle };
}
