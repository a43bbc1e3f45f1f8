import { SpaceCloudError } from '../../core/index.ts';
import type { ElementSet } from './element-set.ts';
import type { Ephemeris } from './ephemeris.ts';
import {
  type Sgp4Object,
  createSgp4Object,
  meanHeightKm,
  perigeeHeightKm,
  propagationFailure,
  sgp4Ephemeris,
} from './sgp4.ts';
import { type UtcInstant, addSeconds, formatDate, secondsBetween } from './utc.ts';

/** From this age on SGP4's own error (1 to 3 km per day in LEO) outgrows what a note should keep silent about. */
const WARN_AGE_DAYS = 14;
/** From this age on the elements' own time is used instead of the scenario's. */
const REBASE_AGE_DAYS = 30;
/** An object with a lower perigee re-enters within days. */
const DECAYING_PERIGEE_KM = 200;
/** How far a dead object may have sunk before it counts as lost, where all objects are marked dead. */
const CLUSTER_KM = 50;

/** Status marks of CelesTrak that mean a dead object (`SATCAT operational status`): non-operational, decayed. */
const DEAD_MARK = /\[[-D]\]\s*$/;
const DECAYED_MARK = /\[D\]\s*$/;

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface ElementSelection {
  readonly ephemeris: Ephemeris;
  readonly leftOut: readonly LeftOut[];
  /** What a user should know about the choices made, one sentence each. */
  readonly notes: readonly string[];
}

export interface SelectionOptions {
  readonly constellationName: string;
  /** UTC of scenario time 0. */
  readonly epoch: UtcInstant;
  readonly horizonS: number;
  readonly tickS: number;
  /** File the sets came from, for errors. */
  readonly file: string;
}

/**
 * Chooses which element sets fly and in which time.
 *
 * Left out, by name and with the reason: older sets of one object; SGP4-XP sets; objects marked dead (`[-]`) or decayed
 * (`[D]`) by CelesTrak; perigees below 200 km; objects that SGP4 refuses, or that come below 100 km, within the horizon. If *all*
 * remaining objects are marked `[-]`, as in a file of retired satellites, the mark tells nothing: then those stay whose mean
 * height is within 50 km of the median, and a note says so.
 *
 * Time: sets more than 14 days from the scenario's epoch draw a note. Beyond 30 days from the median set's epoch the orbits are
 * taken at that median epoch instead, with the Earth and the Sun still at the scenario's; a note says so.
 *
 * Throws ELEMENTS_UNUSABLE when none remains.
 */
export function selectElements(sets: readonly ElementSet[], options: SelectionOptions): ElementSelection {
  const leftOut: LeftOut[] = [];
  const notes: string[] = [];
  const newest = newestSets(sets, leftOut);
  const base = timeBase(newest, options, notes);
  let objects = flyable(newest, base, options, leftOut);
  objects = withoutDead(objects, options.constellationName, leftOut, notes);
  if (objects.length === 0) {
    const reasons = leftOut.slice(0, 3).map((object) => `'${object.name}': ${object.reason}`);
    throw new SpaceCloudError(
      'ELEMENTS_UNUSABLE',
      `Expected at least one usable element set for constellation '${options.constellationName}', got none of ${sets.length} ` +
        `(${reasons.join('; ')}${leftOut.length > 3 ? '; ...' : ''}).`,
      { place: { file: options.file }, hint: 'Use newer element sets of satellites in orbit.', details: { leftOut } },
    );
  }
  return { ephemeris: sgp4Ephemeris(objects, uniqueNames(objects)), leftOut, notes };
}

function newestSets(sets: readonly ElementSet[], leftOut: LeftOut[]): ElementSet[] {
  const newest = new Map<number, ElementSet>();
  for (const set of sets) {
    const other = newest.get(set.catalogueId);
    if (other === undefined) {
      newest.set(set.catalogueId, set);
      continue;
    }
    const [kept, dropped] = secondsBetween(other.epoch, set.epoch) > 0 ? [set, other] : [other, set];
    newest.set(set.catalogueId, kept);
    leftOut.push({ name: dropped.name, reason: `older element set of object ${set.catalogueId}` });
  }
  return [...newest.values()];
}

/** UTC whose orbits stand at scenario time 0. */
function timeBase(sets: readonly ElementSet[], options: SelectionOptions, notes: string[]): UtcInstant {
  const { epoch, constellationName } = options;
  const median = addSeconds(epoch, medianOf(sets.map((set) => secondsBetween(epoch, set.epoch))));
  const medianAgeDays = secondsBetween(median, epoch) / 86400;
  const rebased = Math.abs(medianAgeDays) > REBASE_AGE_DAYS;
  const base = rebased ? median : epoch;
  if (rebased) {
    notes.push(
      `Constellation '${constellationName}': the element sets are of ${formatDate(median)}, ${Math.abs(medianAgeDays).toFixed(0)} days ` +
        `${medianAgeDays > 0 ? 'before' : 'after'} the scenario's epoch; their orbits are taken as of ${formatDate(median)} ` +
        `and set against the Earth and the Sun of the scenario's epoch.`,
    );
  }
  const ageDays = sets.map((set) => Math.abs(secondsBetween(set.epoch, base)) / 86400);
  const old = ageDays.filter((age) => age > WARN_AGE_DAYS).length;
  if (old > 0) {
    const farthest = ageDays.reduce((most, age) => Math.max(most, age), 0);
    notes.push(
      `Constellation '${constellationName}': ${old} of ${sets.length} element sets are more than ${WARN_AGE_DAYS} days away from ` +
        `${formatDate(base)} (the farthest ${farthest.toFixed(0)}); SGP4 positions are tens of km off by then.`,
    );
  }
  return base;
}

function flyable(
  sets: readonly ElementSet[],
  base: UtcInstant,
  options: SelectionOptions,
  leftOut: LeftOut[],
): Sgp4Object[] {
  const objects: Sgp4Object[] = [];
  for (const set of sets) {
    const object = createSgp4Object(set, base);
    const reason = refusal(set, object, options);
    if (reason === undefined) objects.push(object);
    else leftOut.push({ name: set.name, reason });
  }
  return objects;
}

function refusal(set: ElementSet, object: Sgp4Object, options: SelectionOptions): string | undefined {
  if (set.ephemerisType === 4) return 'SGP4-XP element set, which SGP4 cannot propagate';
  if (DECAYED_MARK.test(set.name)) return 'marked as decayed [D]';
  const perigeeKm = perigeeHeightKm(object);
  if (perigeeKm < DECAYING_PERIGEE_KM) {
    return `decaying: perigee at ${perigeeKm.toFixed(0)} km, below ${DECAYING_PERIGEE_KM} km`;
  }
  return propagationFailure(object, options.horizonS, options.tickS);
}

function withoutDead(
  objects: readonly Sgp4Object[],
  constellationName: string,
  leftOut: LeftOut[],
  notes: string[],
): Sgp4Object[] {
  const alive = objects.filter((object) => !DEAD_MARK.test(object.set.name));
  if (alive.length > 0 || objects.length === 0) {
    for (const object of objects) {
      const { name } = object.set;
      if (DEAD_MARK.test(name)) leftOut.push({ name, reason: 'marked as not operational [-]' });
    }
    return alive;
  }
  const medianKm = medianOf(objects.map(meanHeightKm));
  const kept: Sgp4Object[] = [];
  for (const object of objects) {
    const heightKm = meanHeightKm(object);
    if (Math.abs(heightKm - medianKm) <= CLUSTER_KM) kept.push(object);
    else {
      const apart = `${Math.abs(heightKm - medianKm).toFixed(0)} km ${heightKm < medianKm ? 'below' : 'above'}`;
      const reason = `marked as not operational [-], and at ${heightKm.toFixed(0)} km it is ${apart} the constellation's median`;
      leftOut.push({ name: object.set.name, reason });
    }
  }
  notes.push(
    `Constellation '${constellationName}': all ${objects.length} objects are marked as not operational [-]; the ${kept.length} within ` +
      `${CLUSTER_KM} km of the median height of ${medianKm.toFixed(0)} km fly as if they worked.`,
  );
  return kept;
}

/** Names without status marks and repeated spaces; objects of one name get their catalogue number. */
function uniqueNames(objects: readonly Sgp4Object[]): string[] {
  const plain = objects.map((object) => object.set.name.replace(/\s*\[.\]\s*$/, '').replace(/\s+/g, ' '));
  const seen = new Map<string, number>();
  for (const name of plain) seen.set(name, (seen.get(name) ?? 0) + 1);
  return plain.map((name, i) => (seen.get(name) === 1 ? name : `${name} (${objects[i]?.set.catalogueId})`));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}
