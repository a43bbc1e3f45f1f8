import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../../agents/bus/index.ts';
import { readText, writeTexts } from '../files.ts';

/** Who a process is on the bus, and which servers it believes. */
export interface StoredIdentity {
  /** Seed of its user. */
  readonly seed: Uint8Array;
  /** Authorities of servers it trusts, PEM; without it servers are taken without TLS. */
  readonly caPem?: string;
}

const SEED = 'seed';
const AUTHORITIES = 'ca.pem';

/** Writes an identity that only this user may read: `seed` and, where servers have certificates, `ca.pem`. Errors: FILE_WRITE. */
export function writeIdentity(folder: string, { seed, caPem }: StoredIdentity): void {
  const secret = { path: join(folder, SEED), text: seed, mode: 0o600 };
  const authorities = caPem === undefined ? [] : [{ path: join(folder, AUTHORITIES), text: caPem }];
  writeTexts([secret, ...authorities]);
}

/** The identity in a folder. Errors: FILE_NOT_FOUND, FILE_READ, BUS_DENIED (a seed that is none). */
export function readIdentity(folder: string): StoredIdentity {
  const text = readText(join(folder, SEED), 'An identity folder holds a file `seed`.');
  const { seed } = identityOf(new TextEncoder().encode(text));
  const authorities = join(folder, AUTHORITIES);
  return existsSync(authorities) ? { seed, caPem: readFileSync(authorities, 'utf8') } : { seed };
}
