// `npm run setup:native`: gets the native learning engine where tfjs-node's own download is blocked.
//
// tfjs-node's installer fetches libtensorflow and a compiled addon from a storage host that closed networks do not reach;
// npm then leaves the optional package out. Here its parts come from package registries alone: the package from npm, the
// library and its headers from the tensorflow-cpu wheel of PyPI, the addon from its source, compiled against the headers
// that belong to the running Node. package.json and package-lock.json stay as they are.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { WHEEL, downloadWheel, layLibrary, wheelFolder } from './native-wheel.mjs';
import { ROOT, fail, lastLines, main, packageFile, runNpm, say } from './run.mjs';

const PACKAGE = packageFile('@tensorflow', 'tfjs-node');
/** Folder for what is needed only while this runs, and for the build log. */
const WORK = join(ROOT, '.spacecloud', 'setup-native');
const ADDON_LOG = join(WORK, 'build.log');
const HELP = `npm run setup:native -- [options]

  --wheel FILE          use this ${WHEEL.project} wheel instead of downloading one (${WHEEL.platform})
  --tensorflow VERSION  version to download (default ${WHEEL.version}, the one tried)
  --force               set up again even when the native engine works
  --help                this text

Needs Linux on x64, python3 with pip, g++ and make; 1.5 GB of disk. The wheel is kept in ${wheelFolder()}.`;

async function setUp(options) {
  const python = checkTools(options);
  say('1/4 installing @tensorflow/tfjs-node without its install script');
  await installPackage();
  say(`2/4 getting the ${WHEEL.project} wheel`);
  const wheel = options.wheel === undefined ? downloadWheel(python, options.tensorflow) : resolve(options.wheel);
  if (!existsSync(wheel)) fail(`Expected a wheel at ${wheel}, found no such file.`);
  say('3/4 taking libtensorflow and its headers out of the wheel');
  layLibrary(python, wheel, join(PACKAGE, 'deps'));
  say('4/4 compiling the addon (about 75 s)');
  compileAddon(python);
  const after = probe();
  if (!after.ok) fail(`The addon was built but does not work: ${after.text}`, `Its build log is ${ADDON_LOG}.`);
  say(`the native engine works (${after.text})`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        wheel: { type: 'string' },
        tensorflow: { type: 'string', default: WHEEL.version },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    fail(error.message, 'npm run setup:native -- --help lists the options.');
  }
}

/** Ends with a hint when a tool is missing; resolves the Python to use. */
function checkTools(options) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(
      `Expected Linux on x64, got ${process.platform} on ${process.arch}.`,
      'Elsewhere tfjs-node must get its library itself (npm install @tensorflow/tfjs-node); the WASM engine works without.',
    );
  }
  const python = process.env.PYTHON ?? 'python3';
  const apt = 'On Debian or Ubuntu: apt-get install python3 python3-pip g++ make';
  if (!works(python, ['--version'])) fail(`Expected Python 3 as '${python}', which does not start.`, apt);
  if (options.wheel === undefined && !works(python, ['-m', 'pip', '--version'])) {
    fail(`Expected pip for '${python}' (${python} -m pip), found none.`, `${apt}; or give --wheel FILE.`);
  }
  for (const tool of [process.env.CXX ?? 'g++', 'make']) {
    if (!works(tool, ['--version'])) fail(`Expected the build tool '${tool}', which does not start.`, apt);
  }
  const headers = join(nodePrefix(), 'include', 'node', 'node_api.h');
  if (!existsSync(headers)) {
    fail(
      `Expected the headers of Node ${process.versions.node} at ${dirname(headers)}, found none.`,
      "Use a Node from nodejs.org's archive (or nvm), or install libnode-dev beside your distribution's Node.",
    );
  }
  return python;
}

/**
 * Adds the packages of the lock file that npm left out, and touches no other: they are installed in a folder of their own,
 * with scripts off (so that nothing can fail and drop them again), and those that are absent here are moved over.
 */
async function installPackage() {
  if (existsSync(join(PACKAGE, 'package.json'))) return;
  const stage = join(WORK, 'packages');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, name), join(stage, name));
    const flags = ['--ignore-scripts', '--omit=dev', '--include=optional', '--no-audit', '--no-fund'];
    const status = await runNpm(['ci', ...flags], { cwd: stage });
    if (status !== 0) fail(`npm ci ended with status ${status}.`, 'Its own message stands above.');
    const record = JSON.parse(readFileSync(join(stage, 'node_modules', '.package-lock.json'), 'utf8'));
    for (const path of Object.keys(record.packages).sort()) {
      if (existsSync(join(ROOT, path)) || !existsSync(join(stage, path))) continue;
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      renameSync(join(stage, path), join(ROOT, path));
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  if (!existsSync(join(PACKAGE, 'package.json'))) fail('The lock file does not hold @tensorflow/tfjs-node.');
}

function compileAddon(python) {
  const preGyp = packageFile('@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  const run = spawnSync(
    process.execPath,
    [preGyp, 'install', '--build-from-source', `--nodedir=${nodePrefix()}`, `--python=${python}`],
    {
      cwd: PACKAGE,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, JOBS: 'max', ...nodeGypOf(process.env.npm_execpath) },
    },
  );
  mkdirSync(dirname(ADDON_LOG), { recursive: true });
  writeFileSync(ADDON_LOG, `${run.stdout ?? ''}${run.stderr ?? ''}`);
  if (run.status === 0) return;
  process.stderr.write(`${lastLines(run.stderr ?? String(run.error), 30)}\n`);
  fail('The addon did not compile.', `The whole log is ${ADDON_LOG}.`);
}

/** node-pre-gyp finds npm's own node-gyp by this variable, which `npm run` sets and a direct call does not. */
function nodeGypOf(npmCli) {
  if (process.env.npm_config_node_gyp !== undefined) return {};
  const cli = npmCli ?? pathOfNpm();
  if (cli === undefined) return {};
  const nodeGyp = join(dirname(dirname(cli)), 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return existsSync(nodeGyp) ? { npm_config_node_gyp: nodeGyp } : {};
}

function pathOfNpm() {
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' });
  return status === 0 ? realpathSync(stdout.trim()) : undefined;
}

/** Folder above `bin/node`; the headers that belong to this very Node stand beside it. */
function nodePrefix() {
  return dirname(dirname(realpathSync(process.execPath)));
}

/** Multiplies [[1, 2], [3, 4]] by [[1], [1]] in a new process: 3 and 7. */
const PROBE = `
import util from 'node:util';
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const { default: tf } = await import('@tensorflow/tfjs-node');
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1], [1]])).dataSync();
if (tf.getBackend() !== 'tensorflow' || product[0] !== 3 || product[1] !== 7) throw new Error('wrong product ' + product);
console.log('tfjs-node ' + tf.version['tfjs-node'] + ', TensorFlow ' + tf.backend().binding.TF_Version);
`;

function probe() {
  const run = spawnSync(process.execPath, ['--no-deprecation', '--input-type=module', '--eval', PROBE], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (run.status === 0) return { ok: true, text: lastLines(run.stdout, 1) };
  const reason = /^\w*Error.*$/m.exec(run.stderr)?.[0] ?? `ended by ${run.signal ?? `status ${run.status}`}`;
  return { ok: false, text: reason };
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

await main(async () => {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  await ensureInstalled();
  const before = options.force ? undefined : probe();
  if (before?.ok === true) say(`the native engine already works (${before.text}); --force sets it up again`);
  else await setUp(options);
});
