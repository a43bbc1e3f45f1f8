import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateSigningKey, signBundle, verifySignedFolder } from '../../../policies/bundle/index.ts';
import { preAuthenticationEncoding } from '../../../policies/bundle/signing/dsse.ts';
import { temporaryFolder } from './fixture.ts';
import { readSignature, sha256, type Statement } from './forge.ts';

const folder = temporaryFolder();
const key = generateSigningKey();
let count = 0;

function folderWith(files: Record<string, string>): string {
  const dir = join(folder, `folder-${count++}`);
  mkdirSync(dir);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

function statementIn(dir: string): Statement {
  return JSON.parse(Buffer.from(readSignature(dir).dsseEnvelope.payload, 'base64').toString()) as Statement;
}

describe('signing', () => {
  it('encodes what is signed as DSSE says: lengths in bytes, of type and of payload', () => {
    // 'é' is two bytes; the type has 28.
    expect(preAuthenticationEncoding(Buffer.from('é')).toString()).toBe('DSSEv1 28 application/vnd.in-toto+json 2 é');
  });

  it('states name, digest and algorithm of each file, and the root over the raw digests', () => {
    const dir = folderWith({ 'b.txt': 'b', 'a.txt': 'a' });
    signBundle(dir, key.privateKeyPem);
    const digests = [sha256('a'), sha256('b')];
    const root = createHash('sha256')
      .update(Buffer.from(digests.join(''), 'hex'))
      .digest('hex');
    expect(statementIn(dir)).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: `folder-${count - 1}`, digest: { sha256: root } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        resources: [
          { name: 'a.txt', digest: digests[0], algorithm: 'sha256' },
          { name: 'b.txt', digest: digests[1], algorithm: 'sha256' },
        ],
        serialization: {
          method: 'files',
          hash_type: 'sha256',
          allow_symlinks: false,
          ignore_paths: ['bundle.sig', 'flight.sig'],
        },
      },
    });
  });

  it('sorts by code point: not by UTF-16 unit, not folder by folder', () => {
    // U+FF5E is above U+D83D (first half of U+1F680) as a UTF-16 unit, but below U+1F680 as a code point; '.' is below '/'.
    const dir = folderWith({ '\u{1f680}': '1', '\uff5e': '2', 'a/b': '3', 'a.b': '4' });
    signBundle(dir, key.privateKeyPem);
    expect(statementIn(dir).predicate.resources.map(({ name }) => name)).toEqual(['a.b', 'a/b', '\uff5e', '\u{1f680}']);
    expect(verifySignedFolder(dir, key.publicKeyPem).files.size).toBe(4);
  });

  it('names the key by the SHA-256 of its PEM text, as OpenSSL writes it', () => {
    const dir = folderWith({ 'private.pem': key.privateKeyPem });
    const pem = execFileSync('openssl', ['pkey', '-in', join(dir, 'private.pem'), '-pubout'], { encoding: 'utf8' });
    expect(pem).toBe(key.publicKeyPem);
    expect(key.hint).toBe(sha256(pem));
    signBundle(dir, key.privateKeyPem);
    expect(readSignature(dir).verificationMaterial).toEqual({ publicKey: { hint: sha256(pem) }, tlogEntries: [] });
  });

  it('replaces a signature, changes no other file and leaves none behind', () => {
    const dir = folderWith({ 'a.txt': 'a', 'bundle.sig': 'old' });
    signBundle(dir, key.privateKeyPem);
    signBundle(dir, key.privateKeyPem);
    expect(readdirSync(dir).sort()).toEqual(['a.txt', 'bundle.sig']);
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('a');
    expect(verifySignedFolder(dir, key.publicKeyPem).files.size).toBe(1);
  });

  it.each(['P-384', 'P-521'])('signs with %s keys too', (namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const dir = folderWith({ 'a.txt': 'a' });
    signBundle(dir, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    expect(verifySignedFolder(dir, publicKeyPem).statement.resources).toHaveLength(1);
  });

  it('refuses a folder without files', () => {
    expect(() => {
      signBundle(folderWith({}), key.privateKeyPem);
    }).toThrow(expect.objectContaining({ code: 'BUNDLE_MALFORMED' }));
    expect(() => {
      signBundle(folderWith({ 'bundle.sig': 'only an old signature' }), key.privateKeyPem);
    }).toThrow(expect.objectContaining({ code: 'BUNDLE_MALFORMED' }));
  });

  it('refuses a symbolic link, and a pipe', () => {
    const linked = folderWith({ 'a.txt': 'a' });
    symlinkSync('a.txt', join(linked, 'b.txt'));
    const piped = folderWith({ 'a.txt': 'a' });
    execFileSync('mkfifo', [join(piped, 'pipe')]);
    for (const dir of [linked, piped]) {
      expect(() => {
        signBundle(dir, key.privateKeyPem);
      }).toThrow(expect.objectContaining({ code: 'BUNDLE_MALFORMED' }));
      expect(readdirSync(dir)).not.toContain('bundle.sig');
    }
  });

  it('refuses a name that is not UTF-8', () => {
    const dir = folderWith({ 'a.txt': 'a' });
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0xe9)]), 'x');
    expect(() => {
      signBundle(dir, key.privateKeyPem);
    }).toThrow(expect.objectContaining({ code: 'BUNDLE_MALFORMED' }));
  });

  it.each([
    ['no key', 'hello'],
    ['a public key', key.publicKeyPem],
    ['a curve outside the three', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))],
    ['Ed25519', pem(generateKeyPairSync('ed25519'))],
  ])('refuses %s as misuse', (_, privateKeyPem) => {
    const dir = folderWith({ 'a.txt': 'a' });
    expect(() => {
      signBundle(dir, privateKeyPem);
    }).toThrow(expect.objectContaining({ code: 'MISUSE' }));
    expect(readdirSync(dir)).toEqual(['a.txt']);
  });
});

function pem(pair: { privateKey: KeyObject }): string {
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}
