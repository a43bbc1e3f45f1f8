import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolders } from '../../../core/files/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import { AppendedFile } from '../../../training/tracking/appended-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-folders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes every level, and returns the first one made', () => {
  const path = join(folder, 'a', 'b', 'c');
  expect(makeFolders(path)).toBe(join(folder, 'a'));
  expect(statSync(path).isDirectory()).toBe(true);
  expect(makeFolders(path)).toBeUndefined();
});

it('names the file that stands in the way, and leaves nothing behind', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const refusal = (): unknown => makeFolders(join(file, 'x', 'y'));
  expect(refusal).toThrow(SpaceCloudError);
  expect(refusal).toThrow(`got the file '${file}'`);
});

// `mkdirSync` with `recursive` would not return here.
it.skipIf(process.platform !== 'linux')('ends with an error under /proc, and so does a writer', () => {
  expect(() => makeFolders('/proc/nope/deeper')).toThrow(/ENOENT/);
  expect(() => new AppendedFile('/proc/nope/deeper/metrics.jsonl')).toThrow(/Expected to write/);
  expect(existsSync('/proc/nope')).toBe(false);
});
