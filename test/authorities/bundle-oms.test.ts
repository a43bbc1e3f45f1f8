import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';
import {
  countersignBundle,
  generateSigningKey,
  signBundle,
  verifyBundle,
  verifySignedFolder,
  writeBundle,
} from '../../policies/bundle/index.ts';
import { contentOf, now } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { readSignature, signatureFile } from '../policies/bundle/forge.ts';
import {
  METHOD_VECTOR_FILES,
  OTHER_METHODS,
  SIGNATURE_1_0_0,
  SIGNATURE_1_0_1,
  SIGNATURE_1_1_0,
  VECTOR_FILES,
  VECTOR_HINT,
  VECTOR_PUBLIC_KEY,
} from './bundle-vectors.ts';
import { BUNDLE_SCHEMA, STATEMENT_SCHEMA } from './oms-schemas.ts';
import { python, pythonHas } from './python.ts';

/** Number of the algorithm in sigstore_common.proto (PublicKeyDetails). */
const PKIX_ECDSA_P256_SHA_256 = 5;

const folder = temporaryFolder();
const key = generateSigningKey();
let count = 0;

function newFolder(): string {
  const dir = join(folder, `model-${count++}`);
  mkdirSync(dir);
  return dir;
}

describe('signatures published by the reference implementation', () => {
  function vectorFolder(signature: unknown, files: Readonly<Record<string, string>> = VECTOR_FILES): string {
    const dir = newFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
    writeFileSync(join(dir, 'model.sig'), JSON.stringify(signature));
    return dir;
  }

  it('verifies v1.1.0: P-384 with SHA-384, hint, files, ignored paths and root', () => {
    const verified = verifySignedFolder(vectorFolder(SIGNATURE_1_1_0), VECTOR_PUBLIC_KEY, 'model.sig');
    expect(verified.keyHint).toBe(VECTOR_HINT);
    expect(verified.statement.rootDigest).toMatch(/^92745110/);
    expect([...verified.files.keys()]).toEqual(['signme-1', 'signme-2']);
  });

  it('refuses v1.1.0 over a changed file', () => {
    const dir = vectorFolder(SIGNATURE_1_1_0);
    appendFileSync(join(dir, 'signme-2'), '\n');
    expect(() => verifySignedFolder(dir, VECTOR_PUBLIC_KEY, 'model.sig')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_CHANGED' }),
    );
  });

  it('verifies v1.0.1, which carries its key: files and root of the same two files', () => {
    const dir = vectorFolder(SIGNATURE_1_0_1);
    // That version recorded no ignored paths: a file beside the signed ones is one too many.
    expect(() => verifySignedFolder(dir, VECTOR_PUBLIC_KEY, 'model.sig')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_EXTRA' }),
    );
    rmSync(join(dir, 'ignore-me'));
    const verified = verifySignedFolder(dir, VECTOR_PUBLIC_KEY, 'model.sig');
    expect(verified.keyHint).toBe(VECTOR_HINT);
    expect(verified.statement.rootDigest).toBe('92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4');
    expect(() => verifySignedFolder(dir, key.publicKeyPem, 'model.sig')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_KEY' }),
    );
  });

  it.each(['x509CertificateChain', 'certificate'] as const)(
    'finds envelope, statement and files of method %s right, by the key of its certificate, and refuses the method',
    (method) => {
      const { envelope, leafKey } = OTHER_METHODS[method];
      const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
      const hint = createHash('sha256').update(leafKey).digest('hex');
      // The envelope does not sign by which method its key is named: with the key itself everything below must hold.
      const byKey = { mediaType, verificationMaterial: { publicKey: { hint } }, dsseEnvelope: envelope };
      const verified = verifySignedFolder(vectorFolder(byKey, METHOD_VECTOR_FILES), leafKey, 'model.sig');
      expect(verified.statement.rootDigest).toMatch(/^61d4849d/);
      expect([...verified.files.keys()]).toEqual(['signme-1', 'signme-2']);
      const asPublished = {
        mediaType,
        verificationMaterial: { [method]: {}, tlogEntries: [] },
        dsseEnvelope: envelope,
      };
      const refused = vectorFolder(asPublished, METHOD_VECTOR_FILES);
      expect(() => verifySignedFolder(refused, leafKey, 'model.sig')).toThrow(
        expect.objectContaining({
          code: 'BUNDLE_MALFORMED',
          message: expect.stringContaining(`'${method}'`) as string,
        }),
      );
    },
  );

  it('reads the embedded key and the signature of v1.0.0, then refuses its resource named "."', () => {
    // The name is checked after key and signature: reaching it shows that both were accepted.
    expect(() => verifySignedFolder(vectorFolder(SIGNATURE_1_0_0), VECTOR_PUBLIC_KEY, 'model.sig')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MALFORMED', message: expect.stringContaining('"."') as string }),
    );
    expect(() => verifySignedFolder(vectorFolder(SIGNATURE_1_0_0), key.publicKeyPem, 'model.sig')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_KEY' }),
    );
  });
});

describe('the JSON schemas of the specification, re-stated', () => {
  const payloadOf = (signature: { dsseEnvelope: { payload: string } }): unknown =>
    JSON.parse(Buffer.from(signature.dsseEnvelope.payload, 'base64').toString());
  const dir = newFolder();
  writeFileSync(join(dir, 'a.txt'), 'a');
  signBundle(dir, key.privateKeyPem);
  const ours = readSignature(dir);

  it.each([
    ['ours', ours],
    ['v1.1.0', SIGNATURE_1_1_0],
    ['v1.0.1', SIGNATURE_1_0_1],
    ['v1.0.0', SIGNATURE_1_0_0],
  ])('accept both layers of %s', (_, signature) => {
    expect(BUNDLE_SCHEMA.safeParse(signature).error).toBeUndefined();
    expect(STATEMENT_SCHEMA.safeParse(payloadOf(signature)).error).toBeUndefined();
  });

  /** Names and faults of the specification's own invalid vectors. */
  const invalid: [string, (signature: Record<string, unknown>) => void][] = [
    ['missing-envelope', (signature) => delete signature['dsseEnvelope']],
    ['missing-verification-material', (signature) => delete signature['verificationMaterial']],
    [
      'missing-tlog-entries',
      (signature) => (signature['verificationMaterial'] = { certificate: { rawBytes: 'AA==' } }),
    ],
  ];
  it.each(invalid)('and our verifier refuse %s', (name, change) => {
    const signature = structuredClone(ours) as unknown as Record<string, unknown>;
    change(signature);
    expect(BUNDLE_SCHEMA.safeParse(signature).success).toBe(false);
    const bad = newFolder();
    writeFileSync(join(bad, 'a.txt'), 'a');
    writeFileSync(join(bad, 'bundle.sig'), JSON.stringify(signature));
    expect(() => verifySignedFolder(bad, key.publicKeyPem), name).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
    );
  });

  it('and our verifier refuse a wrong predicate, edited after signing or signed as it is', () => {
    const statement = payloadOf(ours) as Record<string, unknown>;
    const wrong = JSON.stringify({ ...statement, predicateType: 'https://example.com/other/v1' });
    expect(STATEMENT_SCHEMA.safeParse(JSON.parse(wrong)).success).toBe(false);
    const edited = structuredClone(ours);
    edited.dsseEnvelope.payload = Buffer.from(wrong).toString('base64');
    const signed = signatureFile(wrong, key.privateKeyPem);
    for (const [signature, code] of [
      [edited, 'BUNDLE_SIGNATURE'],
      [signed, 'BUNDLE_MALFORMED'],
    ] as const) {
      writeFileSync(join(dir, 'bundle.sig'), JSON.stringify(signature));
      expect(() => verifySignedFolder(dir, key.publicKeyPem)).toThrow(expect.objectContaining({ code }));
    }
  });
});

describe('our signatures in the JavaScript libraries of Sigstore', () => {
  /** The key method names no time and no log: every threshold is zero. */
  function verifyWithSigstore(signature: unknown, publicKeyPem: string): void {
    const rawBytes = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
    const nothing = { mediaType: '', tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
    const trusted = { rawBytes, keyDetails: PKIX_ECDSA_P256_SHA_256, validFor: undefined };
    const trust = toTrustMaterial(nothing, { [key.hint]: trusted });
    const verifier = new Verifier(trust, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 });
    verifier.verify(toSignedEntity(bundleFromJSON(signature)));
  }

  it('parse and verify', () => {
    const dir = newFolder();
    writeFileSync(join(dir, 'a.txt'), 'a');
    signBundle(dir, key.privateKeyPem);
    verifyWithSigstore(readSignature(dir), key.publicKeyPem);
    expect(() => {
      verifyWithSigstore(readSignature(dir), generateSigningKey().publicKeyPem);
    }).toThrow(/signature verification failed/);
  });
});

describe('the Python reference implementation (PyPI model_signing)', () => {
  const found = pythonHas(['model_signing.signing', 'model_signing.verifying']);
  const run = found ? it : it.skip;
  if (!found) console.warn('SKIPPED: Python with model_signing not found (set PYTHON to one that has it).');
  const cli = (...args: string[]): string => python(['-m', 'model_signing', ...args]);
  const keyFile = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  run('verifies our bundles, and refuses a changed, an extra and a missing file', { timeout: 120_000 }, () => {
    const dir = join(folder, 'ours');
    writeBundle(dir, contentOf(1), { privateKeyPem: key.privateKeyPem });
    const publicKey = keyFile('public.pem', key.publicKeyPem);
    const verify = (): string =>
      cli('verify', 'key', dir, '--signature', join(dir, 'bundle.sig'), '--public_key', publicKey);
    expect(verify()).toContain('Verification succeeded');

    const weights = readFileSync(join(dir, 'weights.bin'));
    appendFileSync(join(dir, 'weights.bin'), 'x');
    expect(verify).toThrow(/weights\.bin/);
    rmSync(join(dir, 'weights.bin'));
    expect(verify).toThrow(/Missing files.*weights\.bin/);
    writeFileSync(join(dir, 'weights.bin'), weights);
    writeFileSync(join(dir, 'extra.txt'), 'x');
    expect(verify).toThrow(/Extra files.*extra\.txt/);
  });

  run('verifies our bundles with flight keys: flight.sig is no file that it misses', { timeout: 120_000 }, () => {
    const dir = join(folder, 'ours-for-flight');
    const flight = generateSigningKey('ed25519');
    const furtherKeyPems = [flight.privateKeyPem];
    writeBundle(dir, contentOf(1), { privateKeyPem: key.privateKeyPem, furtherKeyPems });
    expect(verifyBundle(dir, { publicKeyPem: flight.publicKeyPem, now }).keyHint).toBe(flight.hint);
    const verifyWith = (publicKeyPem: string): string => {
      const publicKey = keyFile('some.pem', publicKeyPem);
      return cli('verify', 'key', dir, '--signature', join(dir, 'bundle.sig'), '--public_key', publicKey);
    };
    expect(verifyWith(key.publicKeyPem)).toContain('Verification succeeded');
    expect(() => verifyWith(generateSigningKey().publicKeyPem)).toThrow(/Key mismatch/);
  });

  run('makes signatures that we verify, over a bundle of ours', { timeout: 120_000 }, () => {
    const dir = join(folder, 'theirs');
    writeBundle(dir, contentOf(1));
    const privateKey = keyFile('private.pem', key.privateKeyPem);
    cli('sign', 'key', dir, '--signature', join(dir, 'bundle.sig'), '--private_key', privateKey);
    const verified = verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now });
    expect(verified.keyHint).toBe(key.hint);
    expect(verified.files).toHaveLength(12);
    // A flight key can clear what they signed.
    const flight = generateSigningKey('ed25519');
    countersignBundle(dir, flight.privateKeyPem);
    expect(verifyBundle(dir, { publicKeyPem: flight.publicKeyPem, now }).rootDigest).toBe(verified.rootDigest);
    signBundle(dir, key.privateKeyPem);
    expect(verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now }).rootDigest).toBe(verified.rootDigest);
  });

  run.each(['P-384', 'P-521'])('agrees with us about keys on %s, in both directions', { timeout: 120_000 }, (curve) => {
    const pair = generateKeyPairSync('ec', { namedCurve: curve });
    const privateKeyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const privateKey = keyFile(`${curve}-private.pem`, privateKeyPem);
    const publicKey = keyFile(`${curve}-public.pem`, publicKeyPem);
    const dir = newFolder();
    writeFileSync(join(dir, 'a.txt'), 'a');
    const signature = join(dir, 'bundle.sig');
    signBundle(dir, privateKeyPem);
    const said = cli('verify', 'key', dir, '--signature', signature, '--public_key', publicKey);
    expect(said).toContain('Verification succeeded');
    rmSync(signature);
    cli('sign', 'key', dir, '--signature', signature, '--private_key', privateKey);
    expect([...verifySignedFolder(dir, publicKeyPem).files.keys()]).toEqual(['a.txt']);
  });
});
