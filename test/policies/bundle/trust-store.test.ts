import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createTrustStore,
  nextTrustStore,
  peekDocument,
  readTrustStore,
  signDocumentAgain,
  type TrustStore,
} from '../../../policies/bundle/index.ts';
import { now } from './content.ts';
import { sha256 } from './forge.ts';
import {
  asFile,
  bent,
  expectRefused,
  KEYS,
  listText,
  orderText,
  storeContent,
  storeText,
  trustedKey,
  trustStore,
  withPayload,
} from './trust-fixture.ts';

const read = (text: string, clock = now): TrustStore => readTrustStore(asFile(text, 'trust.json'), { now: clock });
const at = (iso: string) => (): number => Date.parse(iso);

describe('a trust store', () => {
  it('says what was put in, and names its bytes by their SHA-256', () => {
    const text = storeText();
    const payload = Buffer.from((JSON.parse(text) as { payload: string }).payload, 'base64');
    const { content, digest, text: kept } = read(text);
    expect(content).toEqual({ format: 'spacecloud-trust-store', formatVersion: 1, ...storeContent() });
    expect(digest).toBe(sha256(payload));
    expect(kept).toBe(text);
  });

  it('is accepted from any writer of DSSE envelopes: the layout is the published one', () => {
    const payload = Buffer.from(
      JSON.stringify({ format: 'spacecloud-trust-store', formatVersion: 1, ...storeContent() }),
    );
    const type = 'application/vnd.spacecloud.trust-store+json'; // 43 bytes
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 43 ${type} ${payload.length} `), payload]);
    const sig = sign(null, encoded, KEYS.root.privateKeyPem).toString('base64');
    const keyid = sha256(createPublicKey(KEYS.root.privateKeyPem).export({ type: 'spki', format: 'pem' }));
    const envelope = { payload: payload.toString('base64'), payloadType: type, signatures: [{ keyid, sig }] };
    expect(read(JSON.stringify(envelope, undefined, 2)).content.version).toBe(1);
  });

  it('is valid from its issue until just before it expires', () => {
    expectRefused('TRUST_STORE', /issued before now/, () => read(storeText(), at('2026-10-31T23:59:59.999Z')));
    expect(read(storeText(), at('2026-11-01T00:00:00Z')).content.version).toBe(1);
    expect(read(storeText(), at('2027-12-31T23:59:59.999Z')).content.version).toBe(1);
    expectRefused('TRUST_STORE', /expired 2028-01-01/, () => read(storeText(), at('2028-01-01T00:00:00Z')));
    expectRefused('TRUST_STORE', /./, () => read(storeText(), () => NaN));
  });

  it('takes a wrong clock into account as far as it is told to', () => {
    const early = { now: at('2026-10-31T23:59:00Z') };
    const place = asFile(storeText());
    expectRefused('TRUST_STORE', /issued/, () => readTrustStore(place, { ...early, clockSkewS: 59 }));
    expect(readTrustStore(place, { ...early, clockSkewS: 60 }).content.version).toBe(1);
    for (const clockSkewS of [-1, NaN, Infinity]) {
      expectRefused('MISUSE', /clockSkewS/, () => readTrustStore(place, { now, clockSkewS }));
    }
  });

  it.each([
    ['a stranger alone', [KEYS.stranger]],
    ['a key of it that may not sign stores', [KEYS.publisher]],
    ['a stranger and a publisher', [KEYS.stranger, KEYS.publisher]],
  ])('is refused when signed by %s', (_, signers) => {
    expectRefused('TRUST_STORE', /signed by 1 of 1 keys.*got none/, () => read(storeText({}, signers)));
  });

  it('needs as many of its own trust keys as it says', () => {
    const keys = [...storeContent().keys, trustedKey('second-root', KEYS.secondRoot, ['trust'])];
    const thresholds = { ...storeContent().thresholds, trust: 2 };
    const one = storeText({ keys, thresholds });
    expectRefused('TRUST_STORE', /2 of 2 keys.*'root'/, () => read(one));
    const both = signDocumentAgain(asFile(one), KEYS.secondRoot.privateKeyPem);
    expect(peekDocument(asFile(both)).signedBy).toHaveLength(2);
    expect(read(both).content.thresholds.trust).toBe(2);
    // Signing again replaces: the same key twice is still one.
    expect(peekDocument(asFile(signDocumentAgain(asFile(both), KEYS.root.privateKeyPem))).signedBy).toHaveLength(2);
    expectRefused('TRUST_STORE', /2 of 2/, () => read(signDocumentAgain(asFile(one), KEYS.root.privateKeyPem)));
  });

  it('does not count a trust key outside its window', () => {
    const keys = storeContent().keys.map((key) =>
      key.name === 'root' ? { ...key, notAfter: '2026-11-30T00:00:00Z' } : key,
    );
    expectRefused('TRUST_STORE', /1 of 0 keys/, () => read(storeText({ keys })));
    expect(read(storeText({ keys }), at('2026-11-29T00:00:00Z')).content.version).toBe(1);
  });

  const forged: [string, RegExp, (text: string) => string][] = [
    ['is no JSON', /JSON/, () => '{'],
    ['is empty', /JSON/, () => ''],
    ['is a bare store without an envelope', /payload/, () => JSON.stringify(storeContent())],
    ['has a changed payload', /do(es)? not/, (t) => withPayload(t, (p) => p.replace('"version":1', '"version":2'))],
    [
      'has a flipped signature',
      /does not/,
      (t) => bent(t, (e) => e.signatures.forEach((s) => (s.sig = flipped(s.sig)))),
    ],
    ['is of another payload type', /payloadType/, (t) => bent(t, (e) => (e.payloadType = 'application/json'))],
    ['is a revocation list', /payloadType/, () => listText({}, [KEYS.root])],
    ['is a roll-back order', /payloadType/, () => orderText({}, [KEYS.root])],
    ['has no signature', /signatures/, (t) => bent(t, (e) => (e.signatures = []))],
    ['has 65 signatures', /signatures/, (t) => bent(t, (e) => (e.signatures = manyOf(e.signatures)))],
    ['has a member of its own', /note/, (t) => bent(t, (e) => Object.assign(e, { note: 1 }))],
  ];
  it.each(forged)('is refused when it %s', (_, says, change) => {
    expectRefused('TRUST_STORE', says, () => read(change(storeText())));
  });

  it('is not signed by a signature over the same bytes as another kind of document', () => {
    const payload = Buffer.from((JSON.parse(storeText()) as { payload: string }).payload, 'base64');
    const type = 'application/vnd.spacecloud.revocation-list+json'; // 47 bytes
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 47 ${type} ${payload.length} `), payload]);
    const sig = sign(null, encoded, KEYS.root.privateKeyPem).toString('base64');
    const text = bent(storeText(), (envelope) => (envelope.signatures = [{ keyid: KEYS.root.hint, sig }]));
    expectRefused('TRUST_STORE', /does not/, () => read(text));
  });

  const { keys } = storeContent();
  const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
  const contradictions: [string, RegExp, Parameters<typeof storeContent>[0]][] = [
    ['version 0', /version/, { version: 0 }],
    ['no keys', /keys/, { keys: [] }],
    ['the end before the start', /expires/, { expires: '2026-11-01T00:00:00Z' }],
    ['an instant without zone', /issuedAt/, { issuedAt: '2026-11-01T00:00:00' }],
    ['two keys of one name', /each name once/, { keys: [...keys, trustedKey('root', KEYS.stranger, ['trust'])] }],
    ['one key under two names', /each key once/, { keys: [...keys, trustedKey('again', KEYS.root, ['trust'])] }],
    ['a key without use', /uses/, { keys: [...keys, trustedKey('idle', KEYS.stranger, [])] }],
    [
      'a key that publishes and clears',
      /flight as well/,
      { keys: [...keys, trustedKey('x', KEYS.stranger, ['publish', 'flight'])] },
    ],
    [
      'an RSA key',
      /PEM/,
      { keys: [...keys, { ...trustedKey('x', KEYS.stranger, ['publish']), publicKeyPem: String(rsaPem) }] },
    ],
    [
      'a private key',
      /PEM/,
      {
        keys: [...keys, { ...trustedKey('x', KEYS.stranger, ['publish']), publicKeyPem: KEYS.stranger.privateKeyPem }],
      },
    ],
    [
      'a key whose window is turned round',
      /notAfter/,
      { keys: [...keys, trustedKey('x', KEYS.stranger, ['publish'], { notAfter: '2025-01-01T00:00:00Z' })] },
    ],
    ['more signers needed than there are', /at most 1/, { thresholds: { ...storeContent().thresholds, publish: 2 } }],
    ['a threshold of none', /publish/, { thresholds: { ...storeContent().thresholds, publish: 0 } }],
    ['flight keys that nothing needs', /1 or more/, { thresholds: { publish: 1, trust: 1, revoke: 1, rollback: 1 } }],
    ['nobody to sign the next store', /trust/, { keys: keys.filter(({ name }) => name !== 'root') }],
  ];
  it.each(contradictions)('cannot be made with %s', (_, says, change) => {
    expectRefused('TRUST_STORE', says, () => storeText(change));
  });

  it('that contradicts itself is refused also when it is correctly signed', () => {
    const content = { format: 'spacecloud-trust-store', formatVersion: 1, ...storeContent({ version: 0 }) };
    const payload = Buffer.from(JSON.stringify(content));
    const type = 'application/vnd.spacecloud.trust-store+json';
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 43 ${type} ${payload.length} `), payload]);
    const sig = sign(null, encoded, KEYS.root.privateKeyPem).toString('base64');
    const envelope = {
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ keyid: KEYS.root.hint, sig }],
    };
    expectRefused('TRUST_STORE', /version/, () => read(JSON.stringify(envelope)));
  });

  it('is no place for a private key that cannot be read', () => {
    expectRefused('MISUSE', /private key/, () => createTrustStore(storeContent(), ['hello']));
  });
});

describe('the rotation of a trust store', () => {
  const rootOut = storeContent().keys.filter(({ name }) => name !== 'root');
  /** The root key is replaced: both must sign. */
  const replaced = {
    version: 2,
    issuedAt: '2026-11-20T00:00:00Z',
    keys: [...rootOut, trustedKey('second-root', KEYS.secondRoot, ['trust'])],
  };
  const next = (text: string, from: TrustStore = trustStore(), clock = now): TrustStore =>
    nextTrustStore(from, asFile(text, 'trust.2.json'), { now: clock });

  it('introduces a new key by the signatures of the old one and of the new one', () => {
    const store = next(storeText(replaced, [KEYS.root, KEYS.secondRoot]));
    expect(store.content.version).toBe(2);
    expect(store.content.keys.map(({ name }) => name)).toContain('second-root');
  });

  it.each([
    ['the new key alone', [KEYS.secondRoot]],
    ['the old key alone', [KEYS.root]],
    ['the new key and a stranger', [KEYS.secondRoot, KEYS.stranger]],
    ['the old key and another of the old store', [KEYS.root, KEYS.publisher]],
  ])('is refused when signed by %s', (_, signers) => {
    expectRefused('TRUST_STORE', /signed by 1 of 1 keys/, () => next(storeText(replaced, signers)));
  });

  it.each([1, 3, 100])('is refused to version %i after 1: no gap, no repetition', (version) => {
    const text = storeText({ ...replaced, version }, [KEYS.root, KEYS.secondRoot]);
    expectRefused('TRUST_STORE', new RegExp(`version 2 after 1, got ${version}`), () => next(text));
  });

  it('is refused to a store issued before the one in use, or in the future', () => {
    const signers = [KEYS.root, KEYS.secondRoot];
    expectRefused('TRUST_STORE', /issued after 2026-11-01/, () =>
      next(storeText({ ...replaced, issuedAt: '2026-10-01T00:00:00Z' }, signers)),
    );
    expectRefused('TRUST_STORE', /issued before now/, () =>
      next(storeText({ ...replaced, issuedAt: '2026-12-24T00:00:00Z' }, signers)),
    );
  });

  it('goes on from a store that has expired meanwhile: a node that slept can catch up', () => {
    const late = at('2028-06-01T00:00:00Z');
    const second = next(
      storeText({ ...replaced, expires: '2028-02-01T00:00:00Z' }, [KEYS.root, KEYS.secondRoot]),
      trustStore(),
      late,
    );
    const third = storeText(
      { ...replaced, version: 3, issuedAt: '2028-05-01T00:00:00Z', expires: '2029-01-01T00:00:00Z' },
      [KEYS.secondRoot],
    );
    expect(next(third, second, late).content.version).toBe(3);
    expectRefused('TRUST_STORE', /version 2 after 1/, () => next(third, trustStore(), late));
  });

  it('does not follow a key that the trust store no longer has', () => {
    const second = next(storeText(replaced, [KEYS.root, KEYS.secondRoot]));
    const byOld = storeText({ ...storeContent(), version: 3, issuedAt: '2026-11-21T00:00:00Z' }, [KEYS.root]);
    expectRefused('TRUST_STORE', /signed by 1 of 1 keys/, () => next(byOld, second));
  });

  it('does not count a trust key that is revoked or outside its window', () => {
    const text = storeText(replaced, [KEYS.root, KEYS.secondRoot]);
    const revokedKeys = new Set([KEYS.root.hint]);
    expectRefused('TRUST_STORE', /1 of 0 keys/, () => nextTrustStore(trustStore(), asFile(text), { now, revokedKeys }));
    const late = at('2031-01-01T00:00:00Z');
    const long = storeText({ ...replaced, expires: '2040-01-01T00:00:00Z' }, [KEYS.root, KEYS.secondRoot]);
    expectRefused('TRUST_STORE', /1 of 0 keys/, () => next(long, trustStore(), late));
  });

  it('needs as many old keys as the old store says, not the new one', () => {
    const keys = [...storeContent().keys, trustedKey('second-root', KEYS.secondRoot, ['trust'])];
    const two = trustStore({ keys, thresholds: { ...storeContent().thresholds, trust: 2 } }, [
      KEYS.root,
      KEYS.secondRoot,
    ]);
    const easier = { keys, version: 2, issuedAt: '2026-11-20T00:00:00Z' };
    expectRefused('TRUST_STORE', /2 of 2 keys/, () => next(storeText(easier, [KEYS.root]), two));
    expect(next(storeText(easier, [KEYS.root, KEYS.secondRoot]), two).content.thresholds.trust).toBe(1);
  });
});

function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[10] = (bytes[10] as number) ^ 1;
  return bytes.toString('base64');
}

function manyOf(signatures: readonly { keyid: string; sig: string }[]): { keyid: string; sig: string }[] {
  const [first] = signatures as [{ keyid: string; sig: string }];
  return Array.from({ length: 65 }, (_, index) => ({ ...first, keyid: sha256(String(index)) }));
}
