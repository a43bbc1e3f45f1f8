import { highWord, withHighWord } from './words.kernel.ts';

/** pi/2 in three parts of 33 bits, each with what is left after it. */
const PIO2_1 = 1.57079632673412561417;
const PIO2_1_TAIL = 6.07710050650619224932e-11;
const PIO2_2 = 6.0771005063039659766e-11;
const PIO2_2_TAIL = 2.02226624879595063154e-21;
const PIO2_3 = 2.0222662487111664558e-21;
const PIO2_3_TAIL = 8.47842766036889956997e-32;
const TWO_OVER_PI = 0.636619772367581382433;
const TWO_PI = 2 * Math.PI;
/** The method's bounds are upper words; comparing whole numbers is the same and spares taking them apart. */
const fromHigh = (high: number): number => withHighWord(0, high);
const QUARTER_PI = fromHigh(0x3fe921fc);
const THREE_QUARTER_PI = fromHigh(0x4002d97c);
/** Multiples of pi/2 below 2^19 pi/2 are taken off with full precision. */
const LARGEST_REDUCED = fromHigh(0x413921fc);
const TINY = fromHigh(0x3e400000);
const COSINE_PLAIN = fromHigh(0x3fd33333);
const COSINE_LARGE = fromHigh(0x3fe90001);
/** Arguments that share the upper word with n pi/2, n <= 32, may lose all their bits to the first subtraction: [from, to). */
const NEAR_FROM = Float64Array.from({ length: 32 }, (_, i) => fromHigh(highWord(((i + 1) * Math.PI) / 2)));
const NEAR_TO = Float64Array.from({ length: 32 }, (_, i) => fromHigh(highWord(((i + 1) * Math.PI) / 2) + 1));

/** x - n pi/2 as a sum of two; written by `reduce`. */
const rest = new Float64Array(2);

/** Writes what is left of `x` after the nearest multiple n of pi/2; returns n. */
function reduce(x: number): number {
  const t = Math.abs(x);
  if (t >= LARGEST_REDUCED) return reduce(x % TWO_PI);
  if (t < QUARTER_PI) {
    rest[0] = x;
    rest[1] = 0;
    return 0;
  }
  const n = t < THREE_QUARTER_PI ? 1 : (t * TWO_OVER_PI + 0.5) | 0;
  let r = t - n * PIO2_1;
  let w = n * PIO2_1_TAIL;
  let y = r - w;
  if (n >= 32 || (t >= NEAR_FROM[n - 1]! && t < NEAR_TO[n - 1]!)) {
    const exponent = highWord(t) >> 20;
    if (exponent - ((highWord(y) >> 20) & 0x7ff) > 16) {
      let before = r;
      w = n * PIO2_2;
      r = before - w;
      w = n * PIO2_2_TAIL - (before - r - w);
      y = r - w;
      if (exponent - ((highWord(y) >> 20) & 0x7ff) > 49) {
        before = r;
        w = n * PIO2_3;
        r = before - w;
        w = n * PIO2_3_TAIL - (before - r - w);
        y = r - w;
      }
    }
  }
  const tail = r - y - w;
  rest[0] = x < 0 ? -y : y;
  rest[1] = x < 0 ? -tail : tail;
  return x < 0 ? -n : n;
}

/** Sine of x + tail for |x| <= pi/4. */
function sineOf(x: number, tail: number): number {
  if (Math.abs(x) < TINY) return x;
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  if (tail === 0) return x + v * (-1.66666666666666324348e-1 + z * r);
  return x - (z * (0.5 * tail - v * r) - tail - v * -1.66666666666666324348e-1);
}

/** Cosine of x + tail for |x| <= pi/4. */
function cosineOf(x: number, tail: number): number {
  const size = Math.abs(x);
  if (size < TINY) return 1;
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  if (size < COSINE_PLAIN) return 1 - (0.5 * z - (z * r - x * tail));
  const quarter = size >= COSINE_LARGE ? 0.28125 : fromHigh(highWord(size) - 0x00200000); // about |x| / 4
  return 1 - quarter - (0.5 * z - quarter - (z * r - x * tail));
}

/** Sine of an angle in radians. */
export function sin(x: number): number {
  if (!(Math.abs(x) < Infinity)) return NaN;
  const n = reduce(x) & 3;
  const value = (n & 1) === 0 ? sineOf(rest[0]!, rest[1]!) : cosineOf(rest[0]!, rest[1]!);
  return n < 2 ? value : -value;
}

/** Cosine of an angle in radians. */
export function cos(x: number): number {
  if (!(Math.abs(x) < Infinity)) return NaN;
  const n = reduce(x) & 3;
  const value = (n & 1) === 0 ? cosineOf(rest[0]!, rest[1]!) : sineOf(rest[0]!, rest[1]!);
  return n === 0 || n === 3 ? value : -value;
}
