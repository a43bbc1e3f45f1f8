import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, fail, packageFile, runNpm, say } from './run.mjs';

const OLDEST_NODE = [20, 19];

/** Runs `npm ci` when the installed packages are not those of package-lock.json, saying so. */
export async function ensureInstalled() {
  checkNode();
  const reason = whyInstall();
  if (reason === undefined) return;
  const native = existsSync(packageFile('@tensorflow', 'tfjs-node', 'deps', 'lib'));
  say(`${reason}: running npm ci (one to two minutes, once)`);
  const status = await runNpm(['ci', '--no-audit', '--no-fund']);
  if (status !== 0) fail(`npm ci ended with status ${status}.`, 'Its own message stands above.');
  if (native) say('the native engine was removed with the old packages; npm run setup:native brings it back');
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(
    `Expected Node ${OLDEST_NODE.join('.')} or newer, got ${process.versions.node}.`,
    'See .nvmrc; `nvm install` reads it.',
  );
}

/**
 * Why the packages must be installed, or undefined. Compares npm's record of what is in node_modules with the lock file,
 * package by package: times of files say nothing after a checkout. Optional packages may be absent.
 */
function whyInstall() {
  const recordFile = packageFile('.package-lock.json');
  if (!existsSync(recordFile)) return 'packages are not installed';
  const locked = packagesOf(join(ROOT, 'package-lock.json'));
  const installed = packagesOf(recordFile);
  for (const [path, entry] of Object.entries(locked)) {
    if (path === '' || entry.link === true) continue;
    const present = installed[path];
    if (present === undefined) {
      if (entry.optional === true || entry.devOptional === true || entry.peer === true) continue;
      return `${nameOf(path)} is not installed`;
    }
    if (present.version !== entry.version)
      return `${nameOf(path)} is ${present.version}, the lock file says ${entry.version}`;
  }
  return undefined;
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
