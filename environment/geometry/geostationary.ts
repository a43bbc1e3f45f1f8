import { MU_EARTH_WGS84_KM3_S2, OMEGA_EARTH_RAD_S, RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import { type Ephemeris, type UtcInstant, gmstRad } from '../orbit/index.ts';

/** Radius at which a circular orbit keeps pace with the Earth: (mu / omega^2)^(1/3) = 42,164 km. */
export const GEOSTATIONARY_RADIUS_KM = StrictMath.cbrt(MU_EARTH_WGS84_KM3_S2 / OMEGA_EARTH_RAD_S ** 2);

/**
 * Satellites kept at fixed longitudes above the equator, named `<constellation>-<number>`, counted from 1. They stand still in
 * Earth-fixed axes: the daily figure of eight of a station-keeping box (0.1 deg, 70 km) is left out.
 */
export function geostationaryEphemeris(
  longitudesDeg: readonly number[],
  constellationName: string,
  epoch: UtcInstant,
): Ephemeris {
  const digits = String(longitudesDeg.length).length;
  const longitudes = longitudesDeg.map((degrees) => degrees * RAD_PER_DEG);
  const positionsInto = (timeS: number, rTemeKm: Float64Array, first: number): number => {
    const gmst = gmstRad(epoch, timeS);
    longitudes.forEach((longitude, i) => {
      const at = 3 * (first + i);
      rTemeKm[at] = GEOSTATIONARY_RADIUS_KM * StrictMath.cos(gmst + longitude);
      rTemeKm[at + 1] = GEOSTATIONARY_RADIUS_KM * StrictMath.sin(gmst + longitude);
      rTemeKm[at + 2] = 0;
    });
    return -1;
  };
  return {
    names: longitudesDeg.map((_, i) => `${constellationName}-${String(i + 1).padStart(digits, '0')}`),
    count: longitudesDeg.length,
    positionsInto,
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      positionsInto(timeS, rTemeKm, first);
      for (let at = 3 * first; at < 3 * (first + longitudes.length); at += 3) {
        vTemeKmS[at] = -OMEGA_EARTH_RAD_S * (rTemeKm[at + 1] as number);
        vTemeKmS[at + 1] = OMEGA_EARTH_RAD_S * (rTemeKm[at] as number);
        vTemeKmS[at + 2] = 0;
      }
      return -1;
    },
  };
}
