import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnvelope, parsePlainEnvelope, PAYLOAD_TYPE } from './dsse.ts';
import { readPublicKey } from './keys.ts';
import { refuse } from './refuse.ts';
import { checkFolder, listFiles, readListed } from './scan.ts';
import { FLIGHT_SIGNATURE_FILE, SIGNATURE_FILE } from './signature-files.ts';
import { type BundleSigner, checkSigners, type FolderSignatures, rulesOfKey, type SignerRules } from './signers.ts';
import { parseStatement, type SignedStatement } from './statement.ts';

/** A folder whose signatures hold, with the bytes that were hashed: use these, not a second read of the disk. */
export interface VerifiedFolder {
  readonly statement: SignedStatement;
  /** Fingerprint of the first key that signed and is trusted. */
  readonly keyHint: string;
  /** Every trusted key that signed, in the order of the trust store. */
  readonly signers: readonly BundleSigner[];
  /** Content by name, every signed file. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Checks an OpenSSF Model Signing v1.0 signature (`key` method, files by SHA-256) over a folder, in the order: form of the
 * signature file, key, signature, statement, then each file. `signatureName` is the signature's file inside the folder.
 * An Ed25519 key is looked for in `flight.sig`, an ECDSA key in both.
 *
 * Errors: BUNDLE_MALFORMED, BUNDLE_KEY, BUNDLE_SIGNATURE, BUNDLE_MISSING, BUNDLE_CHANGED, BUNDLE_EXTRA; MISUSE for a
 * trusted key that cannot be read; FILE_NOT_FOUND, FILE_READ.
 */
export function verifySignedFolder(
  dir: string,
  publicKeyPem: string,
  signatureName: string = SIGNATURE_FILE,
): VerifiedFolder {
  return verifyFolder(dir, rulesOfKey(readPublicKey(publicKeyPem)), signatureName);
}

/** The same against rules of several signers; also BUNDLE_SIGNERS and BUNDLE_REVOKED. */
export function verifyFolder(dir: string, rules: SignerRules, signatureName: string = SIGNATURE_FILE): VerifiedFolder {
  const signatures = readSignatures(dir, signatureName);
  const signaturePath = join(dir, signatureName);
  const signers = checkSigners(dir, signatures, { rules, signatureName });
  const statement = parseStatement(signaturePath, signatures.payload);
  if (rules.revokedBundles.has(statement.rootDigest)) {
    throw refuse('BUNDLE_REVOKED', signaturePath, `Expected a bundle in use, got ${statement.rootDigest}, revoked.`);
  }
  const files = compareFiles(dir, statement, signatureName);
  return { statement, keyHint: signers[0]?.hint ?? '', signers, files };
}

/**
 * The root digest of a folder that is as it was signed, by whomever: names a bundle in revocations and roll-back orders.
 * Errors: BUNDLE_MISSING, BUNDLE_CHANGED, BUNDLE_EXTRA, BUNDLE_MALFORMED, BUNDLE_SIGNATURE, FILE_*.
 */
export function digestOfBundle(dir: string): string {
  const statement = parseStatement(join(dir, SIGNATURE_FILE), readSignatures(dir, SIGNATURE_FILE).payload);
  compareFiles(dir, statement, SIGNATURE_FILE);
  return statement.rootDigest;
}

/** Reads the signature files of a folder. BUNDLE_MISSING, BUNDLE_MALFORMED, BUNDLE_SIGNATURE (payloads differ), FILE_*. */
export function readSignatures(dir: string, signatureName: string): FolderSignatures {
  checkFolder(dir);
  const path = join(dir, signatureName);
  if (!existsSync(path)) {
    throw refuse('BUNDLE_MISSING', path, `Expected the signature '${signatureName}' in '${dir}', got none.`);
  }
  const envelope = parseEnvelope(path, readListed(dir, signatureName).bytes);
  const { payload } = envelope;
  const furtherPath = join(dir, FLIGHT_SIGNATURE_FILE);
  if (!existsSync(furtherPath)) return { envelope, payload, further: [] };
  const further = parsePlainEnvelope(furtherPath, readListed(dir, FLIGHT_SIGNATURE_FILE).bytes, {
    payloadType: PAYLOAD_TYPE,
    code: 'BUNDLE_MALFORMED',
  });
  if (!further.payload.equals(payload)) {
    throw refuse('BUNDLE_SIGNATURE', furtherPath, `Expected the statement that ${signatureName} signs, got another.`);
  }
  return { envelope, payload, further: further.signatures };
}

/** Reads every signed file and compares it with the statement. BUNDLE_MISSING, BUNDLE_CHANGED, BUNDLE_EXTRA, FILE_*. */
export function compareFiles(
  dir: string,
  statement: SignedStatement,
  signatureName: string,
): ReadonlyMap<string, Uint8Array> {
  const present = listFiles(dir, [...statement.ignorePaths, signatureName, FLIGHT_SIGNATURE_FILE]);
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
