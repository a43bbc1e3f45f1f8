/** Bands of equal height on the unit sphere into which satellites are sorted by the sine of their latitude. */
const BANDS = 256;

/**
 * Satellites of one constellation sorted by latitude, so that a site looks only at those near its own. Rebuilt at every
 * boundary.
 */
export interface SatelliteBands {
  readonly count: number;
  /** Index of the first satellite among all. */
  readonly firstSatellite: number;
  /** Greatest distance of a satellite from the Earth's centre, km. */
  farthestKm: number;
  /** [BANDS + 1] satellites of band b: [first[b], first[b + 1]). */
  readonly first: Int32Array;
  /** [count] satellite index among all, by band; [count * 3] its Earth-fixed position, km. */
  readonly satellite: Int32Array;
  readonly rEcefKm: Float64Array;
  /** [count] scratch: band of each satellite. */
  readonly bandOf: Int32Array;
}

export function createSatelliteBands(firstSatellite: number, count: number): SatelliteBands {
  return {
    count,
    firstSatellite,
    farthestKm: 0,
    first: new Int32Array(BANDS + 1),
    satellite: new Int32Array(count),
    rEcefKm: new Float64Array(3 * count),
    bandOf: new Int32Array(count),
  };
}

/** Band of a sine of latitude in [-1, 1]. */
export function bandOfSine(sine: number): number {
  const band = Math.floor((sine + 1) * (BANDS / 2));
  return band < 0 ? 0 : band >= BANDS ? BANDS - 1 : band;
}

/** Sorts the satellites by their positions [S * 3] (counting sort; within a band in order of index). */
export function sortIntoBands(bands: SatelliteBands, rEcefKm: Float64Array): void {
  const { count, firstSatellite, first, satellite, bandOf } = bands;
  first.fill(0);
  let farthest2 = 0;
  for (let i = 0; i < count; i++) {
    const at = 3 * (firstSatellite + i);
    const x = rEcefKm[at]!;
    const y = rEcefKm[at + 1]!;
    const z = rEcefKm[at + 2]!;
    const r2 = x * x + y * y + z * z;
    if (r2 > farthest2) farthest2 = r2;
    const band = bandOfSine(z / Math.sqrt(r2));
    bandOf[i] = band;
    first[band]!++;
  }
  bands.farthestKm = Math.sqrt(farthest2);
  // Ends of the bands; filling them from the back turns them into starts.
  for (let b = 1; b <= BANDS; b++) first[b] = first[b]! + first[b - 1]!;
  for (let i = count - 1; i >= 0; i--) {
    const band = bandOf[i]!;
    const place = --first[band]!;
    satellite[place] = firstSatellite + i;
    const at = 3 * (firstSatellite + i);
    bands.rEcefKm[3 * place] = rEcefKm[at]!;
    bands.rEcefKm[3 * place + 1] = rEcefKm[at + 1]!;
    bands.rEcefKm[3 * place + 2] = rEcefKm[at + 2]!;
  }
}
