import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../../../training/checkpoint.ts';
import type { Checkpoint } from '../../../training/checkpoint/format.ts';
import { mountOrSkip } from './mount.ts';
import { Rng, SpaceCloudError } from '../../../core/index.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spacecloud-checkpoint-'));
  path = join(folder, 'run.ckpt');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const IDENTITY = { scenario: 'aa', config: 'bb', spec: 'cc', engine: 'wasm' };

function sample(iteration: number): Checkpoint {
  return {
    manifest: { identity: IDENTITY, state: { iteration, note: 'größer' } },
    sections: {
      bytes: Uint8Array.of(1, 2, 3),
      weights: Float32Array.of(0.1, -0, NaN, Infinity, 2 ** -149),
      'adam.m': Float64Array.of(Math.PI, iteration),
      rng: new Rng(3, 'x').state,
      nothing: new Int32Array(0),
    },
  };
}

function errorOf(action: () => unknown): SpaceCloudError {
  try {
    action();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('checkpoint file', () => {
  it('returns every bit of every section, and the manifest', () => {
    saveCheckpoint(path, sample(7));
    const loaded = loadCheckpoint(path, IDENTITY);
    expect(loaded.manifest).toEqual(sample(7).manifest);
    expect(Object.keys(loaded.sections)).toEqual(Object.keys(sample(7).sections));
    for (const [name, array] of Object.entries(sample(7).sections)) {
      const found = loaded.sections[name];
      expect(found?.constructor).toBe(array.constructor);
      expect(Buffer.from(found?.buffer as ArrayBuffer)).toEqual(
        Buffer.from(array.buffer, array.byteOffset, array.byteLength),
      );
    }
  });

  it('keeps the previous checkpoint, leaves no temporary file, and writes the same bytes for the same content', () => {
    saveCheckpoint(path, sample(1));
    saveCheckpoint(path, sample(2));
    saveCheckpoint(path, sample(3));
    expect(readdirSync(folder).sort()).toEqual(['run.ckpt', 'run.ckpt.previous']);
    expect(loadCheckpoint(path, IDENTITY).manifest.state['iteration']).toBe(3);
    expect(loadCheckpoint(`${path}.previous`, IDENTITY).manifest.state['iteration']).toBe(2);
    const other = join(folder, 'other.ckpt');
    saveCheckpoint(other, sample(3));
    expect(readFileSync(other).equals(readFileSync(path))).toBe(true);
  });

  it('refuses any single changed byte, and any cut, as corrupt', () => {
    saveCheckpoint(path, sample(1));
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      writeFileSync(path, damaged);
      expect(errorOf(() => loadCheckpoint(path, IDENTITY)).code).toBe('CHECKPOINT_CORRUPT');
    }
    for (const length of [0, 7, 47, 48, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      const error = errorOf(() => loadCheckpoint(path, IDENTITY));
      expect(error.code).toBe('CHECKPOINT_CORRUPT');
      expect(error.place?.file).toBe(path);
      expect(error.hint).toContain('previous');
    }
  });

  it('refuses a whole file of another format version', () => {
    saveCheckpoint(path, sample(1));
    const file = readFileSync(path);
    file.writeUInt32LE(3, 8);
    createHash('sha256').update(file.subarray(0, 16)).update(file.subarray(48)).digest().copy(file, 16);
    writeFileSync(path, file);
    const error = errorOf(() => loadCheckpoint(path, IDENTITY));
    expect(error.code).toBe('CHECKPOINT_VERSION');
    expect(error.message).toBe('Expected checkpoint format 1 to 2, got 3.');
  });

  it('refuses another scenario, and says what differs', () => {
    saveCheckpoint(path, sample(1));
    const error = errorOf(() => loadCheckpoint(path, { ...IDENTITY, scenario: 'zz', engine: 'node' }));
    expect(error.code).toBe('CHECKPOINT_SCENARIO');
    expect(error.message).toBe('Expected a checkpoint of engine node, scenario zz, got engine wasm, scenario aa.');
    expect(errorOf(() => loadCheckpoint(path, { scenario: 'aa', config: 'bb', spec: 'cc' })).message).toContain(
      'engine absent',
    );
  });

  it('names a missing file and a folder in place of a file', () => {
    expect(errorOf(() => loadCheckpoint(path, IDENTITY)).code).toBe('FILE_NOT_FOUND');
    expect(errorOf(() => loadCheckpoint(folder, IDENTITY)).code).toBe('FILE_READ');
    expect(errorOf(() => saveCheckpoint(join(folder, 'none', 'run.ckpt'), sample(1))).code).toBe('FILE_WRITE');
  });
});

describe('a write that fails', () => {
  let unmount: (() => void) | undefined;
  afterEach(() => {
    unmount?.();
    unmount = undefined;
  });

  it('on a full disk leaves the old checkpoint whole and nothing half-written', ({ skip }) => {
    const disk = join(folder, 'disk');
    unmount = mountOrSkip(skip, 'size=64k', disk);
    if (unmount === undefined) return;
    const small = join(disk, 'run.ckpt');
    saveCheckpoint(small, sample(1));
    const large = { ...sample(2), sections: { weights: new Float64Array(100_000) } };
    const error = errorOf(() => saveCheckpoint(small, large));
    expect(error.code).toBe('DISK_FULL');
    expect(error.exitStatus).toBe(5);
    expect(readdirSync(disk)).toEqual(['run.ckpt']);
    expect(loadCheckpoint(small, IDENTITY).manifest.state['iteration']).toBe(1);
  });

  it('in a read-only folder says so and leaves nothing', ({ skip }) => {
    const place = join(folder, 'read-only');
    if (process.getuid?.() === 0) {
      // Permission bits do not bind root: a read-only file system does.
      unmount = mountOrSkip(skip, 'ro', place);
      if (unmount === undefined) return;
    } else {
      mkdirSync(place, { mode: 0o555 });
    }
    const error = errorOf(() => saveCheckpoint(join(place, 'run.ckpt'), sample(1)));
    expect(error.code).toBe('FILE_WRITE');
    expect(error.hint).toContain('may write');
    expect(readdirSync(place)).toEqual([]);
    if (process.getuid?.() !== 0) chmodSync(place, 0o755);
  });

  it('because the process was killed leaves a whole checkpoint every time', async () => {
    const rng = new Rng(11, 'kill');
    let killedInsideAWrite = 0;
    let last = 0;
    for (let round = 0; round < 8; round++) {
      const version = await runAndKill(path, 20 + rng.uniform() * 60);
      if (existsSync(`${path}.tmp`)) killedInsideAWrite++;
      const { manifest, sections } = loadCheckpoint(path, { scenario: 's' });
      const weights = sections['weights'] as Float64Array;
      expect(weights).toHaveLength(500_000);
      expect(weights.every((weight) => weight === manifest.state['version'])).toBe(true);
      // The message of a finished write may be on its way, so the file may be one ahead of what was heard, never behind.
      expect(manifest.state['version']).toBeGreaterThanOrEqual(version);
      last = manifest.state['version'] as number;
    }
    expect(last).toBeGreaterThan(0);
    // A 4 MB write takes most of each cycle; if no kill ever hit one, this test has lost its point.
    expect(killedInsideAWrite).toBeGreaterThan(0);
  }, 60_000);
});

/** Starts the writer, lets it finish at least one checkpoint, kills it `delayMs` later; the last version heard of. */
function runAndKill(path: string, delayMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const writer = join(import.meta.dirname, 'kill-writer.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', writer, path], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let version = 0;
    child.on('message', (message) => {
      if (version === 0) setTimeout(() => child.kill('SIGKILL'), delayMs);
      version = message as number;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(version);
      else reject(new Error(`the writer ended by itself with ${code}`));
    });
  });
}
