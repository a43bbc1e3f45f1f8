import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng, SpaceCloudError } from '../../../core/index.ts';
import { generateSigningKey, signBundle, verifyBundle, writeBundle } from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';

const SEED = 20261122;
const key = generateSigningKey();
const dir = join(temporaryFolder(), 'bundle');
writeBundle(dir, contentOf(1), { privateKeyPem: key.privateKeyPem });
const names = readdirSync(dir).filter((name) => name !== 'bundle.sig');

/** 'accepted', or the code of the refusal; any other error fails the test with the seed and the damage done. */
function outcome(damage: string): string {
  try {
    verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now });
    return 'accepted';
  } catch (error) {
    if (error instanceof SpaceCloudError) return error.code;
    throw new Error(`seed ${SEED}: ${damage} gave ${String(error)}`, { cause: error });
  }
}

/** Changes one byte, cuts the tail, or doubles a stretch. */
function damaged(rng: Rng, bytes: Buffer): { text: string; bytes: Buffer } {
  const at = rng.int(bytes.length);
  const way = rng.int(3);
  if (way === 0) {
    const copy = Buffer.from(bytes);
    copy[at] = (bytes[at] as number) ^ (1 + rng.int(255));
    return { text: `byte ${at} from ${bytes[at]} to ${copy[at]}`, bytes: copy };
  }
  if (way === 1) return { text: `cut at ${at}`, bytes: bytes.subarray(0, at) };
  const to = Math.min(bytes.length, at + 1 + rng.int(40));
  return { text: `doubled ${at}..${to}`, bytes: Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]) };
}

describe('random damage', () => {
  it('to a signed file is always found', { timeout: 60_000 }, () => {
    const rng = new Rng(SEED, 'damage-files');
    for (let trial = 0; trial < 100; trial++) {
      const name = names[rng.int(names.length)] as string;
      const path = join(dir, name);
      const before = readFileSync(path);
      const damage = damaged(rng, before);
      writeFileSync(path, damage.bytes);
      expect(outcome(`${name}, ${damage.text}`), `seed ${SEED}, ${name}: ${damage.text}`).toBe('BUNDLE_CHANGED');
      writeFileSync(path, before);
    }
    expect(outcome('none')).toBe('accepted');
  });

  it(
    'to the signature is refused with a code of its own, or does not touch what is signed',
    { timeout: 60_000 },
    () => {
      const rng = new Rng(SEED, 'damage-signature');
      const path = join(dir, 'bundle.sig');
      const before = readFileSync(path);
      const counts: Record<string, number> = {};
      for (let trial = 0; trial < 300; trial++) {
        const damage = damaged(rng, before);
        writeFileSync(path, damage.bytes);
        const result = outcome(damage.text);
        expect(result).toMatch(/^(accepted|BUNDLE_(MALFORMED|SIGNATURE|KEY))$/);
        counts[result] = (counts[result] ?? 0) + 1;
      }
      writeFileSync(path, before);
      // Nine in ten bytes are payload, key or signature; accepted can only be damage to the unread `keyid` member's value.
      expect(counts['accepted'] ?? 0).toBeLessThanOrEqual(3);
      expect(counts['BUNDLE_SIGNATURE']).toBeGreaterThan(30);
    },
  );

  it(
    'to a file that was then signed never gets past the checks as anything but a refusal',
    { timeout: 120_000 },
    () => {
      const rng = new Rng(SEED, 'damage-content');
      const read = ['policy.json', 'weights.bin', 'normaliser.json', 'golden.json'];
      let refused = 0;
      for (let trial = 0; trial < 150; trial++) {
        const name = read[trial % read.length] as string;
        const path = join(dir, name);
        const before = readFileSync(path);
        const damage = damaged(rng, before);
        writeFileSync(path, damage.bytes);
        signBundle(dir, key.privateKeyPem);
        const result = outcome(`${name}, ${damage.text}`);
        expect(result, `seed ${SEED}, ${name}: ${damage.text}`).toMatch(
          /^(accepted|BUNDLE_(MALFORMED|GOLDEN|EXPIRED|SPEC))$/,
        );
        if (result !== 'accepted') refused++;
        writeFileSync(path, before);
      }
      signBundle(dir, key.privateKeyPem);
      expect(refused).toBeGreaterThan(75);
    },
  );
});
