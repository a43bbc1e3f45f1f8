import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-training-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

it('--resume without a checkpoint says that a new run begins, for each seed, and not beside JSON', async () => {
  const file = fileOf('seeds.yaml', 'schema: 1\nscenarios: [{ scenario: test-12 }]\nseeds: [1, 2]\n');
  // A run folder cannot be made below a file, so that nothing is trained here.
  const run = join(fileOf('no-folder', ''), 'run');
  const train = ['train', file, '--run', run, '--no-cache', '--engine', 'wasm'];
  const { status, err } = await captured([...train, '--resume']);
  expect(status, err).toBe(5);
  for (const seed of [1, 2]) {
    const note = `Note: '${join(run, `seed-${seed}`)}' has no checkpoint to go on from; a new run begins there.\n`;
    expect(err).toContain(note);
  }
  expect((await captured([...train, '--resume', '--json'])).err).not.toContain('a new run');
  expect((await captured(train)).err).not.toContain('a new run');
}, 60_000);

it('a training file without scenarios is told so, and no command takes a training file for a scenario', async () => {
  const file = fileOf('none.yaml', 'schema: 1\nseeds: [1]\nppo: { gamma: 0.9 }\n');
  const { status, err } = await captured(['train', file, '--run', join(folder, 'run')]);
  expect(status).toBe(3);
  expect(err).toMatch(/TRAINING_FILE: scenarios: expected .*the field is missing/);
  expect(err).not.toContain('epoch');

  const valid = 'scenarios/training/quick.yaml';
  const validated = await captured(['scenario', 'validate', valid]);
  expect(validated.status).toBe(3);
  expect(validated.err).toContain(`Expected a scenario, got the training file '${valid}'.`);
  expect(validated.err).not.toContain('epoch');
});

it('a scenario with a field of training files stays a scenario', async () => {
  const file = fileOf('odd.yaml', 'schema: 1\nname: odd\nepoch: 2026-11-22T00:00:00Z\nseeds: [1]\n');
  const { err } = await captured(['train', file, '--run', join(folder, 'run')]);
  expect(err).toMatch(/SCENARIO_[^]*'seeds'/);
  expect(err).not.toContain('TRAINING_FILE');
});

it('a start that is no run folder is refused where the file names it, relative to the file', async () => {
  const file = fileOf('from.yaml', 'schema: 1\nscenarios: [{ scenario: test-12 }]\nfrom: runs/none\n');
  const { status, err } = await captured(['train', file, '--run', join(folder, 'run')]);
  expect(status).toBe(3);
  expect(err).toContain(`${file}:3:7`);
  expect(err).toContain('from: expected a run folder with a checkpoint, found none at');
  expect(err).toContain('relative to the training file');
});
