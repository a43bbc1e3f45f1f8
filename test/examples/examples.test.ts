import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, startNode } from '../e2e/spacecloud.ts';

/** Each example in a process of its own, importing the compiled package by its name, in the order a user would. */
const folder = mkdtempSync(join(tmpdir(), 'spacecloud-examples-'));
const ran = new Set<string>();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function example(name: string): Promise<string> {
  ran.add(`${name}.ts`);
  const { status, out, err } = await startNode(['--import', 'tsx', join(ROOT, 'examples', `${name}.ts`), folder], {
    env: { XDG_CACHE_HOME: join(folder, 'cache') },
  }).ended;
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return out;
}

describe('examples', () => {
  it('train.ts trains and leaves a checkpoint', async () => {
    const out = await example('train');
    expect(out).toMatch(/iteration 4 of 4: mean return -?\d+\.\d{3}\nTrained on 4\d{3} decisions of 'test-12'/);
    expect(existsSync(join(folder, 'run', 'checkpoint.bin'))).toBe(true);
    expect(
      readFileSync(join(folder, 'run', 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(4);
  });

  it('evaluate.ts prints the table and writes report and JSON', async () => {
    const out = await example('evaluate');
    for (const policy of ['learned:run', 'load-aware+greedy-finish+gdsf', 'prior']) expect(out).toContain(policy);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<svg');
    const { records } = JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8')) as { records: unknown[] };
    expect(records).toHaveLength(12); // 4 policies on 3 seeds
  });

  it('export.ts writes a bundle that verifies', async () => {
    const out = await example('export');
    expect(out).toMatch(/forward\.onnx +\d+ bytes/);
    expect(out).toMatch(/example-policy 1 is valid until .*\n24 golden vectors reproduced/); // 8 of each of 3 kinds
  });

  it('run-exported-policy.ts decides by the bundle, twice the same', async () => {
    const out = await example('run-exported-policy');
    expect(out).toMatch(/example-policy 1, trained on 4\d{3} decisions/);
    const forward = Number(/forward: (\d+) decisions/.exec(out)?.[1]);
    expect(forward).toBeGreaterThan(100);
    expect(out).toMatch(/trajectory hash [0-9a-f]{32}/);
    expect(await example('run-exported-policy')).toBe(out);
  });

  it('write-a-study.ts says what orbit brings against what is flown today', async () => {
    const out = await example('write-a-study');
    expect(out).toMatch(/comparator relay +\d+\.\d+ \[.*best comparator/);
    expect(out).toMatch(/orbit (wins|loses)|no difference shown/);
    expect(readFileSync(join(folder, 'study.html'), 'utf8')).toContain('<svg');
  });

  it("write-a-baseline.ts compares a user's own policy with built-in ones", async () => {
    const out = await example('write-a-baseline');
    // It weighs queues and detours, so it must beat chance; how it stands against the strong baseline is its own affair.
    expect(out).toMatch(/random\+random\+random +baseline .* better$/m);
    expect(out).toContain(
      'Every policy ran the same 3 seeds of test-12; differences are shortest-queue minus the other',
    );
  });

  it('write-a-scenario.ts writes a file that the command line accepts', async () => {
    const out = await example('write-a-scenario');
    const delivered = [...out.matchAll(/load \d+: ([\d.]+) % delivered/g)].map((match) => Number(match[1]));
    expect(delivered).toHaveLength(3);
    expect(delivered[0]).toBeGreaterThan(95); // one message of 160 Mbit each half second: the ring carries that
    expect(delivered[2]).toBeLessThan(delivered[0] as number); // 32 of them do not fit
    const { status, out: said } = await startNode(
      [join(ROOT, 'dist', 'cli', 'main.js'), 'scenario', 'validate', join(folder, 'ring.yaml')],
      { env: { XDG_CACHE_HOME: join(folder, 'cache') } },
    ).ended;
    expect([status, said]).toEqual([0, expect.stringMatching(/^Valid: ring, 8 satellites/)]);
  });

  it("own-environment.ts checks, trains and plays a user's own environment", async () => {
    const out = await example('own-environment');
    const team = Number(/^A team earns ([\d.]+) of at most 20 /.exec(out)?.[1]); // no line before it: nothing was found wrong
    expect(team).toBeGreaterThan(8); // random play: about 2
  });

  it('are all run here, in at most 70 lines, with public imports only', () => {
    const files = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.ts'));
    expect(files.filter((file) => !ran.has(file))).toEqual([]);
    for (const file of files) {
      const text = readFileSync(join(ROOT, 'examples', file), 'utf8');
      expect(text.split('\n').length, file).toBeLessThanOrEqual(70);
      const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]);
      expect(imports.filter((name) => name !== 'spacecloud' && name?.startsWith('node:') !== true)).toEqual([]);
    }
  });
});
