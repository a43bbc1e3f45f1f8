import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import { countersignBundle, signBundle, type SigningKey } from '../../../policies/bundle/index.ts';
import { verifyFolder } from '../../../policies/bundle/signing/verify.ts';
import { signerRules } from '../../../policies/bundle/trust/store.ts';
import { NOW_MS } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import { KEYS, storeContent, trustedKey } from './trust-fixture.ts';

/** Who may sign here. `ended` is trusted, but its window is over; nobody knows `stranger`. */
const SIGNERS = {
  first: KEYS.publisher,
  second: KEYS.secondPublisher,
  flight: KEYS.flight,
  ended: KEYS.strangeFlight,
  stranger: KEYS.stranger,
} as const satisfies Record<string, SigningKey>;
type Name = keyof typeof SIGNERS;
const NAMES = Object.keys(SIGNERS) as readonly Name[];

const content = {
  format: 'spacecloud-trust-store' as const,
  formatVersion: 1 as const,
  ...storeContent({
    keys: [
      trustedKey('first', SIGNERS.first, ['publish']),
      trustedKey('second', SIGNERS.second, ['publish']),
      trustedKey('flight', SIGNERS.flight, ['flight']),
      trustedKey('ended', SIGNERS.ended, ['flight'], { notAfter: '2026-11-01T00:00:00Z' }),
      trustedKey('root', KEYS.root, ['trust']),
    ],
  }),
};

const subsetsOf = (names: readonly Name[]): Name[][] =>
  Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_name, index) => (bits >> index) & 1));

const folder = temporaryFolder();

/** A folder signed by all of them: the first ECDSA key makes `bundle.sig`. */
function signedBy(signers: readonly Name[]): string {
  const dir = join(folder, signers.join('-'));
  mkdirSync(dir);
  writeFileSync(join(dir, 'a.txt'), 'a');
  const [publisher, ...others] = [...signers].sort((a, b) => Number(isFlight(a)) - Number(isFlight(b)));
  signBundle(dir, SIGNERS[publisher as Name].privateKeyPem);
  for (const name of others) countersignBundle(dir, SIGNERS[name].privateKeyPem);
  return dir;
}

const isFlight = (name: Name): boolean => name === 'flight' || name === 'ended';

describe('any set of signers, any set of revoked keys, any thresholds', () => {
  it('gives exactly the signers that count, or the refusal that the rules say', { timeout: 60_000 }, () => {
    const counts: Record<string, number> = {};
    for (const signers of subsetsOf(NAMES).filter((set) => set.some((name) => !isFlight(name)))) {
      const dir = signedBy(signers);
      for (const revoked of subsetsOf(['first', 'second', 'flight', 'ended'])) {
        for (const [publish, flight] of [
          [1, 0],
          [2, 0],
          [1, 1],
          [2, 1],
        ] as const) {
          const thresholds = { publish, trust: 1, ...(flight === 0 ? {} : { flight }) };
          const rules = signerRules(
            { ...content, thresholds },
            { nowMs: NOW_MS, skewMs: 0 },
            {
              revokedKeys: new Set(revoked.map((name) => SIGNERS[name].hint)),
              revokedBundles: new Set(),
            },
          );
          // By the documented rules, without the product's code.
          const known = signers.filter((name) => name !== 'stranger');
          const isRevoked = (name: Name): boolean => revoked.some((one) => one === name);
          const good = known.filter((name) => name !== 'ended' && !isRevoked(name));
          const isShort = (use: 'publish' | 'flight', needed: number): boolean =>
            good.filter((name) => isFlight(name) === (use === 'flight')).length < needed;
          const lacking = isShort('publish', publish) ? 'publish' : isShort('flight', flight) ? 'flight' : undefined;
          const signedFor = known.filter((name) => isFlight(name) === (lacking === 'flight'));
          const expected =
            known.length === 0
              ? 'BUNDLE_KEY'
              : lacking === undefined
                ? NAMES.filter((name) => good.some((one) => one === name)).join()
                : signedFor.some(isRevoked)
                  ? 'BUNDLE_REVOKED'
                  : signedFor.includes('ended')
                    ? 'BUNDLE_KEY'
                    : 'BUNDLE_SIGNERS';
          let got: string;
          try {
            got = verifyFolder(dir, rules)
              .signers.map(({ name }) => name)
              .join();
          } catch (error) {
            got = error instanceof SpaceCloudError ? error.code : String(error);
          }
          expect(got, JSON.stringify({ signers, revoked, publish, flight })).toBe(expected);
          const outcome = expected.startsWith('BUNDLE') ? expected : 'accepted';
          counts[outcome] = (counts[outcome] ?? 0) + 1;
        }
      }
    }
    // 28 sets of signers with an ECDSA key, 16 sets of revoked keys, 4 thresholds.
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(28 * 16 * 4);
    for (const outcome of ['accepted', 'BUNDLE_KEY', 'BUNDLE_REVOKED', 'BUNDLE_SIGNERS']) {
      expect(counts[outcome], outcome).toBeGreaterThan(50);
    }
  });
});
