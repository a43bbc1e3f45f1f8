import { readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { type SourcePlace, SpaceCloudError } from '../../../core/index.ts';
import { nearestWord } from '../edit-distance.ts';

/** Where scenarios are looked up that a file names as its base. */
export interface ScenarioLibrary {
  /** Folder of scenarios known by name, `<name>.yaml`; default none. */
  readonly library?: string | undefined;
}

interface Reference extends ScenarioLibrary {
  readonly base: string;
  /** The file that names it. */
  readonly file: string;
  /** Files on the way to this one, the first first. */
  readonly chain: readonly string[];
  readonly place: SourcePlace | undefined;
}

/**
 * The file of a base: a path relative to the file that names it, a name beside that file, or a name in the library. A file
 * that bears the name of its own base means the next of these.
 *
 * Errors: FILE_NOT_FOUND with the nearest name, SCENARIO_FIELD for bases that go round in a circle.
 */
export function findBase({ base, file, chain, library, place }: Reference): string {
  const folder = path.dirname(file);
  const beside = path.isAbsolute(base) ? base : path.join(folder, base);
  const candidates = [beside, `${beside}.yaml`, ...(library === undefined ? [] : [path.join(library, `${base}.yaml`)])];
  const there = candidates.filter(isFile);
  const found = there.find((candidate) => !sameFile(candidate, file)) ?? there[0];
  if (found === undefined) {
    const names = [...namesIn(folder), ...(library === undefined ? [] : namesIn(library))];
    const nearest = nearestWord(base, [...new Set(names)].sort());
    const hint =
      nearest === undefined ? 'Name a shipped scenario, or a path relative to this file.' : `Did you mean ${nearest}?`;
    const message = `base: expected a scenario or the path of one, found none at '${base}'`;
    throw new SpaceCloudError('FILE_NOT_FOUND', message, { ...(place && { place }), hint });
  }
  const start = [...chain, file].findIndex((before) => sameFile(before, found));
  if (start < 0) return found;
  const circle = [...chain, file].slice(start).concat(found).map(nameOf).join(' -> ');
  throw new SpaceCloudError('SCENARIO_FIELD', `base: expected bases that come to an end, found ${circle}`, {
    ...(place && { place }),
    hint: 'Write one of them out, or give it another base.',
  });
}

function isFile(candidate: string): boolean {
  return statSync(candidate, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Texts may be parsed under the name of a file that is not there. */
function sameFile(a: string, b: string): boolean {
  return identity(a) === identity(b);
}

function identity(file: string): string {
  return isFile(file) ? realpathSync(file) : path.resolve(file);
}

function namesIn(folder: string): readonly string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder
    ? readdirSync(folder)
        .filter((entry) => entry.endsWith('.yaml'))
        .map(nameOf)
    : [];
}

function nameOf(file: string): string {
  return path.basename(file, '.yaml');
}
