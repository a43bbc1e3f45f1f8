import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenedRelease, Release } from '../../agents/fleet/index.ts';
import { SpaceCloudError, hashJson } from '../../core/index.ts';
import { BUNDLE_FILES, type BundleTrust, readManifest, releaseOf } from '../../policies/bundle/index.ts';
import { type EpisodeOptions, type PolicySource, createPolicy, resolvePolicy } from '../../training/index.ts';
import { bundleRefusalOf } from '../flight-policy.ts';
import { type Drill, drilled } from './drills.ts';

/** A policy as a release, and how a satellite opens it: anew for each run. */
export interface FlownRelease {
  readonly release: Release;
  readonly open: (seed: number) => OpenedRelease;
  /** Of a bundle: what its observations are held against in flight. */
  readonly watch?: NonNullable<EpisodeOptions['watch']>;
}

export interface ReleaseOptions {
  readonly publicKeyPem?: string;
  /** Whom to believe, in place of one key. */
  readonly trust?: BundleTrust;
  readonly now: () => number;
  /** Of a policy that is no bundle, bytes. */
  readonly sizeBytes: number;
  /** Of a policy that is no bundle: what a bundle would say of itself. */
  readonly named: Pick<Release, 'name' | 'version'>;
  readonly drill?: Drill;
  /** Of the drill `random`: share of decisions that are drawn. */
  readonly drillShare?: number;
}

/**
 * A release by what a user writes: a signed bundle, or any other policy as if it were one. A bundle that does not pass its checks is a
 * release that satellites refuse, with the reason.
 *
 * Errors: those of `resolvePolicy` that are no refusals of a bundle; USAGE for a bundle without its key.
 */
export function flownRelease(reference: string, options: ReleaseOptions): FlownRelease {
  const { publicKeyPem, trust, now, named, sizeBytes, drill, drillShare: shareFrac = 1 } = options;
  const believed = {
    ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
    ...(trust === undefined ? {} : { trust }),
  };
  const isBundle = existsSync(join(reference, BUNDLE_FILES.manifest));
  const release = isBundle
    ? bundleRelease(reference)
    : { ...named, sizeBytes, rootDigest: hashJson({ reference, ...named, drill: drill ?? null }) };
  let source: PolicySource;
  try {
    source = resolvePolicy(reference, { now, ...believed });
  } catch (error) {
    const refused = isBundle ? bundleRefusalOf(error) : undefined;
    if (refused === undefined) throw error;
    return { release, open: () => ({ refused }) };
  }
  if (source.role === 'oracle') {
    throw new SpaceCloudError('USAGE', `Expected a policy that satellites can fly, got the oracle '${reference}'.`, {
      hint: 'Oracles see what no satellite sees.',
    });
  }
  const normaliser = source.kind === 'network' && source.bundle !== undefined ? source.network.normaliser : undefined;
  return {
    release,
    open: (seed) => drilled(createPolicy(source, seed), { drill, shareFrac, seed }),
    ...(normaliser === undefined ? {} : { watch: { normaliser } }),
  };
}

/** What a bundle says of itself; one that was changed has no digest of its own, and gets one that no other has. */
function bundleRelease(folder: string): Release {
  const { policyName: name, version } = readManifest(folder);
  const sizeBytes = folderBytes(folder);
  try {
    return { name, version, rootDigest: releaseOf(folder).rootDigest, sizeBytes };
  } catch (error) {
    if (bundleRefusalOf(error) === undefined) throw error;
    return { name, version, rootDigest: hashJson({ changed: folder, version }), sizeBytes };
  }
}

/** Bytes of all files of a bundle, signatures included. */
function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/** What a bundle is called and which release it is; undefined for policies that are no bundles. */
export function namedRelease(reference: string): Pick<Release, 'name' | 'version'> | undefined {
  if (!existsSync(join(reference, BUNDLE_FILES.manifest))) return undefined;
  const { policyName: name, version } = readManifest(reference);
  return { name, version };
}
