import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolders } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { BundleContent } from './content.ts';
import { fileWriteError, syncFolder, writeNewFile } from './file-errors.ts';
import { renderBundle } from './files.ts';
import { BUNDLE_FILES } from './manifest.ts';
import { readEcdsaPrivateKey, readPrivateKey } from './signing/keys.ts';
import { SIGNATURE_FILE } from './signing/signature-files.ts';
import { countersignBundle, signatureOf } from './signing/sign.ts';

export interface WriteOptions {
  /** PKCS#8 PEM of an ECDSA key; without it the bundle is left unsigned and no verifier accepts it. */
  readonly privateKeyPem?: string;
  /** Keys of further signers (Ed25519 or ECDSA), whose signatures go into `flight.sig`. Only with `privateKeyPem`. */
  readonly furtherKeyPems?: readonly string[];
  /** Replace an existing folder. Default: refuse. */
  readonly overwrite?: boolean;
}

/**
 * Writes a bundle as a folder: everything goes to a temporary folder beside `dir`, onto the disk, and is then renamed, so
 * that `dir` is either absent (or the old one) or complete.
 *
 * Errors: MISUSE (content or key), FILE_WRITE (also when `dir` exists and `overwrite` is not set), DISK_FULL. After an
 * error nothing new is left on the disk.
 */
export function writeBundle(dir: string, content: BundleContent, options: WriteOptions = {}): void {
  const target = resolve(dir);
  const { privateKeyPem, furtherKeyPems = [], overwrite = false } = options;
  const files = renderBundle(content);
  checkKeys(privateKeyPem, furtherKeyPems);
  checkTarget(target, overwrite);
  const created = createParent(target);
  let partial: string | undefined;
  try {
    partial = mkdtempSync(`${target}.partial-`);
    for (const [name, bytes] of files) writeNewFile(join(partial, name), bytes);
    if (privateKeyPem !== undefined) {
      const signature = signatureOf(partial, basename(target), privateKeyPem);
      writeNewFile(join(partial, SIGNATURE_FILE), Buffer.from(signature, 'utf8'));
      for (const pem of furtherKeyPems) countersignBundle(partial, pem);
    }
    syncFolder(partial);
    replaceFolder(partial, target);
    syncFolder(dirname(target));
  } catch (cause) {
    if (partial !== undefined) rmSync(partial, { recursive: true, force: true });
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
    throw cause instanceof SpaceCloudError ? cause : fileWriteError(target, cause);
  }
}

/** Throws MISUSE for keys that could not sign, before anything is written. */
function checkKeys(privateKeyPem: string | undefined, furtherKeyPems: readonly string[]): void {
  if (privateKeyPem !== undefined) readEcdsaPrivateKey(privateKeyPem);
  else if (furtherKeyPems.length > 0) {
    throw new SpaceCloudError('MISUSE', 'Expected a first key with the keys of further signers, got none.', {
      hint: 'Give privateKeyPem, an ECDSA key, too.',
    });
  }
  for (const pem of furtherKeyPems) readPrivateKey(pem);
}

/** Only a bundle or an empty folder is ever replaced: `overwrite` on a wrong path must not cost anyone's files. */
function checkTarget(target: string, overwrite: boolean): void {
  if (!existsSync(target)) return;
  const refused = (message: string, hint: string): SpaceCloudError =>
    new SpaceCloudError('FILE_WRITE', message, { place: { file: target }, hint });
  if (!overwrite) {
    throw refused(
      `Expected nothing at '${target}' yet, got something.`,
      'Choose another name, or ask for overwriting.',
    );
  }
  const isEmptyFolder = statSync(target).isDirectory() && readdirSync(target).length === 0;
  if (isEmptyFolder || existsSync(join(target, BUNDLE_FILES.manifest))) return;
  throw refused(`Expected a bundle to replace at '${target}', got something else.`, 'Choose another name.');
}

/** Makes the folder above the bundle; returns the topmost folder made, for undoing. */
function createParent(target: string): string | undefined {
  try {
    return makeFolders(dirname(target));
  } catch (cause) {
    throw cause instanceof SpaceCloudError ? cause : fileWriteError(dirname(target), cause);
  }
}

/** Renames `from` to `to`; an existing `to` is moved aside first and comes back if the rename fails. */
function replaceFolder(from: string, to: string): void {
  if (!existsSync(to)) {
    renameSync(from, to);
    return;
  }
  const old = mkdtempSync(`${to}.replaced-`);
  const aside = join(old, 'bundle');
  renameSync(to, aside);
  try {
    renameSync(from, to);
  } catch (cause) {
    renameSync(aside, to);
    throw cause;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}
