import type { ConstellationConfig } from './schema.ts';

/** The satellites of a constellation as far as the scenario file tells. */
export interface SatelliteNames {
  readonly count: number;
  readonly has: (name: string) => boolean;
  /** The first and the last name, for messages. */
  readonly range: string;
}

/**
 * Names of the satellites of a regular, geostationary or lunar constellation: `<constellation>-p<plane>-s<slot>` and
 * `<constellation>-<number>`, counted from 1, with equal digits. Undefined for element sets and ephemerides, whose names
 * stand in their files.
 */
export function satelliteNames(constellation: ConstellationConfig): SatelliteNames | undefined {
  const { name, walker, geostationary, lunar } = constellation;
  if (walker) {
    const { planes, satellitesPerPlane } = walker;
    const last = `${name}-p${planes}-s${satellitesPerPlane}`;
    return {
      count: planes * satellitesPerPlane,
      has: (word) => {
        const [, plane, slot] = new RegExp(`^${name}-p(\\d+)-s(\\d+)$`).exec(word) ?? [];
        return isNumber(plane, planes) && isNumber(slot, satellitesPerPlane);
      },
      range: `${name}-p${pad(1, planes)}-s${pad(1, satellitesPerPlane)} to ${last}`,
    };
  }
  const count = geostationary?.longitudesDeg.length ?? lunar?.satellites;
  if (count === undefined) return undefined;
  return {
    count,
    has: (word) => isNumber(new RegExp(`^${name}-(\\d+)$`).exec(word)?.[1], count),
    range: count === 1 ? `${name}-1` : `${name}-${pad(1, count)} to ${name}-${count}`,
  };
}

/** Satellites of all constellations together; undefined when a file must be read to know. */
export function satelliteCount(constellations: readonly ConstellationConfig[]): number | undefined {
  let total = 0;
  for (const constellation of constellations) {
    const names = satelliteNames(constellation);
    if (!names) return undefined;
    total += names.count;
  }
  return total;
}

function pad(value: number, largest: number): string {
  return String(value).padStart(String(largest).length, '0');
}

/** A number from 1 to `largest`, written with as many digits as `largest`. */
function isNumber(digits: string | undefined, largest: number): boolean {
  const value = Number(digits);
  return digits?.length === String(largest).length && value >= 1 && value <= largest;
}
