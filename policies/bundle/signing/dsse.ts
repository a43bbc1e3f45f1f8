import { z } from 'zod';
import { type BundleErrorCode, refuse } from './refuse.ts';

/** The only media type of a signature that is written and accepted (Sigstore bundle v0.3). */
export const SIGSTORE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** The only payload type of the envelope that is written and accepted. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * What is signed: the DSSE pre-authentication encoding of the payload bytes (DSSE v1.0.0, protocol.md). Signing and
 * verifying use the bytes as transported, never a re-serialised object.
 */
export function preAuthenticationEncoding(payload: Uint8Array, payloadType: string = PAYLOAD_TYPE): Buffer {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(header, 'utf8'), payload]);
}

/** How a signature file names its key: the fingerprint, or (signers before v1.1.0) the key itself. */
export interface NamedKey {
  /** SHA-256 of the SPKI PEM text, lower-case hex. */
  readonly hint?: string;
  /** The key, PEM or DER, as older signers embed it. Never trusted, only compared. */
  readonly embedded?: Buffer;
}

/** A signature file taken apart. Nothing in it is trusted yet. */
export interface Envelope {
  readonly key: NamedKey;
  readonly payload: Buffer;
  /** DER signatures, at least one. */
  readonly signatures: readonly Buffer[];
}

/** One signature of a plain envelope and the fingerprint of the key said to have made it. */
export interface NamedSignature {
  readonly keyid: string;
  readonly sig: Buffer;
}

/** A DSSE envelope with named signatures, taken apart. Nothing in it is trusted yet. */
export interface PlainEnvelope {
  readonly payload: Buffer;
  /** At least one, at most one of each key. */
  readonly signatures: readonly NamedSignature[];
}

const METHODS = ['publicKey', 'certificate', 'x509CertificateChain'] as const;

const base64 = z
  .string()
  .min(1)
  .transform((text, context) => {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.toString('base64') === text) return bytes;
    context.addIssue({ code: 'custom', message: 'not standard base64 with padding' });
    return z.NEVER;
  });

const bundleSchema = z.strictObject({
  mediaType: z.string(),
  verificationMaterial: z.strictObject({
    publicKey: z
      .strictObject({ hint: z.string().nullish(), rawBytes: base64.optional(), keyDetails: z.string().optional() })
      .optional(),
    certificate: z.unknown().optional(),
    x509CertificateChain: z.unknown().optional(),
    tlogEntries: z.array(z.unknown()).nullish(),
    timestampVerificationData: z.unknown().optional(),
  }),
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.string(),
    signatures: z.array(z.strictObject({ sig: base64, keyid: z.string().nullish() })).min(1),
  }),
});

const plainSchema = z.strictObject({
  payloadType: z.string(),
  payload: base64,
  signatures: z
    .array(
      z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'), sig: base64 }),
    )
    .min(1)
    .max(64)
    .refine((all) => new Set(all.map(({ keyid }) => keyid)).size === all.length, 'expected one signature of each key'),
});

/** Reads a DSSE envelope (v1.0.0) of the payload type; throws `code` naming the member at fault. */
export function parsePlainEnvelope(
  file: string,
  bytes: Uint8Array,
  { payloadType, code }: { readonly payloadType: string; readonly code: BundleErrorCode },
): PlainEnvelope {
  const envelope = parseJsonWith(file, bytes, plainSchema, code);
  if (envelope.payloadType === payloadType) return envelope;
  throw refuse(code, file, `Expected payloadType '${payloadType}', got '${envelope.payloadType}'.`);
}

/** The payload type that a DSSE envelope names, nothing more checked than its form. */
export function parsePlainEnvelopeType(file: string, bytes: Uint8Array, code: BundleErrorCode): string {
  return parseJsonWith(file, bytes, plainSchema, code).payloadType;
}

/** The JSON text of a DSSE envelope; signatures in the order of their keys' fingerprints. */
export function formatPlainEnvelope(payloadType: string, { payload, signatures }: PlainEnvelope): string {
  return JSON.stringify({
    payloadType,
    payload: payload.toString('base64'),
    signatures: signatures
      .map(({ keyid, sig }) => ({ keyid, sig: sig.toString('base64') }))
      .sort((a, b) => (a.keyid < b.keyid ? -1 : 1)),
  });
}

/**
 * Reads a signature file: JSON, layers, media type, payload type, and exactly one method, which must be `key`.
 * Throws BUNDLE_MALFORMED naming the member at fault.
 */
export function parseEnvelope(file: string, bytes: Uint8Array): Envelope {
  const bundle = parseJsonWith(file, bytes, bundleSchema);
  if (bundle.mediaType !== SIGSTORE_MEDIA_TYPE) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected mediaType '${SIGSTORE_MEDIA_TYPE}', got '${bundle.mediaType}'.`);
  }
  const material = bundle.verificationMaterial;
  const methods = METHODS.filter((method) => material[method] !== undefined);
  if (methods.length !== 1) {
    const found = methods.length === 0 ? 'none' : methods.join(' and ');
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected exactly one verification method in verificationMaterial, got ${found}.`,
    );
  }
  if (material.publicKey === undefined) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected a signature by a key (publicKey), got method '${methods[0]}'.`);
  }
  const { payload, payloadType, signatures } = bundle.dsseEnvelope;
  if (payloadType !== PAYLOAD_TYPE) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected payloadType '${PAYLOAD_TYPE}', got '${payloadType}'.`);
  }
  const { hint, rawBytes } = material.publicKey;
  return {
    key: { ...(hint ? { hint } : {}), ...(rawBytes === undefined ? {} : { embedded: rawBytes }) },
    payload,
    signatures: signatures.map((signature) => signature.sig),
  };
}

/** The JSON text of a signature file by one key. */
export function formatEnvelope(hint: string, payload: Buffer, signature: Buffer): string {
  return JSON.stringify({
    mediaType: SIGSTORE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  });
}

/** Parses UTF-8 JSON and checks its form; throws `code` with the path of the first member at fault. */
export function parseJsonWith<T extends z.ZodType>(
  file: string,
  bytes: Uint8Array,
  schema: T,
  code: BundleErrorCode = 'BUNDLE_MALFORMED',
): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse(code, file, `Expected UTF-8 JSON in ${file}, got something else.`, cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? 'the top level' : issue.path.join('.');
  throw refuse(code, file, `Expected ${file} in its documented form; at ${path}: ${issue?.message ?? ''}.`);
}
