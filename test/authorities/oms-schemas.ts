import { z } from 'zod';

/**
 * What the JSON schemas of OpenSSF Model Signing v1.0 require (ossf/model-signing-spec, `schemas/v1.0`: bundle, envelope,
 * statement, predicate), re-stated: members, constants, and that there are no others. They leave much to the
 * verifier's code: order and uniqueness of names, digests' lengths, paths, two methods at once, an empty list of resources.
 */
const ENVELOPE_SCHEMA = z.strictObject({
  payload: z.base64().min(1),
  payloadType: z.literal('application/vnd.in-toto+json'),
  signatures: z.array(z.strictObject({ sig: z.base64().min(1), keyid: z.string().nullish() })).min(1),
});

const CERTIFICATE = z.looseObject({ rawBytes: z.base64().min(1) });

/** One of the three methods: `key` by hint or, before v1.1.0, with the key itself; `certificate`; `sigstore`. */
const MATERIAL_SCHEMA = z.union([
  z.looseObject({
    publicKey: z.union([z.looseObject({ hint: z.string().min(1) }), z.looseObject({ rawBytes: z.base64().min(1) })]),
    tlogEntries: z.array(z.unknown()).optional(),
  }),
  z.looseObject({ x509CertificateChain: z.looseObject({ certificates: z.array(CERTIFICATE).min(1) }) }),
  z.looseObject({ certificate: CERTIFICATE, tlogEntries: z.array(z.unknown()) }),
]);

export const BUNDLE_SCHEMA = z.strictObject({
  mediaType: z.string().regex(/^application\/vnd\.dev\.sigstore\.bundle\.v0\.3\+json/),
  verificationMaterial: MATERIAL_SCHEMA,
  dsseEnvelope: ENVELOPE_SCHEMA,
});

const PREDICATE_SCHEMA = z.strictObject({
  resources: z.array(z.strictObject({ name: z.string(), digest: z.string(), algorithm: z.string() })),
  serialization: z.strictObject({
    method: z.enum(['files', 'shards']),
    hash_type: z.enum(['sha256', 'blake2b', 'blake3']),
    allow_symlinks: z.boolean(),
    shard_size: z.number().optional(),
    ignore_paths: z.array(z.string()).optional(),
  }),
});

export const STATEMENT_SCHEMA = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.tuple([z.strictObject({ name: z.string(), digest: z.record(z.string(), z.string()) })]),
  predicateType: z.literal('https://model_signing/signature/v1.0'),
  predicate: PREDICATE_SCHEMA,
});
