// The tensorflow-cpu wheel of PyPI, of which only the C library and its headers are taken.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fail, lastLines, say } from './run.mjs';

export const WHEEL = { project: 'tensorflow-cpu', version: '2.21.0', python: '311', platform: 'manylinux_2_27_x86_64' };
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** What the linker asks for -> the library that serves it. */
const LINK_NAMES = { 'libtensorflow.so': LIBRARIES[0], 'libtensorflow_framework.so': LIBRARIES[1] };

/** Where wheels are kept, for all clones of this user. */
export function wheelFolder() {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spacecloud', 'wheels');
}

/** The wheel for a fixed Python: only its C library is used, so the Python at hand does not matter. */
export function downloadWheel(python, version) {
  const folder = wheelFolder();
  mkdirSync(folder, { recursive: true });
  const prefix = `${WHEEL.project.replace('-', '_')}-${version}-cp${WHEEL.python}-`;
  const find = () => readdirSync(folder).find((name) => name.startsWith(prefix) && name.endsWith('.whl'));
  const kept = find();
  if (kept !== undefined) {
    say(`    ${kept} is already in ${folder}`);
    return join(folder, kept);
  }
  const partial = join(folder, `.partial-${process.pid}`);
  try {
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', partial];
    const target = ['--implementation', 'cp', '--python-version', WHEEL.python, '--platform', WHEEL.platform];
    const { status } = spawnSync(python, [...pip, ...target, `${WHEEL.project}==${version}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const name = status === 0 ? readdirSync(partial)[0] : undefined;
    if (name === undefined) {
      fail(
        `pip could not download ${WHEEL.project} ${version}.`,
        'Its own message stands above. With a mirror: set PIP_INDEX_URL. Without a network: give --wheel FILE.',
      );
    }
    renameSync(join(partial, name), join(folder, name));
    return join(folder, name);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Extracts libraries and headers; ends with the reason when the wheel cannot serve. */
const EXTRACT = `
import os, shutil, sys, zipfile
wheel, target, *libraries = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = set(archive.namelist())
    missing = [name for name in libraries if 'tensorflow/' + name not in names]
    if missing:
        sys.exit('it holds no ' + ', '.join(missing))
    for name in names:
        if name.startswith('tensorflow/include/') and not name.endswith('/'):
            path = os.path.join(target, name[len('tensorflow/'):])
        elif name[len('tensorflow/'):] in libraries:
            path = os.path.join(target, 'lib', name[len('tensorflow/'):])
        else:
            continue
        if not os.path.realpath(path).startswith(os.path.realpath(target) + os.sep):
            sys.exit('it names a file outside its own folder: ' + name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
`;

/** Replaces the folder `deps` by the library, the names it is linked by, and its headers. */
export function layLibrary(python, wheel, deps) {
  const fresh = `${deps}-incomplete`;
  rmSync(fresh, { recursive: true, force: true });
  try {
    const { status, stderr } = spawnSync(python, ['-c', EXTRACT, wheel, fresh, ...LIBRARIES], { encoding: 'utf8' });
    if (status !== 0) {
      fail(
        `The wheel ${wheel} cannot be used: ${lastLines(stderr, 1)}`,
        `Version ${WHEEL.version} for ${WHEEL.platform} is the one tried. Wheels kept in ${wheelFolder()} may be deleted.`,
      );
    }
    for (const [name, library] of Object.entries(LINK_NAMES)) symlinkSync(library, join(fresh, 'lib', name));
    rmSync(deps, { recursive: true, force: true });
    renameSync(fresh, deps);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
