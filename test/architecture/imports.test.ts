import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokenRule, type CruiseResult, cruise } from './cruise.ts';

/** Below this many modules the cruise has gone astray (as it does silently under an unsupported compiler). */
const FEWEST_MODULES = 20;

describe('the import rules', () => {
  it('hold over the whole tree', () => {
    const { modules, broken } = cruise();
    expect(modules.length).toBeGreaterThanOrEqual(FEWEST_MODULES);
    for (const folder of ['core', 'environment', 'policies', 'agents', 'training', 'cli', 'test']) {
      expect(
        modules.filter((module) => module.startsWith(`${folder}/`)),
        folder,
      ).not.toEqual([]);
    }
    expect(broken).toEqual([]);
  });
});

/** Modules that break one rule each; every import leads to a module or package that exists in the planted tree. */
const PLANTED: readonly { readonly rule: string; readonly from: string; readonly imports: string }[] = [
  { rule: 'core-imports-nothing', from: 'core/a.ts', imports: 'node:fs' },
  { rule: 'core-imports-nothing', from: 'core/b.ts', imports: '../environment/index.ts' },
  { rule: 'core-imports-nothing', from: 'core/c.ts', imports: './files/index.ts' },
  { rule: 'core-files', from: 'core/files/a.ts', imports: 'node:child_process' },
  { rule: 'environment-below', from: 'environment/a.ts', imports: '../policies/index.ts' },
  { rule: 'environment-below', from: 'environment/b.ts', imports: 'xstate' },
  { rule: 'environment-below', from: 'environment/c.ts', imports: '@tensorflow/tfjs-core' },
  { rule: 'runtime-imports-core-only', from: 'policies/runtime/a.ts', imports: 'node:fs' },
  { rule: 'runtime-imports-core-only', from: 'policies/runtime/b.ts', imports: '../networks/index.ts' },
  { rule: 'runtime-imports-core-only', from: 'policies/runtime/c.ts', imports: '../../core/files/index.ts' },
  { rule: 'policies-below', from: 'policies/baselines/a.ts', imports: '../../environment/index.ts' },
  { rule: 'policies-below', from: 'policies/bundle/a.ts', imports: '../../training/index.ts' },
  { rule: 'policies-tensorflow', from: 'policies/baselines/b.ts', imports: '@tensorflow/tfjs-core' },
  { rule: 'agents-below', from: 'agents/a.ts', imports: '../training/index.ts' },
  { rule: 'agents-below', from: 'agents/b.ts', imports: '@tensorflow/tfjs-core' },
  { rule: 'training-below', from: 'training/a.ts', imports: '../cli/main.ts' },
  { rule: 'training-tensorflow', from: 'training/rollout/a.ts', imports: '@tensorflow/tfjs-core' },
  { rule: 'public-faces', from: 'training/b.ts', imports: '../environment/world/world.ts' },
  { rule: 'public-faces', from: 'agents/c.ts', imports: '../environment/world/index.ts' },
  { rule: 'public-faces', from: 'cli/a.ts', imports: '../core/errors.ts' },
  { rule: 'public-faces', from: 'examples/a.ts', imports: '../policies/baselines/index.ts' },
  { rule: 'leaves', from: 'examples/b.ts', imports: '../bench/main.ts' },
  { rule: 'leaves', from: 'training/f.ts', imports: '../test/rows.ts' },
  { rule: 'product-packages', from: 'training/c.ts', imports: 'vitest' },
  { rule: 'resolvable', from: 'training/d.ts', imports: './absent.ts' },
];

/** Imports that the rules allow, each close to one that they forbid. */
const ALLOWED: readonly { readonly from: string; readonly imports: string }[] = [
  { from: 'environment/world/world.ts', imports: '../../core/index.ts' },
  { from: 'environment/d.ts', imports: 'node:fs' },
  { from: 'environment/e.ts', imports: '../core/files/index.ts' },
  { from: 'core/files/b.ts', imports: 'node:fs' },
  { from: 'policies/networks/index.ts', imports: '@tensorflow/tfjs-core' },
  { from: 'policies/baselines/index.ts', imports: '../../core/index.ts' },
  { from: 'agents/d.ts', imports: 'xstate' },
  { from: 'agents/e.ts', imports: '../policies/runtime/index.ts' },
  { from: 'training/ppo/a.ts', imports: '@tensorflow/tfjs-core' },
  { from: 'training/payload/a.ts', imports: '@tensorflow/tfjs-core' },
  { from: 'training/e.ts', imports: '../policies/bundle/index.ts' },
  { from: 'cli/main.ts', imports: '../training/index.ts' },
  { from: 'test/environment/world.test.ts', imports: '../../environment/world/world.ts' },
  { from: 'test/cli/main.test.ts', imports: '../../cli/main.ts' },
];

const FACES = [
  'core/index.ts',
  'core/errors.ts',
  'core/files/index.ts',
  'environment/index.ts',
  'environment/world/index.ts',
  'policies/index.ts',
  'policies/runtime/index.ts',
  'policies/bundle/index.ts',
  'training/index.ts',
  'bench/main.ts',
  'test/rows.ts',
];

describe('a planted tree', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-imports-'));
  let result: CruiseResult;

  beforeAll(() => {
    const plant = (path: string, text: string): void => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    };
    plant(
      'package.json',
      JSON.stringify({
        type: 'module',
        dependencies: { xstate: '1', '@tensorflow/tfjs-core': '1' },
        devDependencies: { vitest: '1' },
      }),
    );
    plant(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { module: 'NodeNext', allowImportingTsExtensions: true, noEmit: true } }),
    );
    for (const name of ['xstate', '@tensorflow/tfjs-core', 'vitest']) {
      plant(
        `node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'index.js' }),
      );
      plant(`node_modules/${name}/index.js`, 'export const x = 1;\n');
    }
    for (const path of FACES) plant(path, 'export const x = 1;\n');
    for (const { from, imports } of [...PLANTED, ...ALLOWED]) plant(from, `export { x } from '${imports}';\n`);
    plant('core/left.ts', `import type { X } from './right.ts';\nexport type Y = X;\n`);
    plant('core/right.ts', `import type { Y } from './left.ts';\nexport type X = Y;\n`);
    result = cruise(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(PLANTED)('breaks $rule: $from imports $imports', ({ rule, from }) => {
    expect(rulesBrokenBy(result.broken, from)).toContain(rule);
  });

  it('breaks no-cycles with two modules that import only types of each other', () => {
    expect(rulesBrokenBy(result.broken, 'core/left.ts')).toEqual(['no-cycles']);
  });

  it.each(ALLOWED)('may: $from imports $imports', ({ from }) => {
    expect(result.modules).toContain(from);
    expect(rulesBrokenBy(result.broken, from)).toEqual([]);
  });

  it('has no rule without a planted module that breaks it', () => {
    const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const broken = new Set(result.broken.map(({ rule }) => rule));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});

function rulesBrokenBy(broken: readonly BrokenRule[], from: string): string[] {
  return broken.filter((entry) => entry.from === from).map(({ rule }) => rule);
}
