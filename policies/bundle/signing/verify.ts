import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvelope, preAuthenticationEncoding } from './dsse.ts';
import { isNamedKey, isSignedBy, keyHint, readPublicKey } from './keys.ts';
import { refuse } from './refuse.ts';
import { checkFolder, listFiles, readListed } from './scan.ts';
import { SIGNATURE_FILE } from './sign.ts';
import { parseStatement, type SignedStatement } from './statement.ts';

/** A folder whose signature holds, with the bytes that were hashed: use these, not a second read of the disk. */
export interface VerifiedFolder {
  readonly statement: SignedStatement;
  /** Fingerprint of the key that signed. */
  readonly keyHint: string;
  /** Content by name, every signed file. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Checks an OpenSSF Model Signing v1.0 signature (`key` method, files by SHA-256) over a folder, in the order: form of the
 * signature file, key, signature, statement, then each file. `signatureName` is the signature's file inside the folder.
 *
 * Errors: BUNDLE_MALFORMED, BUNDLE_KEY, BUNDLE_SIGNATURE, BUNDLE_MISSING, BUNDLE_CHANGED, BUNDLE_EXTRA; MISUSE for a
 * trusted key that cannot be read; FILE_NOT_FOUND, FILE_READ.
 */
export function verifySignedFolder(
  dir: string,
  publicKeyPem: string,
  signatureName: string = SIGNATURE_FILE,
): VerifiedFolder {
  const trusted = readPublicKey(publicKeyPem);
  checkFolder(dir);
  const signaturePath = join(dir, signatureName);
  if (!existsSync(signaturePath)) {
    throw refuse('BUNDLE_MISSING', signaturePath, `Expected the signature '${signatureName}' in '${dir}', got none.`);
  }
  const envelope = parseEnvelope(signaturePath, readListed(dir, signatureName).bytes);
  if (!isNamedKey(trusted, envelope.key)) {
    const named = envelope.key.hint ?? 'an embedded key';
    throw refuse('BUNDLE_KEY', signaturePath, `Expected a signature by key ${keyHint(trusted)}, got one by ${named}.`);
  }
  const signed = preAuthenticationEncoding(envelope.payload);
  if (!envelope.signatures.some((signature) => isSignedBy(trusted, signed, signature))) {
    throw refuse(
      'BUNDLE_SIGNATURE',
      signaturePath,
      'Expected the signature to match the signed payload, but it does not.',
    );
  }
  const statement = parseStatement(signaturePath, envelope.payload);
  return { statement, keyHint: keyHint(trusted), files: compareFiles(dir, statement, signatureName) };
}

function compareFiles(dir: string, statement: SignedStatement, signatureName: string): Map<string, Uint8Array> {
  const present = listFiles(dir, [...statement.ignorePaths, signatureName]);
  const presentNames = new Set(present);
  const signedNames = new Set(statement.resources.map((resource) => resource.name));
  for (const { name } of statement.resources) {
    if (presentNames.has(name)) continue;
    const other = present.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    const renamed = other === undefined ? '' : ` (there is '${other}': names are case-sensitive)`;
    throw refuse('BUNDLE_MISSING', join(dir, name), `Expected the signed file '${name}', got none${renamed}.`);
  }
  const files = new Map<string, Uint8Array>();
  for (const { name, digest } of statement.resources) {
    const file = readListed(dir, name);
    if (file.digest !== digest) {
      throw refuse('BUNDLE_CHANGED', join(dir, name), `Expected '${name}' with SHA-256 ${digest}, got ${file.digest}.`);
    }
    files.set(name, file.bytes);
  }
  const extra = present.find((name) => !signedNames.has(name));
  if (extra !== undefined) {
    throw refuse('BUNDLE_EXTRA', join(dir, extra), `Expected only signed files, got '${extra}', which was not signed.`);
  }
  return files;
}
