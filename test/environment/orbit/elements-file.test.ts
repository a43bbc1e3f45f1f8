import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import { parseCatalogueId } from '../../../environment/orbit/element-set.ts';
import { parseElements, readElementsText } from '../../../environment/orbit/elements-file.ts';
import { tleChecksum } from '../../../environment/orbit/tle.ts';
import { parseUtc } from '../../../environment/orbit/utc.ts';
import { at, must } from '../../present.ts';

// Iridium.tle of SpaceNetLab/StarryNet (MIT), first object.
const NAME = 'IRIDIUM 7 [-]           ';
const LINE1 = '1 24793U 97020B   22257.50747357  .00000297  00000+0  98432-4 0  9996';
const LINE2 = '2 24793  86.3944 238.2679 0002181  91.8042 268.3404 14.34536528327510';
const TLE = [NAME, LINE1, LINE2].join('\n');

const OMM = {
  OBJECT_NAME: 'VANGUARD 1',
  OBJECT_ID: '1958-002B',
  EPOCH: '2020-10-13T04:52:48.472320',
  MEAN_MOTION: 10.84869164,
  ECCENTRICITY: 0.1845686,
  INCLINATION: 34.2443,
  RA_OF_ASC_NODE: 225.5254,
  ARG_OF_PERICENTER: 162.2516,
  MEAN_ANOMALY: 205.2356,
  EPHEMERIS_TYPE: 0,
  NORAD_CAT_ID: 5,
  BSTAR: -0.22483e-4,
};

const KVN = Object.entries(OMM)
  .map(([keyword, value]) => `${keyword} = ${value}`)
  .join('\n');

function refusal(text: string): SpaceCloudError {
  try {
    parseElements(text, 'in.txt');
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected the text to be refused.');
}

/** The line with its last column set to the right checksum. */
const sealed = (line: string): string => line.slice(0, 68) + tleChecksum(line);

describe('TLE', () => {
  it.each([
    ['three lines', TLE],
    ['Windows line ends', TLE.replaceAll('\n', '\r\n')],
    ['a name after "0 "', `0 ${TLE}`],
    ['comments and blank lines', `# from a mirror\n\n${TLE}\n\n`],
    ['a byte-order mark', `\uFEFF${TLE}`],
  ])('reads %s', (_, text) => {
    const [set, ...rest] = parseElements(text, 'in.tle');
    expect(rest).toEqual([]);
    expect(set).toMatchObject({
      name: 'IRIDIUM 7 [-]',
      catalogueId: 24793,
      meanMotionRevPerDay: 14.34536528,
      eccentricity: 0.0002181,
      inclinationDeg: 86.3944,
      raanDeg: 238.2679,
      argPerigeeDeg: 91.8042,
      meanAnomalyDeg: 268.3404,
    });
    expect(must(set).bstar).toBeCloseTo(0.98432e-4, 12);
    // Day 257 of 2022 is 14 September; 0.50747357 day = 43845.716448 s = 12:10:45.716448.
    expect(must(set).epoch.day).toBe(must(parseUtc('2022-09-14T00:00:00')).day);
    expect(must(set).epoch.secondOfDay).toBeCloseTo(43845.716448, 6);
  });

  it('passes over what follows the 69 columns after a blank, as in the verification set of SGP4', () => {
    const [set] = parseElements(`${LINE1}\n${LINE2}      0.0      4320.0        360.00`, 'in.tle');
    expect(must(set).meanMotionRevPerDay).toBe(14.34536528);
    expect(must(set).tle).toEqual([LINE1, LINE2]);
  });

  it('reads a line of wrong checksum only when someone is told of it', () => {
    const told: string[] = [];
    const onWrongChecksum = (message: string, place: { readonly line?: number }): void => {
      told.push(`${place.line}: ${message}`);
    };
    const wrong = `${LINE1}\n${LINE2.slice(0, 68)}1`;
    expect(parseElements(wrong, 'in.tle', { onWrongChecksum })[0]?.catalogueId).toBe(24793);
    expect(told).toEqual(["2: Expected the TLE checksum 0, got '1'."]);
    expect(refusal(wrong).code).toBe('ELEMENTS_CHECKSUM');
  });

  it('reads two lines, named by the catalogue number', () => {
    expect(parseElements(`${LINE1}\n${LINE2}`, 'in.tle')[0]?.name).toBe('24793');
  });

  it('reads Alpha-5 catalogue numbers: A0000 = 100000, J2931 = 182931, Z9999 = 339999', () => {
    const alpha = (id: string): string =>
      `X\n${sealed(LINE1.replace('24793', id))}\n${sealed(LINE2.replace('24793', id))}`;
    expect(parseElements(alpha('A0000'), 'in.tle')[0]?.catalogueId).toBe(100000);
    expect(parseElements(alpha('J2931'), 'in.tle')[0]?.catalogueId).toBe(182931);
    expect(parseElements(alpha('Z9999'), 'in.tle')[0]?.catalogueId).toBe(339999);
    expect(parseCatalogueId('I0000')).toBeUndefined(); // I and O are not used
  });

  it.each([
    [
      'a truncated line',
      [NAME, LINE1, LINE2.slice(0, 50)],
      'ELEMENTS_SYNTAX',
      3,
      51,
      /69 characters, got 50 \(truncated\)/,
    ],
    ['a line that is too long', [NAME, `${LINE1}0`, LINE2], 'ELEMENTS_SYNTAX', 2, 70, /69 characters, got 70/],
    ['a wrong checksum', [NAME, LINE1, `${LINE2.slice(0, 68)}1`], 'ELEMENTS_CHECKSUM', 3, 69, /checksum 0, got '1'/],
    [
      'a changed digit',
      [NAME, LINE1.replace('22257.5', '22257.6'), LINE2],
      'ELEMENTS_CHECKSUM',
      2,
      69,
      /checksum 7, got '6'/,
    ],
    [
      'a file cut after line 1',
      [NAME, LINE1],
      'ELEMENTS_SYNTAX',
      2,
      1,
      /line 2 of .*'IRIDIUM 7 \[-\]'.*end of the file/,
    ],
    [
      'a file cut after the name',
      [TLE, 'IRIDIUM 5'],
      'ELEMENTS_SYNTAX',
      4,
      1,
      /line 1 of .*'IRIDIUM 5'.*end of the file/,
    ],
    ['a missing line 1', [NAME, LINE2], 'ELEMENTS_SYNTAX', 2, 1, /line 1 of .*got '2 24793/],
    ['a missing line 2', [TLE, NAME, LINE1, NAME], 'ELEMENTS_SYNTAX', 6, 1, /line 2 of .*got 'IRIDIUM 7/],
    [
      'lines of two objects',
      [LINE1, sealed(LINE2.replace('24793', '24795'))],
      'ELEMENTS_SYNTAX',
      2,
      3,
      /'24793' and '24795'/,
    ],
    [
      'letters in a number',
      [LINE1, sealed(LINE2.replace('86.3944', '8x.3944'))],
      'ELEMENTS_SYNTAX',
      2,
      9,
      /inclination in columns 9-16/,
    ],
    [
      'an inclination of 200 deg',
      [LINE1, sealed(LINE2.replace(' 86.3944', '200.3944'))],
      'ELEMENTS_SYNTAX',
      1,
      undefined,
      /inclination .* \[0, 180\] deg, got 200/,
    ],
    ['nothing', [''], 'ELEMENTS_SYNTAX', 1, 1, /at least one element set/],
  ] as const)('refuses %s, saying where', (...[, lines, code, line, column, message]) => {
    const error = refusal(lines.join('\n'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.place?.file).toBe('in.txt');
    expect(error.place?.line).toBe(line);
    expect(error.place?.column).toBe(column);
  });
});

describe('OMM', () => {
  it('reads JSON, with numbers quoted or not, and keeps microseconds and six or nine digits', () => {
    const quoted = Object.fromEntries(Object.entries(OMM).map(([key, value]) => [key, String(value)]));
    const sets = parseElements(
      JSON.stringify([
        OMM,
        quoted,
        { ...OMM, NORAD_CAT_ID: 270001 },
        { ...OMM, NORAD_CAT_ID: 799501234 },
        { ...OMM, NORAD_CAT_ID: 'A0001' },
      ]),
      'in.json',
    );
    expect(sets.map((set) => set.catalogueId)).toEqual([5, 5, 270001, 799501234, 100001]);
    for (const set of sets) {
      expect(set).toMatchObject({ name: 'VANGUARD 1', meanMotionRevPerDay: 10.84869164, bstar: -0.22483e-4 });
      expect(set.epoch.secondOfDay).toBe(17568.47232); // 4 h 52 min 48.472320 s
    }
  });

  it('reads CSV with quoted fields and columns in any order', () => {
    const keys = Object.keys(OMM).reverse() as (keyof typeof OMM)[];
    const row = keys.map((key) => (key === 'OBJECT_NAME' ? '"VANGUARD 1, ""Grapefruit"""' : OMM[key]));
    const [set] = parseElements(`${keys.join(',')}\r\n${row.join(',')}\r\n`, 'in.csv');
    expect(set).toMatchObject({ name: 'VANGUARD 1, "Grapefruit"', catalogueId: 5, raanDeg: 225.5254 });
    expect(must(set).place).toEqual({ file: 'in.csv', line: 2, column: 1 });
  });

  it('gives the same set as JSON, CSV and XML', () => {
    const fields = Object.entries(OMM);
    const csv = `${fields.map(([key]) => key).join(',')}\n${fields.map(([, value]) => value).join(',')}\n`;
    const tags = fields.map(([key, value]) => `<${key}>${value}</${key}>`).join('');
    const xml = `<?xml version="1.0"?>\n<ndm><omm><body><segment><metadata/>${tags}</segment></body></omm></ndm>`;
    const [a, b, c] = [JSON.stringify(OMM), csv, xml].map((text) => {
      return { ...at(parseElements(text, 'in'), 0), place: undefined };
    });
    expect(b).toEqual(a);
    expect(c).toEqual(a);
  });

  it.each([
    ['text that is not JSON', '[{"OBJECT_NAME": "A",\n  "EPOCH" 3}]', 2, 11, /not JSON/],
    ['JSON cut short', '[{"OBJECT_NAME": "A",', 1, undefined, /not JSON/],
    [
      'a missing keyword',
      JSON.stringify([OMM, { ...OMM, MEAN_MOTION: undefined }]),
      1,
      undefined,
      /MEAN_MOTION of 'VANGUARD 1' to be present, got none/,
    ],
    [
      'a word for a number',
      JSON.stringify([{ ...OMM, INCLINATION: 'steep' }], null, 1),
      8,
      3,
      /INCLINATION .* a number, got 'steep'/,
    ],
    [
      'an impossible eccentricity',
      JSON.stringify({ ...OMM, ECCENTRICITY: 1.5 }),
      1,
      1,
      /eccentricity .* \[0, 1\), got 1.5/,
    ],
    [
      'another time system',
      JSON.stringify({ ...OMM, TIME_SYSTEM: 'TAI' }),
      1,
      undefined,
      /TIME_SYSTEM .* UTC, got 'TAI'/,
    ],
    ['SGP4-XP theory', JSON.stringify({ ...OMM, MEAN_ELEMENT_THEORY: 'SGP4-XP' }), 1, undefined, /MEAN_ELEMENT_THEORY/],
    [
      'a date that is none',
      JSON.stringify({ ...OMM, EPOCH: '2020-13-01T00:00:00' }),
      1,
      undefined,
      /EPOCH .* got '2020-13/,
    ],
    ['an array of numbers', '[1, 2]', 1, 1, /an OMM record, got 1/],
    ['a CSV row of other length', 'OBJECT_NAME,EPOCH,MEAN_MOTION\nA,2020-01-01T00:00:00\n', 2, 22, /3 fields.*got 2/],
    ['XML without segments', '<ndm></ndm>', 1, 1, /<segment>/],
    ['KVN that is none', 'CCSDS_OMM_VERS = 2.0\nEPOCH 2020', 2, 1, /'KEYWORD = value', got 'EPOCH 2020'/],
    [
      'KVN with a value that is none',
      `CCSDS_OMM_VERS = 2.0\n${KVN}\nINCLINATION = steep [deg]`,
      14,
      1,
      /a number, got 'steep'/,
    ],
  ] as const)('refuses %s, saying where', (...[, text, line, column, message]) => {
    const error = refusal(text);
    expect(error.code).toBe('ELEMENTS_SYNTAX');
    expect(error.message).toMatch(message);
    expect(error.place?.line).toBe(line);
    if (column !== undefined) expect(error.place?.column).toBe(column);
  });
});

describe('files', () => {
  it('names a file that does not exist, and the constellation that asked for it', () => {
    expect(() => readElementsText('no/such.tle', 'leo')).toThrow(
      expect.objectContaining({
        code: 'FILE_NOT_FOUND',
        message: expect.stringMatching(/'leo'.*no\/such\.tle/) as string,
      }),
    );
    expect(() => readElementsText('.', 'leo')).toThrow(expect.objectContaining({ code: 'FILE_READ' }));
  });

  const FOLDER = '../shared/data';
  const available = existsSync(`${FOLDER}/elements`);
  if (!available) console.warn(`Skipped: no real element sets in ${FOLDER}.`);
  it.skipIf(!available).each([
    ['elements/Iridium.tle', 31],
    ['elements/OneWeb.tle', 426],
    ['elements/SkySat.tle', 21],
    ['elements/Dove.tle', 197],
    ['elements/starlink_250.tle', 250],
    ['sgp4/sample_omm.json', 1],
    ['sgp4/sample_omm.csv', 1],
    ['sgp4/sample_omm.xml', 1],
  ])('reads %s: %d sets', (file, count) => {
    const sets = parseElements(readFileSync(`${FOLDER}/${file}`, 'utf8'), file);
    expect(sets.length).toBe(count);
    expect(new Set(sets.map((set) => set.catalogueId)).size).toBe(count);
  });
});
