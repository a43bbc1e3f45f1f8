import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SpaceCloudError } from '../../core/index.ts';
import { type ElementSet, elementsError } from './element-set.ts';
import { parseOmmCsv, parseOmmJson, parseOmmKvn, parseOmmXml } from './omm-files.ts';
import { type TleReading, parseTle } from './tle.ts';

/**
 * Reads element sets in any of the formats the product knows; which one is told from the content: OMM as JSON, XML, CSV or KVN,
 * else TLE. `file` names the source in errors; `reading` is for TLEs.
 *
 * Throws ELEMENTS_SYNTAX and ELEMENTS_CHECKSUM with line and column; a file without any set is ELEMENTS_SYNTAX.
 */
export function parseElements(text: string, file: string, reading: TleReading = {}): ElementSet[] {
  const content = text.replace(/^\uFEFF/, '');
  const start = content.trimStart();
  const sets = parserFor(start)(content, file, reading);
  if (sets.length === 0) {
    throw elementsError('ELEMENTS_SYNTAX', 'Expected at least one element set, got none.', {
      file,
      line: 1,
      column: 1,
    });
  }
  return sets;
}

function parserFor(start: string): (text: string, file: string, reading: TleReading) => ElementSet[] {
  if (start.startsWith('[') || start.startsWith('{')) return parseOmmJson;
  if (start.startsWith('<')) return parseOmmXml;
  const firstLine = start.split(/\r|\n/, 1)[0] as string;
  if (firstLine.includes(',') && /\bEPOCH\b/.test(firstLine)) return parseOmmCsv;
  if (/^CCSDS_OMM_VERS\s*=/.test(firstLine)) return parseOmmKvn;
  return parseTle;
}

/** An element-set file as bytes mean it: its text and the SHA-256 of it. */
export interface ElementsText {
  readonly text: string;
  readonly sha256: string;
}

/** Throws FILE_NOT_FOUND or FILE_READ, naming the constellation that asked for it. */
export function readElementsText(path: string, constellationName: string): ElementsText {
  try {
    const bytes = readFileSync(path);
    return { text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new SpaceCloudError(
      missing ? 'FILE_NOT_FOUND' : 'FILE_READ',
      `Expected the element sets of constellation '${constellationName}' in '${path}', ` +
        (missing ? 'got no such file.' : `which cannot be read: ${(error as Error).message}.`),
      { place: { file: path }, hint: 'Paths are relative to the scenario file.', cause: error },
    );
  }
}
