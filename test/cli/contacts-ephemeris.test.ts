import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { register } from '../../cli/commands/contacts/ephemeris.ts';
import { runCommand } from '../../cli/run-command.ts';
import { at, must } from '../present.ts';

interface Document {
  readonly frame: string;
  readonly objects: readonly {
    readonly name: string;
    readonly catalogueId: number;
    readonly epoch: string;
    readonly states: readonly {
      readonly at: string;
      readonly utc: string;
      readonly sinceEpochMin: number;
      readonly rTemeKm: readonly number[];
      readonly vTemeKmS: readonly number[];
    }[];
  }[];
  readonly failures: readonly { readonly name: string; readonly at: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-ephemeris-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  let out = '';
  let err = '';
  const streams = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const program = new Command('spacecloud');
  register(program.command('contacts'), streams);
  const status = await runCommand(program, ['contacts', 'ephemeris', ...args], streams);
  return { status, out, err };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

// AIAA 2006-6753, first object of SGP4-VER.TLE.
const VANGUARD = [
  '1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753',
  '2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667',
].join('\n');

describe('spacecloud contacts ephemeris', () => {
  it('prints TEME states at minutes since epoch and at UTC, which agree', async () => {
    // Day 179.78495062 of 2000 is 27 June, 18:50:19.733568; 360 min later it is 00:50:19.733568 of the 28th.
    const elements = file('v.tle', VANGUARD);
    const { status, out } = await run(
      '--elements',
      elements,
      '--at',
      '360min',
      '2000-06-28T00:50:19.733568Z',
      '--json',
    );
    expect(status).toBe(0);
    const { frame, objects } = JSON.parse(out) as Document;
    expect(frame).toBe('TEME');
    const { states, epoch, catalogueId } = at(objects, 0);
    expect({ epoch, catalogueId }).toEqual({ epoch: '2000-06-27T18:50:19.733568Z', catalogueId: 5 });
    const expected = [-7154.03120202, -3783.17682504, -3536.19412294];
    for (const state of states) {
      state.rTemeKm.forEach((km, axis) => expect(Math.abs(km - at(expected, axis))).toBeLessThan(1e-6));
      expect(state.utc).toBe('2000-06-28T00:50:19.733568Z');
      expect(state.sinceEpochMin).toBeCloseTo(360, 9);
    }
    expect(states.map((state) => state.at)).toEqual(['360min', '2000-06-28T00:50:19.733568Z']);
  });

  it('prints the same as lines of text, and takes times before the epoch', async () => {
    const elements = file('v.tle', VANGUARD);
    const { status, out } = await run('--elements', elements, '--at', '0', '--at=-90');
    expect(status).toBe(0);
    expect(out).toContain('5  0  7022.46529266 -1400.08296755 0.03995155  1.893841015 6.405893759 4.534807250\n');
    expect(out).toMatch(/^5 {2}-90 {2}/m);
  });

  it('names objects without a state and why; the others are printed, status 0', async () => {
    // Mean motion 16.4 rev/day with strong drag: gone after ten days.
    const omm = (name: string, id: number, meanMotion: number, bstar: number) => ({
      OBJECT_NAME: name,
      NORAD_CAT_ID: id,
      EPOCH: '2026-01-01T00:00:00.000001',
      MEAN_MOTION: meanMotion,
      ECCENTRICITY: 0.001,
      INCLINATION: 51,
      RA_OF_ASC_NODE: 0,
      ARG_OF_PERICENTER: 0,
      MEAN_ANOMALY: 0,
      BSTAR: bstar,
    });
    const elements = file('two.json', JSON.stringify([omm('UP', 1, 15, 0), omm('GONE', 2, 16.4, 0.01)]));
    const { status, out, err } = await run('--elements', elements, '--at', '14400');
    expect(status).toBe(0);
    expect(out).toContain('UP  14400');
    expect(err).toMatch(/No state of 'GONE' at 14400: SGP4: \w+/);
    const none = await run(
      '--elements',
      file('one.json', JSON.stringify([omm('GONE', 2, 16.4, 0.01)])),
      '--at',
      '14400',
    );
    expect(none.status).toBe(4);
    expect(none.err).toMatch(/ELEMENTS_UNUSABLE.*'GONE' at 14400/);
  });

  it('refuses times and files that are none', async () => {
    const elements = file('v.tle', VANGUARD);
    expect(await run('--elements', elements, '--at', 'soon')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/--at, got 'soon'/) as string,
    });
    expect((await run('--elements', join(folder, 'none.tle'), '--at', '0')).status).toBe(5);
    expect((await run('--elements', elements)).status).toBe(2);
  });

  const data = '../shared/data/sgp4';
  const available = existsSync(data);
  if (!available) console.warn(`Skipped: the SGP4 verification set is not in ${data}.`);
  it.skipIf(!available)('has all 666 states of the verification set within a millimetre (AIAA 2006-6753)', async () => {
    // One block of states for each set, in the order of the sets; one object occurs twice.
    const blocks: { readonly id: number; readonly rows: number[][] }[] = [];
    for (const line of readFileSync(`${data}/tcppver.out`, 'utf8').split(/\r?\n/)) {
      const header = /^(\d+) xx/.exec(line);
      if (header !== null) blocks.push({ id: Number(header[1]), rows: [] });
      else if (line.trim() !== '') must(blocks.at(-1)).rows.push(line.trim().split(/\s+/).map(Number));
    }
    const times = new Set(blocks.flatMap(({ rows }) => rows.map((row) => at(row, 0))));
    const { status, out } = await run(
      ...['--elements', `${data}/SGP4-VER.TLE`, '--json'],
      ...[...times].map((minutes) => `--at=${minutes}`),
    );
    expect(status).toBe(0);
    const document = JSON.parse(out) as Document;
    const withStates = blocks.filter(({ id }) => id !== 33334); // fails by design
    expect(document.objects.map((object) => object.catalogueId)).toEqual(withStates.map(({ id }) => id));
    let compared = 0;
    let worstKm = 0;
    let worstKmS = 0;
    withStates.forEach(({ rows }, i) => {
      const states = new Map(at(document.objects, i).states.map((state) => [state.at, state]));
      for (const row of rows) {
        const { rTemeKm, vTemeKmS } = must(states.get(String(at(row, 0))));
        compared++;
        for (let axis = 0; axis < 3; axis++) {
          worstKm = Math.max(worstKm, Math.abs(at(rTemeKm, axis) - at(row, axis + 1)));
          worstKmS = Math.max(worstKmS, Math.abs(at(vTemeKmS, axis) - at(row, axis + 4)));
        }
      }
    });
    expect(compared).toBe(666);
    expect(worstKm).toBeLessThan(1e-6);
    expect(worstKmS).toBeLessThan(1e-8); // printed to nine decimals
    // Five lines of three objects have wrong checksums as published.
    expect(must(document.failures.find((failure) => failure.name === '33334')).reason).toMatch(/^SGP4: /);
    expect(document.notes.map((note) => /^Line \d+/.exec(note)?.[0])).toHaveLength(5);
  });
});
