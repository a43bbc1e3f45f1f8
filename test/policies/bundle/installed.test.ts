import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkSeen,
  digestOfBundle,
  INSTALLED_FILE,
  type Installed,
  installedWith,
  loadBundle,
  type LoadedBundle,
  nextTrustStore,
  NOTHING_INSTALLED,
  readInstalled,
  readRollbackOrder,
  type RollbackOrder,
  writeBundle,
  writeInstalled,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import {
  asFile,
  expectRefused,
  KEYS,
  orderText,
  revocationList,
  rollbackOrder,
  storeContent,
  storeText,
  trustStore,
  withPayload,
} from './trust-fixture.ts';

const trust = trustStore();
const folder = temporaryFolder();
const keys = { privateKeyPem: KEYS.publisher.privateKeyPem, furtherKeyPems: [KEYS.flight.privateKeyPem] };

/** Releases of one policy by version; `b` is another one of version 5. */
const releases = new Map<string, string>();
for (const [name, version, seed] of [
  ['3', 3, 3],
  ['4', 4, 4],
  ['5', 5, 5],
  ['5b', 5, 6],
  ['6', 6, 7],
] as const) {
  const dir = join(folder, `release-${name}`);
  writeBundle(dir, { ...contentOf(seed), version }, keys);
  releases.set(name, dir);
}
const dirOf = (name: string): string => releases.get(name) as string;
const digestOf = (name: string): string => digestOfBundle(dirOf(name));

/** Loads a release as a node does that has seen `installed`. */
const load = (name: string, installed: Installed, rollback?: RollbackOrder): LoadedBundle =>
  loadBundle(dirOf(name), { trust, now, installed, ...(rollback === undefined ? {} : { rollback }) });

describe('what a node has installed', () => {
  const five = load('5', NOTHING_INSTALLED).installed;

  it('is the release, the highest version and the trust store, once a bundle is loaded', () => {
    expect(five).toEqual({
      releases: [{ policyName: 'test-router', version: 5, rootDigest: digestOf('5'), highestVersion: 5 }],
      rollbackSequence: 0,
      trust: { number: 1, digest: trust.digest },
    });
  });

  it('is followed by newer releases, and by itself after a restart', () => {
    expect(load('5', five).installed).toEqual(five);
    expect(load('6', five).installed.releases).toEqual([
      { policyName: 'test-router', version: 6, rootDigest: digestOf('6'), highestVersion: 6 },
    ]);
  });

  it.each([
    ['4', /above 5, got 4/],
    ['3', /above 5, got 3/],
    ['5b', /got 5 with another content/],
  ])('refuses release %s after 5', (name, says) => {
    expectRefused('BUNDLE_ROLLBACK', says, () => load(name, five));
  });

  it('keeps policies apart by name', () => {
    const dir = join(folder, 'other-policy');
    writeBundle(dir, { ...contentOf(9), policyName: 'other' }, keys);
    const { installed } = loadBundle(dir, { trust, now, installed: five });
    expect(installed.releases.map(({ policyName, version }) => [policyName, version])).toEqual([
      ['test-router', 5],
      ['other', 3],
    ]);
    expectRefused('BUNDLE_ROLLBACK', /above 5/, () => load('4', installed));
  });
});

describe('a roll-back order', () => {
  const five = load('5', NOTHING_INSTALLED).installed;
  const toThree = rollbackOrder({ sequence: 4, rootDigest: digestOf('3') });

  it('lets a node go back to exactly the bundle it names, once', () => {
    const back = load('3', five, toThree);
    expect(back.verified.isRollback).toBe(true);
    expect(back.installed).toMatchObject({
      releases: [{ version: 3, rootDigest: digestOf('3'), highestVersion: 5 }],
      rollbackSequence: 4,
    });
    // A restart needs no order; release 5, which was left, and release 4, which was never there, do.
    expect(load('3', back.installed).verified.isRollback).toBe(false);
    for (const name of ['4', '5', '5b']) expectRefused('BUNDLE_ROLLBACK', /above 5/, () => load(name, back.installed));
    expect(load('6', back.installed).installed.releases).toMatchObject([{ version: 6, highestVersion: 6 }]);
    // After release 6 the same order does nothing any more.
    const six = load('6', back.installed).installed;
    expectRefused('BUNDLE_ROLLBACK', /not used yet, above number 4, got number 4/, () => load('3', six, toThree));
    const again = rollbackOrder({ sequence: 5, rootDigest: digestOf('3') });
    expect(load('3', six, again).installed.rollbackSequence).toBe(5);
  });

  it('serves no other bundle, version or policy', () => {
    for (const name of ['4', '5b']) expectRefused('BUNDLE_ROLLBACK', digestOf('3'), () => load(name, five, toThree));
    const otherPolicy = rollbackOrder({ rootDigest: digestOf('3'), policyName: 'other' });
    expectRefused('BUNDLE_ROLLBACK', /'other'/, () => load('3', five, otherPolicy));
  });

  it('is not used up by a bundle that needs none', () => {
    expect(load('6', five, toThree).installed.rollbackSequence).toBe(0);
    expect(load('6', five, toThree).verified.isRollback).toBe(false);
  });

  it('does not pardon a bundle that is withdrawn', () => {
    const revocations = revocationList({ bundles: [{ rootDigest: digestOf('3'), reason: '' }] });
    expectRefused('BUNDLE_REVOKED', digestOf('3'), () =>
      loadBundle(dirOf('3'), { trust, now, installed: five, rollback: toThree, revocations }),
    );
  });

  const read = (text: string, clock = now): RollbackOrder => readRollbackOrder(asFile(text), trust, { now: clock });
  const text = orderText({ rootDigest: digestOf('3') });

  it.each([
    ['a stranger', KEYS.strangeFlight],
    ['the publisher', KEYS.publisher],
    ['the flight key', KEYS.flight],
    ['the revoker', KEYS.revoker],
  ])('is refused when signed by %s', (_, signer) => {
    expectRefused('TRUST_STORE', /signed by 1 of 1 keys.*got none/, () => read(orderText({}, [signer])));
  });

  it('is refused when it was changed, and outside its window', () => {
    const forged = withPayload(text, (payload) => payload.replace(digestOf('3'), digestOf('4')));
    expectRefused('TRUST_STORE', /does not/, () => read(forged));
    expect(read(text).content.rootDigest).toBe(digestOf('3'));
    for (const iso of ['2026-11-29T23:59:59.999Z', '2026-12-02T00:00:00Z']) {
      expectRefused('TRUST_STORE', /valid now/, () => read(text, () => Date.parse(iso)));
    }
  });

  it('is refused when the key that signed it is withdrawn', () => {
    const revocations = revocationList({ keys: [{ hint: KEYS.operator.hint, reason: '' }] });
    expectRefused('TRUST_STORE', /1 of 0 keys/, () => readRollbackOrder(asFile(text), trust, { now, revocations }));
  });
});

describe('what a node has seen', () => {
  const second = nextTrustStore(trust, asFile(storeText({ version: 2, issuedAt: '2026-11-02T00:00:00Z' })), { now });
  const seen = installedWith(NOTHING_INSTALLED, { trust: second, revocations: revocationList({ sequence: 3 }) });
  const use = (change: Partial<Parameters<typeof checkSeen>[2]>): void =>
    checkSeen('bundle', seen, { trust: second, revocations: revocationList({ sequence: 3 }), ...change });

  it('allows the same again, and what is newer', () => {
    use({});
    use({ revocations: revocationList({ sequence: 4 }) });
    expect(seen).toMatchObject({ trust: { number: 2 }, revocations: { number: 3 } });
  });

  it('refuses an older trust store, or another of the same version', () => {
    expectRefused('TRUST_STORE', /version 2 or later, got version 1/, () => use({ trust }));
    const other = trustStore({ version: 2, issuedAt: '2026-11-03T00:00:00Z' });
    expectRefused('TRUST_STORE', /another one of that version/, () => use({ trust: other }));
  });

  it('refuses an older revocation list, another of the same number, or none at all', () => {
    expectRefused('TRUST_STORE', /after number 3, got number 2/, () =>
      use({ revocations: revocationList({ sequence: 2 }) }),
    );
    const other = revocationList({ sequence: 3, bundles: [{ rootDigest: 'a'.repeat(64), reason: '' }] });
    expectRefused('TRUST_STORE', /another list/, () => use({ revocations: other }));
    expectRefused('TRUST_STORE', /list 3 or a later one, got none/, () => use({ revocations: undefined }));
  });

  it('is checked when a bundle is loaded', () => {
    const older = { trust, now, installed: seen, revocations: revocationList({ sequence: 3 }) };
    expectRefused('TRUST_STORE', /version 2 or later/, () => loadBundle(dirOf('5'), older));
    expectRefused('TRUST_STORE', /got none/, () => loadBundle(dirOf('5'), { trust: second, now, installed: seen }));
    expect(storeContent().version).toBe(1);
  });
});

describe('the state folder of a node', () => {
  const state = load('5', NOTHING_INSTALLED).installed;
  let count = 0;
  const newFolder = (): string => join(folder, `state-${count++}`, 'deep');

  it('gives back what was written, and leaves nothing else', () => {
    const dir = newFolder();
    expect(readInstalled(dir)).toEqual(NOTHING_INSTALLED);
    writeInstalled(dir, state);
    expect(readInstalled(dir)).toEqual(state);
    const later = load('6', state).installed;
    writeInstalled(dir, later);
    expect(readInstalled(dir)).toEqual(later);
    expect(readdirSync(dir)).toEqual([INSTALLED_FILE]);
  });

  it('is not taken for an empty one when any byte of it is damaged', () => {
    const dir = newFolder();
    writeInstalled(dir, state);
    const path = join(dir, INSTALLED_FILE);
    const before = readFileSync(path);
    for (let index = 0; index < before.length; index++) {
      const bytes = Buffer.from(before);
      bytes[index] = (bytes[index] as number) ^ 1;
      writeFileSync(path, bytes);
      expectRefused('TRUST_STORE', INSTALLED_FILE, () => readInstalled(dir));
    }
    writeFileSync(path, before.subarray(0, before.length / 2));
    expectRefused('TRUST_STORE', INSTALLED_FILE, () => readInstalled(dir));
    writeFileSync(path, '');
    expectRefused('TRUST_STORE', INSTALLED_FILE, () => readInstalled(dir));
  });

  it('is not taken for an empty one when what is there cannot be opened', () => {
    const dir = newFolder();
    mkdirSync(dir, { recursive: true });
    // A link to itself: there, and not to be opened (ELOOP), also for a user that may read everything.
    symlinkSync(INSTALLED_FILE, join(dir, INSTALLED_FILE));
    expectRefused('FILE_READ', INSTALLED_FILE, () => readInstalled(dir));
  });

  it('is named when it cannot be read or written', () => {
    const dir = newFolder();
    mkdirSync(join(dir, INSTALLED_FILE), { recursive: true });
    expectRefused('FILE_READ', INSTALLED_FILE, () => readInstalled(dir));
    expectRefused('FILE_WRITE', INSTALLED_FILE, () => writeInstalled(dir, state));
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expectRefused('FILE_WRITE', 'a-file', () => writeInstalled(file, state));
  });
});
