import { existsSync, readFileSync } from 'node:fs';
import { sgp4, twoline2satrec } from 'satellite.js';
import { describe, expect, it } from 'vitest';
import { parseElements } from '../../environment/orbit/elements-file.ts';
import { createSgp4Object, sgp4Ephemeris } from '../../environment/orbit/sgp4.ts';
import { at, must } from '../present.ts';

const FOLDER = '../shared/data/sgp4';
const available = existsSync(`${FOLDER}/SGP4-VER.TLE`);
if (!available) console.warn(`Skipped: the SGP4 verification set is not in ${FOLDER}.`);

/** Agreement wanted with the published states, km: one millimetre, the last digits of the printed states. */
const ONE_MILLIMETRE_KM = 1e-6;

describe('SGP4 against the verification set of Vallado et al. (2006)', () => {
  // AIAA 2006-6753, "Revisiting Spacetrack Report #3": first object of SGP4-VER.TLE, states of tcppver.out.
  const TLE = [
    '1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753',
    '2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667',
  ].join('\n');
  it.each([
    [0, [7022.46529266, -1400.08296755, 0.03995155]],
    [360, [-7154.03120202, -3783.17682504, -3536.19412294]],
    [4320, [-9060.47373569, 4658.70952502, 813.68673153]],
  ])('object 5, %d min after its epoch', (minutes, expected) => {
    const [set] = parseElements(TLE, 'fixture.tle');
    const ephemeris = sgp4Ephemeris([createSgp4Object(must(set), must(set).epoch)], ['5']);
    const rTemeKm = new Float64Array(3);
    expect(ephemeris.positionsInto(minutes * 60, rTemeKm, 0)).toBe(-1);
    rTemeKm.forEach((value, axis) => expect(Math.abs(value - at(expected, axis))).toBeLessThan(ONE_MILLIMETRE_KM));
  });

  it.skipIf(!available)('all 666 states within a millimetre, and the one failure that is meant to be', () => {
    const lines = readFileSync(`${FOLDER}/SGP4-VER.TLE`, 'utf8').split(/\r?\n/);
    const satRecs = new Map<string, ReturnType<typeof twoline2satrec>>();
    lines.forEach((line, i) => {
      // Start, stop and step follow in columns 70 ff. of the verification set; they are not part of the TLE.
      if (line.startsWith('1 ')) {
        const satRec = twoline2satrec(line.slice(0, 69), (lines[i + 1] as string).slice(0, 69));
        satRecs.set(String(Number(line.slice(2, 7))), satRec);
      }
    });
    let states = 0;
    let worstKm = 0;
    const failures: string[] = [];
    let satRec: ReturnType<typeof twoline2satrec> | undefined;
    for (const line of readFileSync(`${FOLDER}/tcppver.out`, 'utf8').split(/\r?\n/)) {
      const header = /^(\d+) xx/.exec(line);
      if (header !== null) satRec = satRecs.get(header[1] as string);
      const [minutes, x, y, z] = line.trim().split(/\s+/).map(Number) as [number, number, number, number];
      if (header !== null || line.trim() === '' || satRec === undefined) continue;
      const state = sgp4(satRec, minutes);
      if (state === null) {
        failures.push(`${satRec.satnum.trim()} at ${minutes} min, error ${satRec.error}`);
        continue;
      }
      states++;
      const { position } = state;
      worstKm = Math.max(worstKm, Math.abs(position.x - x), Math.abs(position.y - y), Math.abs(position.z - z));
    }
    expect(states).toBe(666);
    // The file marks it as a check of error codes; the state printed for it repeats another object.
    expect(failures).toEqual(['33334 at 0 min, error 3']);
    expect(worstKm).toBeLessThan(ONE_MILLIMETRE_KM);
  });
});
