import { createHash } from 'node:crypto';
import path from 'node:path';
import { type PayloadProfile, profileValues, readPayloadProfile } from '../payload/index.ts';
import type { PlaceOf } from './problem.ts';
import { isMap } from './schema-guide.ts';

type Item = Readonly<Record<string, unknown>>;

/** Classes that may name a profile: what holds the bytes it works on, and what its values stand for. */
const CLASSES = {
  observations: { bytes: 'rawBytes', valuesOf: observationValues },
  jobs: { bytes: 'inputBytes', valuesOf: jobValues },
} as const;

/**
 * A scenario as plain data with the values of its payload profiles written out: `profile` goes, and what was measured takes the
 * place of the constants, with the name and digest of the file in `measuredBy`. Paths count from the working directory.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ.
 */
export function resolveProfiles(scenario: unknown, placeOf?: PlaceOf): unknown {
  let resolved = scenario;
  for (const kind of ['observations', 'jobs'] as const) {
    resolved = mapClasses(resolved, kind, (item, i) => {
      const { profile, ...rest } = item;
      const { bytes, valuesOf } = CLASSES[kind];
      const size = item[bytes];
      if (typeof profile !== 'string' || typeof size !== 'number' || !(size > 0)) return item;
      const measured = readPayloadProfile(profile, placeOf?.(['traffic', kind, i, 'profile'], false));
      return { ...rest, ...valuesOf(measured, size), measuredBy: provenance(profile, measured) };
    });
  }
  return resolved;
}

/**
 * Data with the paths of all profiles in it, written relative to the folder of `file`, as seen from the working directory; `isPath`:
 * the value itself is one. Without paths no function of Node is called: browsers read scenarios too.
 */
export function relocateProfilesIn(value: unknown, file: string, isPath = false): unknown {
  if (isPath) {
    return typeof value === 'string' && !path.isAbsolute(value) ? path.join(path.dirname(file), value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => relocateProfilesIn(item, file));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, relocateProfilesIn(inner, file, field === 'profile')]),
  );
}

function observationValues(profile: PayloadProfile, rawBytes: number): Item {
  return { ...profileValues(profile, rawBytes) };
}

function jobValues(profile: PayloadProfile, inputBytes: number): Item {
  const { workTflop, reduction } = profileValues(profile, inputBytes);
  return { workTflop, outputBytes: Math.max(1, Math.round(inputBytes / reduction)) };
}

/** File and content, without folder and times: the scenario's hash must not hang on where or when. */
function provenance(file: string, { measured: _, ...counted }: PayloadProfile): string {
  const digest = createHash('sha256').update(JSON.stringify(counted)).digest('hex');
  return `${path.basename(file)} ${digest.slice(0, 16)}`;
}

function mapClasses(scenario: unknown, kind: 'observations' | 'jobs', map: (item: Item, i: number) => Item): unknown {
  if (!isMap(scenario) || !isMap(scenario['traffic'])) return scenario;
  const { traffic } = scenario;
  const list = traffic[kind];
  if (!Array.isArray(list) || !list.some((item) => isMap(item) && Object.hasOwn(item, 'profile'))) return scenario;
  const mapped = list.map((item: unknown, i) => (isMap(item) && Object.hasOwn(item, 'profile') ? map(item, i) : item));
  return { ...scenario, traffic: { ...traffic, [kind]: mapped } };
}
