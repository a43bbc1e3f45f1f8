import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { decisionSpecHash, SPACE_CLOUD_SPEC, SpaceCloudError } from '../../../core/index.ts';
import {
  generateSigningKey,
  signBundle,
  verifyBundle,
  verifySignedFolder,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import {
  honestStatement,
  readSignature,
  signatureFile,
  type SignatureFile,
  type Statement,
  statementOver,
  writeSignature,
} from './forge.ts';

const FILES = [
  'README.txt',
  'cache.int8.onnx',
  'cache.onnx',
  'evaluation.json',
  'forward.int8.onnx',
  'forward.onnx',
  'golden.json',
  'normaliser.json',
  'place.int8.onnx',
  'place.onnx',
  'policy.json',
  'weights.bin',
];
const key = generateSigningKey();
const otherKey = generateSigningKey();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const folder = temporaryFolder();
const pristine = join(folder, 'pristine');
writeBundle(pristine, contentOf(1), { privateKeyPem: key.privateKeyPem });

let dir = '';
let copies = 0;
beforeEach(() => {
  dir = join(folder, `copy-${copies++}`);
  cpSync(pristine, dir, { recursive: true });
});

const verify = (options: { now?: () => number; specHash?: string; publicKeyPem?: string } = {}) =>
  verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now, ...options });

/** The refusal: its code, its text with place and hint. */
function refusal(run: () => unknown): { code: string; text: string; hint: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof SpaceCloudError) return { code: error.code, text: error.toString(), hint: error.hint };
    throw error;
  }
  throw new Error('Expected a refusal, got none.');
}

/** Expects the code, a message that names the file or fault, and a hint. */
function expectRefusal(code: string, names: string | RegExp, run: () => unknown = verify): void {
  const { text, ...got } = refusal(run);
  expect(got.code).toBe(code);
  expect(text).toMatch(names);
  expect(got.hint).toMatch(/\w/);
}

/** Signs correctly whatever `change` makes of the honest statement. */
function forgeStatement(change: (statement: Statement) => unknown): void {
  const statement = honestStatement(dir);
  const changed = change(statement) ?? statement;
  writeSignature(dir, signatureFile(changed, key.privateKeyPem));
}

/** Bends the layers around an untouched, correctly signed payload. */
function bendSignature(change: (signature: SignatureFile) => void): void {
  const signature = readSignature(dir);
  change(signature);
  writeSignature(dir, signature);
}

/** Changes a file and signs the folder again. */
function rewrite(name: string, change: (text: string) => string): void {
  const path = join(dir, name);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  signBundle(dir, key.privateKeyPem);
}

describe('an untouched bundle', () => {
  it('verifies, by our signer and by the signer of these tests', () => {
    const verified = verify({ specHash: decisionSpecHash(SPACE_CLOUD_SPEC) });
    expect(verified.files.map(({ name }) => name)).toEqual(FILES);
    expect(verified.golden).toMatchObject({ rows: 12 });
    forgeStatement(() => undefined);
    expect(verify().rootDigest).toBe(verified.rootDigest);
  });

  it.each([['absent'], [''], [null]])('is accepted with keyid %s, which nobody reads', (keyid) => {
    bendSignature((signature) => {
      const sig = signature.dsseEnvelope.signatures[0]?.sig as string;
      signature.dsseEnvelope.signatures = [keyid === 'absent' ? { sig } : { sig, keyid }];
    });
    expect(verify().keyHint).toBe(key.hint);
  });

  it('is accepted without tlogEntries, which the key method does not need', () => {
    bendSignature((signature) => {
      delete signature.verificationMaterial['tlogEntries'];
    });
    expect(verify().keyHint).toBe(key.hint);
  });
});

describe('files that are not what was signed', () => {
  it.each(FILES)('refuses one changed bit in %s', (name) => {
    const path = join(dir, name);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] as number) ^ 1;
    writeFileSync(path, bytes);
    expectRefusal('BUNDLE_CHANGED', name);
  });

  it.each(FILES)('refuses a folder without %s', (name) => {
    rmSync(join(dir, name));
    expectRefusal('BUNDLE_MISSING', name);
  });

  it('refuses an appended byte', () => {
    writeFileSync(join(dir, 'weights.bin'), Buffer.concat([readFileSync(join(dir, 'weights.bin')), Buffer.of(0)]));
    expectRefusal('BUNDLE_CHANGED', 'weights.bin');
  });

  it('refuses an extra file', () => {
    writeFileSync(join(dir, 'run.sh'), '');
    expectRefusal('BUNDLE_EXTRA', 'run.sh');
  });

  it('refuses an extra file in a folder below, and one with a hidden name', () => {
    mkdirSync(join(dir, 'sub'));
    writeFileSync(join(dir, 'sub', '.hidden'), 'x');
    expectRefusal('BUNDLE_EXTRA', 'sub/.hidden');
  });

  it('refuses a .git folder: our signatures leave out only the signature itself', () => {
    mkdirSync(join(dir, '.git'));
    writeFileSync(join(dir, '.git', 'config'), 'x');
    expectRefusal('BUNDLE_EXTRA', '.git/config');
  });

  it('refuses a file renamed in case, and says which it found', () => {
    renameSync(join(dir, 'policy.json'), join(dir, 'Policy.json'));
    expectRefusal('BUNDLE_MISSING', /policy\.json.*Policy\.json/);
  });

  it('refuses a symbolic link, even to the right content', () => {
    renameSync(join(dir, 'weights.bin'), join(folder, `outside-${copies}.bin`));
    symlinkSync(join(folder, `outside-${copies}.bin`), join(dir, 'weights.bin'));
    expectRefusal('BUNDLE_MALFORMED', /symbolic link 'weights\.bin'/);
  });

  it('refuses a signature that is a symbolic link', () => {
    renameSync(join(dir, 'bundle.sig'), join(folder, `outside-${copies}.sig`));
    symlinkSync(join(folder, `outside-${copies}.sig`), join(dir, 'bundle.sig'));
    expectRefusal('BUNDLE_MALFORMED', /symbolic link 'bundle\.sig'/);
  });

  it('refuses a name that is not UTF-8', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x61, 0xff)]), 'x');
    expectRefusal('BUNDLE_MALFORMED', /UTF-8/);
  });

  it('says which folder does not exist', () => {
    expectRefusal('FILE_NOT_FOUND', 'nowhere', () =>
      verifyBundle(join(folder, 'nowhere'), { publicKeyPem: key.publicKeyPem, now }),
    );
  });
});

describe('keys and signatures', () => {
  it('refuses a bundle signed by another key', () => {
    signBundle(dir, otherKey.privateKeyPem);
    expectRefusal('BUNDLE_KEY', otherKey.hint);
  });

  it('refuses a signature by another key under the trusted hint', () => {
    const signature = signatureFile(honestStatement(dir), otherKey.privateKeyPem);
    signature.verificationMaterial['publicKey'] = { hint: key.hint };
    writeSignature(dir, signature);
    expectRefusal('BUNDLE_SIGNATURE', 'bundle.sig');
  });

  it('refuses a signature by another key without a hint', () => {
    const signature = signatureFile(honestStatement(dir), otherKey.privateKeyPem);
    signature.verificationMaterial['publicKey'] = {};
    writeSignature(dir, signature);
    expectRefusal('BUNDLE_SIGNATURE', 'bundle.sig');
  });

  it('refuses another key embedded in the older form', () => {
    const signature = signatureFile(honestStatement(dir), otherKey.privateKeyPem);
    const rawBytes = Buffer.from(otherKey.publicKeyPem).toString('base64');
    signature.verificationMaterial['publicKey'] = { rawBytes, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
    writeSignature(dir, signature);
    expectRefusal('BUNDLE_KEY', 'embedded');
  });

  it('refuses a tampered payload', () => {
    bendSignature((signature) => {
      const payload = Buffer.from(signature.dsseEnvelope.payload, 'base64').toString();
      signature.dsseEnvelope.payload = Buffer.from(payload.replace('"files"', '"filez"')).toString('base64');
    });
    expectRefusal('BUNDLE_SIGNATURE', 'bundle.sig');
  });

  it('refuses a tampered signature', () => {
    bendSignature((signature) => {
      const sig = Buffer.from(signature.dsseEnvelope.signatures[0]?.sig as string, 'base64');
      sig[sig.length - 1] = (sig[sig.length - 1] as number) ^ 1;
      signature.dsseEnvelope.signatures = [{ sig: sig.toString('base64') }];
    });
    expectRefusal('BUNDLE_SIGNATURE', 'bundle.sig');
  });

  it('refuses the right payload re-serialised: signed are the bytes, not the object', () => {
    bendSignature((signature) => {
      const payload = JSON.parse(Buffer.from(signature.dsseEnvelope.payload, 'base64').toString()) as unknown;
      signature.dsseEnvelope.payload = Buffer.from(JSON.stringify(payload, null, 1)).toString('base64');
    });
    expectRefusal('BUNDLE_SIGNATURE', 'bundle.sig');
  });

  it.each([
    ['a private key', key.privateKeyPem],
    ['no PEM', 'hello'],
    ['an RSA key', rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string],
  ])('calls it misuse when the trusted key is %s', (_, publicKeyPem) => {
    expectRefusal('MISUSE', 'public key', () => verify({ publicKeyPem }));
  });
});

describe('the signature file', () => {
  it('must be there', () => {
    rmSync(join(dir, 'bundle.sig'));
    expectRefusal('BUNDLE_MISSING', 'bundle.sig');
  });

  it.each([
    ['empty', ''],
    ['not JSON', '{'],
    ['a JSON null', 'null'],
    ['not UTF-8', Buffer.of(0x22, 0xff, 0x22)],
  ])('is refused when %s', (_, content) => {
    writeFileSync(join(dir, 'bundle.sig'), content);
    expectRefusal('BUNDLE_MALFORMED', 'bundle.sig');
  });

  const bent: [string, RegExp, (signature: SignatureFile) => void][] = [
    ['without mediaType', /mediaType/, (s) => delete (s as Partial<SignatureFile>).mediaType],
    ['of media type v0.2', /mediaType/, (s) => (s.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2')],
    ['whose media type only starts right', /mediaType/, (s) => (s.mediaType = `${String(s.mediaType)}+x`)],
    ['without envelope', /dsseEnvelope/, (s) => delete (s as Partial<SignatureFile>).dsseEnvelope],
    ['without material', /verificationMaterial/, (s) => delete (s as Partial<SignatureFile>).verificationMaterial],
    ['without a method', /got none/, (s) => (s.verificationMaterial = { tlogEntries: [] })],
    [
      'with two methods',
      /publicKey and certificate/,
      (s) => (s.verificationMaterial['certificate'] = { rawBytes: 'AA==' }),
    ],
    ['by a certificate chain', /x509CertificateChain/, (s) => (s.verificationMaterial = { x509CertificateChain: {} })],
    [
      'by sigstore',
      /certificate/,
      (s) => (s.verificationMaterial = { certificate: { rawBytes: 'AA==' }, tlogEntries: [] }),
    ],
    ['of another payload type', /payloadType/, (s) => (s.dsseEnvelope.payloadType = 'application/json')],
    ['without signatures', /signatures/, (s) => (s.dsseEnvelope.signatures = [])],
    ['with broken base64', /base64/, (s) => (s.dsseEnvelope.payload += '*')],
    ['with a member of its own', /note/, (s) => (s['note'] = 'x')],
    ['with a member of its own in the envelope', /note/, (s) => Object.assign(s.dsseEnvelope, { note: 'x' })],
  ];
  it.each(bent)('is refused %s', (_, names, change) => {
    bendSignature(change);
    expectRefusal('BUNDLE_MALFORMED', names);
  });
});

describe('a statement that is correctly signed', () => {
  const forged: [string, RegExp, (statement: Statement) => unknown][] = [
    ['is not JSON', /JSON/, () => 'not json'],
    ['is of another type', /_type/, (s) => void (s._type = 'https://in-toto.io/Statement/v0.1')],
    [
      'has the predicate type of v0.1',
      /predicateType/,
      (s) => void (s.predicateType = 'https://model_signing/Digests/v0.1'),
    ],
    [
      'has a later predicate type',
      /predicateType/,
      (s) => void (s.predicateType = 'https://model_signing/signature/v1.1'),
    ],
    [
      'has two subjects',
      /subject/,
      (s) => void (s.subject = [(s.subject as unknown[])[0], (s.subject as unknown[])[0]]),
    ],
    [
      'has a subject without sha256',
      /sha256/,
      (s) => void (s.subject = [{ name: 'bundle', digest: { sha512: 'aa' } }]),
    ],
    ['has the root digest of other resources', /root digest/, (s) => void (s.subject = statementOver([]).subject)],
    ['lists no resources', /resources/, () => statementOver([])],
    ['lists resources unsorted', /sorted/, (s) => statementOver([...s.predicate.resources].reverse())],
    [
      'lists a resource twice',
      /twice/,
      (s) => statementOver([s.predicate.resources[0], ...s.predicate.resources] as Statement['predicate']['resources']),
    ],
    ['names a file above the folder', /'?"\.\.\/weights\.bin/, (s) => statementOver([named(s, '../weights.bin')])],
    ['names a file by way of the folder above', /a\/\.\.\/b/, (s) => statementOver([named(s, 'a/../b')])],
    ['names a file from the root', /\/etc\/passwd/, (s) => statementOver([named(s, '/etc/passwd')])],
    ['names a file with ./', /\.\/policy/, (s) => statementOver([named(s, './policy.json')])],
    ['names a file with //', /a\/\/b/, (s) => statementOver([named(s, 'a//b')])],
    ['names a folder', /sub\//, (s) => statementOver([named(s, 'sub/')])],
    ['names a file with half a surrogate pair', /ud800/, (s) => statementOver([named(s, '\ud800')])],
    ['has a digest of the wrong length', /hex/, (s) => statementOver([{ ...first(s), digest: 'abcd' }])],
    [
      'has a digest in upper case',
      /hex/,
      (s) => statementOver([{ ...first(s), digest: first(s).digest.toUpperCase() }, ...s.predicate.resources.slice(1)]),
    ],
    [
      'hashes a resource otherwise than stated',
      /algorithm/,
      (s) => statementOver([{ ...first(s), algorithm: 'blake2b' }]),
    ],
    ['hashes by an unknown algorithm', /hash_type/, (s) => void (s.predicate.serialization['hash_type'] = 'md5')],
    ['is serialised in shards', /method/, (s) => void (s.predicate.serialization['method'] = 'shards')],
    ['has shard_size with files', /shard_size/, (s) => void (s.predicate.serialization['shard_size'] = 1000)],
    ['allows symbolic links', /allow_symlinks/, (s) => void (s.predicate.serialization['allow_symlinks'] = true)],
    [
      'has no serialization',
      /serialization/,
      (s) => void delete (s.predicate as Partial<Statement['predicate']>).serialization,
    ],
    ['ignores by glob', /globs/, (s) => void (s.predicate.serialization['ignore_paths'] = ['*'])],
    ['ignores above the folder', /ignored path/, (s) => void (s.predicate.serialization['ignore_paths'] = ['../x'])],
    ['has a member of its own', /note/, (s) => void (s['note'] = 'x')],
  ];
  it.each(forged)('is refused when it %s', (_, names, change) => {
    forgeStatement(change);
    expectRefusal('BUNDLE_MALFORMED', names);
  });

  it('hides nothing from a bundle by ignoring a file it needs', () => {
    forgeStatement((s) => {
      const rest = statementOver(s.predicate.resources.filter(({ name }) => name !== 'weights.bin'));
      rest.predicate.serialization['ignore_paths'] = ['bundle.sig', 'weights.bin'];
      return rest;
    });
    expectRefusal('BUNDLE_MALFORMED', 'weights.bin');
  });

  it('may ignore paths that are recorded in it, with all below them', () => {
    const statement = honestStatement(dir);
    statement.predicate.serialization['ignore_paths'] = ['bundle.sig', '.git', '.gitignore'];
    writeSignature(dir, signatureFile(statement, key.privateKeyPem));
    mkdirSync(join(dir, '.git'));
    writeFileSync(join(dir, '.git', 'config'), 'x');
    writeFileSync(join(dir, '.gitignore'), 'x');
    expect(verifySignedFolder(dir, key.publicKeyPem).files.size).toBe(FILES.length);
    writeFileSync(join(dir, '.github'), 'x');
    expectRefusal('BUNDLE_EXTRA', '.github');
  });
});

describe('a signed bundle that may not be used', () => {
  const at = (iso: string) => ({ now: () => Date.parse(iso) });

  it('is refused before its window, and from its end on', () => {
    expectRefusal('BUNDLE_EXPIRED', 'not valid yet', () => verify(at('2026-11-21T23:59:59.999Z')));
    expect(verify(at('2026-11-22T00:00:00Z')).manifest.version).toBe(3);
    expect(verify(at('2027-05-21T23:59:59.999Z')).manifest.version).toBe(3);
    expectRefusal('BUNDLE_EXPIRED', 'expired', () => verify(at('2027-05-22T00:00:00Z')));
  });

  it('is refused when the clock is no number', () => {
    expectRefusal('BUNDLE_EXPIRED', 'policy.json', () => verify({ now: () => NaN }));
  });

  it('is refused for another decision specification', () => {
    const other = decisionSpecHash({ ...SPACE_CLOUD_SPEC, version: SPACE_CLOUD_SPEC.version + 1 });
    expectRefusal('BUNDLE_SPEC', other, () => verify({ specHash: other }));
  });

  it('is refused when one weight does not give the golden logits', () => {
    const path = join(dir, 'weights.bin');
    const bytes = readFileSync(path);
    bytes.writeFloatLE(bytes.readFloatLE(0) + 1, 0);
    writeFileSync(path, bytes);
    signBundle(dir, key.privateKeyPem);
    expectRefusal('BUNDLE_GOLDEN', /golden\.json.*row \d+, candidate \d+/);
  });

  it('is refused when a golden choice is not the best', () => {
    rewrite('golden.json', (text) => {
      const golden = JSON.parse(text) as { rows: { mask: number[]; choice: number }[] };
      const row = golden.rows.find(({ mask }) => mask.length > 1) as { mask: number[]; choice: number };
      row.choice = row.choice === 0 ? 1 : 0;
      return JSON.stringify(golden);
    });
    expectRefusal('BUNDLE_GOLDEN', /choice/);
  });

  it('is refused when its golden tolerance was widened', () => {
    rewrite('golden.json', (text) => text.replace('"tolerance": 0.00001', '"tolerance": 1000'));
    expectRefusal('BUNDLE_MALFORMED', /tolerance/);
  });

  const rewritten: [string, string, RegExp, (text: string) => string][] = [
    ['policy.json', 'is not JSON', /JSON/, () => '{'],
    [
      'policy.json',
      'is of another format version',
      /format version 2, got version 3/,
      (t) => t.replace('"formatVersion": 2', '"formatVersion": 3'),
    ],
    [
      'policy.json',
      'has a member unknown here',
      /surprise/,
      (t) => t.replace('"fallback"', '"surprise": 1,\n  "fallback"'),
    ],
    ['policy.json', 'changes a feature but not the hash', /specHash/, (t) => t.replace('"ageS"', '"ageMin"')],
    ['policy.json', 'describes another network', /weight tensors/, (t) => t.replace('"hidden": 32', '"hidden": 31')],
    ['policy.json', 'turns its window round', /notBefore/, (t) => t.replace('2027-05-22', '2025-05-22')],
    [
      'policy.json',
      'gives a time without zone',
      /validity/,
      (t) => t.replace('2027-05-22T00:00:00Z', '2027-05-22T00:00:00'),
    ],
    ['policy.json', 'breaks ties another way', /tieBreak/, (t) => t.replace('lowest-index', 'highest-index')],
    ['policy.json', 'names another graph', /ONNX/, (t) => t.replace('"place.onnx"', '"other.onnx"')],
    ['weights.bin', 'is short', /weights/, (t) => t.slice(0, 100)],
    ['normaliser.json', 'has a deviation of zero', /std/, (t) => t.replace(/"std": [0-9.]+/, '"std": 0')],
    ['normaliser.json', 'names another feature', /features/, (t) => t.replace('"sizeMbit"', '"sizeMB"')],
    ['normaliser.json', 'clips elsewhere', /clip/, (t) => t.replace('"clip": 10', '"clip": 5')],
    ['golden.json', 'has no rows', /rows/, () => '{"tolerance": 0.00001, "rows": []}'],
    ['golden.json', 'leaves out a kind', /'cache'/, (t) => JSON.stringify({ ...JSON.parse(t), rows: withoutCache(t) })],
    ['golden.json', 'has a row of the wrong width', /row 0/, (t) => t.replace(/"context": \[/, '"context": [0, ')],
  ];
  it.each(rewritten)('is refused when %s %s', (name, _, names, change) => {
    rewrite(name, change);
    const { code, text } = refusal(verify);
    expect(code).toBe('BUNDLE_MALFORMED');
    expect(text).toContain(name);
    expect(text).toMatch(names);
  });

  it('is refused when it is signed but no bundle', () => {
    for (const name of FILES.slice(1)) rmSync(join(dir, name));
    signBundle(dir, key.privateKeyPem);
    expectRefusal('BUNDLE_MALFORMED', /policy\.json/);
  });
});

function first(statement: Statement) {
  return statement.predicate.resources[0] as Statement['predicate']['resources'][number];
}

function named(statement: Statement, name: string) {
  return { ...first(statement), name };
}

function withoutCache(text: string): unknown[] {
  return (JSON.parse(text) as { rows: { kind: string }[] }).rows.filter(({ kind }) => kind !== 'cache');
}
