/**
 * Signatures made by the reference implementation, as published: sigstore/model-transparency (Apache-2.0),
 * `scripts/tests/v1.1.0-elliptic-key/model.sig` at b0e839c, `v1.0.1-elliptic-key` at a15963c and
 * `v1.0.0-elliptic-key` at a3e0292. One P-384 key signed all; the older two carry it (`rawBytes`), as signers before v1.1.0
 * did. Below them the envelopes of `v1.1.0-certificate` (b0e839c) and `v1.1.0-sigstore` (a93b667).
 */

/** What stands beside the signatures there. Only the first two files are signed by v1.1.0, only the first by v1.0.0. */
export const VECTOR_FILES = { 'signme-1': 'signme-1\n', 'signme-2': 'signme-2', 'ignore-me': 'whatever' } as const;

/** SHA-256 of the key's PEM text: the `hint` of the newer signature. */
export const VECTOR_HINT = 'e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e';

export const VECTOR_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsu6rZGBTjxtvRWPMixT+3HyndV0J0Ybt
aHZUcO4DEK+OJHO/4e32bb/fbJKSpRgcBsIpKLcVijUomyFOERbd7u+BTPSUjGZD
Qq6J7lTvp/EAXQGOKxW9RP0MGX3qAkvi
-----END PUBLIC KEY-----
`;

/** The payload of v1.1.0 is this text, two-space indented, members in this order: the reference signer's own. */
const STATEMENT_1_1_0 = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [
    {
      name: 'v1.1.0-elliptic-key',
      digest: { sha256: '92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4' },
    },
  ],
  predicateType: 'https://model_signing/signature/v1.0',
  predicate: {
    resources: [
      {
        algorithm: 'sha256',
        name: 'signme-1',
        digest: 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc',
      },
      {
        algorithm: 'sha256',
        name: 'signme-2',
        digest: '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028',
      },
    ],
    serialization: {
      allow_symlinks: false,
      method: 'files',
      hash_type: 'sha256',
      ignore_paths: ['.git', 'model.sig', 'ignore-me', '.gitattributes', '.gitignore', '.github'],
    },
  },
};

/** The same files by v1.0.1: no ignored paths, members in another order. */
const STATEMENT_1_0_1 = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [
    {
      name: 'v1.0.1-elliptic-key',
      digest: { sha256: '92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4' },
    },
  ],
  predicateType: 'https://model_signing/signature/v1.0',
  predicate: {
    serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
    resources: [
      {
        algorithm: 'sha256',
        digest: 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc',
        name: 'signme-1',
      },
      {
        algorithm: 'sha256',
        digest: '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028',
        name: 'signme-2',
      },
    ],
  },
};

const STATEMENT_1_0_0 = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [
    { name: 'signme-1', digest: { sha256: 'afa48c8674afe334b8a7dea34f7b46ab256e9255edf8da2132792341b667a45b' } },
  ],
  predicateType: 'https://model_signing/signature/v1.0',
  predicate: {
    serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
    resources: [
      {
        name: '.',
        digest: 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc',
        algorithm: 'sha256',
      },
    ],
  },
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Method `key` as of v1.1.0: the key is named by its hint. */
export const SIGNATURE_1_1_0 = {
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { publicKey: { hint: VECTOR_HINT }, tlogEntries: [] },
  dsseEnvelope: {
    payload: base64(JSON.stringify(STATEMENT_1_1_0, null, 2)),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [
      {
        sig: 'MGUCMQCVqSw64cBnPHqbyadq+OIgwQSg7WW8Mztp3dJ++atQsxzbtwafJJ164u7WEXmx5hECMBSiShuN7OTLec6wLXpHUjFIQA/hhiBCjSzM9Q2cIUZpDmv+tWs1AkNxstJDbNl0lQ==',
        keyid: '',
      },
    ],
  },
};

/** Method `key` before v1.1.0: the key is embedded, `keyid` is null; the single file is called `.`. */
export const SIGNATURE_1_0_0 = {
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: {
    publicKey: { rawBytes: base64(VECTOR_PUBLIC_KEY), keyDetails: 'PKIX_ECDSA_P384_SHA_384' },
  },
  dsseEnvelope: {
    payload: base64(JSON.stringify(STATEMENT_1_0_0, null, 2)),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [
      {
        sig: 'MGQCMEobKzpAzukyAIQcDH8llYFrWCTFw6HCr1hbYUL5GqQfp3qfI6FKz+sShKTBwhXSOAIwPqpZvbcAV9xyn7Arqfx9bytQ1nLb+wS/Wec0uGECiFJlStdpBjxYocvnTXUAnFRi',
        keyid: null,
      },
    ],
  },
};

/** Method `key` of v1.0.1: the older form, over both files. */
export const SIGNATURE_1_0_1 = {
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: {
    publicKey: { rawBytes: base64(VECTOR_PUBLIC_KEY), keyDetails: 'PKIX_ECDSA_P384_SHA_384' },
  },
  dsseEnvelope: {
    payload: base64(JSON.stringify(STATEMENT_1_0_1, null, 2)),
    payloadType: 'application/vnd.in-toto+json',
    signatures: [
      {
        sig: 'MGUCMCY+xSOJ/caTdPTtCWQG+viwGMeGG4d1qXtwTRGreznTUjBoF6VLUkEj5GVD12gzMQIxAMJuAUgM4jpxys+lFerUvsUFUo4dwHenn280aUAbFSbHiK7casRq/MZw1M44l+/rYQ==',
        keyid: null,
      },
    ],
  },
};

/** Files that the methods `certificate` and `sigstore` signed: the first without the line feed of the other vectors. */
export const METHOD_VECTOR_FILES = { 'signme-1': 'signme-1', 'signme-2': 'signme-2', 'ignore-me': 'whatever' } as const;

const METHOD_DIGESTS = {
  root: '61d4849d9d90076d6215f4d525f13d6574af8e3f67aef3e6f36fc40a14fdd226',
  'signme-1': 'f6310066c7320497ea554260c32c43660bff648cb2a61194832cc086077085e1',
  'signme-2': '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028',
} as const;

const STATEMENT_CERTIFICATE = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'v1.1.0-certificate', digest: { sha256: METHOD_DIGESTS.root } }],
  predicateType: 'https://model_signing/signature/v1.0',
  predicate: {
    serialization: {
      hash_type: 'sha256',
      ignore_paths: ['ignore-me', '.gitattributes', 'model.sig', '.github', '.gitignore', '.git'],
      allow_symlinks: false,
      method: 'files',
    },
    resources: [
      { algorithm: 'sha256', name: 'signme-1', digest: METHOD_DIGESTS['signme-1'] },
      { algorithm: 'sha256', name: 'signme-2', digest: METHOD_DIGESTS['signme-2'] },
    ],
  },
};

const STATEMENT_SIGSTORE = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'v1.1.0-sigstore', digest: { sha256: METHOD_DIGESTS.root } }],
  predicateType: 'https://model_signing/signature/v1.0',
  predicate: {
    resources: [
      { digest: METHOD_DIGESTS['signme-1'], name: 'signme-1', algorithm: 'sha256' },
      { digest: METHOD_DIGESTS['signme-2'], name: 'signme-2', algorithm: 'sha256' },
    ],
    serialization: {
      allow_symlinks: false,
      method: 'files',
      hash_type: 'sha256',
      ignore_paths: ['.gitignore', '.gitattributes', '.git', '.github', 'ignore-me', 'model.sig'],
    },
  },
};

/** The signed envelopes of the other two methods, and the key in the first certificate of each. */
export const OTHER_METHODS = {
  x509CertificateChain: {
    leafKey: VECTOR_PUBLIC_KEY,
    envelope: {
      payload: base64(JSON.stringify(STATEMENT_CERTIFICATE, null, 2)),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [
        {
          sig: 'MGYCMQDgK8J5pgonUXv6XN5eRVCdCSNAOiTw/vt4Wbts/PJTPEb4pFD/3eVoX+zXoqUjyc8CMQD/0OdFSr/2kHile4v7Tw/eeKXbnWjD6MB7/nu5DcB74MNeJf9dhmN16omZKCZOdqg=',
          keyid: '',
        },
      ],
    },
  },
  certificate: {
    leafKey: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY32c1Qu5APmRfKordQ/HXajD0mwI
RvF1YU/EQGQ0dlraWVlHZW5AJvd1EdaQS0iD+oobZBSaJO7gQCbqnVvpFQ==
-----END PUBLIC KEY-----
`,
    envelope: {
      payload: base64(JSON.stringify(STATEMENT_SIGSTORE, null, 2)),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [
        {
          sig: 'MEUCIBjOA8VWIbY+YMdukGU1P0MHoCVjbibYKRvKp+ddAr4FAiEAtRi0049nhfNTX6r4sxpPJYmnmcMeI1ylYD/ak8qK1yg=',
        },
      ],
    },
  },
};
