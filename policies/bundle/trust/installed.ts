import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../../core/files/index.ts';
import { canonicalJson } from '../../../core/index.ts';
import { fileReadError, syncFolder, writeFileAtomically } from '../file-errors.ts';
import { parseJsonWith } from '../signing/dsse.ts';
import { refuse } from '../signing/refuse.ts';
import { type RevocationList, noRevocationList, refuseOlder } from './revocations.ts';
import type { RollbackOrder } from './rollback.ts';
import type { TrustStore } from './store.ts';

/** The state's file inside a node's state folder. */
export const INSTALLED_FILE = 'installed.json';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');
const seen = z.strictObject({ number: z.int().min(1), digest });

const installedSchema = z.strictObject({
  releases: z.array(
    z.strictObject({
      policyName: z.string().min(1),
      version: z.int().min(1),
      rootDigest: digest,
      highestVersion: z.int().min(1),
    }),
  ),
  rollbackSequence: z.int().min(0),
  trust: seen.exactOptional(),
  revocations: seen.exactOptional(),
});

const fileSchema = z.strictObject({
  format: z.literal('spacecloud-installed'),
  formatVersion: z.literal(1),
  sha256: digest,
  state: installedSchema,
});

/**
 * What a node has seen, and must not go back behind: per policy the release in use and the highest version ever, the number
 * of the last roll-back order used, and the latest trust store and revocation list.
 */
export type Installed = z.output<typeof installedSchema>;
/** The release of one policy in use. */
export type InstalledRelease = Installed['releases'][number];

/** A node that has seen nothing yet. */
export const NOTHING_INSTALLED: Installed = { releases: [], rollbackSequence: 0 };

/** A release that is to be installed. */
interface Candidate {
  readonly policyName: string;
  readonly version: number;
  readonly rootDigest: string;
}

/**
 * Reads the state of a node; `NOTHING_INSTALLED` where there is none yet. A file that is damaged is refused, not taken for
 * an empty one: TRUST_STORE; FILE_READ.
 */
export function readInstalled(stateFolder: string): Installed {
  const path = join(stateFolder, INSTALLED_FILE);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const error = fileReadError(path, cause);
    // A file that is there and cannot be read must not count as none: what is older would be taken.
    if (error.code === 'FILE_NOT_FOUND') return NOTHING_INSTALLED;
    throw error;
  }
  const { sha256, state } = parseJsonWith(path, bytes, fileSchema, 'TRUST_STORE');
  if (sha256 === digestOf(state)) return state;
  throw refuse('TRUST_STORE', path, 'Expected the state of a node to match its SHA-256, but it does not.');
}

/** Writes the state of a node: a reader sees the old or the new one, and so does a node after a loss of power. FILE_WRITE. */
export function writeInstalled(stateFolder: string, state: Installed): void {
  makeFolders(stateFolder);
  const text = canonicalJson({ format: 'spacecloud-installed', formatVersion: 1, sha256: digestOf(state), state });
  writeFileAtomically(join(stateFolder, INSTALLED_FILE), Buffer.from(text, 'utf8'));
  syncFolder(stateFolder);
}

/**
 * Throws BUNDLE_ROLLBACK unless the release is newer than any seen of its policy, or is the one in use, or is the one that
 * an unused roll-back order names. Returns whether the order was needed.
 */
export function checkRollback(
  file: string,
  candidate: Candidate,
  { installed, rollback }: { readonly installed: Installed; readonly rollback: RollbackOrder | undefined },
): boolean {
  const { policyName, version, rootDigest } = candidate;
  const release = installed.releases.find((one) => one.policyName === policyName);
  if (release === undefined || version > release.highestVersion) return false;
  if (version === release.version && rootDigest === release.rootDigest) return false;
  if (rollback === undefined) {
    const highest = `Expected a release of '${policyName}' above ${release.highestVersion}`;
    const same = version === release.version ? ' with another content than the one installed' : '';
    throw refuse('BUNDLE_ROLLBACK', file, `${highest}, got ${version}${same}.`);
  }
  const order = rollback.content;
  if (order.policyName !== policyName || order.rootDigest !== rootDigest) {
    const wanted = `Expected the bundle ${order.rootDigest} of '${order.policyName}' that the roll-back order names`;
    throw refuse('BUNDLE_ROLLBACK', file, `${wanted}, got ${rootDigest} of '${policyName}'.`);
  }
  if (order.sequence > installed.rollbackSequence) return true;
  const last = installed.rollbackSequence;
  throw refuse(
    'BUNDLE_ROLLBACK',
    rollback.file,
    `Expected a roll-back order not used yet, above number ${last}, got number ${order.sequence}.`,
  );
}

/** Throws TRUST_STORE for a trust store or a revocation list older than those seen before, also for a missing list. */
export function checkSeen(
  file: string,
  installed: Installed,
  { trust, revocations }: { readonly trust: TrustStore | undefined; readonly revocations: RevocationList | undefined },
): void {
  if (installed.trust !== undefined && trust !== undefined) {
    const { number, digest: before } = installed.trust;
    const { version } = trust.content;
    if (version < number || (version === number && trust.digest !== before)) {
      const other = version === number ? 'another one of that version' : `version ${version}`;
      throw refuse('TRUST_STORE', file, `Expected trust store version ${number} or later, got ${other}.`);
    }
  }
  if (installed.revocations === undefined) return;
  if (revocations === undefined) {
    const { number } = installed.revocations;
    throw noRevocationList(file, `Expected revocation list ${number} or a later one, got none.`);
  }
  refuseOlder(file, revocations, installed.revocations);
}

/** The state after a node took a trust store or a revocation list into use; `checkSeen` must have passed. */
export function installedWith(
  installed: Installed,
  {
    trust,
    revocations,
  }: { readonly trust?: TrustStore | undefined; readonly revocations?: RevocationList | undefined },
): Installed {
  return {
    ...installed,
    ...(trust === undefined ? {} : { trust: { number: trust.content.version, digest: trust.digest } }),
    ...(revocations === undefined
      ? {}
      : { revocations: { number: revocations.content.sequence, digest: revocations.digest } }),
  };
}

/** The state after a release was put into use, by order or not. */
export function withRelease(
  installed: Installed,
  candidate: Candidate,
  rollback: RollbackOrder | undefined,
): Installed {
  const { policyName, version, rootDigest } = candidate;
  const before = installed.releases.find((one) => one.policyName === policyName);
  const highestVersion = Math.max(version, before?.highestVersion ?? 0);
  const others = installed.releases.filter((one) => one.policyName !== policyName);
  return {
    ...installed,
    releases: [...others, { policyName, version, rootDigest, highestVersion }],
    rollbackSequence: rollback?.content.sequence ?? installed.rollbackSequence,
  };
}

function digestOf(state: Installed): string {
  return createHash('sha256').update(canonicalJson(state)).digest('hex');
}
