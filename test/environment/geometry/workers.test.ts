import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Geometry,
  buildGeometry,
  buildGeometryInWorkers,
  loadOrBuildGeometry,
  loadOrBuildGeometryInWorkers,
  skyReader,
} from '../../../environment/geometry/index.ts';
import { at, must } from '../../present.ts';
import { star66, star66Constellation } from './scenarios.ts';

const root = mkdtempSync(join(tmpdir(), 'workers-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const freshDir = (): string => join(root, String(++folders));

/** 6 h in ticks of 5 s, several chunks of sky: a star linked by range, a relay ring, a moving terminal. */
const scenario = star66({
  durationS: 21600,
  tickS: 5,
  constellations: [
    star66Constellation({ topology: 'nearest', terminals: 3 }),
    {
      name: 'ring',
      walker: { pattern: 'delta', planes: 1, satellitesPerPlane: 8, altitudeKm: 8000, inclinationDeg: 10 },
      isl: { maxRangeKm: 15_000 },
    },
  ],
  relays: [{ name: 'up', from: 'iridium', to: 'ring' }],
  terminals: [
    {
      name: 'ship',
      track: [
        { atS: 0, latDeg: 50, lonDeg: -5 },
        { atS: 21600, latDeg: 48, lonDeg: -8 },
      ],
    },
    { name: 'quito', latDeg: -0.2, lonDeg: -78.5 },
  ],
});
const built = buildGeometry(scenario);

/** All of a geometry but how its sky is kept, with the rows of the sky. */
function contents({ sky, ...rest }: Geometry): unknown {
  const reader = skyReader(sky);
  const { chunkRows, rows, rowLength } = sky;
  return { ...rest, chunkRows, rowLength, rows: Array.from({ length: rows }, (_, k) => reader.row(k)) };
}

/** Compares without the cost of printing differences of 10 MB. */
function expectSame(a: Geometry, b: Geometry): void {
  const { rows: rowsA, ...restA } = contents(a) as { rows: Float32Array[] };
  const { rows: rowsB, ...restB } = contents(b) as { rows: Float32Array[] };
  expect(restA).toEqual(restB);
  expect(rowsA.length).toBe(rowsB.length);
  rowsA.forEach((row, k) => {
    const other = at(rowsB, k);
    expect(Buffer.compare(bytesOf(row), bytesOf(other)), `row ${k}`).toBe(0);
  });
}
const bytesOf = (row: Float32Array): Buffer => Buffer.from(row.buffer, row.byteOffset, row.byteLength);

describe('a build on several threads', () => {
  it.each([1, 3])('with %d workers gives the bits of the build on one', async (workers) => {
    expect(built.sky.rows).toBe(4321);
    expect(must(built.sky.chunks).length).toBeGreaterThan(2);
    const done: number[] = [];
    const parallel = await buildGeometryInWorkers(scenario, { workers, onProgress: (ticks) => done.push(ticks) });
    expectSame(parallel, built);
    expect(parallel.sky.file).toBeUndefined();
    expect(done.length).toBeGreaterThanOrEqual(100);
    expect(done.at(-1)).toBe(4320);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('hands on the errors of the scenario', async () => {
    const low = {
      ...star66Constellation(),
      walker: { ...(star66Constellation()['walker'] as object), altitudeKm: -10 },
    };
    await expect(buildGeometryInWorkers(star66({ constellations: [low] }), { workers: 1 })).rejects.toMatchObject({
      code: 'SCENARIO_ORBIT',
    });
    const blind = star66({
      terminals: [{ name: 'nowhere', latDeg: 0, lonDeg: 0 }],
      terminalLink: { minElevationDeg: 90 },
    });
    await expect(buildGeometryInWorkers(blind, { workers: 2 })).rejects.toMatchObject({ code: 'SCENARIO_UNREACHABLE' });
  });
});

describe('a sky larger than its share of memory', () => {
  const memoryBytes = 1e6;

  it('stays in the cache file, row by row that of the sky in memory, whoever wrote it', async () => {
    const [one, two] = [freshDir(), freshDir()];
    const streamed = loadOrBuildGeometry(scenario, { cacheDir: one, memoryBytes });
    expect(streamed.sky.chunks).toBeUndefined();
    expect(must(streamed.sky.file).path).toBe(join(one, `${built.key}.geometry`));
    expectSame(streamed, built);
    const parallel = await loadOrBuildGeometryInWorkers(scenario, { cacheDir: two, memoryBytes, workers: 2 });
    expectSame(parallel, built);
    const [file] = readdirSync(one);
    expect(readdirSync(one)).toEqual([`${built.key}.geometry`]);
    expect(readFileSync(join(one, must(file))).equals(readFileSync(join(two, must(file))))).toBe(true);
  });

  it('is reused from there, in the file or in memory as the limit says, and is written alike from memory', () => {
    const [streamedDir, keptDir] = [freshDir(), freshDir()];
    loadOrBuildGeometry(scenario, { cacheDir: streamedDir, memoryBytes });
    loadOrBuildGeometry(scenario, { cacheDir: keptDir });
    const name = `${built.key}.geometry`;
    expect(readFileSync(join(streamedDir, name)).equals(readFileSync(join(keptDir, name)))).toBe(true);
    const onProgress = (): never => {
      throw new Error('It was built anew.');
    };
    const fromFile = loadOrBuildGeometry(scenario, { cacheDir: keptDir, memoryBytes, onProgress });
    expect(fromFile.sky.file).toBeDefined();
    expectSame(fromFile, built);
    const inMemory = loadOrBuildGeometry(scenario, { cacheDir: streamedDir, onProgress });
    expect(inMemory.sky.chunks).toBeDefined();
    expectSame(inMemory, built);
  });

  it('that is damaged is found out when the part is read, removed, and built anew at the next start', () => {
    const cacheDir = freshDir();
    loadOrBuildGeometry(scenario, { cacheDir, memoryBytes });
    const path = join(cacheDir, `${built.key}.geometry`);
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.readDoubleLE(32) / 2); // of the sky, which ends where the header begins
    bytes.writeUInt8(at(bytes, middle) ^ 1, middle);
    writeFileSync(path, bytes);
    const damaged = loadOrBuildGeometry(scenario, { cacheDir, memoryBytes });
    const reader = skyReader(damaged.sky);
    expect(reader.row(0).length).toBe(built.sky.rowLength);
    expect(() => reader.row(2160)).toThrow(
      expect.objectContaining({ code: 'FILE_READ', hint: expect.stringMatching(/removed/) as string }),
    );
    expect(readdirSync(cacheDir)).toEqual([]);
    expect(() => reader.row(4320)).toThrow(expect.objectContaining({ code: 'FILE_READ' }));
    expectSame(loadOrBuildGeometry(scenario, { cacheDir, memoryBytes }), built);
  });

  it('goes to memory when the folder cannot be written and the caller wants to go on', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const options = { cacheDir: join(file, 'below'), memoryBytes };
    expect(() => loadOrBuildGeometry(scenario, options)).toThrow(expect.objectContaining({ code: 'FILE_WRITE' }));
    const codes: string[] = [];
    const onCacheError = ({ code }: { code: string }): number => codes.push(code);
    expectSame(loadOrBuildGeometry(scenario, { ...options, onCacheError }), built);
    expectSame(await loadOrBuildGeometryInWorkers(scenario, { ...options, onCacheError, workers: 1 }), built);
    expect(codes).toEqual(['FILE_WRITE', 'FILE_WRITE']);
  });
});
