import { basename, resolve } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import {
  type ElementsText,
  type Ephemeris,
  type LeftOut,
  type UtcInstant,
  moonOrbitEphemeris,
  oemEphemeris,
  parseElements,
  parseOem,
  readElementsText,
  selectElements,
  walkerEphemeris,
  walkerNotes,
} from '../orbit/index.ts';
import type { ConstellationConfig, Scenario } from '../scenario/schema.ts';
import { geostationaryEphemeris } from './geostationary.ts';

/** One constellation ready to be propagated. */
export interface Constellation {
  readonly config: ConstellationConfig;
  readonly ephemeris: Ephemeris;
  /** Index of its first satellite among all. */
  readonly firstSatellite: number;
}

/** All satellites of a scenario, constellation by constellation. */
export interface Fleet {
  readonly constellations: readonly Constellation[];
  readonly satelliteCount: number;
  /** [S] names; not yet compared with those of ground nodes. */
  readonly names: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

export interface FleetOptions {
  readonly epoch: UtcInstant;
  readonly horizonS: number;
  readonly scenarioDir: string;
}

/**
 * Makes the constellations of a scenario. Errors as of `walkerEphemeris`, `parseElements`, `selectElements`, `parseOem`,
 * `oemEphemeris` and `moonOrbitEphemeris`; SCENARIO_EMPTY when `elements.include` matches no object.
 */
export function assembleFleet(scenario: Scenario, options: FleetOptions): Fleet {
  const constellations: Constellation[] = [];
  const found: Found = { leftOut: [], notes: [] };
  let satelliteCount = 0;
  for (const config of scenario.constellations) {
    const ephemeris = ephemerisOf(config, scenario, options, found);
    constellations.push({ config, ephemeris, firstSatellite: satelliteCount });
    satelliteCount += ephemeris.count;
  }
  const names = constellations.flatMap(({ ephemeris }) => ephemeris.names);
  return { constellations, satelliteCount, names, ...found };
}

/** Text and digest of the file a constellation's orbits come from, if they do. Throws FILE_NOT_FOUND or FILE_READ. */
export function orbitFileOf(config: ConstellationConfig, scenarioDir: string): ElementsText | undefined {
  const file = config.elements?.file ?? config.ephemeris?.file;
  return file === undefined ? undefined : readElementsText(resolve(scenarioDir, file), config.name);
}

interface Found {
  readonly leftOut: LeftOut[];
  readonly notes: string[];
}

function ephemerisOf(config: ConstellationConfig, scenario: Scenario, options: FleetOptions, found: Found): Ephemeris {
  const { walker, elements, geostationary, name } = config;
  const { epoch } = options;
  if (walker !== undefined) {
    found.notes.push(...walkerNotes(walker, name));
    return walkerEphemeris(walker, name, { epoch });
  }
  if (geostationary !== undefined) return geostationaryEphemeris(geostationary.longitudesDeg, name, epoch);
  if (elements !== undefined) return elementsEphemeris(config, scenario, options, found);
  if (config.lunar !== undefined) return moonOrbitEphemeris(config.lunar, name, epoch);
  const { file } = config.ephemeris as NonNullable<ConstellationConfig['ephemeris']>; // the schema asks for exactly one kind
  const path = resolve(options.scenarioDir, file);
  const segments = parseOem(readElementsText(path, name).text, path);
  return oemEphemeris(segments, { epoch, horizonS: options.horizonS, constellationName: name, file: path });
}

/** Whether satellites may come so near the Moon that it hides the Earth, the Sun or others from them. */
export function mayMeetMoon({ lunar, ephemeris }: ConstellationConfig): boolean {
  return lunar !== undefined || ephemeris !== undefined;
}

function elementsEphemeris(
  config: ConstellationConfig,
  scenario: Scenario,
  options: FleetOptions,
  found: Found,
): Ephemeris {
  const { file, include } = config.elements as NonNullable<ConstellationConfig['elements']>;
  const path = resolve(options.scenarioDir, file);
  const all = parseElements(readElementsText(path, config.name).text, path);
  const pattern = includePattern(include, config.name);
  const sets = all.filter((set) => pattern.test(set.name));
  if (sets.length === 0) {
    throw new SpaceCloudError(
      'SCENARIO_EMPTY',
      `Expected objects in '${basename(file)}' whose names match /${include}/ for constellation '${config.name}', got none of ${all.length}.`,
      { place: { file: path }, hint: `Names look like '${all[0]?.name ?? ''}'.` },
    );
  }
  const selection = selectElements(sets, {
    constellationName: config.name,
    epoch: options.epoch,
    horizonS: options.horizonS,
    tickS: scenario.tickS,
    file: path,
  });
  found.leftOut.push(...selection.leftOut);
  found.notes.push(...selection.notes);
  return selection.ephemeris;
}

function includePattern(include: string | undefined, constellationName: string): RegExp {
  try {
    return new RegExp(include ?? '');
  } catch (cause) {
    throw new SpaceCloudError(
      'SCENARIO_FIELD',
      `Expected elements.include of constellation '${constellationName}' to be a regular expression, got '${include}'.`,
      { hint: `It is matched against object names, as in '^IRIDIUM'. ${(cause as Error).message}.`, cause },
    );
  }
}
