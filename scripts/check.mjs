// `npm run check`: everything but the tests. All checks run; the failed ones are named at the end.
import { ensureInstalled } from './install.mjs';
import { main, packageFile, runNode, say } from './run.mjs';

const CHECKS = [
  ['format', ['prettier', 'bin', 'prettier.cjs'], ['--check', '--log-level', 'warn', '.']],
  ['lint', ['eslint', 'bin', 'eslint.js'], ['.']],
  ['types', ['typescript', 'bin', 'tsc'], ['-p', 'tsconfig.json']],
  [
    'import rules',
    ['dependency-cruiser', 'bin', 'dependency-cruise.mjs'],
    ['--config', '.dependency-cruiser.cjs', '.'],
  ],
  ['unused files, exports and packages', ['knip', 'bin', 'knip.js'], []],
];

await main(async () => {
  await ensureInstalled();
  const failed = [];
  for (const [name, tool, args] of CHECKS) {
    say(`check: ${name}`);
    const status = await runNode([packageFile(...tool), ...args]);
    if (status >= 128) return status;
    if (status !== 0) failed.push(name);
  }
  say(failed.length === 0 ? `all ${CHECKS.length} checks passed` : `failed: ${failed.join('; ')}`);
  return failed.length === 0 ? 0 : 1;
});
