import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng, SpaceCloudError } from '../../../core/index.ts';
import {
  digestOfBundle,
  loadBundle,
  NOTHING_INSTALLED,
  readRevocationList,
  readRollbackOrder,
  readTrustStore,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';
import { asFile, KEYS, listText, orderText, storeText, trustStore } from './trust-fixture.ts';

const SEED = 20261123;
const trust = trustStore();
const dir = join(temporaryFolder(), 'bundle');
writeBundle(dir, contentOf(1), {
  privateKeyPem: KEYS.publisher.privateKeyPem,
  furtherKeyPems: [KEYS.flight.privateKeyPem],
});
const names = readdirSync(dir);

/** 'accepted', or the code of the refusal; anything else that is thrown fails the test. */
function outcome(damage: string, run: () => unknown): string {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (error instanceof SpaceCloudError) return error.code;
    throw new Error(`seed ${SEED}: ${damage} gave ${String(error)}`, { cause: error });
  }
}

/** The bytes with one changed at random. */
function withOneByteChanged(rng: Rng, before: Buffer): { readonly bytes: Buffer; readonly text: string } {
  const at = rng.int(before.length);
  const bytes = Buffer.from(before);
  bytes[at] = (before[at] as number) ^ (1 + rng.int(255));
  return { bytes, text: `byte ${at} from ${before[at]} to ${bytes[at]}` };
}

describe('one byte changed at random', () => {
  it('in any file of a bundle of two signers, both signatures included, is refused', { timeout: 120_000 }, () => {
    const rng = new Rng(SEED, 'damage-bundle');
    const load = (): unknown => loadBundle(dir, { trust, now });
    for (const name of names) {
      const path = join(dir, name);
      const before = readFileSync(path);
      // Signature files take many forms of damage; of the others every byte is equal before SHA-256.
      const trials = name.endsWith('.sig') ? 300 : 10;
      for (let trial = 0; trial < trials; trial++) {
        const { bytes, text } = withOneByteChanged(rng, before);
        writeFileSync(path, bytes);
        const damage = `seed ${SEED}, ${name}: ${text}`;
        const expected = name.endsWith('.sig') ? /^BUNDLE_(MALFORMED|SIGNATURE|KEY|SIGNERS)$/ : /^BUNDLE_CHANGED$/;
        expect(outcome(damage, load), damage).toMatch(expected);
      }
      writeFileSync(path, before);
    }
    expect(names).toEqual(expect.arrayContaining(['bundle.sig', 'flight.sig', 'weights.bin']));
    expect(outcome('none', load)).toBe('accepted');
  });

  const documents: [string, string, (text: Uint8Array) => unknown][] = [
    ['trust store', storeText(), (bytes) => readTrustStore({ file: 'trust.json', bytes }, { now })],
    ['revocation list', listText(), (bytes) => readRevocationList({ file: 'list.json', bytes }, trust, { now })],
    ['roll-back order', orderText({}), (bytes) => readRollbackOrder({ file: 'order.json', bytes }, trust, { now })],
  ];
  it.each(documents)('in a %s is refused', { timeout: 60_000 }, (name, text, read) => {
    const rng = new Rng(SEED, `damage-${name}`);
    const before = Buffer.from(text, 'utf8');
    for (let trial = 0; trial < 1000; trial++) {
      const damage = withOneByteChanged(rng, before);
      const what = `seed ${SEED}, ${name}: ${damage.text}`;
      expect(
        outcome(what, () => read(damage.bytes)),
        what,
      ).toBe('TRUST_STORE');
    }
    for (let trial = 0; trial < 200; trial++) {
      const cut = before.subarray(0, rng.int(before.length));
      const doubled = Buffer.concat([before.subarray(0, rng.int(before.length) + 1), before]);
      for (const bytes of [cut, doubled]) {
        const what = `seed ${SEED}, ${name}: cut or doubled at ${bytes.length}`;
        expect(
          outcome(what, () => read(bytes)),
          what,
        ).toBe('TRUST_STORE');
      }
    }
    expect(outcome('none', () => read(before))).toBe('accepted');
  });
});

/** What a release at random says of itself, for the model below. */
interface Step {
  readonly version: number;
  readonly ordered: boolean;
}

describe('releases and orders at random', () => {
  it('never lead back except by an order that was not used, whatever their sequence', { timeout: 120_000 }, () => {
    const folder = join(dir, '..');
    const digests: string[] = [];
    for (let version = 1; version <= 4; version++) {
      const content = { ...contentOf(version), version: 2 + version };
      const path = join(folder, `v${version}`);
      writeBundle(path, content, {
        privateKeyPem: KEYS.publisher.privateKeyPem,
        furtherKeyPems: [KEYS.flight.privateKeyPem],
      });
      digests.push(digestOfBundle(path));
    }
    const rng = new Rng(SEED, 'releases');
    let installed = NOTHING_INSTALLED;
    // The model: version in use, highest ever, highest number of an order that was needed.
    let current = 0;
    let highest = 0;
    let used = 0;
    const taken = { newer: 0, same: 0, ordered: 0, refused: 0 };
    for (let trial = 0; trial < 150; trial++) {
      const step: Step = { version: 1 + rng.int(4), ordered: rng.uniform() < 0.5 };
      const sequence = 1 + rng.int(30);
      const place = asFile(orderText({ sequence, rootDigest: digests[step.version - 1] as string }));
      const rollback = step.ordered ? { rollback: readRollbackOrder(place, trust, { now }) } : {};
      const isNewer = step.version > highest;
      const isSame = step.version === current;
      const isOrdered = !isNewer && !isSame && step.ordered && sequence > used;
      const run = (): void => {
        ({ installed } = loadBundle(join(folder, `v${step.version}`), { trust, now, installed, ...rollback }));
      };
      const expected = isNewer || isSame || isOrdered ? 'accepted' : 'BUNDLE_ROLLBACK';
      const what = `seed ${SEED}, trial ${trial}: ${JSON.stringify({ ...step, sequence, current, highest, used })}`;
      expect(outcome(what, run), what).toBe(expected);
      if (expected === 'accepted') {
        current = step.version;
        highest = Math.max(highest, step.version);
        if (isOrdered) used = sequence;
      }
      taken[isNewer ? 'newer' : isSame ? 'same' : isOrdered ? 'ordered' : 'refused']++;
      const [release] = installed.releases;
      expect([release?.version, release?.highestVersion, installed.rollbackSequence]).toEqual([
        2 + current,
        2 + highest,
        used,
      ]);
    }
    for (const count of Object.values(taken)) expect(count).toBeGreaterThan(0);
  });
});
