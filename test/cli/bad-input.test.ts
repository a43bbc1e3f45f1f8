import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_TABLE, type ErrorCode, MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM } from '../../core/index.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-bad-'));
const SCENARIO = readFileSync('scenarios/test-12.yaml', 'utf8');
const cacheBefore = process.env['XDG_CACHE_HOME'];

beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** test-12 with one passage changed; the passage must be there. */
function changed(name: string, passage: string | RegExp, replacement: string): string {
  const text = SCENARIO.replace(passage, replacement);
  if (text === SCENARIO) throw new Error(`test-12.yaml has no ${String(passage)}`);
  return fileOf(name, text);
}

interface Expected {
  readonly code: ErrorCode;
  /** What the message must name. */
  readonly names: readonly string[];
  /** What the hint must say, where there is one. */
  readonly hint?: RegExp;
  readonly line?: number;
}

/** The command must fail with this code, the exit status of its group, and one screen of text; once plain, once as JSON. */
async function expectRefusal(args: readonly string[], { code, names, hint, line }: Expected): Promise<void> {
  const plain = await captured(args);
  expect({ status: plain.status, out: plain.out }, plain.err).toEqual({ status: ERROR_TABLE[code].exit, out: '' });
  expect(plain.err).toContain(`${code}: `);
  expect(plain.err.split('\n').length, plain.err).toBeLessThan(25);
  const asJson = await captured([...args, '--json']);
  expect(asJson.status).toBe(plain.status);
  const { error } = JSON.parse(asJson.out) as {
    error: { code: string; exitStatus: number; message: string; hint?: string; place?: { line?: number } };
  };
  expect(error).toMatchObject({ code, exitStatus: ERROR_TABLE[code].exit });
  for (const name of names) expect(error.message).toContain(name);
  if (hint !== undefined) expect(error.hint).toMatch(hint);
  if (line !== undefined) expect(error.place?.line).toBe(line);
}

const lineOf = (passage: string): number => SCENARIO.slice(0, SCENARIO.indexOf(passage)).split('\n').length;

/** Nine levels of nine aliases of a text of nine letters: 9^9 x 9 bytes = 3.5 GB when expanded. */
const ALIAS_BOMB = [
  'a0: &a0 lollollol',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`),
].join('\n');

describe('a scenario', () => {
  const ALTITUDE = /altitudeKm: 1200 .*/;
  it.each<[string, () => string, Expected]>([
    [
      'with an unknown key',
      () => changed('key.yaml', 'gateways:', 'gatways:'),
      { code: 'SCENARIO_FIELD', names: ["'gatways'"], hint: /Did you mean gateways\?/, line: lineOf('gateways:') },
    ],
    [
      'with a field in another unit',
      () => changed('unit.yaml', ALTITUDE, 'altitudeM: 1200000'),
      { code: 'SCENARIO_UNIT', names: ['altitudeM', 'in km'], hint: /Write altitudeKm: 1200 instead/, line: 15 },
    ],
    [
      'with a unit beside the number',
      () => changed('unit-beside.yaml', 'durationS: 600', 'durationS: 10 min'),
      { code: 'SCENARIO_UNIT', names: ['durationS', "'10 min'"], hint: /600/, line: lineOf('durationS') },
    ],
    [
      // (6378.137 + 1200) km x (1 - 0.3) - 6378.137 km = -1073.4 km
      'with an orbit through the ground',
      () => changed('orbit.yaml', ALTITUDE, 'altitudeKm: 1200\n      eccentricity: 0.3'),
      {
        code: 'SCENARIO_ORBIT',
        names: ['-1073.4 km, below the ground'],
        hint: /altitudeKm must be 2905 or more/,
        line: 15,
      },
    ],
    [
      'with an empty constellation',
      () => changed('empty.yaml', 'planes: 2', 'planes: 0'),
      { code: 'SCENARIO_EMPTY', names: ['walker.planes', '0'], hint: /planes/, line: lineOf('planes: 2') },
    ],
    [
      'without constellations',
      () => fileOf('none.yaml', SCENARIO.replace(/constellations:[\s\S]*?\n\n/, 'constellations: []\n\n')),
      { code: 'SCENARIO_EMPTY', names: ['an empty list'], hint: /at least one constellation/ },
    ],
    [
      'with a terminal that no satellite reaches',
      // 54 degrees east of the nearer plane; at 1,200 km a satellite is seen from 33 degrees (acos(6378 / 7578)) at most.
      () => changed('far.yaml', 'terminals:', 'terminals:\n  - { name: singapore, latDeg: 1.35, lonDeg: 103.82 }'),
      {
        ...{ code: 'SCENARIO_UNREACHABLE', names: ["terminal 'singapore'", '600 s'], hint: /remove 'singapore'/ },
        line: lineOf('terminals:') + 1,
      },
    ],
    [
      'with NaN',
      () => changed('nan.yaml', 'ratePerS: 4', 'ratePerS: .nan'),
      { code: 'SCENARIO_FIELD', names: ['messages[0].ratePerS', 'NaN'], line: lineOf('ratePerS: 4') },
    ],
    ['that is an alias bomb', () => fileOf('bomb.yaml', ALIAS_BOMB), { code: 'SCENARIO_TOO_LARGE', names: ['alias'] }],
    [
      'that is no YAML',
      () => fileOf('broken.yaml', 'schema: 1\nname: [a\n'),
      { code: 'SCENARIO_SYNTAX', names: ['well-formed YAML'] },
    ],
    [
      'that does not exist',
      () => join(folder, 'absent.yaml'),
      { code: 'FILE_NOT_FOUND', names: ['absent.yaml'], hint: /Check the path/ },
    ],
  ])('%s', async (_, file, expected) => {
    const startedMs = performance.now();
    await expectRefusal(['scenario', 'validate', file()], expected);
    expect(performance.now() - startedMs).toBeLessThan(10_000); // the bomb would take all memory first
  });
});

/** The element set that Wikipedia shows, of 2008; the checksums are those of the original. */
const TLE = [
  'ISS (ZARYA)',
  '1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927',
  '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537',
] as const;

/** The twelve satellites of test-12 as OMM, with catalogue numbers beyond five digits. */
function sixDigitOmm(): string {
  const semiMajorAxisKm = R_EARTH_WGS84_KM + 1200;
  const revPerDay = (86_400 * Math.sqrt(MU_EARTH_WGS84_KM3_S2 / semiMajorAxisKm ** 3)) / (2 * Math.PI);
  return JSON.stringify(
    Array.from({ length: 12 }, (_, i) => ({
      OBJECT_NAME: `POLAR ${i + 1}`,
      OBJECT_ID: '2026-001A',
      EPOCH: '2026-11-22T00:00:00.000000',
      MEAN_MOTION: revPerDay,
      ECCENTRICITY: 0.0001,
      INCLINATION: 86.4,
      RA_OF_ASC_NODE: 71 + 40 * Math.floor(i / 6),
      ARG_OF_PERICENTER: 0,
      MEAN_ANOMALY: 60 * (i % 6),
      EPHEMERIS_TYPE: 0,
      CLASSIFICATION_TYPE: 'U',
      NORAD_CAT_ID: 270_001 + i,
      ELEMENT_SET_NO: 999,
      REV_AT_EPOCH: 1,
      BSTAR: 0,
      MEAN_MOTION_DOT: 0,
      MEAN_MOTION_DDOT: 0,
    })),
  );
}

describe('element sets', () => {
  const validate = (file: string): string[] => ['scenario', 'validate', 'test-12', '--elements', file];

  it('cut short', async () => {
    const file = fileOf('cut.tle', [TLE[0], TLE[1], TLE[2].slice(0, 40)].join('\n'));
    await expectRefusal(validate(file), { code: 'ELEMENTS_SYNTAX', names: ['69'], line: 3 });
  });

  it('with a wrong checksum', async () => {
    const file = fileOf('sum.tle', [TLE[0], TLE[1], TLE[2].replace('51.6416', '51.6417')].join('\n'));
    await expectRefusal(validate(file), { code: 'ELEMENTS_CHECKSUM', names: ["checksum 8, got '7'"], line: 3 });
  });

  it('in a missing file', async () => {
    await expectRefusal(validate(join(folder, 'absent.tle')), {
      code: 'FILE_NOT_FOUND',
      names: ['absent.tle'],
      hint: /relative to the working directory/,
    });
  });

  it('with six-digit catalogue numbers are taken', async () => {
    const { status, out, err } = await captured(validate(fileOf('six.json', sixDigitOmm())));
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^Valid: test-12, 12 satellites/);
  });

  const real = '../shared/data/elements/Iridium.tle';
  if (!existsSync(real)) console.warn(`SKIPPED: ${real} is not here.`);
  it.skipIf(!existsSync(real))('of the real Iridium are taken, and decayed objects named', async () => {
    const { status, out, err } = await captured(['scenario', 'validate', 'iridium-66', '--elements', real]);
    expect(status, err).toBe(0);
    expect(out).toMatch(/^Valid: iridium-66, 23 satellites/); // 31 sets less the 8 below
    for (const name of ['IRIDIUM 5', 'IRIDIUM 921', 'DUMMY MASS 1', 'IRIDIUM 2']) {
      expect(err).toMatch(new RegExp(`^Left out: ${name} .*km below`, 'm'));
    }
    expect(err.match(/^Left out: /gm)).toHaveLength(8);
  });
});

describe('a command line', () => {
  const usage = (names: readonly string[], hint: RegExp): Expected => ({ code: 'USAGE', names, hint });
  it.each<[string, readonly string[], Expected]>([
    ['an unknown command', ['trian'], usage(["'trian'"], /Did you mean train\?/)],
    ['an unknown option', ['evaluate', '--sedes', '3'], usage(["'--sedes'"], /Did you mean --seeds\?/)],
    ['no run folder', ['train', 'test-12'], usage(['--run'], /--help/)],
    ['no seeds', ['evaluate', 'test-12', '--seeds', '0'], usage(["from 1 to 10000 for --seeds, got '0'"], /--help/)],
    ['a number with a unit', ['simulate', 'test-12', '--drain', '60s'], usage(["--drain, got '60s'"], /--help/)],
    ['an unknown policy', ['simulate', 'test-12', '--policy', 'clever'], usage(["'clever'"], /no such folder/)],
    [
      'an unknown part of a baseline',
      ['evaluate', 'test-12', '--rivals', 'load-awre+greedy-finish+gdsf'],
      usage(["'load-awre'", 'load-aware'], /sieve/),
    ],
    [
      'a folder that holds no policy',
      ['simulate', 'test-12', '--policy', 'scenarios'],
      usage(["'scenarios'"], /neither/),
    ],
    ['no policy at all', ['evaluate', 'test-12', '--rivals', 'none'], usage(['at least one policy'], /--policy/)],
    [
      'a run longer than the scenario',
      ['simulate', 'test-12', '--arrivals', '590'],
      usage(['600 s', '650 s'], /shorter/),
    ],
    [
      'an episode longer than the scenario',
      ['train', 'test-12', '--run', join(folder, 'long'), '--episode', '601'],
      usage(['601 s'], /shorter/),
    ],
    ['an unknown satellite', ['simulate', 'test-12', '--nodes', 'sputnik'], usage(["'sputnik'"], /polar-p1-s1/)],
    ['nodes without a bundle', ['simulate', 'test-12', '--nodes', 'polar-p1-s1'], usage(['--key'], /signed bundles/)],
    [
      'a date that is none',
      ['export', 'x', '--out', 'y', '--key', 'z', '--not-before', 'tomorrow'],
      usage(["'tomorrow'"], /--help/),
    ],
  ])('with %s', async (_, args, expected) => {
    await expectRefusal(args, expected);
    expect(readdirSync(folder)).not.toContain('long');
  });

  it('with an epoch that is none', async () => {
    await expectRefusal(['simulate', 'test-12', '--epoch', 'yesterday'], {
      code: 'SCENARIO_FIELD',
      names: ["'yesterday'"],
      hint: /2026-11-22T00:00:00Z/,
    });
  });

  it('with a key file of the wrong kind', async () => {
    const keys = join(folder, 'keys');
    expect((await captured(['key', keys])).status).toBe(0);
    const verify = (key: string): string[] => ['verify', folder, '--key', key];
    const hint = /public\.pem/;
    await expectRefusal(verify(join(keys, 'private.pem')), { code: 'FILE_READ', names: ['a private one'], hint });
    await expectRefusal(verify('package.json'), { code: 'FILE_READ', names: ["'package.json'"], hint });
    await expectRefusal(verify(join(keys, 'none.pem')), { code: 'FILE_NOT_FOUND', names: ['none.pem'], hint: /path/ });
    await expectRefusal(['key', 'package.json'], {
      code: 'FILE_WRITE',
      names: ["the file 'package.json'"],
      hint: /folder/,
    });
    await expectRefusal(['key', keys], { code: 'FILE_WRITE', names: ['private.pem'], hint: /remove it first/ });
  });
});
