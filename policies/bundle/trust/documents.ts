import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { SpaceCloudError, canonicalJson } from '../../../core/index.ts';
import {
  formatPlainEnvelope,
  type NamedSignature,
  parseJsonWith,
  parsePlainEnvelope,
  preAuthenticationEncoding,
} from '../signing/dsse.ts';
import { isSignedBy, keyHint, readPrivateKey, signMessage } from '../signing/keys.ts';
import { refuse } from '../signing/refuse.ts';

/** A kind of document the ground signs for satellites. The payload type keeps a signature of one kind from serving another. */
export interface DocumentKind<Schema extends z.ZodType = z.ZodType> {
  readonly payloadType: string;
  /** Words for messages, such as `trust store`. */
  readonly words: string;
  readonly schema: Schema;
}

/** A document taken apart and in its documented form; its signatures are not checked yet. */
export interface OpenDocument<Content> {
  readonly content: Content;
  /** SHA-256 of the signed bytes, hex. */
  readonly digest: string;
  readonly payload: Buffer;
  readonly signatures: readonly NamedSignature[];
}

/** A key that may sign documents. */
export interface DocumentKey {
  readonly name: string;
  readonly key: KeyObject;
  readonly hint: string;
}

/** The text of a new document: a DSSE envelope around canonical JSON. Throws MISUSE (key), TRUST_STORE (content). */
export function signDocument<Schema extends z.ZodType>(
  kind: DocumentKind<Schema>,
  content: z.input<Schema>,
  privateKeyPems: readonly string[],
): string {
  const payload = Buffer.from(canonicalJson(content), 'utf8');
  parseJsonWith(kind.words, payload, kind.schema, 'TRUST_STORE');
  return formatPlainEnvelope(kind.payloadType, {
    payload,
    signatures: privateKeyPems.map((pem) => signatureBy(kind, payload, pem)),
  });
}

/** The text of a document with one more signature; one by the same key is replaced. TRUST_STORE, MISUSE (key). */
export function addSignature(kind: DocumentKind, place: DocumentBytes, privateKeyPem: string): string {
  const { payload, signatures } = openDocument(kind, place);
  const added = signatureBy(kind, payload, privateKeyPem);
  return formatPlainEnvelope(kind.payloadType, {
    payload,
    signatures: [...signatures.filter(({ keyid }) => keyid !== added.keyid), added],
  });
}

/** A document as it came: its bytes, and where from, for messages. */
export interface DocumentBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Reads a document without trusting it. Throws TRUST_STORE for another kind or form. */
export function openDocument<Schema extends z.ZodType>(
  kind: DocumentKind<Schema>,
  { file, bytes }: DocumentBytes,
): OpenDocument<z.output<Schema>> {
  expectEnvelope({ file, bytes });
  const { payload, signatures } = parsePlainEnvelope(file, bytes, {
    payloadType: kind.payloadType,
    code: 'TRUST_STORE',
  });
  const content = parseJsonWith(file, payload, kind.schema, 'TRUST_STORE');
  return { content, digest: createHash('sha256').update(payload).digest('hex'), payload, signatures };
}

/** Tells a file of another kind from a damaged document: the wrong file was named. Throws TRUST_STORE. */
export function expectEnvelope({ file, bytes }: DocumentBytes): void {
  let got = 'no JSON';
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const members = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (['payload', 'payloadType', 'signatures'].some((name) => members.includes(name))) return;
    got = 'another JSON file, without payload and signatures';
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
  }
  throw new SpaceCloudError('TRUST_STORE', `Expected a trust document (DSSE envelope) in ${file}, got ${got}.`, {
    place: { file },
    hint: 'Give a trust store, revocation list or roll-back order, as `spacecloud trust` writes them.',
  });
}

/**
 * Throws TRUST_STORE unless at least `needed` of the keys signed. A signature that names one of the keys must verify; those
 * of other keys do neither harm nor good.
 */
export function checkDocument(
  kind: DocumentKind,
  document: OpenDocument<unknown>,
  { file, keys, needed }: { readonly file: string; readonly keys: readonly DocumentKey[]; readonly needed: number },
): void {
  const message = preAuthenticationEncoding(document.payload, kind.payloadType);
  const signed = keys.filter(({ key, hint }) => {
    const signature = document.signatures.find(({ keyid }) => keyid === hint);
    if (signature === undefined) return false;
    if (isSignedBy(key, message, signature.sig)) return true;
    const problem = `Expected the signatures of the ${kind.words} to match it, but that of key ${hint} does not.`;
    throw refuse('TRUST_STORE', file, problem);
  });
  if (needed >= 1 && signed.length >= needed) return;
  const names = signed.map(({ name }) => `'${name}'`).join(', ') || 'none';
  const problem =
    needed >= 1
      ? `Expected a ${kind.words} signed by ${needed} of ${keys.length} keys that may do so now, got ${names}; it needs ${needed - signed.length} more.`
      : `Expected no ${kind.words}, as the trust store gives no key the right to sign one.`;
  throw refuse('TRUST_STORE', file, problem);
}

function signatureBy(kind: DocumentKind, payload: Buffer, privateKeyPem: string): NamedSignature {
  const privateKey = readPrivateKey(privateKeyPem);
  return {
    keyid: keyHint(createPublicKey(privateKey)),
    sig: signMessage(privateKey, preAuthenticationEncoding(payload, kind.payloadType)),
  };
}
