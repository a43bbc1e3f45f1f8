import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createRevocationList,
  loadBundle,
  readTrustStore,
  writeBundle,
  writeInstalled,
} from '../../policies/bundle/index.ts';
import { contentOf } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { captured } from './captured.ts';

const folder = temporaryFolder();
const at = (...parts: string[]): string => join(folder, ...parts);
const privateKey = (name: string): string => at(name, 'private.pem');
const publicKey = (name: string): string => at(name, 'public.pem');
const NAMES = ['publisher', 'flight', 'root', 'next-root', 'operator', 'stranger'];

/** Runs a command that must succeed. */
async function ok(...args: string[]): Promise<{ out: string; err: string }> {
  const { status, out, err } = await captured(args);
  expect(status, err).toBe(0);
  return { out, err };
}

/** Runs a command that must be refused with exit status 7 and the code. */
async function refused(code: string, says: RegExp, ...args: string[]): Promise<void> {
  const { status, out } = await captured([...args, '--json']);
  const { error } = JSON.parse(out) as { error: { code: string; message: string; hint: string } };
  expect([error.code, status]).toEqual([code, 7]);
  expect(error.message).toMatch(says);
  expect(error.hint).toMatch(/\w/);
}

const HOUR_MS = 3_600_000;
const now = (laterMs = 0): string => new Date(Date.now() + laterMs).toISOString();

/** A bundle valid by the clock of this machine, signed by the publisher alone. */
function bundle(name: string, version: number, seed: number): string {
  const validity = {
    notBefore: new Date(Date.now() - HOUR_MS).toISOString(),
    notAfter: new Date(Date.now() + HOUR_MS).toISOString(),
  };
  writeBundle(
    at(name),
    { ...contentOf(seed), version, validity },
    { privateKeyPem: readFileSync(privateKey('publisher'), 'utf8') },
  );
  return at(name);
}

const trust = at('trust.json');
const CREATE = [
  ...[
    'trust',
    'create',
    '--publish',
    `publisher=${publicKey('publisher')}`,
    '--flight',
    `flight=${publicKey('flight')}`,
  ],
  ...['--trust', `root=${publicKey('root')}`, '--revoke', `ops=${publicKey('operator')}`],
  ...['--rollback', `ops=${publicKey('operator')}`, '--key', privateKey('root')],
];

beforeAll(async () => {
  for (const name of NAMES) await ok('key', at(name), '--type', name === 'publisher' ? 'p256' : 'ed25519');
  await ok(...CREATE, '--out', trust);
});

describe('spacecloud key', () => {
  it('makes keys of both types, and says which there are', async () => {
    const { out } = await ok('key', at('another'), '--type', 'ed25519', '--json');
    const { type, fingerprint } = JSON.parse(out) as { type: string; fingerprint: string };
    expect(type).toBe('ed25519');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const { status, err } = await captured(['key', at('rsa'), '--type', 'rsa']);
    expect(status).toBe(2);
    expect(err).toMatch(/p256.*ed25519/);
  });
});

describe('spacecloud trust', () => {
  it('creates a store that says whose signatures count, and shows it', async () => {
    const { out } = await ok('trust', 'show', trust);
    const shown = JSON.parse(out) as {
      kind: string;
      content: { version: number; keys: { name: string; uses: string[] }[]; thresholds: Record<string, number> };
    };
    expect(shown.kind).toBe('trust store');
    expect(shown.content.keys.map(({ name, uses }) => [name, uses])).toEqual([
      ['publisher', ['publish']],
      ['flight', ['flight']],
      ['root', ['trust']],
      ['ops', ['revoke', 'rollback']],
    ]);
    expect(shown.content.thresholds).toEqual({ publish: 1, flight: 1, trust: 1, revoke: 1, rollback: 1 });
    const place = { file: trust, bytes: readFileSync(trust) };
    expect(readTrustStore(place, { now: Date.now }).content.version).toBe(1);
  });

  it('says what is wrong with its options', async () => {
    const wrong: [RegExp, string[]][] = [
      [/name and a value for --publish/, ['--publish', 'x']],
      [/a use for --threshold/, ['--threshold', 'fly=2']],
      [/one key for the name 'root'/, ['--publish', `root=${publicKey('stranger')}`]],
      [/2 or more keys for 'publish' \(--publish, --threshold publish=2\), got 1/, ['--threshold', 'publish=2']],
      [/'publisher' \(--publish\) and 'twin' \(--rollback\)/, ['--rollback', `twin=${publicKey('publisher')}`]],
      [/--flight than for --publish, got 'flight' for both/, ['--publish', `flight=${publicKey('flight')}`]],
    ];
    for (const [says, more] of wrong) {
      const { status, err } = await captured([...CREATE, ...more, '--out', at('wrong.json')]);
      expect([status, err]).toEqual([2, expect.stringMatching(says)]);
    }
    const root = ['--trust', `root=${publicKey('root')}`, '--key', privateKey('root'), '--out', at('wrong.json')];
    const nobody = await captured(['trust', 'create', ...root]);
    expect([nobody.status, nobody.err]).toEqual([2, expect.stringMatching(/'publish' \(--publish\), got 0/)]);
    const rotate = [
      'trust',
      'rotate',
      trust,
      '--remove',
      'root',
      '--key',
      privateKey('root'),
      '--out',
      at('wrong.json'),
    ];
    const headless = await captured(rotate);
    expect([headless.status, headless.err]).toEqual([2, expect.stringMatching(/'trust' \(--trust\), got 0 left/)]);
    expect(existsSync(at('wrong.json'))).toBe(false);
  });

  it('writes nothing that is signed by a key that may not sign it', async () => {
    const out = at('unsigned.json');
    const stranger = [...CREATE.slice(0, -1), privateKey('stranger'), '--out', out];
    await refused('TRUST_STORE', /stranger.private\.pem' may not sign a trust store.*does not have it/, ...stranger);
    const rotate = ['trust', 'rotate', trust, '--key', privateKey('operator'), '--out', out];
    await refused('TRUST_STORE', /may not sign a trust store.*'ops', for revoke, rollback/, ...rotate);
    const revoke = ['trust', 'revoke', '--trust', trust, '--out', out];
    await refused('TRUST_STORE', /may not sign a revocation list/, ...revoke, '--key', privateKey('root'));
    expect(existsSync(out)).toBe(false);
  });

  it('writes a document that others have still to sign, and says how many', async () => {
    const out = at('two.json');
    const two = ['--trust', `next-root=${publicKey('next-root')}`, '--threshold', 'trust=2', '--out', out];
    expect((await ok(...CREATE, ...two)).err).toMatch(/not trusted yet.*got 'root'; it needs 1 more/);
    await refused('TRUST_STORE', /it needs 1 more/, 'verify', at('none'), '--trust', out);
    await ok('trust', 'sign', out, '--key', privateKey('next-root'));
    expect(readTrustStore({ file: out, bytes: readFileSync(out) }, { now: Date.now }).content.version).toBe(1);
  });

  it('says that a file is no trust document', async () => {
    for (const file of ['package.json', 'README.md']) {
      const { status, err } = await captured(['trust', 'show', file]);
      const got = file === 'package.json' ? 'another JSON file' : 'no JSON';
      expect([status, err]).toEqual([
        7,
        expect.stringMatching(`Expected a trust document \\(DSSE envelope\\).*${got}`),
      ]);
      expect(err).not.toContain('trust show');
    }
  });

  it('rotates: the next store is trusted once the old key and the new one have signed', async () => {
    const next = at('trust.2.json');
    const rotate = ['trust', 'rotate', trust, '--remove', 'root', '--trust', `next-root=${publicKey('next-root')}`];
    const { err } = await ok(...rotate, '--key', privateKey('next-root'), '--out', next);
    expect(err).toMatch(/not trusted yet.*got none[\s\S]*trust sign/);
    await refused('TRUST_STORE', /signed by 1 of 1 keys/, 'trust', 'follow', trust, next);
    await ok('trust', 'sign', next, '--key', privateKey('root'));
    const { out } = await ok('trust', 'follow', trust, next, '--out', at('current.json'));
    expect(out).toContain('version 2');
    expect(readFileSync(at('current.json'), 'utf8')).toBe(readFileSync(next, 'utf8'));
    await refused('TRUST_STORE', /version 3 after 2, got 2/, 'trust', 'follow', trust, next, next);
    const third = at('trust.3.json');
    await ok('trust', 'rotate', next, '--key', privateKey('next-root'), '--out', third);
    const leap = await captured(['trust', 'follow', trust, third]);
    expect([leap.status, leap.err]).toEqual([
      7,
      expect.stringMatching(/2 after 1, got 3[\s\S]*Give version 2 between/),
    ]);
    const remove = ['trust', 'rotate', trust, '--remove', 'nobody'];
    const unknown = await captured([...remove, '--key', privateKey('root'), '--out', at('x')]);
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringMatching(/got 'nobody'[\s\S]*publisher, flight/)]);
  });
});

describe('spacecloud verify with a trust store', () => {
  it('wants the flight signature, which trust sign adds', async () => {
    const dir = bundle('v1', 3, 1);
    await refused('BUNDLE_SIGNERS', /flight, got none/, 'verify', dir, '--trust', trust);
    await ok('trust', 'sign', dir, '--key', privateKey('flight'));
    const { out } = await ok('verify', dir, '--trust', trust);
    expect(out).toMatch(/signed to publish by key publisher \([0-9a-f]{64}\)\n {2}signed to flight by key flight/);
    expect((await ok('verify', dir, '--key', publicKey('flight'))).out).toContain('Valid: test-router 3');
    await refused('BUNDLE_KEY', /Expected a signature/, 'verify', dir, '--key', publicKey('stranger'));
  });

  it('wants one way to trust, and a store for lists and orders', async () => {
    const wrong: [RegExp, string[]][] = [
      [/either --key or --trust, got neither/, []],
      [/either --key or --trust, got both/, ['--key', publicKey('publisher'), '--trust', trust]],
      [/--trust with --revocations/, ['--key', publicKey('publisher'), '--revocations', trust]],
      [/--trust with --rollback/, ['--key', publicKey('publisher'), '--rollback', trust]],
      [/whole number from 0/, ['--trust', trust, '--clock-skew', '-1']],
    ];
    for (const [says, more] of wrong) {
      const { status, err } = await captured(['verify', at('v1'), ...more]);
      expect([status, err]).toEqual([2, expect.stringMatching(says)]);
    }
  });

  it('refuses what was withdrawn: a bundle, then a key, each by the next list', async () => {
    const dir = bundle('bad', 4, 2);
    await ok('trust', 'sign', dir, '--key', privateKey('flight'));
    const list = at('revocations.json');
    const revoke = ['trust', 'revoke', '--trust', trust, '--key', privateKey('operator'), '--out', list];
    const first = await ok(...revoke, '--revoke-bundle', dir, '--reason', 'canary fell ill');
    expect(first.out).toContain('number 1, 0 keys and 1 bundles withdrawn');
    await refused('BUNDLE_REVOKED', /revoked/, 'verify', dir, '--trust', trust, '--revocations', list);
    await ok('verify', at('v1'), '--trust', trust, '--revocations', list, '--fresh-within', '3600');
    const listless = await captured(['verify', at('v1'), '--trust', trust, '--fresh-within', '3600']);
    expect([listless.status, listless.err]).toEqual([7, expect.stringMatching(/got none[\s\S]*--revocations/)]);
    const written = readFileSync(list, 'utf8');
    const again = await captured(revoke);
    expect([again.status, again.err]).toEqual([
      5,
      expect.stringMatching(/FILE_WRITE[\s\S]*--before .*revocations\.json/),
    ]);
    const other = at('other.json');
    copyFileSync(list, other);
    expect((await captured([...revoke, '--before', other])).status).toBe(5);
    expect(readFileSync(list, 'utf8')).toBe(written);
    const { status, err } = await captured([...revoke, '--before', list, '--revoke-bundle', 'deadbeef']);
    expect([status, err]).toEqual([2, expect.stringMatching(/bundle folder or the 64 hex digits.*got 'deadbeef'/)]);
    const second = await ok(...revoke, '--before', list, '--revoke-key', publicKey('flight'));
    expect(second.out).toContain('number 2, 1 keys and 1 bundles withdrawn');
    await refused('BUNDLE_REVOKED', /'flight'/, 'verify', at('v1'), '--trust', trust, '--revocations', list);
    const forged = at('forged.json');
    const byRoot = createRevocationList(
      { sequence: 3, issuedAt: now(), nextUpdate: now(HOUR_MS), keys: [], bundles: [] },
      [readFileSync(privateKey('root'), 'utf8')],
    );
    writeFileSync(forged, byRoot);
    const words = ['verify', at('v1'), '--trust', trust, '--revocations', forged];
    await refused('TRUST_STORE', /signed by 1 of 1 keys/, ...words);
  });

  it('refuses what is older than the release installed, unless the ground orders it', async () => {
    const state = at('state');
    const newer = bundle('v5', 5, 5);
    await ok('trust', 'sign', newer, '--key', privateKey('flight'));
    const store = readTrustStore({ file: trust, bytes: readFileSync(trust) }, { now: Date.now });
    writeInstalled(state, loadBundle(newer, { trust: store, now: Date.now }).installed);
    const verify = ['verify', at('v1'), '--trust', trust, '--installed', state];
    await refused('BUNDLE_ROLLBACK', /above 5, got 3/, ...verify);
    const order = at('order.json');
    const give = ['trust', 'order-rollback', at('v1'), '--trust', trust, '--sequence', '1', '--out', order];
    expect((await ok(...give, '--key', privateKey('operator'))).out).toContain('number 1, to test-router 3');
    expect((await ok(...verify, '--rollback', order)).out).toContain('which the roll-back order allows');
    expect((await ok('verify', newer, '--trust', trust, '--installed', state)).out).not.toContain('roll-back');
    const given = readFileSync(order, 'utf8');
    const byPublisher = [...give, '--key', privateKey('publisher')];
    await refused('TRUST_STORE', /publisher.private\.pem' may not sign a roll-back order/, ...byPublisher);
    expect(readFileSync(order, 'utf8')).toBe(given);
    writeFileSync(at('state', 'installed.json'), '{}');
    await refused('TRUST_STORE', /installed\.json/, ...verify);
  });

  it('tells the folder of a new node from one that is not there', async () => {
    const dir = bundle('for-new', 3, 1);
    const verify = ['verify', dir, '--key', publicKey('publisher'), '--installed', at('empty'), '--json'];
    const missing = await captured(verify);
    expect([missing.status, JSON.parse(missing.out)]).toMatchObject([5, { error: { code: 'FILE_NOT_FOUND' } }]);
    mkdirSync(at('empty'));
    const { out, err } = await ok(...verify);
    expect(err).toMatch(/Nothing was installed in '.*empty' yet/);
    expect((JSON.parse(out) as { warnings: string[] }).warnings).toEqual([err.trim()]);
  });
});

describe('spacecloud export', () => {
  it('wants a release above the one it replaces', async () => {
    const previous = bundle('replaced', 3, 1);
    const words = ['export', at('none'), '--out', at('new'), '--key', privateKey('publisher'), '--previous', previous];
    const { status, err } = await captured([...words, '--release', '2']);
    expect([status, err]).toEqual([
      2,
      expect.stringContaining(`--release above 3 (the release of ${previous}), got 2`),
    ]);
  });
});
