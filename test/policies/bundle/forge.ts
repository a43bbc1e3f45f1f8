import { createHash, createPublicKey, sign } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds signature files by hand from the published layout, without the product's own code: what it signs correctly may
 * say anything, and the layers around it can be bent one by one.
 */
export interface Statement {
  _type: unknown;
  subject: unknown;
  predicateType: unknown;
  predicate: { resources: Resource[]; serialization: Record<string, unknown> };
  [extra: string]: unknown;
}

export interface Resource {
  name: string;
  digest: string;
  algorithm: string;
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** The statement a correct signer makes for the folder. */
export function honestStatement(dir: string): Statement {
  const names = readdirSync(dir).filter((name) => name !== 'bundle.sig');
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const resources = names.map((name) => ({ name, digest: sha256(readFileSync(join(dir, name))), algorithm: 'sha256' }));
  return statementOver(resources);
}

/** A statement over given resources, with the root digest that belongs to them. */
export function statementOver(resources: Resource[]): Statement {
  const root = sha256(Buffer.concat(resources.map((resource) => Buffer.from(resource.digest, 'hex'))));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'bundle', digest: { sha256: root } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      resources,
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['bundle.sig'] },
    },
  };
}

export interface SignatureFile {
  mediaType: unknown;
  verificationMaterial: Record<string, unknown>;
  dsseEnvelope: { payload: string; payloadType: unknown; signatures: { sig: string; keyid?: unknown }[] };
  [extra: string]: unknown;
}

/** A signature file by `privateKeyPem` over any payload. */
export function signatureFile(payload: unknown, privateKeyPem: string): SignatureFile {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const type = 'application/vnd.in-toto+json'; // 28 bytes
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 28 ${type} ${bytes.length} `), bytes]);
  const publicKey = createPublicKey(privateKeyPem);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      publicKey: { hint: sha256(publicKey.export({ type: 'spki', format: 'pem' })) },
      tlogEntries: [],
    },
    dsseEnvelope: {
      payload: bytes.toString('base64'),
      payloadType: type,
      signatures: [{ sig: sign('sha256', encoded, privateKeyPem).toString('base64'), keyid: '' }],
    },
  };
}

export function readSignature(dir: string): SignatureFile {
  return JSON.parse(readFileSync(join(dir, 'bundle.sig'), 'utf8')) as SignatureFile;
}

export function writeSignature(dir: string, signature: SignatureFile): void {
  writeFileSync(join(dir, 'bundle.sig'), JSON.stringify(signature));
}
