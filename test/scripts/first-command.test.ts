import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A project of its own with our scripts, a packed dependency and a few sources: real npm, real compiler, no network. */
const project = mkdtempSync(join(tmpdir(), 'spacecloud-scripts-'));

beforeAll(() => {
  cpSync(join(ROOT, 'scripts'), join(project, 'scripts'), { recursive: true });
  pullThing('1.0.0');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('installing', () => {
  it('runs npm ci in a fresh clone and says so', () => {
    const { status, said } = call('install.mjs', 'ensureInstalled');
    expect(status).toBe(0);
    expect(said).toMatch(/packages are not installed: running npm ci/);
    expect(existsSync(join(project, 'node_modules/thing/package.json'))).toBe(true);
  });

  it('does nothing when all is there, whatever the times of the files', () => {
    write('package-lock.json', read('package-lock.json'));
    expect(call('install.mjs', 'ensureInstalled')).toEqual({ status: 0, said: '' });
  });

  it('runs npm ci when the lock file asks for another version', () => {
    pullThing('2.0.0');
    const { status, said } = call('install.mjs', 'ensureInstalled');
    expect(status).toBe(0);
    expect(said).toContain('thing is 1.0.0, the lock file says 2.0.0');
    expect(read('node_modules/thing/package.json')).toContain('2.0.0');
  });

  it('ends with an error when npm ci fails', () => {
    rmSync(join(project, 'node_modules'), { recursive: true });
    const before = read('package.json');
    write('package.json', before.replace('file:thing-2.0.0.tgz', 'file:thing-1.0.0.tgz')); // contradicts the lock file
    const { status, said } = call('install.mjs', 'ensureInstalled');
    write('package.json', before);
    expect(status).toBe(1);
    expect(said).toMatch(/error: npm ci ended with status \d+/);
  });
});

describe('compiling', () => {
  beforeAll(() => {
    call('install.mjs', 'ensureInstalled');
    for (const name of ['typescript', '@types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
    for (const name of ['tsconfig.json', 'tsconfig.build.json']) cpSync(join(ROOT, name), join(project, name));
    write('core/a.ts', "import { b } from './b.ts';\nexport const a: number = b + 1;\n");
    write('core/b.ts', 'export const b: number = 1;\n');
  });

  it('compiles to dist with declarations and imports that Node can run', () => {
    const { status, said } = call('build.mjs', 'prepare');
    expect(status).toBe(0);
    expect(said).toContain('sources changed');
    expect(readdirSync(join(project, 'dist/core')).sort()).toEqual([
      'a.d.ts',
      'a.js',
      'a.js.map',
      'b.d.ts',
      'b.js',
      'b.js.map',
    ]);
    const code = "import { a } from './dist/core/a.js'; console.log(a);";
    expect(node(['--input-type=module', '--eval', code]).out).toBe('2\n'); // 1 + 1
  });

  it('does nothing when the sources are those it was built from', () => {
    expect(call('build.mjs', 'prepare')).toEqual({ status: 0, said: '' });
  });

  it('leaves the last good build in place when compiling fails', () => {
    write('core/a.ts', "export const a: number = 'one';\n");
    const { status, said } = call('build.mjs', 'prepare');
    expect(status).not.toBe(0);
    expect(said).toContain('compiling failed');
    expect(read('dist/core/a.js')).toContain('b + 1');
    expect(readdirSync(project).filter((name) => name.startsWith('.dist'))).toEqual([]);
  });

  it('takes out of dist what is no longer a source', () => {
    write('core/a.ts', 'export const a: number = 3;\n');
    rmSync(join(project, 'core/b.ts'));
    expect(call('build.mjs', 'prepare').status).toBe(0);
    expect(readdirSync(join(project, 'dist/core')).sort()).toEqual(['a.d.ts', 'a.js', 'a.js.map']);
  });
});

function read(path: string): string {
  return readFileSync(join(project, path), 'utf8');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

/** Brings the package.json and the lock file of a commit that asks for that version of `thing`, as `git pull` does. */
function pullThing(version: string): void {
  write('thing/package.json', JSON.stringify({ name: 'thing', version }));
  npm(['pack', '--pack-destination', '..'], join(project, 'thing'));
  const dependencies = { thing: `file:thing-${version}.tgz` };
  write('elsewhere/package.json', JSON.stringify({ name: 'trial', version: '1.0.0', type: 'module', dependencies }));
  cpSync(join(project, `thing-${version}.tgz`), join(project, 'elsewhere', `thing-${version}.tgz`));
  npm(['install', '--package-lock-only'], join(project, 'elsewhere'));
  for (const name of ['package.json', 'package-lock.json'])
    cpSync(join(project, 'elsewhere', name), join(project, name));
}

function npm(args: readonly string[], cwd: string): void {
  const run = spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], { cwd, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
}

function node(args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const run = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** Calls a function of a script as `main` does; `said` holds our own lines, without what npm and the compiler print. */
function call(script: string, name: string): { readonly status: number | null; readonly said: string } {
  const code = `import { main } from './scripts/run.mjs'; import { ${name} } from './scripts/${script}'; await main(${name});`;
  const { status, err } = node(['--input-type=module', '--eval', code]);
  return {
    status,
    said: err
      .split('\n')
      .filter((line) => line.startsWith('[spacecloud]'))
      .join('\n'),
  };
}
