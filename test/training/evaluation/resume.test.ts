import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildGeometry, loadScenario, scenarioVariant } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import {
  type PolicySource,
  RecordStore,
  type RunRecord,
  baselineSource,
  customSource,
  evaluate,
} from '../../../training/index.ts';
import { EVALUATION } from './small-evaluation.ts';

const folders: string[] = [];
const newFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'evaluation-')));
  return folders.at(-1) as string;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const scenario = loadScenario('scenarios/test-12.yaml');
const geometry = buildGeometry(scenario);
const { policies: NAMES, ...OPTIONS } = EVALUATION;

/** Evaluates with a store; the records, and the runs that were really made. */
async function run(
  folder: string,
  options: { readonly policies?: readonly PolicySource[]; readonly load?: number; readonly signal?: AbortSignal } = {},
): Promise<{ readonly records: readonly RunRecord[]; readonly made: readonly string[] }> {
  const { policies = NAMES.map(baselineSource), load, signal } = options;
  const store = RecordStore.open(folder, { resume: true });
  const made: string[] = [];
  try {
    const { records } = await evaluate({
      ...OPTIONS,
      scenario: scenarioVariant(scenario, load === undefined ? {} : { load }),
      geometry,
      policies,
      store,
      ...(signal === undefined ? {} : { signal }),
      onProgress: (_done, _total, { policy, seed }) => made.push(`${policy} ${seed}`),
    });
    return { records, made };
  } finally {
    store.close();
  }
}

const unbroken = evaluate({ ...OPTIONS, scenario, geometry, policies: NAMES.map(baselineSource) });

describe('an evaluation with its records on disk', () => {
  it('gives the same records when it goes on, and makes only the missing runs', async () => {
    const folder = newFolder();
    const first = await run(folder);
    expect(first.made).toHaveLength(8);
    const { records } = await unbroken;
    expect(first.records).toEqual(records);
    const again = await run(folder);
    expect(again.made).toEqual([]);
    expect(again.records).toEqual(records);
    const more = await run(folder, { policies: [...NAMES, 'shortest-delay+at-source+lru'].map(baselineSource) });
    expect(new Set(more.made)).toEqual(new Set([1, 2, 3, 4].map((seed) => `shortest-delay+at-source+lru ${seed}`)));
  });

  it.each([
    [undefined, 'r1'],
    ['r1', undefined],
    ['r1', 'r2'],
  ])('takes kept records under the names of the present request: run %s, then %s', async (before, now) => {
    const folder = newFolder();
    const baseline = baselineSource(NAMES[0]);
    const source = (run: string | undefined): PolicySource => ({
      ...baselineSource(NAMES[1]),
      ...(run === undefined ? {} : { run }),
    });
    await run(folder, { policies: [source(before), baseline] });
    const { records, made } = await run(folder, { policies: [source(now), baseline] });
    expect(made).toEqual([]);
    const runs = records.filter(({ policy }) => policy === NAMES[1]).map((record) => record.run);
    expect(runs).toEqual(Array(4).fill(now));
  });

  it('runs anew what another scenario, or code of the caller, would make', async () => {
    const folder = newFolder();
    const custom = (): PolicySource => customSource('mine', (seed) => createBaseline(NAMES[0], seed));
    expect((await run(folder, { policies: [custom()] })).made).toHaveLength(4);
    expect((await run(folder, { policies: [custom()] })).made).toHaveLength(4);
    expect((await run(folder, { load: 0.5 })).made).toHaveLength(8);
    expect((await run(folder, { load: 0.6 })).made).toHaveLength(8);
    expect((await run(folder, { load: 0.5 })).made).toHaveLength(0);
  });

  it('drops a last line that a kill cut off, and refuses a line that is none', async () => {
    const folder = newFolder();
    await run(folder);
    const file = join(folder, 'records.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, -25));
    const { made, records } = await run(folder);
    expect(made).toHaveLength(1);
    expect(records).toEqual((await unbroken).records);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(9);
    appendFileSync(file, 'not JSON\n');
    await expect(run(folder)).rejects.toMatchObject({ code: 'FILE_READ', place: { file, line: 9 } });
  });

  it('is not mixed with another one by accident, nor written by two at once', () => {
    const folder = newFolder();
    const store = RecordStore.open(folder, { resume: false });
    expect(() => RecordStore.open(folder, { resume: true })).toThrow(/held by process/);
    store.close();
    expect(() => RecordStore.open(folder, { resume: false })).toThrow(/--resume|without records/);
  });

  it('goes on after SIGKILL at any moment with the records of the unbroken one', { timeout: 120_000 }, async () => {
    const folder = newFolder();
    // Killed after the first run, and again some way into the next.
    for (const delayMs of [0, 60]) await startAndKill(folder, delayMs);
    const { records, made } = await run(folder);
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBeLessThan(8);
    expect(records).toEqual((await unbroken).records);
  });
});

/** Starts the evaluation in a process of its own and kills it `delayMs` after its first run. */
function startAndKill(folder: string, delayMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'kill-evaluation.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let isFirst = true;
    child.on('message', () => {
      if (isFirst) setTimeout(() => child.kill('SIGKILL'), delayMs);
      isFirst = false;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve();
      else reject(new Error(`the evaluation ended by itself with ${code}`));
    });
  });
}
