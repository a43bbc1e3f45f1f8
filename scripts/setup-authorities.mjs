// `npm run setup:authorities`: the tools of others that tests compare with, in `.spacecloud/authorities` (1 GB).
//
// A virtual environment of Python with packages of PyPI at fixed versions, and the native build of ONNX Runtime for Node from
// npm's registry, without its install script: that fetches a GPU provider which nothing here needs. Tests use both when they
// are there; `package.json` and `package-lock.json` stay as they are.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ROOT, fail, lastLines, main, run, runNpm, say } from './run.mjs';

const FOLDER = join(ROOT, '.spacecloud', 'authorities');
const PYTHON_FOLDER = join(FOLDER, 'python');
const NODE_FOLDER = join(FOLDER, 'node');
const REQUIREMENTS = join(ROOT, 'scripts', 'authorities', 'requirements.txt');
const ONNXRUNTIME_NODE = '1.30.0';
const OLDEST_PYTHON = [3, 11];
const HELP = `npm run setup:authorities -- [options]

  --force   set up again even when everything is there
  --help    this text

Needs python3 (${OLDEST_PYTHON.join('.')} or newer; another one: PYTHON=...) with venv, and 1.1 GB of disk.
Everything goes to ${FOLDER}.`;

/** What must be importable in the end; names of modules, not of packages. */
const MODULES = [
  'onnx',
  'onnxruntime',
  'numpy',
  'model_signing.signing',
  'rliable.library',
  'marl_eval',
  'scipy.stats',
];
const PYTHON_PROBE = `import ${[...MODULES, 'prometheus_client', 'arch.bootstrap'].join(', ')}
print('onnx ' + onnx.__version__ + ', onnxruntime ' + onnxruntime.__version__)`;
/** A graph is not needed to see that the library loads: creating a session from nothing fails in it, not before it. */
const NODE_PROBE = `
const ort = require('onnxruntime-node');
ort.InferenceSession.create(new Uint8Array([0])).then(
  () => process.exit(1),
  (error) => console.log('onnxruntime-node ${ONNXRUNTIME_NODE}: ' + (/protobuf/i.test(error.message) ? 'loads' : error.message)),
);`;

function readOptions() {
  try {
    return parseArgs({
      options: { force: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    fail(error.message, 'npm run setup:authorities -- --help lists the options.');
  }
}

const venvPython = join(PYTHON_FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** What the folder was made from; written last, so that a set-up that was cut short is begun anew. */
function recipe() {
  return createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
}

async function setUpPython() {
  const stamp = join(PYTHON_FOLDER, 'recipe');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === recipe() && probePython().ok) return;
  const python = process.env.PYTHON ?? 'python3';
  checkPython(python);
  say('1/2 Python packages (about 50 s)');
  rmSync(PYTHON_FOLDER, { recursive: true, force: true });
  if ((await run(python, ['-m', 'venv', PYTHON_FOLDER])) !== 0) {
    fail(`'${python} -m venv' failed.`, 'On Debian or Ubuntu: apt-get install python3-venv');
  }
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--requirement',
    REQUIREMENTS,
  ];
  if ((await run(venvPython, pip)) !== 0) {
    fail('pip could not install the packages.', 'Its own message stands above. With a mirror: set PIP_INDEX_URL.');
  }
  const { ok, text } = probePython();
  if (!ok) fail(`The Python packages were installed but do not work: ${text}`);
  writeFileSync(stamp, recipe());
}

function checkPython(python) {
  const { status, stdout } = spawnSync(python, ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    fail(
      `Expected Python 3 as '${python}', which does not start.`,
      'On Debian or Ubuntu: apt-get install python3-venv',
    );
  }
  const [major, minor] = stdout.trim().split(' ').map(Number);
  if (major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1])) return;
  fail(`Expected Python ${OLDEST_PYTHON.join('.')} or newer, got ${major}.${minor}.`, 'Name another one in PYTHON.');
}

async function setUpNode() {
  if (probeNode().ok) return;
  say('2/2 onnxruntime-node (about 10 s)');
  rmSync(NODE_FOLDER, { recursive: true, force: true });
  mkdirSync(NODE_FOLDER, { recursive: true });
  const dependencies = { 'onnxruntime-node': ONNXRUNTIME_NODE };
  writeFileSync(join(NODE_FOLDER, 'package.json'), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const status = await runNpm(['install', ...flags], { cwd: NODE_FOLDER });
  if (status !== 0) fail(`npm install ended with status ${status}.`, 'Its own message stands above.');
  const { ok, text } = probeNode();
  if (!ok) fail(`onnxruntime-node was installed but does not work: ${text}`);
}

function probePython() {
  return probe(venvPython, ['-c', PYTHON_PROBE], FOLDER);
}

function probeNode() {
  const file = join(NODE_FOLDER, 'node_modules', 'onnxruntime-node', 'package.json');
  if (!existsSync(file)) return { ok: false, text: 'it is not there' };
  const { version } = JSON.parse(readFileSync(file, 'utf8'));
  if (version !== ONNXRUNTIME_NODE) return { ok: false, text: `it is version ${version}` };
  return probe(process.execPath, ['--eval', NODE_PROBE], NODE_FOLDER);
}

function probe(command, args, cwd) {
  if (!existsSync(cwd)) return { ok: false, text: 'it is not there' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { ok: status === 0, text: lastLines((status === 0 ? stdout : stderr) ?? '', 1) };
}

await main(async () => {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  if (options.force) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await setUpPython();
  await setUpNode();
  say(`authorities are there: ${probePython().text}; ${probeNode().text}`);
});
