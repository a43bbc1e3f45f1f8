import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServerTls } from '../../agents/bus/index.ts';

/** Files of a bus with TLS, and what its clients must trust. */
export interface BusCertificates extends ServerTls {
  readonly caPem: string;
}

export interface CertificateOptions {
  /** Days from now that the certificates are valid. */
  readonly days?: number;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Clocks of one machine room differ by less, ms. */
const SKEW_MS = 3_600_000;

/**
 * Makes an authority and a server's certificate for 127.0.0.1, ::1 and localhost, both ECDSA on P-256, and writes `ca.pem`,
 * `server.pem` and `server-key.pem` into the folder. The authority's private key is thrown away: it signs this one server.
 */
export async function makeCertificates(folder: string, options: CertificateOptions = {}): Promise<BusCertificates> {
  const { days = 90, now = Date.now } = options;
  // It takes a second to load, and expects metadata on its decorated classes to find their place.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const startMs = now();
  const validity = { notBefore: new Date(startMs - SKEW_MS), notAfter: new Date(startMs + days * DAY_MS) };
  const authority = await newKeys(false);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=spacecloud bus authority',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const keys = await newKeys(true);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=localhost',
    issuer: ca.subject,
    ...validity,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return writeFiles(resolve(folder), {
    caPem: ca.toString('pem'),
    certPem: server.toString('pem'),
    keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'),
  });
}

function newKeys(extractable: boolean): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, extractable, ['sign', 'verify']);
}

/** Sixteen random bytes, positive. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

interface Pems {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

function writeFiles(folder: string, { caPem, certPem, keyPem }: Pems): BusCertificates {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, 'ca.pem');
  const certFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server-key.pem');
  writeFileSync(caFile, `${caPem}\n`);
  writeFileSync(certFile, `${certPem}\n`);
  writeFileSync(keyFile, `${keyPem}\n`, { mode: 0o600 });
  return { caFile, certFile, keyFile, caPem };
}
