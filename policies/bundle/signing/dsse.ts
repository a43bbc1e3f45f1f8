import { z } from 'zod';
import { refuse } from './refuse.ts';

/** The only media type of a signature that is written and accepted (Sigstore bundle v0.3). */
export const SIGSTORE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** The only payload type of the envelope that is written and accepted. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * What is signed: the DSSE pre-authentication encoding of the payload bytes (DSSE v1.0.0, protocol.md). Signing and
 * verifying use the bytes as transported, never a re-serialised object.
 */
export function preAuthenticationEncoding(payload: Uint8Array): Buffer {
  const header = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.length} `;
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

/** Parses UTF-8 JSON and checks its form; throws BUNDLE_MALFORMED with the path of the first member at fault. */
export function parseJsonWith<T extends z.ZodType>(file: string, bytes: Uint8Array, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected UTF-8 JSON in ${file}, got something else.`, cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? 'the top level' : issue.path.join('.');
  throw refuse(
    'BUNDLE_MALFORMED',
    file,
    `Expected ${file} in its documented form; at ${path}: ${issue?.message ?? ''}.`,
  );
}
