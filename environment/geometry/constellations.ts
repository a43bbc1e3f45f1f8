import { basename, resolve } from 'node:path';
import { R_EARTH_WGS84_KM, SpaceCloudError } from '../../core/index.ts';
import { type IslState, createIslState } from '../network/isl-links.kernel.ts';
import { type IslPlan, elementGridPlan, nearestPlan, noLinksPlan, walkerGridPlan } from '../network/isl-plan.ts';
import {
  type ElementsText,
  type Ephemeris,
  type LeftOut,
  type UtcInstant,
  parseElements,
  readElementsText,
  selectElements,
  walkerAngles,
  walkerEphemeris,
} from '../orbit/index.ts';
import type { ConstellationConfig, Scenario } from '../scenario/schema.ts';

/** One constellation ready to be propagated and linked. */
interface Constellation {
  readonly config: ConstellationConfig;
  readonly ephemeris: Ephemeris;
  readonly isls: IslState;
  /** Index of its first satellite among all. */
  readonly firstSatellite: number;
}

export interface Fleet {
  readonly constellations: readonly Constellation[];
  readonly satelliteCount: number;
  /** Terminals of the best equipped satellites, at least 1 so that columns exist. */
  readonly islSlots: number;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

export interface FleetOptions {
  readonly epoch: UtcInstant;
  readonly horizonS: number;
  readonly scenarioDir: string;
}

/** Makes the constellations of a scenario. Errors as of `walkerElements`, `parseElements` and `selectElements`. */
export function assembleFleet(scenario: Scenario, options: FleetOptions): Fleet {
  const constellations: Constellation[] = [];
  const leftOut: LeftOut[] = [];
  const notes: string[] = [];
  let satelliteCount = 0;
  for (const config of scenario.constellations) {
    const ephemeris = ephemerisOf(config, scenario, options, { leftOut, notes });
    const isls = createIslState(ephemeris.count, planOf(config, ephemeris), {
      maxRangeKm: config.isl.maxRangeKm,
      blockRadiusKm: R_EARTH_WGS84_KM + config.isl.earthClearanceKm,
      acquisitionS: config.isl.acquisitionS,
      tickS: scenario.tickS,
    });
    constellations.push({ config, ephemeris, isls, firstSatellite: satelliteCount });
    satelliteCount += ephemeris.count;
  }
  const islSlots = Math.max(1, ...constellations.map((constellation) => constellation.isls.slots));
  return { constellations, satelliteCount, islSlots, leftOut, notes };
}

/** Text and digest of the element sets of a constellation that has some. */
export function elementsTextOf(config: ConstellationConfig, scenarioDir: string): ElementsText | undefined {
  if (config.elements === undefined) return undefined;
  return readElementsText(resolve(scenarioDir, config.elements.file), config.name);
}

function ephemerisOf(
  config: ConstellationConfig,
  scenario: Scenario,
  options: FleetOptions,
  found: { leftOut: LeftOut[]; notes: string[] },
): Ephemeris {
  if (config.walker !== undefined) return walkerEphemeris(config.walker, config.name);
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

function planOf(config: ConstellationConfig, ephemeris: Ephemeris): IslPlan {
  const { isl, walker } = config;
  if (isl.topology === 'none') return noLinksPlan(ephemeris.count);
  if (isl.topology === 'nearest') return nearestPlan(ephemeris.count, isl);
  if (walker === undefined) return elementGridPlan(positionsAt(ephemeris, 0), positionsAt(ephemeris, 1), isl);
  const { planes, satellitesPerPlane, pattern } = walker;
  return walkerGridPlan({ planes, satellitesPerPlane, star: pattern === 'star', ...walkerAngles(walker) }, isl);
}

function positionsAt(ephemeris: Ephemeris, timeS: number): Float64Array {
  const rTemeKm = new Float64Array(3 * ephemeris.count);
  ephemeris.positionsInto(timeS, rTemeKm, 0);
  return rTemeKm;
}
