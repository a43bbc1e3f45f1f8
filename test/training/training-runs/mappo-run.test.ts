import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CRITIC_WIDTH } from '../../../core/index.ts';
import { buildGeometry, loadScenario } from '../../../environment/index.ts';
import { generateSigningKey } from '../../../policies/bundle/index.ts';
import { type TrainOptions, exportPolicy, readTrainedPolicy, train } from '../../../training/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-mappo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
const geometry = buildGeometry(scenario);

const options = (runFolder: string, decisions: number): TrainOptions => ({
  ...{ scenario, geometry, runFolder, engine: 'wasm', clockMs: Date.now },
  config: {
    ...{ algorithm: 'mappo', decisions, rowsPerIteration: 1000, worldsPerWorker: 2, workers: 1, episodeS: 5, lag: 0 },
    ...{ network: { hidden: 8 }, calibrationDecisions: 2000, checkpointEveryIterations: 1 },
    ppo: { minibatchRows: 250, annealLearningRate: false },
  },
});

it('a run with a central critic resumes to the bit, and its bundle holds nothing of the global state', async () => {
  const whole = join(folder, 'whole');
  const result = await train(options(whole, 3000));
  expect(result.architecture.global).toBe(CRITIC_WIDTH);
  expect(result.normaliser.kinds.every((kind) => kind.globalMean?.some((mean) => mean > 0))).toBe(true);

  const cut = join(folder, 'cut');
  const stop = new AbortController();
  let seen = 0;
  const first = await train({
    ...options(cut, 3000),
    signal: stop.signal,
    onProgress: () => {
      if (++seen === 1) stop.abort();
    },
  });
  expect(first.interrupted).toBe(true);
  const resumed = await train({ ...options(cut, 3000), resume: true });
  expect(Buffer.from(resumed.weights.buffer).equals(Buffer.from(result.weights.buffer))).toBe(true);

  const trained = readTrainedPolicy(whole);
  expect([trained.whole.architecture.global, trained.network.architecture.global]).toEqual([CRITIC_WIDTH, 0]);
  const bundleFolder = join(folder, 'bundle');
  await exportPolicy({
    ...{ runFolder: whole, bundleFolder, scenario, geometry, privateKeyPem: generateSigningKey().privateKeyPem },
    ...{ policyName: 'central', version: 1, licence: 'Apache-2.0', evaluation: null },
    validity: { notBefore: '2026-11-22T00:00:00Z', notAfter: '2027-05-22T00:00:00Z' },
  });
  const manifest = JSON.parse(readFileSync(join(bundleFolder, 'policy.json'), 'utf8')) as {
    readonly architecture: { readonly global: number };
    readonly weights: { readonly tensors: readonly { readonly name: string }[] };
  };
  expect(manifest.architecture.global).toBe(0);
  expect(manifest.weights.tensors.filter(({ name }) => name.includes('global'))).toEqual([]);
  for (const file of readdirSync(bundleFolder).filter((name) => name.endsWith('.onnx') || name === 'normaliser.json')) {
    expect(readFileSync(join(bundleFolder, file)).includes('global')).toBe(false);
  }
}, 120_000);
