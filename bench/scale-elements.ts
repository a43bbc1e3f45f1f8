import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../core/index.ts';
import { type Ephemeris, createSgp4Object, parseElements, parseUtc, sgp4Ephemeris } from '../environment/index.ts';
import { projectRoot } from './fixture.ts';

type ElementSet = ReturnType<typeof parseElements>[number];

/** Objects of the published run of StardustGo (github.com/polaris-slo-cloud/stardust-go). */
export const OBJECTS = 20_646;
/** Angles that spread copies of one set evenly however many there are: the golden angle and another of the kind, deg. */
const RAAN_SHIFT_DEG = 137.50776;
const ANOMALY_SHIFT_DEG = 222.49224;
const LOWEST_KM = 6378 + 200;
const HIGHEST_KM = 6378 + 2000;

/** Low orbits as of the large constellations of today: share, revolutions per day, inclination. */
const MIX = [
  { share: 0.5, revPerDay: 15.06, inclinationDeg: 53 },
  { share: 0.15, revPerDay: 15.1, inclinationDeg: 97.6 },
  { share: 0.15, revPerDay: 13.16, inclinationDeg: 87.9 },
  { share: 0.1, revPerDay: 14.34, inclinationDeg: 86.4 },
  { share: 0.1, revPerDay: 15.2, inclinationDeg: 97.4 },
] as const;

export interface ElementsSky {
  readonly ephemeris: Ephemeris;
  /** Every fourth object of it. */
  readonly quarter: Ephemeris;
  /** Where the sets come from. */
  readonly origin: string;
}

/**
 * Real element sets where the reference data lie beside the project, copied with shifted node and anomaly until there are enough;
 * else a drawn mix. Each set is propagated from its own epoch.
 */
export function createElementsSky(): ElementsSky {
  const folder = join(projectRoot(), '..', 'shared', 'data', 'elements');
  const real = existsSync(folder) ? realSets(folder) : [];
  const sets = real.length > 0 ? real : drawnSets();
  const objects = Array.from({ length: OBJECTS }, (_, i) => {
    const set = shifted(sets[i % sets.length] as ElementSet, i);
    return createSgp4Object(set, set.epoch);
  });
  const named = (some: typeof objects): Ephemeris =>
    sgp4Ephemeris(
      some,
      some.map(({ set }) => set.name),
    );
  const origin = real.length > 0 ? `${sets.length} real element sets, shifted` : 'a drawn mix of low orbits';
  return { ephemeris: named(objects), quarter: named(objects.filter((_, i) => i % 4 === 0)), origin };
}

function realSets(folder: string): ElementSet[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tle'))
    .sort()
    .flatMap((name) => parseElements(readFileSync(join(folder, name), 'utf8'), name))
    .filter(isInLowOrbit);
}

function isInLowOrbit(set: ElementSet): boolean {
  const rKm = new Float64Array(3);
  if (sgp4Ephemeris([createSgp4Object(set, set.epoch)], [set.name]).positionsInto(0, rKm, 0) >= 0) return false;
  const radiusKm = Math.hypot(...rKm);
  return radiusKm > LOWEST_KM && radiusKm < HIGHEST_KM;
}

function shifted({ tle: _, ...set }: ElementSet, by: number): ElementSet {
  return {
    ...set,
    raanDeg: (set.raanDeg + by * RAAN_SHIFT_DEG) % 360,
    meanAnomalyDeg: (set.meanAnomalyDeg + by * ANOMALY_SHIFT_DEG) % 360,
  };
}

function drawnSets(): ElementSet[] {
  const rng = new Rng(1, 'bench-elements');
  const epoch = parseUtc('2026-01-01T00:00:00Z');
  if (epoch === undefined) throw new Error('Expected the epoch of the drawn mix to be a time.');
  return MIX.flatMap(({ share, revPerDay, inclinationDeg }) =>
    Array.from({ length: Math.round(share * 1000) }, (_, i): ElementSet => ({
      name: `drawn-${inclinationDeg}-${i}`,
      catalogueId: i,
      epoch,
      meanMotionRevPerDay: revPerDay,
      eccentricity: 0.001 * rng.uniform(),
      inclinationDeg,
      raanDeg: 360 * rng.uniform(),
      argPerigeeDeg: 360 * rng.uniform(),
      meanAnomalyDeg: 360 * rng.uniform(),
      bstar: 0,
      ephemerisType: 0,
      place: { file: 'drawn' },
    })),
  );
}
