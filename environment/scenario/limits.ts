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
