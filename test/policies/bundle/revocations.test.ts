import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BundleTrust,
  digestOfBundle,
  loadBundle,
  readRevocationList,
  recheckBundle,
  type RevocationList,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import {
  asFile,
  bent,
  expectRefused,
  KEYS,
  listText,
  orderText,
  revocationList,
  storeContent,
  storeText,
  trustedKey,
  trustStore,
  withPayload,
} from './trust-fixture.ts';

const trust = trustStore();
const dir = join(temporaryFolder(), 'bundle');
writeBundle(dir, contentOf(1), {
  privateKeyPem: KEYS.publisher.privateKeyPem,
  furtherKeyPems: [KEYS.flight.privateKeyPem],
});
const rootDigest = digestOfBundle(dir);
const at = (iso: string) => (): number => Date.parse(iso);

const read = (text: string, before?: RevocationList, clock = now): RevocationList =>
  readRevocationList(asFile(text, 'revocations.json'), trust, {
    now: clock,
    ...(before === undefined ? {} : { before }),
  });

describe('a revocation list', () => {
  it('is read with what it withdraws', () => {
    const keys = [{ hint: KEYS.flight.hint, reason: 'lost' }];
    const { content } = read(listText({ keys, bundles: [{ rootDigest, reason: 'diverges' }] }));
    expect(content).toMatchObject({ sequence: 1, keys, bundles: [{ rootDigest }] });
  });

  const forged: [string, RegExp, string][] = [
    ['is signed by a stranger', /signed by 1 of 2 keys/, listText({}, [KEYS.stranger])],
    ['is signed by the publisher, who may not revoke', /signed by 1 of 2 keys/, listText({}, [KEYS.publisher])],
    ['is signed by the root, who may not revoke', /signed by 1 of 2 keys/, listText({}, [KEYS.root])],
    ['was changed', /does not/, withPayload(listText(), (text) => text.replace('"sequence":1', '"sequence":2'))],
    ['is a trust store', /payloadType/, storeText({}, [KEYS.revoker])],
    ['is a roll-back order', /payloadType/, orderText({}, [KEYS.revoker])],
    ['has no signatures', /signatures/, bent(listText(), (envelope) => (envelope.signatures = []))],
    ['is of the future', /before now/, listText({ issuedAt: '2026-12-01T00:00:00.001Z' })],
  ];
  it.each(forged)('is refused when it %s', (_, says, text) => {
    expectRefused('TRUST_STORE', says, () => read(text));
  });

  it.each([
    ['sequence 0', { sequence: 0 }],
    ['a digest that is none', { bundles: [{ rootDigest: 'abc', reason: '' }] }],
    ['the next before this', { nextUpdate: '2026-11-30T00:00:00Z' }],
  ])('cannot be made with %s', (_, change) => {
    expectRefused('TRUST_STORE', /documented form/, () => listText(change));
  });

  it('follows only lists of lower numbers, or itself', () => {
    const second = read(listText({ sequence: 2 }), read(listText()));
    expect(read(listText({ sequence: 7 }), second).content.sequence).toBe(7);
    expect(read(second.text, second).digest).toBe(second.digest);
    expectRefused('TRUST_STORE', /after number 2, got number 1/, () => read(listText(), second));
    const other = listText({ sequence: 2, bundles: [{ rootDigest, reason: '' }] });
    expectRefused('TRUST_STORE', /another list of that number/, () => read(other, second));
  });

  it('does not count the signature of a key that the list in use withdraws', () => {
    const before = read(listText({ keys: [{ hint: KEYS.revoker.hint, reason: 'stolen' }] }, [KEYS.secondRevoker]));
    const pardon = { sequence: 2 };
    expectRefused('TRUST_STORE', /signed by 1 of 1 keys/, () => read(listText(pardon, [KEYS.revoker]), before));
    expect(read(listText(pardon, [KEYS.secondRevoker]), before).content.keys).toEqual([]);
  });

  it('is refused by a trust store that lets nobody revoke', () => {
    const store = trustStore({
      keys: [trustedKey('publisher', KEYS.publisher, ['publish']), trustedKey('root', KEYS.root, ['trust'])],
      thresholds: { publish: 1, trust: 1 },
    });
    for (const signer of [KEYS.revoker, KEYS.publisher, KEYS.root]) {
      const text = listText({}, [signer]);
      expectRefused('TRUST_STORE', /no key the right/, () => readRevocationList(asFile(text), store, { now }));
    }
  });

  it('needs as many signatures as the trust store says', () => {
    const store = trustStore({ thresholds: { ...storeContent().thresholds, revoke: 2 } });
    const one = asFile(listText());
    expectRefused('TRUST_STORE', /2 of 2 keys/, () => readRevocationList(one, store, { now }));
    const both = asFile(listText({}, [KEYS.revoker, KEYS.secondRevoker]));
    expect(readRevocationList(both, store, { now }).content.sequence).toBe(1);
  });
});

describe('a bundle', () => {
  const load = (revocations: RevocationList, more: Partial<BundleTrust> = {}): unknown =>
    loadBundle(dir, { trust, now, revocations, ...more } as Parameters<typeof loadBundle>[1]);

  it('is used while neither it nor its keys are withdrawn', () => {
    const list = revocationList({
      keys: [{ hint: KEYS.stranger.hint, reason: '' }],
      bundles: [{ rootDigest: 'f'.repeat(64), reason: '' }],
    });
    expect(loadBundle(dir, { trust, now, revocations: list }).verified.warnings).toEqual([]);
  });

  it('is refused when it is withdrawn itself', () => {
    expectRefused('BUNDLE_REVOKED', rootDigest, () => load(revocationList({ bundles: [{ rootDigest, reason: '' }] })));
  });

  it.each([
    ['publisher', KEYS.publisher.hint],
    ['flight', KEYS.flight.hint],
  ])('is refused when its %s key is withdrawn', (name, hint) => {
    expectRefused('BUNDLE_REVOKED', `'${name}'`, () => load(revocationList({ keys: [{ hint, reason: '' }] })));
  });

  it('is used when enough signers remain without the one withdrawn', () => {
    const keys = [...storeContent().keys, trustedKey('spare', KEYS.secondPublisher, ['publish'])];
    const spare = trustStore({ keys });
    const two = join(dir, '..', 'two');
    writeBundle(two, contentOf(1), {
      privateKeyPem: KEYS.publisher.privateKeyPem,
      furtherKeyPems: [KEYS.flight.privateKeyPem, KEYS.secondPublisher.privateKeyPem],
    });
    const revocations = revocationList({ keys: [{ hint: KEYS.publisher.hint, reason: '' }] });
    const { signers, keyHint } = loadBundle(two, { trust: spare, now, revocations }).verified;
    expect(signers.map(({ name }) => name)).toEqual(['flight', 'spare']);
    expect(keyHint).not.toBe(KEYS.publisher.hint);
  });

  it('is refused by its one trusted key, too, without a trust store', () => {
    const { publicKeyPem, hint } = KEYS.publisher;
    const byKey = (list: RevocationList): unknown => loadBundle(dir, { publicKeyPem, now, revocations: list });
    expectRefused('BUNDLE_REVOKED', hint, () => byKey(revocationList({ keys: [{ hint, reason: '' }] })));
    expectRefused('BUNDLE_REVOKED', rootDigest, () => byKey(revocationList({ bundles: [{ rootDigest, reason: '' }] })));
  });
});

describe('the age of a revocation list', () => {
  // Issued 2026-11-30, next due 2026-12-30.
  const revocations = revocationList();
  const load = (iso: string, freshWithinS?: number): readonly string[] => {
    const fresh = freshWithinS === undefined ? {} : { freshWithinS };
    return loadBundle(dir, { trust, now: at(iso), revocations, ...fresh }).verified.warnings;
  };

  it('is warned of from the instant on at which the next one was due', () => {
    expect(load('2026-12-29T23:59:59.999Z')).toEqual([]);
    expect(load('2026-12-30T00:00:00Z')).toEqual([expect.stringMatching(/list 1 .*due 2026-12-30.*stale/)]);
  });

  it('is refused beyond the limit asked for, and when the next one is overdue', () => {
    const dayS = 86_400;
    expect(load('2026-12-01T00:00:00Z', dayS)).toEqual([]);
    expectRefused('TRUST_STORE', /last 86400 s, got revocation list 1/, () => load('2026-12-01T00:00:00.001Z', dayS));
    expectRefused('TRUST_STORE', /due 2026-12-30/, () => load('2026-12-30T00:00:00Z', 365 * dayS));
  });

  it('is refused when no list is there although a fresh one is asked for', () => {
    expectRefused('TRUST_STORE', /got none/, () => loadBundle(dir, { trust, now, freshWithinS: 1e9 }));
  });
});

describe('a bundle in use', () => {
  const { verified } = loadBundle(dir, { trust, now });
  const recheck = (more: Partial<BundleTrust>): void => recheckBundle(verified, { trust, now, ...more } as BundleTrust);

  it('may go on while nothing changes', () => {
    recheck({});
    recheck({ revocations: revocationList(), freshWithinS: 86_400 });
    expect(verified.signers).toHaveLength(2);
  });

  it('is stopped by a new list, by the clock, and by a new trust store', () => {
    const keys = [{ hint: KEYS.flight.hint, reason: '' }];
    expectRefused('BUNDLE_REVOKED', /'flight'/, () => recheck({ revocations: revocationList({ keys }) }));
    const bundles = [{ rootDigest, reason: '' }];
    expectRefused('BUNDLE_REVOKED', rootDigest, () => recheck({ revocations: revocationList({ bundles }) }));
    expectRefused('BUNDLE_EXPIRED', /test-router 3/, () => recheck({ now: at('2027-05-22T00:00:00Z') }));
    expectRefused('TRUST_STORE', /expired/, () => recheck({ now: at('2028-01-01T00:00:00Z') }));
    expectRefused('TRUST_STORE', /got none/, () => recheck({ freshWithinS: 60 }));
    const without = [
      ...storeContent().keys.filter(({ name }) => name !== 'flight'),
      trustedKey('other', KEYS.strangeFlight, ['flight']),
    ];
    expectRefused('BUNDLE_SIGNERS', /flight, got none/, () => recheck({ trust: trustStore({ keys: without }) }));
  });
});
