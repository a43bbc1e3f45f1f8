import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scenario, buildGeometry, loadScenario, varyScenario } from '../../../environment/index.ts';
import {
  describeEvaluation,
  evaluate,
  policySummary,
  readTrainingEvaluations,
  resolvePolicyGroup,
  sampleEfficiency,
  toMarlEval,
  train,
  trainingNotes,
} from '../../../training/index.ts';
import { EVALUATION } from './small-evaluation.ts';

const scenario = varyScenario(loadScenario('scenarios/test-12.yaml', { durationS: 1200 }), (draft) => {
  draft.holdOut = { startWindows: [{ fromS: 900, toS: 1200 }], loads: [{ from: 3, to: 4 }] };
});
const geometry = buildGeometry(scenario);
const NOW = { now: () => 0 };

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'group-'));
  mkdirSync(at('seeds'));
  for (const [name, seed, learningRate] of [
    ['seeds/r2', 2, 1e-3],
    ['seeds/r10', 10, 1e-3],
    ['other', 3, 2e-3],
    ['other-r2', 2, 2e-3],
  ] as const) {
    await train({
      ...{ scenario, geometry, runFolder: at(name), engine: 'wasm', clockMs: () => 0 },
      config: {
        ...{ seed, decisions: 128, rowsPerIteration: 64, workers: 1, worldsPerWorker: 1, calibrationDecisions: 64 },
        ppo: { learningRate },
        evaluation: { everyDecisions: 64, episodes: 2, arrivalsS: 2, drainS: 20 },
      },
    });
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('training runs as one policy', () => {
  it('are named by a list, or by the folder they lie in', () => {
    const listed = resolvePolicyGroup(`mine=${at('seeds/r2')},${at('seeds/r10')}`, NOW);
    expect(listed.sources.map(({ name, run }) => [name, run])).toEqual([
      ['mine', 'r2'],
      ['mine', 'r10'],
    ]);
    for (const reference of [at('seeds'), at('seeds', '*')]) {
      const found = resolvePolicyGroup(reference, NOW);
      expect(found.sources.map(({ name, run }) => [name, run])).toEqual([
        ['seeds', 'r2'],
        ['seeds', 'r10'],
      ]);
      expect(found.runFolders).toEqual([at('seeds', 'r2'), at('seeds', 'r10')]);
    }
    expect(resolvePolicyGroup(`named=${at('other')}`, NOW).sources).toMatchObject([{ name: 'named', role: 'learned' }]);
    expect(resolvePolicyGroup('random+random+random', NOW)).toMatchObject({ runFolders: [] });
    const parameters = 'ground-table:periodS=60:delayS=5+greedy-finish+gdsf';
    expect(resolvePolicyGroup(parameters, NOW).sources).toMatchObject([{ kind: 'baseline', name: parameters }]);
  });

  it('must differ in their seed and in nothing else', () => {
    const mixed = `mine=${at('seeds/r2')},${at('other')}`;
    expect(() => resolvePolicyGroup(mixed, NOW)).toThrow(/differ in their seed only.*other/);
    const sameSeed = `mine=${at('seeds/r2')},${at('other-r2')}`;
    expect(() => resolvePolicyGroup(sameSeed, NOW)).toThrow(/differ in their seed only.*other-r2/);
    const twice = `mine=${at('seeds/r2')},${at('seeds/r2')}`;
    expect(() => resolvePolicyGroup(twice, NOW)).toThrow(/a seed each, got seed 2/);
    expect(() => resolvePolicyGroup(`mine=${at('seeds/r2')},random+random+random`, NOW)).toThrow(/run folders/);
    expect(() => resolvePolicyGroup('mine=random+random+random', NOW)).toThrow(/run or a bundle after 'mine='/);
  });

  it('are evaluated as samples, within what the scenario holds out, with their curves and marl-eval file', async () => {
    const { sources, runFolders } = resolvePolicyGroup(at('seeds'), NOW);
    const baseline = resolvePolicyGroup(EVALUATION.policies[0], NOW).sources;
    const options = { ...EVALUATION, scenario, geometry, policies: [...sources, ...baseline] };
    const { records, summary } = await evaluate(options);
    if (summary === undefined) throw new Error('no summary');
    expect(records).toHaveLength(12);
    expect(policySummary(summary, 'seeds')).toMatchObject({ trainingRuns: ['r2', 'r10'], replicate: 'run', runs: 8 });
    expect(records.every(({ startS }) => startS >= 900)).toBe(true);
    const anywhere = await evaluate({ ...options, anywhere: true });
    expect(anywhere.records.some(({ startS }) => startS < 900)).toBe(true);

    const evaluations = runFolders.map(readTrainingEvaluations);
    const curve = sampleEfficiency('seeds', evaluations, { replicates: 100, seed: 1 });
    expect(curve).toMatchObject({ policy: 'seeds', samples: 2, replicate: 'run' });
    const decisions = curve?.points.map((point) => point.decisions) ?? [];
    expect(decisions.length).toBeGreaterThan(1);
    const { data } = toMarlEval(records, {
      environment: 'spacecloud',
      stepCount: 1,
      curves: new Map([['seeds', evaluations]]),
    });
    const algorithms = data['spacecloud']?.['test-12'] ?? {};
    expect(Object.keys(algorithms)).toEqual(['seeds', EVALUATION.policies[0]]);
    for (const runs of Object.values(algorithms)) {
      expect(Object.keys(runs)).toEqual(['run_1', 'run_2']);
      expect(runs['run_1']?.step_1?.step_count).toBe(decisions[0]);
      expect(Object.keys(runs['run_2'] ?? {})).toHaveLength(decisions.length + 1);
    }
  });
});

describe('what a run was trained on', () => {
  const notesOn = (evaluated: Scenario, seeds: readonly number[] = [1]): string =>
    trainingNotes(at('seeds', 'r2'), { scenario: evaluated, seeds }).join(' ');
  const holding = (toS: number): Scenario =>
    varyScenario(scenario, (draft) => {
      draft.holdOut = { startWindows: [{ fromS: 900, toS }], loads: [] };
    });

  it('stands in its manifest and is held against the evaluation', () => {
    expect(notesOn(scenario)).toMatch(/kept off what test-12 holds out/);
    expect(notesOn(holding(1000))).toMatch(/WARNING: .* did not keep off/);
    const heavier = varyScenario(scenario, (draft) => {
      draft.traffic.load = 2;
    });
    expect(notesOn(heavier)).toMatch(/was trained on test-12 at load .*evaluated \(test-12 at load 2\) is another one/);
    expect(() => notesOn(scenario, [1, 3_000_000])).toThrow(/Expected seeds that .* was not trained on, got 3000000/);
  });

  it('is missed loudly, and printed under the table', async () => {
    const manifest = at('other', 'run.json');
    const rest = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    delete rest['seeds'];
    writeFileSync(manifest, JSON.stringify(rest));
    const notes = trainingNotes(at('other'), { scenario, seeds: [1] });
    expect(notes.join(' ')).toMatch(/^WARNING: .*other does not say what it was trained on/);
    const { sources } = resolvePolicyGroup(at('other'), NOW);
    const { summary } = await evaluate({ ...EVALUATION, scenario, geometry, policies: sources, notes });
    if (summary === undefined) throw new Error('no summary');
    expect(describeEvaluation(summary).caveats).toContain(notes[0]);
  });

  it('is not what the scenario holds out', async () => {
    const heldOut = varyScenario(scenario, (draft) => {
      draft.traffic.load = 3.5;
    });
    const training = train({
      ...{ scenario: heldOut, geometry, runFolder: at('refused'), engine: 'wasm', clockMs: () => 0 },
      config: { decisions: 64, rowsPerIteration: 64, workers: 1, worldsPerWorker: 1, calibrationDecisions: 64 },
    });
    await expect(training).rejects.toMatchObject({ code: 'HELD_OUT' });
  });
});
