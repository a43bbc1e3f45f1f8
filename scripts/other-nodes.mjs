// `npm run setup:engines`: the Node versions that tests compare with the one at hand, in `.spacecloud/other-nodes` (190 MB
// each). They come from npm's registry alone: `node-<platform>-<arch>` holds the very binary, without an install script.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, fail, main, runNpm, say } from './run.mjs';

const VERSIONS = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };
const FOLDER = join(ROOT, '.spacecloud', 'other-nodes');

await main(async () => {
  const own = process.versions.node.split('.')[0];
  const wanted = Object.entries(VERSIONS).filter(([major, version]) => {
    const binary = join(FOLDER, 'node_modules', `node-${major}`, 'bin', 'node');
    const there = existsSync(binary);
    say(major === own ? `Node ${major} is this one` : `Node ${version} ${there ? 'is there' : 'is fetched'}`);
    return major !== own;
  });
  mkdirSync(FOLDER, { recursive: true });
  const name = `node-${process.platform}-${process.arch}`;
  const dependencies = Object.fromEntries(
    wanted.map(([major, version]) => [`node-${major}`, `npm:${name}@${version}`]),
  );
  writeFileSync(join(FOLDER, 'package.json'), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`);
  const status = await runNpm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: FOLDER,
  });
  if (status !== 0)
    fail(`npm install ended with status ${status}.`, `Its own message stands above; ${name} was asked for.`);
});
