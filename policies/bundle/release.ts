import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviousRelease } from './content.ts';
import { fileReadError } from './file-errors.ts';
import { BUNDLE_FILES, type BundleManifest, parseManifest } from './manifest.ts';
import { digestOfBundle } from './signing/verify.ts';

/** What a bundle says of itself. Nothing is verified: for that, see `verifyBundle`. Errors: FILE_*, BUNDLE_MALFORMED. */
export function readManifest(dir: string): BundleManifest {
  const file = join(dir, BUNDLE_FILES.manifest);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw fileReadError(file, cause);
  }
  return parseManifest(file, bytes);
}

/** A bundle as the release that the next one replaces. Its files are digested, its signature is not looked at. */
export function releaseOf(dir: string): PreviousRelease {
  const { policyName, version } = readManifest(dir);
  return { policyName, version, rootDigest: digestOfBundle(dir) };
}
