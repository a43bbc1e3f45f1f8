import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../core/index.ts';
import { buildGeometry, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type PolicySource, baselineSource, customSource, evaluate } from '../../../training/index.ts';

const scenario = loadScenario('scenarios/test-12.yaml');
const geometry = buildGeometry(scenario);
const BASELINE = 'random+greedy-finish+gdsf';

const run = (policies: readonly PolicySource[], signal?: AbortSignal): ReturnType<typeof evaluate> =>
  evaluate({
    ...{ scenario, geometry, policies, seeds: [1, 2], arrivalsS: 2, drainS: 10, workers: 1, replicates: 100 },
    fallback: 'shortest-delay+at-source+bypass',
    ...(signal === undefined ? {} : { signal }),
  });

describe('a custom policy', () => {
  it('runs in this thread as the same rules run in a worker, made anew with the seed of each run', async () => {
    const seeds: number[] = [];
    const custom = customSource('mine', (seed) => {
      seeds.push(seed);
      return createBaseline(BASELINE, seed);
    });
    const { records, summary } = await run([custom, baselineSource(BASELINE)]);
    expect(seeds).toEqual([1, 2]);
    expect(records.map(({ policy, seed }) => [policy, seed])).toEqual([
      ['mine', 1],
      ['mine', 2],
      [BASELINE, 1],
      [BASELINE, 2],
    ]);
    expect(records[0]?.trajectoryHash).toBe(records[2]?.trajectoryHash);
    expect(records[1]?.trajectoryHash).toBe(records[3]?.trajectoryHash);
    expect(records[0]?.trajectoryHash).not.toBe(records[1]?.trajectoryHash);
    expect(summary?.reference).toBe('mine');
  });

  it('that chooses what the mask forbids ends the evaluation with its error', async () => {
    const lawless: Policy = { name: 'lawless', choose: (batch, out) => void out.fill(batch.maxCandidates - 1) };
    await expect(run([customSource('lawless', () => lawless)])).rejects.toMatchObject({ code: 'ILLEGAL_CHOICE' });
  });

  it('gets the truth only as an oracle', async () => {
    const omniscient = (seed: number): Policy => createBaseline('oracle+oracle+gdsf', seed);
    await expect(run([customSource('seer', omniscient)])).rejects.toMatchObject({ code: 'MISUSE' });
    const { records } = await run([customSource('seer', omniscient, 'oracle')]);
    expect(records.map(({ role }) => role)).toEqual(['oracle', 'oracle']);
  });

  it('can be stopped between its runs, and whole seeds remain', async () => {
    const controller = new AbortController();
    const stopper = customSource('stopper', (seed) => {
      if (seed === 1) controller.abort();
      return createBaseline(BASELINE, seed);
    });
    const { records } = await run([stopper], controller.signal);
    expect(records.map(({ seed }) => seed)).toEqual([1]);
  });

  it('needs a name of its own', async () => {
    const twice = customSource(BASELINE, (seed) => createBaseline(BASELINE, seed));
    await expect(run([twice, baselineSource(BASELINE)])).rejects.toMatchObject({
      code: 'MISUSE',
      message: `Expected policies of different names, got '${BASELINE}' twice.`,
    });
  });
});
