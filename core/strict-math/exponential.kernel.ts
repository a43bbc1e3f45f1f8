import { highWord, powerOfTwo, roundedTo23Bits, withHighWord, withoutLowWord } from './words.kernel.ts';

/** ln 2 in two parts, the first of 32 bits. */
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const TWO_54 = 18014398509481984;

/** x - (x (e^x + 1) / (e^x - 1) - 2), a polynomial in x^2; for exp and pow. */
function exponentRest(z: number): number {
  return (
    z *
    (1.66666666666666019037e-1 +
      z *
        (-2.77777777770155933842e-3 +
          z * (6.61375632143793436117e-5 + z * (-1.6533902205465251539e-6 + z * 4.13813679705723846039e-8))))
  );
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 7.09782712893383973096e2) return Infinity;
  if (x < -7.4513321910194110842e2) return 0;
  if (x === 1) return Math.E;
  const ix = highWord(x) & 0x7fffffff;
  if (ix < 0x3e300000) return 1 + x;
  let k = 0;
  let high = x;
  let low = 0;
  if (ix > 0x3fd62e42) {
    if (ix < 0x3ff0a2b2) k = x < 0 ? -1 : 1;
    else k = Math.trunc(1.442695040888963387 * x + (x < 0 ? -0.5 : 0.5));
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
  }
  const r = high - low;
  const c = r - exponentRest(r * r);
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * powerOfTwo(1023);
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0) || x === Infinity) return x > 0 ? x : NaN;
  let normal = x;
  let k = 0;
  if (highWord(x) < 0x00100000) {
    normal = x * TWO_54;
    k = -54;
  }
  let hx = highWord(normal);
  k += (hx >> 20) - 1023;
  hx &= 0x000fffff;
  const carry = (hx + 0x95f64) & 0x100000;
  const f = withHighWord(normal, hx | (carry ^ 0x3ff00000)) - 1;
  k += carry >> 20;
  if ((0x000fffff & (2 + hx)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const r = odd + even;
  if (((hx - 0x6147a) | (0x6b851 - hx)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** Logarithm to the base 10. */
export function log10(x: number): number {
  if (x === 0) return -Infinity;
  if (!(x > 0) || x === Infinity) return x > 0 ? x : NaN;
  const normal = highWord(x) < 0x00100000 ? x * TWO_54 : x;
  const hx = highWord(normal);
  const k = (normal === x ? 0 : -54) + (hx >> 20) - 1023;
  const below = k < 0 ? 1 : 0;
  const fraction = withHighWord(normal, (hx & 0x000fffff) | ((0x3ff - below) << 20));
  const y = k + below;
  const z = y * 3.69423907715893078616e-13 + 4.34294481903251816668e-1 * log(fraction);
  return z + y * 3.01029995663611771306e-1;
}

/** Cube root. */
export function cbrt(x: number): number {
  if (x === 0 || !(Math.abs(x) < Infinity)) return x;
  const size = Math.abs(x);
  const tiny = highWord(size) < 0x00100000;
  const ix = highWord(tiny ? size * TWO_54 : size);
  let t = withHighWord(0, Math.trunc(ix / 3) + (tiny ? 696219795 : 715094163));
  const r = t * t * (t / size);
  t *=
    1.87595182427177009643 +
    r * (-1.88497979543377169875 + r * 1.62142972010535446614) +
    r * r * r * (-7.58397934778766047437e-1 + r * 1.45996192886612446982e-1);
  t = roundedTo23Bits(t);
  const quotient = size / (t * t);
  t += t * ((quotient - t) / (t + t + quotient));
  return x < 0 ? -t : t;
}

/** 1 / (3 ln 2) times 2 in parts: 2/(3 ln 2), its first 24 bits, and the rest. */
const CP = 9.61796693925975554329e-1;
const CP_HIGH = 9.61796700954437255859e-1;
const CP_LOW = -7.02846165095275826516e-9;
/** log2 of 1.5 in two parts. */
const LOG2_1P5_HIGH = 5.84962487220764160156e-1;
const LOG2_1P5_LOW = 1.35003920212974897128e-8;
const LN2 = 6.93147180559945286227e-1;
const LN2_24_BITS = 6.93147182464599609375e-1;
const LN2_24_BITS_REST = -1.90465429995776804525e-9;

/** x^y, as ECMAScript's `**` treats special values. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const size = Math.abs(x);
  if (Math.abs(y) === Infinity) return size === 1 ? NaN : size > 1 === y > 0 ? Infinity : 0;
  const odd = Math.abs(y % 2) === 1;
  const negative = (x < 0 || Object.is(x, -0)) && odd;
  if (size === 0 || size === Infinity) {
    const value = (size === 0) === y > 0 ? 0 : Infinity;
    return negative ? -value : value;
  }
  if (x < 0 && !Number.isInteger(y)) return NaN;
  const value = size === 1 ? 1 : powerOf(size, y);
  return negative ? -value : value;
}

/** x^y for finite x > 0 and finite y: 2^(y log2 x), the product in two parts. */
function powerOf(x: number, y: number): number {
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === 0.5) return Math.sqrt(x);
  if (y === -1) return 1 / x;
  let n = 0;
  let ax = x;
  if (highWord(ax) < 0x00100000) {
    ax *= TWO_54;
    n = -54;
  }
  let ix = highWord(ax);
  n += (ix >> 20) - 0x3ff;
  const fraction = ix & 0x000fffff;
  ix = fraction | 0x3ff00000;
  const near1p5 = fraction > 0x3988e && fraction < 0xbb67a;
  if (fraction >= 0xbb67a) {
    n++;
    ix -= 0x00100000;
  }
  ax = withHighWord(ax, ix);
  // log2 of the fraction in two parts, from s = (a - b) / (a + b), b = 1 or 1.5
  const base = near1p5 ? 1.5 : 1;
  const u = ax - base;
  const v = 1 / (ax + base);
  const s = u * v;
  const sHigh = withoutLowWord(s);
  const sum = withHighWord(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (near1p5 ? 1 << 18 : 0));
  const sLow = v * (u - sHigh * sum - sHigh * (ax - (sum - base)));
  const s2 = s * s;
  const r =
    s2 *
      s2 *
      (5.99999999999994648725e-1 +
        s2 *
          (4.28571428578550184252e-1 +
            s2 *
              (3.33333329818377432918e-1 +
                s2 *
                  (2.72728123808534006489e-1 + s2 * (2.30660745775561754067e-1 + s2 * 2.06975017800338417784e-1))))) +
    sLow * (sHigh + s);
  const square = sHigh * sHigh;
  const tHigh = withoutLowWord(3 + square + r);
  const tLow = r - (tHigh - 3 - square);
  const productHigh = sHigh * tHigh;
  const productLow = sLow * tHigh + tLow * s;
  const pHigh = withoutLowWord(productHigh + productLow);
  const pLow = productLow - (pHigh - productHigh);
  const zHigh = CP_HIGH * pHigh;
  const zLow = CP_LOW * pHigh + pLow * CP + (near1p5 ? LOG2_1P5_LOW : 0);
  const anchor = near1p5 ? LOG2_1P5_HIGH : 0;
  const log2High = withoutLowWord(zHigh + zLow + anchor + n);
  const log2Low = zLow - (log2High - n - anchor - zHigh);
  const yHigh = withoutLowWord(y);
  return twoTo(yHigh * log2High, (y - yHigh) * log2High + y * log2Low);
}

/** 2^(high + low). */
function twoTo(high: number, low: number): number {
  const z = high + low;
  if (z > 1024 || (z === 1024 && low + 8.0085662595372944372e-17 > z - high)) return Infinity;
  if (z < -1075 || (z === -1075 && low <= z - high)) return 0;
  const n = Math.abs(z) > 0.5 ? Math.trunc(z + (z < 0 ? -0.5 : 0.5)) : 0;
  const head = high - n;
  const t = withoutLowWord(low + head);
  const u = t * LN2_24_BITS;
  const v = (low - (t - head)) * LN2 + t * LN2_24_BITS_REST;
  const x = u + v;
  const w = v - (x - u);
  const c = x - exponentRest(x * x);
  const value = 1 - ((x * c) / (c - 2) - (w + x * w) - x);
  if (n > 1023) return value * 2 * powerOfTwo(n - 1);
  return n >= -1022 ? value * powerOfTwo(n) : value * powerOfTwo(n + 600) * powerOfTwo(-600);
}
