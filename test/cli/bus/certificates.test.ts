import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusCertificates, makeCertificates } from '../../../cli/bus/index.ts';
import { temporaryFolder } from '../../nats.ts';

const folder = temporaryFolder();
/** 2026-11-23T00:00:00Z. */
const NOW_MS = Date.UTC(2026, 10, 23);
let files: BusCertificates;

beforeAll(async () => {
  files = await makeCertificates(join(folder, 'new'), { days: 30, now: () => NOW_MS });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('certificates of a bus', () => {
  const certificate = (file: string): X509Certificate => new X509Certificate(readFileSync(file));

  it('are an authority, and a server of loopback that it signed', () => {
    const [ca, server] = [certificate(files.caFile), certificate(files.certFile)];
    expect([ca.ca, server.ca]).toEqual([true, false]);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect([server.checkIP('127.0.0.1'), server.checkIP('::1'), server.checkHost('localhost')]).toEqual([
      '127.0.0.1',
      '::1',
      'localhost',
    ]);
    expect([server.checkIP('10.0.0.1'), server.checkHost('example.org')]).toEqual([undefined, undefined]);
    // id-kp-serverAuth, RFC 5280 4.2.1.12.
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(ca.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  });

  it('hold from an hour ago for as many days as asked', () => {
    for (const file of [files.caFile, files.certFile]) {
      const { validFrom, validTo } = certificate(file);
      expect(new Date(validFrom).toISOString()).toBe('2026-11-22T23:00:00.000Z');
      expect(new Date(validTo).toISOString()).toBe('2026-12-23T00:00:00.000Z');
    }
  });

  it('come with the key of the server, for its owner only, and without that of the authority', () => {
    const key = createPrivateKey(readFileSync(files.keyFile));
    expect(certificate(files.certFile).checkPrivateKey(key)).toBe(true);
    expect(certificate(files.caFile).checkPrivateKey(key)).toBe(false);
    expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'new')).sort()).toEqual(['ca.pem', 'server-key.pem', 'server.pem']);
    expect(readFileSync(files.caFile, 'utf8').trim()).toBe(files.caPem.trim());
  });

  it('are new each time', async () => {
    const others = await makeCertificates(join(folder, 'other'));
    expect(certificate(others.certFile).verify(certificate(files.caFile).publicKey)).toBe(false);
    expect(certificate(others.certFile).serialNumber).not.toBe(certificate(files.certFile).serialNumber);
  });
});
