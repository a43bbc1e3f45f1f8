import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng, SPACE_CLOUD_SPEC, SpaceCloudError } from '../../../core/index.ts';
import {
  type BundleContent,
  generateSigningKey,
  loadBundle,
  renderBundle,
  verifyBundle,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { fileWriteError } from '../../../policies/bundle/file-errors.ts';
import { float32Texts } from '../../../policies/bundle/text.ts';
import { Scorer } from '../../../policies/runtime/index.ts';
import { columnsOf, contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';

const key = generateSigningKey();
const folder = temporaryFolder();

function errorOf(run: () => unknown): SpaceCloudError {
  try {
    run();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected an error, got none.');
}

describe('rendering', () => {
  it('gives the same bytes for the same content', () => {
    const a = renderBundle(contentOf(1));
    const b = renderBundle(structuredClone(contentOf(1)));
    expect([...a.keys()]).toEqual([...b.keys()]);
    for (const [name, bytes] of a) expect(Buffer.compare(bytes, b.get(name) as Uint8Array), name).toBe(0);
  });

  it('gives other bytes where the content differs', () => {
    const changed = renderBundle({ ...contentOf(1), fallback: 'shortest-delay+self+lru' });
    const differing = [...renderBundle(contentOf(1))].filter(
      ([name, bytes]) => Buffer.compare(bytes, changed.get(name) as Uint8Array) !== 0,
    );
    expect(differing.map(([name]) => name).sort()).toEqual(['README.txt', 'policy.json']);
  });

  it('keeps the explanation to one screen', () => {
    const lines = Buffer.from(renderBundle(contentOf(1)).get('README.txt') as Uint8Array)
      .toString()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(26);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('writes weights as little-endian float32', () => {
    const content = contentOf(1);
    content.weights[0] = 1.5; // 0x3fc00000
    const bytes = renderBundle(content).get('weights.bin') as Uint8Array;
    expect([...bytes.subarray(0, 4)]).toEqual([0x00, 0x00, 0xc0, 0x3f]);
    expect(bytes.length).toBe(content.weights.length * 4);
  });

  it('writes numbers as the shortest text that gives the same float32 back', () => {
    expect(float32Texts(Float32Array.of(0.1, -1e9, 16777217, 0))).toEqual([0.1, -1e9, 16777216, 0]);
    const rng = new Rng(5, 'texts');
    const values = Float32Array.from({ length: 2000 }, () => rng.normal() * 10 ** (rng.int(60) - 30));
    expect(Float32Array.from(float32Texts(values))).toEqual(values);
  });

  const wrong: [string, RegExp, (content: BundleContent) => BundleContent][] = [
    ['too few weights', /weights/, (c) => ({ ...c, weights: c.weights.slice(1) })],
    [
      'a weight that is NaN',
      /finite weights/,
      (c) => ({ ...c, weights: c.weights.map((w, i) => (i === 7 ? NaN : w)) }),
    ],
    ['no golden rows', /golden rows/, (c) => ({ ...c, golden: { ...c.golden, n: 0 } })],
    ['golden rows of one kind', /'place'/, (c) => ({ ...c, golden: { ...c.golden, n: 1 } })],
    [
      'a golden row without allowed candidate',
      /row 0/,
      (c) => ({ ...c, golden: { ...c.golden, actionMask: new Uint8Array(c.golden.actionMask.length) } }),
    ],
    ['version 0', /version/, (c) => ({ ...c, version: 0 })],
    ['a window without end', /validity/, (c) => ({ ...c, validity: { ...c.validity, notAfter: 'never' } })],
    [
      'a checkpoint digest that is none',
      /checkpointSha256/,
      (c) => ({ ...c, lineage: { ...c.lineage, checkpointSha256: '' } }),
    ],
    ['an architecture of fewer kinds', /kinds/, (c) => ({ ...c, architecture: { ...c.architecture, kinds: [] } })],
  ];
  it.each(wrong)('refuses %s as misuse', (_, names, change) => {
    const error = errorOf(() => renderBundle(change(contentOf(1))));
    expect(error.code).toBe('MISUSE');
    expect(error.message).toMatch(names);
  });

  it('serves a specification with fewer kinds', () => {
    const spec = { ...SPACE_CLOUD_SPEC, kinds: SPACE_CLOUD_SPEC.kinds.slice(1, 2) };
    const dir = join(folder, 'one-kind');
    writeBundle(dir, contentOf(2, spec), { privateKeyPem: key.privateKeyPem });
    expect(readdirSync(dir)).toContain('place.onnx');
    expect(readdirSync(dir)).not.toContain('forward.onnx');
    expect(loadBundle(dir, { publicKeyPem: key.publicKeyPem, now }).spec).toEqual(spec);
  });
});

describe('loading', () => {
  it('gives back what was exported, to the bit, ready to decide', () => {
    const content = contentOf(3);
    const dir = join(folder, 'loaded');
    writeBundle(dir, content, { privateKeyPem: key.privateKeyPem });
    const loaded = loadBundle(dir, { publicKeyPem: key.publicKeyPem, now });
    expect(loaded.spec).toEqual(content.spec);
    expect(loaded.architecture).toEqual(content.architecture);
    expect(loaded.weights).toEqual(content.weights);
    expect(loaded.normaliser).toEqual(content.normaliser);
    expect(loaded.fallback).toBe('load-aware+greedy-finish+gdsf');
    expect(loaded.verified.golden).toEqual({ rows: 12, maxDifference: 0 });

    const columns = columnsOf(new Rng(4, 'load'), content.spec, 16);
    const expected = new Float32Array(columns.n * columns.maxCandidates);
    const actual = new Float32Array(expected.length);
    new Scorer(content.spec, content.architecture, content.weights, content.normaliser).logitsInto(columns, expected);
    new Scorer(loaded.spec, loaded.architecture, loaded.weights, loaded.normaliser).logitsInto(columns, actual);
    expect(actual).toEqual(expected);
  });
});

describe('writing', () => {
  it('refuses to overwrite unless asked, and then replaces the whole folder', () => {
    const dir = join(folder, 'twice');
    writeBundle(dir, contentOf(1), { privateKeyPem: key.privateKeyPem });
    writeFileSync(join(dir, 'stray.txt'), 'x');
    const before = readFileSync(join(dir, 'policy.json'));
    expect(errorOf(() => writeBundle(dir, contentOf(2)))).toMatchObject({ code: 'FILE_WRITE' });
    expect(readFileSync(join(dir, 'policy.json'))).toEqual(before);
    writeBundle(dir, contentOf(2), { privateKeyPem: key.privateKeyPem, overwrite: true });
    expect(verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now }).files).toHaveLength(12);
    expect(readdirSync(folder).filter((name) => name.startsWith('twice'))).toEqual(['twice']);
  });

  it('never replaces a folder that is no bundle', () => {
    const dir = join(folder, 'holiday');
    mkdirSync(dir);
    writeFileSync(join(dir, 'photo.jpg'), 'x');
    expect(errorOf(() => writeBundle(dir, contentOf(1), { overwrite: true }))).toMatchObject({ code: 'FILE_WRITE' });
    expect(readdirSync(dir)).toEqual(['photo.jpg']);
  });

  it('makes the folders above, and leaves an unsigned bundle unsigned', () => {
    const dir = join(folder, 'deep', 'er', 'bundle');
    writeBundle(dir, contentOf(1));
    expect(existsSync(join(dir, 'bundle.sig'))).toBe(false);
    const error = errorOf(() => verifyBundle(dir, { publicKeyPem: key.publicKeyPem, now }));
    expect(error.code).toBe('BUNDLE_MISSING');
  });

  it('leaves nothing behind when the key is unusable', () => {
    const error = errorOf(() => writeBundle(join(folder, 'nokey', 'b'), contentOf(1), { privateKeyPem: 'x' }));
    expect(error.code).toBe('MISUSE');
    expect(existsSync(join(folder, 'nokey'))).toBe(false);
  });

  it('reports a place that cannot hold a folder as FILE_WRITE', () => {
    writeFileSync(join(folder, 'a-file'), '');
    const error = errorOf(() => writeBundle(join(folder, 'a-file', 'bundle'), contentOf(1)));
    expect(error).toMatchObject({ code: 'FILE_WRITE', exitStatus: 5 });
    expect(error.message).toContain('a-file');
  });

  const hasFull = existsSync('/dev/full');
  if (!hasFull) console.warn('SKIPPED: no /dev/full on this system, the full-disk error is not provoked.');
  it.skipIf(!hasFull)('calls the error of a full device DISK_FULL', () => {
    const descriptor = openSync('/dev/full', 'w');
    try {
      const cause = (() => {
        try {
          writeSync(descriptor, 'x');
        } catch (error) {
          return error;
        }
        return undefined;
      })();
      expect(fileWriteError('bundle', cause)).toMatchObject({ code: 'DISK_FULL', cause });
    } finally {
      closeSync(descriptor);
    }
  });

  // A file system of its own, in a namespace of its own: full after 64 kB, or read-only.
  const inNamespace = (script: string): string =>
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-ec', script], {
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
    });
  const canMount = (() => {
    const probe = join(folder, 'probe');
    mkdirSync(probe);
    try {
      inNamespace(`mount -t tmpfs -o size=64k none ${probe}`);
      return true;
    } catch {
      return false;
    }
  })();
  if (!canMount)
    console.warn('SKIPPED: cannot mount a small file system here, the full and read-only disks are not tried.');
  it.skipIf(!canMount).each([
    ['a full disk', 'size=64k', 'DISK_FULL'],
    ['a read-only disk', 'size=4m,ro', 'FILE_WRITE'],
  ])('leaves nothing half-written on %s', { timeout: 60_000 }, (_, options, code) => {
    const disk = join(folder, `disk-${code}`);
    mkdirSync(disk);
    const script = join(import.meta.dirname, 'write-on.ts');
    const printed = inNamespace(
      `mount -t tmpfs -o ${options} none ${disk}; ${process.execPath} --import tsx ${script} ${disk}`,
    );
    expect(JSON.parse(printed)).toEqual({ code, left: [] });
  });
});
