import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type TwinDrift,
  type TwinEstimate,
  parsePlantedFault,
  parseTelemetry,
  synthesise,
  usualNoise,
  writeTelemetry,
} from '../../environment/index.ts';
import { LINK, SATELLITE, flight } from '../environment/twin/flight.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-twin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INTERVAL_S = 30;
const REFERENCE = { satellite: SATELLITE, tickS: 10, link: LINK };
const FILE = join(folder, 'faulty.csv');
const TEXT = writeTelemetry(
  synthesise(flight(400, INTERVAL_S), {
    ...REFERENCE,
    noise: usualNoise(REFERENCE, INTERVAL_S),
    faults: [parsePlantedFault('array*0.875@4000')],
  }),
);
writeFileSync(FILE, TEXT);

interface Document {
  readonly scenario: string;
  readonly rows: number;
  readonly drifts: readonly TwinDrift[];
  readonly estimates: readonly TwinEstimate[];
}

describe('spacecloud twin replay', () => {
  it('names the planted fault in words, and writes residuals and a page', async () => {
    const [csv, html] = [join(folder, 'residuals.csv'), join(folder, 'twin.html')];
    const { status, out, err } = await captured(['twin', 'replay', FILE, '--csv', csv, '--html', html]);
    expect(err).toBe(`Written: ${csv}\nWritten: ${html}\n`);
    expect(status).toBe(0);
    expect(out).toMatch(/arrayPowerW -12\.\d+ % \(\+- 0\.\d+\) from 3990 s on .*a lost string or degraded cells/);
    const lines = readFileSync(csv, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(401);
    expect(lines[0]).toMatch(/^timeS,arrayW,arrayW\.scenarioResidual,arrayW\.fittedResidual,loadW/);
    // 12.5 % of 4,590 W, in the Sun, behind the fault; noise 23 W.
    const [, measured, scenarioResidual, fittedResidual] = (lines[300] as string).split(',').map(Number);
    expect((measured as number) / 4016.25).toBeCloseTo(1, 1);
    expect(Math.abs((scenarioResidual as number) + 573.75)).toBeLessThan(120);
    expect(Math.abs(fittedResidual as number)).toBeLessThan(120);
    expect(readFileSync(html, 'utf8')).toContain('a lost string or degraded cells');
  }, 120_000);

  it('prints one JSON document', async () => {
    const { status, out, err } = await captured(['twin', 'replay', FILE, '--json', '--false-alarms', '0.001']);
    expect([status, err]).toEqual([0, '']);
    const { scenario, rows, drifts, estimates } = JSON.parse(out) as Document;
    expect([scenario, rows]).toEqual(['iridium-66', 400]);
    expect(drifts.map(({ parameter }) => parameter)).toEqual(['arrayPowerW']);
    expect(estimates.find(({ parameter }) => parameter === 'busPowerW')?.reference).toBe(1000);
  }, 120_000);

  it.each([
    // 1 header line; the third column of the third line.
    [
      'a share above 1',
      (text: string) => text.replace(/^((?:.*\n){2}[^,]*,[^,]*,)[^,]*/, '$17'),
      ':3:',
      /computeBusyFrac/,
    ],
    ['a unit nobody can tell', (text: string) => text.replace('arrayW', 'arrayMW'), ':1:', /arrayKW/],
    ['a misspelt column', (text: string) => text.replace('temperatureC', 'temprature'), ':1:', /temperatureC/],
    ['no sunlight', (text: string) => text.replace('sunlitFrac', '_sunlitFrac'), ':1:1', /sunlitFrac/],
    ['shares as percent', (text: string) => text.replace('batteryFrac', 'batteryPct'), ':1:1', /batteryFrac/],
    ['semicolons', (text: string) => text.replaceAll(',', ';'), ':1:1', /separated by commas/],
    ['a row cut short', (text: string) => text.replace(/,[^,\n]*\n$/, '\n'), ':401:1', /values as in the header/],
    ['words for numbers', (text: string) => text.replace(/^((?:.*\n){4})[^,]*/, '$1now'), ':5:1', /'now'/],
  ])('refuses %s with file, line and column', async (_, change, place, words) => {
    const file = join(folder, 'bad.csv');
    const text = change(TEXT);
    expect(text).not.toBe(TEXT);
    writeFileSync(file, text);
    const { status, out, err } = await captured(['twin', 'replay', file]);
    expect(status).not.toBe(0);
    expect(out).toBe('');
    expect(err).toContain(`${file}${place}`);
    expect(err).toMatch(words);
  });

  it('warns of a channel in another unit instead of giving the all-clear', async () => {
    const healthy = writeTelemetry(
      synthesise(flight(200, INTERVAL_S), { ...REFERENCE, noise: usualNoise(REFERENCE, INTERVAL_S) }),
      ["polar-p1-s2 of test-12, a+b, seed 1; times since the scenario's start"],
    );
    const file = join(folder, 'kilo.csv');
    writeFileSync(file, healthy);
    const whole = await captured(['twin', 'replay', file]);
    expect(whole.out).not.toContain('does not fit');
    expect(whole.out).toContain('No parameter changed within the record');
    expect(whole.out).toContain('recorded in scenario test-12, compared with iridium-66');
    const [comment, header, ...rows] = healthy.trimEnd().split('\n') as [string, string, ...string[]];
    const load = header.split(',').indexOf('loadW');
    const inKilowatts = rows.map((row) =>
      row
        .split(',')
        .map((cell, c) => (c === load && cell !== '' ? String(Number(cell) / 1000) : cell))
        .join(','),
    );
    writeFileSync(file, `${[comment, header, ...inKilowatts].join('\n')}\n`);
    const { out } = await captured(['twin', 'replay', file]);
    expect(out).toMatch(/Warning: channel loadW does not fit the models/);
    expect(out).not.toContain('No parameter changed');
    const { misfits } = JSON.parse((await captured(['twin', 'replay', file, '--json'])).out) as {
      misfits: { channel: string }[];
    };
    expect(misfits.map(({ channel }) => channel)).toContain('loadW');
  }, 120_000);

  it('says which file is missing, and what a share is', async () => {
    const missing = await captured(['twin', 'replay', join(folder, 'none.csv')]);
    expect(missing.status).not.toBe(0);
    expect(missing.err).toContain('none.csv');
    const wrong = await captured(['twin', 'replay', FILE, '--false-alarms', '2']);
    expect(wrong.status).not.toBe(0);
    expect(wrong.err).toMatch(/USAGE.*between 0 and 1/);
  });
});

describe('spacecloud twin record', () => {
  it('writes telemetry that replay reads, with the noise and the fault asked for', async () => {
    const file = join(folder, 'recorded.csv');
    const args = ['twin', 'record', 'test-12', '--satellite', 'polar-p1-s2', '--hours', '0.15', '--no-cache'];
    const plain = await captured([...args, '--out', file]);
    expect(plain.err).toMatch(/^55 rows in .*recorded\.csv; trajectory hash [0-9a-f]{32}\n$/m);
    expect(plain.status).toBe(0);
    const clean = parseTelemetry(readFileSync(file, 'utf8'), file);
    expect(clean.n).toBe(55);
    expect(clean.columns.get('arrayW')?.[0]).toBeNaN();
    expect(clean.notes).toEqual([]);
    const noisy = await captured([...args, '--noise', '1', '--plant', 'accelerator*0.5@200', '--out', file]);
    expect(noisy.status).toBe(0);
    const work = (parseTelemetry(readFileSync(file, 'utf8'), file).columns.get('jobsDoneTflop') ?? []) as Float64Array;
    expect(work[0]).toBeNaN();
    const before = clean.columns.get('jobsDoneTflop') as Float64Array;
    // Half of the work behind row 20, all of it before; the noise is 1 % of the full rate.
    const full = 3 * 91.6 * 10;
    for (const i of [10, 19, 22, 40]) {
      const expected = (before[i] as number) * (i > 20 ? 0.5 : 1);
      expect(Math.abs((work[i] as number) - expected) / full).toBeLessThan(0.05);
    }
  }, 120_000);

  it('refuses unknown satellites, odd intervals and unknown faults', async () => {
    const record = (...args: string[]) =>
      captured(['twin', 'record', 'test-12', '--out', join(folder, 'x.csv'), '--hours', '0.1', ...args]);
    expect((await record('--satellite', 'nobody')).err).toMatch(/USAGE.*'nobody'[^]*polar-p1-s1/);
    const late = await record('--satellite', 'polar-p1-s2', '--plant', 'array*0.8@360');
    expect(late.err).toMatch(/USAGE.*within the record of 0 to 360 s, got 'array\*0\.8@360'/);
    // 600 s of scenario less one tick: 590 s are 0.1638 h.
    const long = await record('--satellite', 'polar-p1-s2', '--hours', '0.1666667');
    expect(long.err).toMatch(/USAGE.*one tick of 10 s more[^]*--hours 0\.163\./);
    expect((await record('--satellite', 'polar-p1-s2', '--every', '15')).err).toMatch(/multiple of the tick of 10 s/);
    expect((await record('--satellite', 'polar-p1-s2', '--plant', 'aray*0.5@9')).err).toMatch(/Did you mean array\?/);
  }, 60_000);
});

describe('spacecloud twin size', () => {
  it('gives the closed forms with the simulation beside them', async () => {
    const { status, out } = await captured(['twin', 'size', '--json']);
    expect(status).toBe(0);
    const { arrayPowerW, eclipseWh, check } = JSON.parse(out) as {
      arrayPowerW: number;
      eclipseWh: number;
      check: { dischargeFrac: number; dischargeClosedFrac: number; temperatureC: number; energyError: number };
    };
    // (2050 x 2137 / 0.6 + 2050 x 3602 / 0.8) / 3602 = 4,589 W; 2050 W x 2137 s / 3600 = 1,217 Wh.
    expect(arrayPowerW).toBeCloseTo(4589, -1);
    expect(eclipseWh).toBeCloseTo(1217, 0);
    expect(check.dischargeFrac).toBeCloseTo(check.dischargeClosedFrac, 6);
    expect(check.temperatureC).toBeCloseTo(60, 6);
    expect(check.energyError).toBeLessThan(1e-12);
    expect((await captured(['twin', 'size'])).out).toMatch(/array +4\d{3} W/);
    expect((await captured(['twin', 'size', '--load-w', 'much'])).err).toMatch(/USAGE/);
  });

  it.each([
    [['--sink-k', '400'], /USAGE.*--sink-k below the radiator's 333\.15 K, got 400 K/],
    [['--radiator-c', '-80'], /USAGE.*--sink-k below the radiator's 193\.15 K, got 200 K/],
    [['--radiator-c', '-274'], /USAGE.*above -273\.15 for --radiator-c/],
    [['--sink-k', '-1'], /USAGE.*from 0 for --sink-k/],
    [['--depth', '2'], /USAGE.*at most 1 for --depth/],
    [['--depth', '0'], /USAGE.*above 0 and at most 1 for --depth/],
    [['--altitude-km', '50'], /USAGE.*above 120 for --altitude-km/],
  ])('refuses %j, which no satellite can have', async (words, reason) => {
    const { status, out, err } = await captured(['twin', 'size', ...words]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(reason);
  });

  it('sizes a radiator below 0 C', async () => {
    const { out } = await captured(['twin', 'size', '--radiator-c', '-50', '--json']);
    // 223.15 K against 200 K: 0.8 to 0.9 x 5.67e-8 x (223.15^4 - 200^4) = 40 to 45 W/m2.
    const { radiatorW_M2 } = JSON.parse(out) as { radiatorW_M2: number };
    expect(radiatorW_M2).toBeGreaterThan(35);
    expect(radiatorW_M2).toBeLessThan(46);
  });
});
