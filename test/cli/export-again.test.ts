import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGeometry, loadScenario } from '../../environment/index.ts';
import { type BundleManifest, generateSigningKey, releaseOf, verifyBundle } from '../../policies/bundle/index.ts';
import { train } from '../../training/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-again-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const key = generateSigningKey();
const keyFile = join(folder, 'key.pem');
writeFileSync(keyFile, key.privateKeyPem);
const START = '2026-11-22T00:00:00Z';
const runFolder = join(folder, 'run');

beforeAll(async () => {
  const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
  await train({
    ...{ scenario, geometry: buildGeometry(scenario), runFolder, engine: 'wasm', clockMs: Date.now },
    config: {
      ...{ decisions: 1000, rowsPerIteration: 1000, workers: 1, worldsPerWorker: 2, episodeS: 5, lag: 0 },
      ...{ network: { hidden: 8, memory: 3 }, calibrationDecisions: 1000 },
      ppo: { minibatchRows: 250 },
    },
  });
}, 120_000);

/** Runs `spacecloud export` in a process of its own; returns what it printed. */
function exportIn(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): string {
  mkdirSync(cwd, { recursive: true });
  const command = [resolve('cli/main.ts'), 'export', ...args, '--key', keyFile];
  return execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...command], {
    ...{ cwd, encoding: 'utf8', stdio: 'pipe', timeout: 110_000 },
    env: { ...process.env, ...env },
  });
}

function manifestOf(dir: string): BundleManifest {
  return JSON.parse(readFileSync(join(dir, 'policy.json'), 'utf8')) as BundleManifest;
}

describe('a checkpoint exported twice', () => {
  const first = join(folder, 'here', 'bundle');
  const second = join(folder, 'somewhere else', 'deeper', 'of another name');
  let printed: string;
  beforeAll(() => {
    const elsewhere = join(folder, 'copied', 'run of another name');
    cpSync(runFolder, elsewhere, { recursive: true });
    printed = exportIn(join(folder, 'here'), [runFolder, '--out', first, '--not-before', START], {
      ...{ TZ: 'UTC', LC_ALL: 'C', LANG: 'C' },
    });
    exportIn(join(folder, 'there'), [elsewhere, '--out', second, '--no-cache'], {
      ...{ TZ: 'Pacific/Kiritimati', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8', USER: 'someone' },
      SOURCE_DATE_EPOCH: String(Date.parse(START) / 1000),
    });
  }, 240_000);

  it('gives the same bytes in another process, folder, time zone and locale, the signature aside', () => {
    const names = readdirSync(first).sort();
    expect(names).toHaveLength(13);
    expect(readdirSync(second).sort()).toEqual(names);
    const differing = names.filter((name) => !readFileSync(join(first, name)).equals(readFileSync(join(second, name))));
    expect(differing).toEqual(['bundle.sig']);
    expect(releaseOf(second)).toEqual(releaseOf(first));
  });

  it('says where it comes from, and nothing of the folders it lay in', () => {
    const { lineage, previous } = manifestOf(first);
    expect(lineage.scenarios).toMatchObject([{ name: 'test-12', weight: 1, load: 2 }]);
    expect(lineage.simulator).toMatchObject({ name: 'spacecloud', version: '0.1.0' });
    expect(lineage.exporter.commit === null || /^[0-9a-f]{40}$/.test(lineage.exporter.commit)).toBe(true);
    expect(lineage.startedFrom).toBeNull();
    expect(previous).toBeNull();
    for (const name of readdirSync(first).filter((file) => file !== 'bundle.sig')) {
      expect(readFileSync(join(first, name)).includes(folder), name).toBe(false);
    }
  });

  it('prints what int8 costs, as the bundle has it', () => {
    for (const { kind, decisions, same } of manifestOf(first).int8.agreement) {
      expect(printed).toContain(`int8 ${kind}: ${same} of ${decisions} decisions as float32`);
      expect(decisions).toBeGreaterThan(20);
    }
  });

  it('gives another release the digest of the one before, and a higher number', { timeout: 120_000 }, () => {
    const next = join(folder, 'next');
    exportIn(folder, [runFolder, '--out', next, '--previous', first, '--not-before', START], {});
    const { manifest } = verifyBundle(next, { publicKeyPem: key.publicKeyPem, now: () => Date.parse(START) });
    expect(manifest.version).toBe(2);
    expect(manifest.previous).toEqual({
      policyName: 'spacecloud-policy',
      version: 1,
      rootDigest: verifyBundle(first, { publicKeyPem: key.publicKeyPem, now: () => Date.parse(START) }).rootDigest,
    });
  });

  it('is refused a number that does not grow', { timeout: 120_000 }, () => {
    const again = ['--out', join(folder, 'same'), '--previous', first, '--release', '1', '--not-before', START];
    expect(() => exportIn(folder, [runFolder, ...again], {})).toThrow(
      /Expected --release above 1 \(the release of .*\), got 1/,
    );
    expect(existsSync(join(folder, 'same'))).toBe(false);
  });
});
