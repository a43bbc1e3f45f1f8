import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBundle, readTrustStore, writeBundle, writeInstalled } from '../../policies/bundle/index.ts';
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
    ];
    for (const [says, more] of wrong) {
      const { status, err } = await captured([...CREATE, ...more, '--out', at('wrong.json')]);
      expect([status, err]).toEqual([2, expect.stringMatching(says)]);
    }
    const impossible = [...CREATE, '--threshold', 'publish=2', '--out', at('wrong.json')];
    await refused('TRUST_STORE', /at most 1/, ...impossible);
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
    const unknown = await captured([
      'trust',
      'rotate',
      trust,
      '--remove',
      'nobody',
      '--key',
      privateKey('root'),
      '--out',
      at('x'),
    ]);
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
    await refused('TRUST_STORE', /got none/, 'verify', at('v1'), '--trust', trust, '--fresh-within', '3600');
    const second = await ok(...revoke, '--before', list, '--revoke-key', publicKey('flight'));
    expect(second.out).toContain('number 2, 1 keys and 1 bundles withdrawn');
    await refused('BUNDLE_REVOKED', /'flight'/, 'verify', at('v1'), '--trust', trust, '--revocations', list);
    const byStranger = [
      'trust',
      'revoke',
      '--trust',
      trust,
      '--key',
      privateKey('stranger'),
      '--out',
      at('forged.json'),
    ];
    expect((await ok(...byStranger)).err).toMatch(/not trusted yet/);
    const forged = ['verify', at('v1'), '--trust', trust, '--revocations', at('forged.json')];
    await refused('TRUST_STORE', /signed by 1 of 1 keys/, ...forged);
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
    expect((await ok(...give, '--key', privateKey('publisher'))).err).toMatch(/not trusted yet/);
    await refused('TRUST_STORE', /signed by 1 of 1 keys/, ...verify, '--rollback', order);
    writeFileSync(at('state', 'installed.json'), '{}');
    await refused('TRUST_STORE', /installed\.json/, ...verify);
  });
});
