import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'spacecloud-consumer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project of a user with the package installed, under the strictest options there are. */
function compile(consumer: string): readonly string[] {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  rmSync(join(folder, 'node_modules', 'spacecloud'), { force: true });
  symlinkSync(ROOT, join(folder, 'node_modules', 'spacecloud'), 'dir');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    module: 'NodeNext',
    target: 'ES2023',
    lib: ['ES2023'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
  // Types of TensorFlow.js and xstate do not pass under these options; projects that use either set skipLibCheck.
  return stdout.split('\n').filter((line) => line.includes('error TS') && !line.includes('node_modules/'));
}

describe('the built types', () => {
  it('serve a strict project: everything compiles that should, and nothing that should not', () => {
    expect(compile(readFileSync(join(ROOT, 'test', 'types', 'consumer.test-d.ts'), 'utf8'))).toEqual([]);
  });
});
