import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { ROOT, main, packageFile, runNode, say } from './run.mjs';

const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built-from');

/**
 * Compiles to `dist/` when the sources differ from those it was built from. Resolves to the compiler's exit status. The new
 * build replaces the old one only when it is complete, so an interrupted or failed build leaves the old one in place.
 */
async function ensureBuilt() {
  const digest = sourceDigest();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return 0;
  say('sources changed: compiling to dist/');
  const fresh = join(ROOT, `.dist-${process.pid}`);
  try {
    const compiler = packageFile('typescript', 'bin', 'tsc');
    const status = await runNode([compiler, '-p', 'tsconfig.build.json', '--outDir', fresh]);
    if (status !== 0) {
      say('compiling failed; dist/ is as it was');
      return status;
    }
    // npx links to this file and marks it executable only once; the next build must not take the mark away.
    const command = join(fresh, 'cli', 'main.js');
    if (existsSync(command)) chmodSync(command, 0o755);
    writeFileSync(join(fresh, '.built-from'), digest);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(fresh, DIST);
    return 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** SHA-256 over the names and contents of everything the compiler reads in this project. */
function sourceDigest() {
  const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8'));
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(ROOT, name));
  for (const entry of config.include) {
    const path = join(ROOT, entry);
    if (!existsSync(path)) continue;
    files.push(...(entry.endsWith('.ts') ? [path] : sourcesIn(path)));
  }
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(ROOT, file)}\0`);
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** Installs and compiles what is missing; resolves to the compiler's exit status. */
export async function prepare() {
  await ensureInstalled();
  return ensureBuilt();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(prepare);
