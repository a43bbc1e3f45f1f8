import { createPublicKey, sign, verify } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  countersignBundle,
  digestOfBundle,
  FLIGHT_SIGNATURE_FILE,
  generateSigningKey,
  loadBundle,
  signBundle,
  verifyBundle,
  verifySignedFolder,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import { readSignature, sha256 } from './forge.ts';
import { bent, expectRefused, KEYS, trustedKey, trustStore } from './trust-fixture.ts';

const { publisher, secondPublisher, flight, stranger, strangeFlight } = KEYS;
const folder = temporaryFolder();
const pristine = join(folder, 'pristine');
writeBundle(pristine, contentOf(1), {
  privateKeyPem: publisher.privateKeyPem,
  furtherKeyPems: [flight.privateKeyPem],
});

let dir = '';
let copies = 0;
beforeEach(() => {
  dir = join(folder, `copy-${copies++}`);
  cpSync(pristine, dir, { recursive: true });
});

interface FlightSignature {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}
const flightFile = (): string => join(dir, FLIGHT_SIGNATURE_FILE);
const readFlight = (): FlightSignature => JSON.parse(readFileSync(flightFile(), 'utf8')) as FlightSignature;
const bendFlight = (change: (envelope: FlightSignature) => void): void => {
  writeFileSync(flightFile(), bent(readFileSync(flightFile(), 'utf8'), change));
};

/** The publisher alone, without a flight key. */
const publishOnly = (change: Parameters<typeof trustStore>[0] = {}): ReturnType<typeof trustStore> =>
  trustStore({
    keys: [trustedKey('publisher', publisher, ['publish']), trustedKey('root', KEYS.root, ['trust'])],
    thresholds: { publish: 1, trust: 1 },
    ...change,
  });

describe('a flight key', () => {
  it('is Ed25519, and its signature verifies by RFC 8032 over the DSSE encoding, outside the product', () => {
    const { payloadType, payload, signatures } = readFlight();
    const bytes = Buffer.from(payload, 'base64');
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
    expect(signatures).toHaveLength(1);
    const [{ keyid, sig }] = signatures as [FlightSignature['signatures'][number]];
    expect(keyid).toBe(sha256(flight.publicKeyPem));
    const signature = Buffer.from(sig, 'base64');
    expect(signature).toHaveLength(64);
    expect(verify(null, encoded, createPublicKey(flight.publicKeyPem), signature)).toBe(true);
    expect(createPublicKey(flight.publicKeyPem).asymmetricKeyType).toBe('ed25519');
  });

  it('signs what bundle.sig signs, byte for byte, and changes neither the other files nor the digest', () => {
    expect(readFlight().payload).toBe(readSignature(dir).dsseEnvelope.payload);
    const digest = digestOfBundle(dir);
    rmSync(flightFile());
    expect(digestOfBundle(dir)).toBe(digest);
    expect(verifyBundle(dir, { publicKeyPem: publisher.publicKeyPem, now }).rootDigest).toBe(digest);
  });

  it('signs the same statement to the same bytes every time, as RFC 8032 says', () => {
    const before = readFileSync(flightFile(), 'utf8');
    countersignBundle(dir, flight.privateKeyPem);
    expect(readFileSync(flightFile(), 'utf8')).toBe(before);
  });

  it('can be the only key that a node trusts', () => {
    const { keyHint, signers } = verifyBundle(dir, { publicKeyPem: flight.publicKeyPem, now });
    expect(keyHint).toBe(flight.hint);
    expect(signers).toEqual([{ name: flight.hint, hint: flight.hint, use: 'flight' }]);
    const other = { publicKeyPem: strangeFlight.publicKeyPem, now };
    expectRefused('BUNDLE_KEY', strangeFlight.hint, () => verifyBundle(dir, other));
  });

  it('cannot make bundle.sig, which other verifiers must be able to read', () => {
    const call = (): void => signBundle(dir, flight.privateKeyPem);
    expectRefused('MISUSE', /Ed25519/, call);
    const target = join(folder, 'never');
    expectRefused('MISUSE', /Ed25519/, () =>
      writeBundle(target, contentOf(1), { privateKeyPem: flight.privateKeyPem }),
    );
    expectRefused('MISUSE', /first key/, () =>
      writeBundle(target, contentOf(1), { furtherKeyPems: [flight.privateKeyPem] }),
    );
    expect(readdirSync(folder)).not.toContain('never');
  });

  it('that bundle.sig names is not looked for there', () => {
    const signature = readSignature(dir);
    const payload = Buffer.from(signature.dsseEnvelope.payload, 'base64');
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${payload.length} `), payload]);
    signature.verificationMaterial['publicKey'] = { hint: flight.hint };
    signature.dsseEnvelope.signatures = [{ sig: sign(null, encoded, flight.privateKeyPem).toString('base64') }];
    writeFileSync(join(dir, 'bundle.sig'), JSON.stringify(signature));
    rmSync(flightFile());
    expectRefused('BUNDLE_KEY', flight.hint, () => verifyBundle(dir, { publicKeyPem: flight.publicKeyPem, now }));
  });

  it('keeps its signature when the publisher signs the same files again, and loses it when they changed', () => {
    const before = readFlight();
    rmSync(join(dir, 'bundle.sig'));
    // The subject is the folder's name; this folder is called otherwise than where the bundle was written.
    cpSync(dir, join(folder, 'again', 'pristine'), { recursive: true });
    const again = join(folder, 'again', 'pristine');
    signBundle(again, publisher.privateKeyPem);
    expect(JSON.parse(readFileSync(join(again, FLIGHT_SIGNATURE_FILE), 'utf8'))).toEqual(before);
    writeFileSync(join(again, 'README.txt'), 'changed');
    signBundle(again, publisher.privateKeyPem);
    expect(readdirSync(again)).not.toContain(FLIGHT_SIGNATURE_FILE);
  });

  it('does not sign a folder that is not as it was signed, or not signed at all', () => {
    writeFileSync(join(dir, 'weights.bin'), 'x');
    expectRefused('BUNDLE_CHANGED', 'weights.bin', () => countersignBundle(dir, flight.privateKeyPem));
    rmSync(join(dir, 'bundle.sig'));
    expectRefused('BUNDLE_MISSING', 'bundle.sig', () => countersignBundle(dir, flight.privateKeyPem));
  });
});

describe('two signers', () => {
  const both = trustStore();

  it('are both named, in the order of the trust store', () => {
    expect(verifyBundle(dir, { trust: both, now }).signers).toEqual([
      { name: 'publisher', hint: publisher.hint, use: 'publish' },
      { name: 'flight', hint: flight.hint, use: 'flight' },
    ]);
  });

  it('are both needed where the trust store says so', () => {
    rmSync(flightFile());
    expectRefused('BUNDLE_SIGNERS', /1 trusted signers for flight, got none/, () =>
      loadBundle(dir, { trust: both, now }),
    );
    expect(loadBundle(dir, { trust: publishOnly(), now }).verified.signers).toHaveLength(1);
  });

  it('are not there when a stranger made bundle.sig, whoever cleared it for flight', () => {
    signBundle(dir, stranger.privateKeyPem);
    countersignBundle(dir, flight.privateKeyPem);
    expectRefused('BUNDLE_SIGNERS', /publish, got none/, () => loadBundle(dir, { trust: both, now }));
  });

  it('are not there when strangers made both signatures', () => {
    signBundle(dir, stranger.privateKeyPem);
    countersignBundle(dir, strangeFlight.privateKeyPem);
    expectRefused('BUNDLE_KEY', stranger.hint, () => loadBundle(dir, { trust: both, now }));
  });

  it('may be two publishers: one signature twice does not count as two', () => {
    const keys = [
      trustedKey('publisher', publisher, ['publish']),
      trustedKey('second', secondPublisher, ['publish']),
      trustedKey('root', KEYS.root, ['trust']),
    ];
    const two = trustStore({ keys, thresholds: { publish: 2, trust: 1 } });
    countersignBundle(dir, publisher.privateKeyPem);
    expectRefused('BUNDLE_SIGNERS', /2 trusted signers for publish, got 'publisher'/, () =>
      loadBundle(dir, { trust: two, now }),
    );
    countersignBundle(dir, secondPublisher.privateKeyPem);
    const { signers } = loadBundle(dir, { trust: two, now }).verified;
    expect(signers.map(({ name }) => name)).toEqual(['publisher', 'second']);
  });

  it('tolerate signatures of keys that nobody here knows', () => {
    countersignBundle(dir, strangeFlight.privateKeyPem);
    expect(readFlight().signatures).toHaveLength(2);
    expect(loadBundle(dir, { trust: both, now }).verified.signers).toHaveLength(2);
  });

  it('of whom one key is outside its window are not enough', () => {
    const late = trustedKey('flight', flight, ['flight'], { notAfter: '2026-12-01T00:00:00Z' });
    const keys = [trustedKey('publisher', publisher, ['publish']), late, trustedKey('root', KEYS.root, ['trust'])];
    const store = trustStore({ keys, thresholds: { publish: 1, flight: 1, trust: 1 } });
    const at = (iso: string) => ({ trust: store, now: () => Date.parse(iso) });
    expectRefused('BUNDLE_KEY', /'flight', valid from 2026-01-01.*until 2026-12-01/, () =>
      loadBundle(dir, { trust: store, now }),
    );
    expect(loadBundle(dir, at('2026-11-30T23:59:59.999Z')).verified.signers).toHaveLength(2);
    // A tolerated clock error of one second opens the window for one second more.
    const lateClock = { trust: store, now: () => Date.parse('2026-12-01T00:00:00.999Z') };
    expect(loadBundle(dir, { ...lateClock, clockSkewS: 1 }).verified.signers).toHaveLength(2);
    expectRefused('BUNDLE_KEY', 'flight', () => loadBundle(dir, lateClock));
  });
});

describe('flight.sig', () => {
  const load = (): unknown => loadBundle(dir, { trust: trustStore(), now });

  const forged: [string, string, RegExp, (envelope: FlightSignature) => void][] = [
    ['has one bit of a signature flipped', 'BUNDLE_SIGNATURE', /flight\.sig/, (e) => flipFirstBit(e)],
    [
      'has the signature of another key under a trusted name',
      'BUNDLE_SIGNATURE',
      /flight\.sig/,
      (e) => strangerSigns(e),
    ],
    [
      'is over another statement',
      'BUNDLE_SIGNATURE',
      /another/,
      (e) => (e.payload = Buffer.from('{}').toString('base64')),
    ],
    ['is of another payload type', 'BUNDLE_MALFORMED', /payloadType/, (e) => (e.payloadType = 'application/json')],
    ['has no signatures', 'BUNDLE_MALFORMED', /signatures/, (e) => (e.signatures = [])],
    [
      'has two signatures of one key',
      'BUNDLE_MALFORMED',
      /one signature of each/,
      (e) => e.signatures.push(...e.signatures),
    ],
    [
      'names no key',
      'BUNDLE_MALFORMED',
      /keyid/,
      (e) => (e.signatures = e.signatures.map(({ sig }) => ({ keyid: '', sig }))),
    ],
    ['has a member of its own', 'BUNDLE_MALFORMED', /note/, (e) => Object.assign(e, { note: 1 })],
    ['names a key that nobody knows', 'BUNDLE_SIGNERS', /flight, got none/, (e) => renameKey(e)],
  ];
  it.each(forged)('is refused when it %s', (_, code, says, change) => {
    bendFlight(change);
    expectRefused(code, says, load);
  });

  it('is refused as a symbolic link, and when it is no JSON', () => {
    writeFileSync(flightFile(), '{');
    expectRefused('BUNDLE_MALFORMED', /JSON/, load);
    const outside = join(folder, `outside-${copies}.sig`);
    cpSync(join(pristine, FLIGHT_SIGNATURE_FILE), outside);
    rmSync(flightFile());
    symlinkSync(outside, flightFile());
    expectRefused('BUNDLE_MALFORMED', /symbolic link/, load);
  });

  it('of another release does not serve this one', () => {
    const other = join(folder, `other-${copies}`);
    writeBundle(
      other,
      { ...contentOf(2), version: 4 },
      {
        privateKeyPem: publisher.privateKeyPem,
        furtherKeyPems: [flight.privateKeyPem],
      },
    );
    cpSync(join(other, FLIGHT_SIGNATURE_FILE), flightFile());
    expectRefused('BUNDLE_SIGNATURE', /flight\.sig.*another/, load);
  });

  it('is refused also where only the publisher is trusted, if it is over something else', () => {
    bendFlight((envelope) => (envelope.payload = Buffer.from('{}').toString('base64')));
    expectRefused('BUNDLE_SIGNATURE', /another/, () => verifySignedFolder(dir, publisher.publicKeyPem));
  });
});

function flipFirstBit(envelope: FlightSignature): void {
  const [first] = envelope.signatures as [FlightSignature['signatures'][number]];
  const bytes = Buffer.from(first.sig, 'base64');
  bytes[0] = (bytes[0] as number) ^ 1;
  first.sig = bytes.toString('base64');
}

function strangerSigns(envelope: FlightSignature): void {
  const bytes = Buffer.from(envelope.payload, 'base64');
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${bytes.length} `), bytes]);
  const [first] = envelope.signatures as [FlightSignature['signatures'][number]];
  first.sig = sign(null, encoded, generateSigningKey('ed25519').privateKeyPem).toString('base64');
}

function renameKey(envelope: FlightSignature): void {
  const [first] = envelope.signatures as [FlightSignature['signatures'][number]];
  first.keyid = first.keyid.startsWith('0') ? `1${first.keyid.slice(1)}` : `0${first.keyid.slice(1)}`;
}
