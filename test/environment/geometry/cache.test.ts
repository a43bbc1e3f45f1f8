import { spawn, spawnSync } from 'node:child_process';
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
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { SpaceCloudError } from '../../../core/index.ts';
import { type Geometry, buildGeometry, loadOrBuildGeometry } from '../../../environment/geometry/index.ts';
import { geometryKey } from '../../../environment/geometry/key.ts';
import { star66, star66Constellation } from './scenarios.ts';
import { at, must } from '../../present.ts';

const root = mkdtempSync(join(tmpdir(), 'geometry-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const freshDir = (): string => join(root, String(++folders));

const scenario = star66({ durationS: 600 });
const built = buildGeometry(scenario);

/** Loads, and tells whether anything was computed. */
function load(cacheDir: string, of = scenario): { geometry: Geometry; computed: boolean } {
  let computed = false;
  const geometry = loadOrBuildGeometry(of, { cacheDir, onProgress: () => (computed = true) });
  return { geometry, computed };
}

const flip = (bytes: Buffer, position: number): number => bytes.writeUInt8(at(bytes, position) ^ 1, position);

describe('geometry cache', () => {
  it('gives back what was built: every field, over shared memory', () => {
    const dir = freshDir();
    expect(load(dir)).toEqual({ geometry: built, computed: true });
    const { geometry, computed } = load(dir);
    expect(computed).toBe(false);
    expect(geometry).toEqual(built);
    expect(Object.keys(geometry).sort()).toEqual(Object.keys(built).sort());
    expect(geometry.contacts.peer.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(must(geometry.sky.chunks)[0]?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(readdirSync(dir)).toEqual([`${built.key}.geometry`]); // no temporary files left
  });

  const path = (dir: string): string => join(dir, `${built.key}.geometry`);
  it.each([
    ['a flipped bit in the columns', (bytes: Buffer) => flip(bytes, bytes.length - 9)],
    ['a flipped bit in the header', (bytes: Buffer) => flip(bytes, bytes.readDoubleLE(32) + 20)],
    ['a flipped bit in the digest', (bytes: Buffer) => flip(bytes, 50)],
    ['a flipped bit in the place of the header', (bytes: Buffer) => flip(bytes, 36)],
    ['a flipped bit in the sky', (bytes: Buffer) => flip(bytes, 128 + 4000)],
    ['a flipped bit in the digest of a part of the sky', (bytes: Buffer) => flip(bytes, bytes.readDoubleLE(32) - 1)],
    ['another version', (bytes: Buffer) => bytes.writeUInt32LE(999, 20)],
    ['a header length beyond the file', (bytes: Buffer) => bytes.writeUInt32LE(0xfffffff8, 24)],
    ['another format', (bytes: Buffer) => bytes.write('PK')],
  ])('rebuilds a file with %s, and mends it', (_, damage) => {
    const dir = freshDir();
    load(dir);
    const sound = readFileSync(path(dir));
    const bytes = Buffer.from(sound);
    damage(bytes);
    expect(bytes.equals(sound)).toBe(false);
    writeFileSync(path(dir), bytes);
    expect(load(dir)).toEqual({ geometry: built, computed: true });
    expect(readFileSync(path(dir)).equals(sound)).toBe(true);
  });

  it.each([0, 10, 63, 64, 100, 4000])('rebuilds a file cut after %d bytes', (length) => {
    const dir = freshDir();
    load(dir);
    writeFileSync(path(dir), readFileSync(path(dir)).subarray(0, length));
    expect(load(dir)).toEqual({ geometry: built, computed: true });
  });

  it('rebuilds the sound file of another scenario under this name', () => {
    const dir = freshDir();
    const other = star66({ durationS: 300 });
    load(dir, other);
    writeFileSync(path(dir), readFileSync(join(dir, `${geometryKey(other, '.')}.geometry`)));
    expect(load(dir).computed).toBe(true);
  });

  it('refuses a folder that cannot be written, leaves nothing, and can be told to go on', () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const cacheDir = join(file, 'below'); // a folder below a file cannot be made, not even by root
    expect(() => loadOrBuildGeometry(scenario, { cacheDir })).toThrow(
      expect.objectContaining({ code: 'FILE_WRITE', hint: expect.stringMatching(/cache folder/) as string }),
    );
    const errors: SpaceCloudError[] = [];
    expect(loadOrBuildGeometry(scenario, { cacheDir, onCacheError: (error) => errors.push(error) })).toEqual(built);
    expect(errors.map((error) => error.code)).toEqual(['FILE_WRITE']);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a read-only folder', () => {
    const cacheDir = mkdtempSync(join(root, 'read-only-'));
    chmodSync(cacheDir, 0o500);
    expect(() => loadOrBuildGeometry(scenario, { cacheDir })).toThrow(expect.objectContaining({ code: 'FILE_WRITE' }));
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it('reports a full disk as such and leaves nothing half-written', (context) => {
    if (!existsSync('/dev/full')) return context.skip();
    // Opening /dev/full works, writing to it is ENOSPC: let the temporary file be that device.
    const cacheDir = mkdtempSync(join(root, 'full-'));
    const temporary = `${path(cacheDir)}.${process.pid}-0.tmp`;
    return import('node:fs').then(async ({ symlinkSync }) => {
      const { threadId } = await import('node:worker_threads');
      symlinkSync('/dev/full', temporary.replace('-0.tmp', `-${threadId}.tmp`));
      expect(() => loadOrBuildGeometry(scenario, { cacheDir })).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
      expect(readdirSync(cacheDir)).toEqual([]);
    });
  });

  it('removes what a killed process left behind, and nothing else', () => {
    const dir = freshDir();
    mkdirSync(dir, { recursive: true });
    const { pid: ended } = spawnSync(process.execPath, ['-e', '']);
    const others = [`${built.key}.geometry.${process.pid}-77.tmp`, 'notes.txt', `x.geometry.${ended}-0.tmp`];
    for (const name of [...others, `0123abc.geometry.${ended}-0.tmp`]) writeFileSync(join(dir, name), 'half');
    load(dir);
    expect(readdirSync(dir).sort()).toEqual([...others, `${built.key}.geometry`].sort());
  });

  it('survives being killed while it writes: the next start builds anew', async () => {
    const dir = freshDir();
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      fileURLToPath(new URL('./build-slowly.ts', import.meta.url)),
      dir,
    ]);
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve()); // its temporary file holds the first part of the sky
      child.once('error', reject).once('exit', () => reject(new Error('The builder ended before it was killed.')));
    });
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp')).length).toBe(1);
    child.removeAllListeners('exit');
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
    expect(load(dir)).toEqual({ geometry: built, computed: true });
    expect(readdirSync(dir)).toEqual([`${built.key}.geometry`]);
  });

  it('starts 66 satellites over 6 h from the cache within a second', () => {
    const dir = freshDir();
    const day = star66({ durationS: 21600 });
    load(dir, day);
    const started = performance.now();
    const { computed } = load(dir, day);
    expect(computed).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('key', () => {
  const key = (changes: Record<string, unknown>): string => geometryKey(star66(changes), '.');
  const base = key({});

  it('does not change with what geometry does not depend on', () => {
    expect(
      key({ name: 'other', description: 'x', satellite: { batteryWh: 1 }, reward: { dropCost: 9 }, maxHops: 3 }),
    ).toBe(base);
    expect(key({ traffic: { load: 3 }, handoverS: 2 })).toBe(base);
    const faults = { scheduled: [{ kind: 'satellite-loss', target: 'iridium-p1-s01', atS: 10 }] };
    expect(key({ faults, weather: { rainFrac: 0.5 }, security: { nations: ['A', 'B'] } })).toBe(base);
    expect(key({ constellations: [{ ...star66Constellation(), owner: 'A' }] })).toBe(base);
  });

  it.each([
    ['epoch', { epoch: '2026-11-22T00:00:01Z' }],
    ['durationS', { durationS: 6010 }],
    ['tickS', { tickS: 5 }],
    ['groundBeams', { satellite: { groundBeams: 3 } }],
    ['handoverFactor', { handoverFactor: 1.2 }],
    ['terminalLink', { terminalLink: { minElevationDeg: 11 } }],
    ['gateways', { gateways: [] }],
    ['wan', { wan: { fixedMs: 11 } }],
    ['antennaScheduler', { antennaScheduler: 'fair' }],
    ['groundEllipsoid', { groundEllipsoid: 'wgs72' }],
    ['radios', { radios: [{ name: 'further' }] }],
    ['relays', { relays: [{ name: 'relay', from: 'iridium', to: 'iridium' }] }],
    ['isl', { constellations: [star66Constellation({ rateSchedule: [{ fromS: 10, frac: 0.5 }] })] }],
    ['radios of a constellation', { constellations: [{ ...star66Constellation(), radios: ['gateway'] }] }],
    ['groundBeams of a constellation', { constellations: [{ ...star66Constellation(), groundBeams: 3 }] }],
    ['a terminal', { terminals: [{ name: 'quito', latDeg: -0.2, lonDeg: -78.6 }] }],
  ])('changes with %s', (_, changes) => expect(key(changes)).not.toBe(base));

  it('follows the content of element-set files, not their paths', () => {
    const line1 = '1 24793U 97020B   22257.50747357  .00000297  00000+0  98432-4 0  9996';
    const line2 = '2 24793  86.3944 238.2679 0002181  91.8042 268.3404 14.34536528327510';
    writeFileSync(join(root, 'a.tle'), `A\n${line1}\n${line2}\n`);
    writeFileSync(join(root, 'b.tle'), `A\n${line1}\n${line2}\n`);
    writeFileSync(join(root, 'c.tle'), `C\n${line1}\n${line2}\n`);
    const of = (file: string): string =>
      geometryKey(star66({ constellations: [{ name: 'c', elements: { file } }] }), root);
    expect(of('b.tle')).toBe(of('a.tle'));
    expect(of('c.tle')).not.toBe(of('a.tle'));
  });
});
