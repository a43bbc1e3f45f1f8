/** Largest scenario file read, bytes. */
export const MAX_FILE_BYTES = 16 * 2 ** 20;
/** Most lexical tokens (names, values, punctuation, blanks); about 7,000 terminals of four fields. */
export const MAX_TOKENS = 500_000;
/** Deepest nesting of brackets, and of indentation and list dashes on one line. The format itself needs six levels. */
export const MAX_NESTING = 100;
/** Most values once every YAML alias is expanded. */
export const MAX_VALUES = 300_000;
/** Lowest perigee accepted, km above the WGS-84 equatorial radius: below it air drag ends an orbit within hours. */
export const MIN_PERIGEE_KM = 120;
/** Farthest apogee accepted, km from the Earth's centre: the mean distance of the Moon. */
export const MAX_APOGEE_KM = 384_400;
/** Mean radius of the Moon, km (IAU 2015). */
export const R_MOON_KM = 1737.4;
/** Lowest perilune accepted, km above the mean radius; the highest mountains reach 10.8 km (LOLA). */
export const MIN_PERILUNE_KM = 20;
/** Farthest apolune accepted, km from the Moon's centre: its sphere of influence, `a (m/M)^(2/5)`; beyond, the Earth rules. */
export const MAX_APOLUNE_KM = 66_100;
/** Fastest ground node, m/s; above Mach 3 it is no ship, aircraft or convoy. */
export const MAX_TERMINAL_SPEED_M_S = 1000;
