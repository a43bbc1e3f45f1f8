import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash, hashJson } from '../../../core/index.ts';
import { buildGeometry, loadScenario } from '../../../environment/index.ts';
import { loadCheckpoint, readCheckpoint, saveCheckpoint } from '../../../training/checkpoint.ts';
import { decodeCheckpoint } from '../../../training/checkpoint/format.ts';
import { train, trainConfig } from '../../../training/index.ts';

/**
 * `version-1.bin.gz`: a run on test-12 (two iterations of 128 decisions, one worker, one world, four hidden units, seed 3) as the
 * last code before format 2 wrote it, with decision specification 2.
 */
const OLD = gunzipSync(readFileSync(join(import.meta.dirname, 'version-1.bin.gz')));
/** What that run was asked for. */
const ASKED = {
  ...{ seed: 3, decisions: 256, rowsPerIteration: 128, workers: 1, worldsPerWorker: 1, lag: 0 as const },
  ...{ network: { hidden: 4 }, episodeS: 10, calibrationDecisions: 500, ppo: { epochs: 2, minibatchRows: 64 } },
};

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-migrate-'));
const file = join(folder, 'checkpoint.bin');
beforeAll(() => writeFileSync(file, OLD));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a checkpoint of format 1', () => {
  it('is one: the network is a number in its configuration', () => {
    const { formatVersion, manifest } = decodeCheckpoint(OLD, file);
    expect(formatVersion).toBe(1);
    expect(manifest.state['config']).toMatchObject({ hidden: 4 });
  });

  it('is read as format 2: the configuration is what the same settings give today', () => {
    const { manifest } = readCheckpoint(file);
    expect(manifest.state['config']).toEqual(trainConfig(ASKED));
    expect(manifest.identity['configuration']).toBe(hashJson(trainConfig(ASKED)));
    expect(manifest.state).toMatchObject({
      run: { iteration: 2, decisions: 257 },
      stages: [0],
      curriculum: { stage: 0, sinceDecisions: 0 },
      evaluation: { count: 0, best: null },
      offsets: { evaluations: 0 },
      rollout: { collectors: [{ worldSeeds: [4_000_000], worldStages: [0] }] },
    });
  });

  it('keeps every section to the bit, and its identity but for the configuration', () => {
    const before = decodeCheckpoint(OLD, file);
    const after = readCheckpoint(file);
    expect(after.sections).toEqual(before.sections);
    const { configuration } = after.manifest.identity;
    expect(after.manifest.identity).toEqual({ ...before.manifest.identity, configuration });
  });

  it('written again, is of format 2 and the same', () => {
    const again = join(folder, 'again.bin');
    saveCheckpoint(again, readCheckpoint(file));
    expect(decodeCheckpoint(readFileSync(again), again).formatVersion).toBe(2);
    expect(readCheckpoint(again)).toEqual(readCheckpoint(file));
  });

  it('goes on where its identity fits, and is refused by the name of what does not', () => {
    const { identity } = readCheckpoint(file).manifest;
    expect(loadCheckpoint(file, identity).manifest.identity).toEqual(identity);
    const now = { ...identity, decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC) };
    expect(() => loadCheckpoint(file, now)).toThrow(/decisionSpec/);
  });

  it('is refused by a run of this version, which decides by another specification', async () => {
    const scenario = loadScenario('scenarios/test-12.yaml');
    const geometry = buildGeometry(scenario);
    const resumed = train({
      ...{ scenario, geometry, runFolder: folder, config: ASKED, engine: 'wasm', resume: true },
      clockMs: Date.now,
    });
    await expect(resumed).rejects.toThrow(SpaceCloudError);
    await expect(resumed).rejects.toMatchObject({ code: 'CHECKPOINT_SCENARIO', message: /decisionSpec/ });
  });
});

it('a format that is yet to come is refused by its number', () => {
  const later = join(folder, 'later.bin');
  saveCheckpoint(later, { manifest: { identity: {}, state: {} }, sections: {} });
  const bytes = readFileSync(later);
  bytes.writeUInt32LE(3, 8);
  // The digest covers the version.
  expect(() => decodeCheckpoint(bytes, later)).toThrow(/SHA-256/);
});
