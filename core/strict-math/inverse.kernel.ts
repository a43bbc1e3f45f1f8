import { highWord, withoutLowWord } from './words.kernel.ts';

const PIO2_TAIL = 6.12323399573676603587e-17;
const PI_TAIL = 1.2246467991473531772e-16;

/** (asin x - x) / x^3 times x^2, as a quotient of polynomials in t = x^2, for |x| <= 1/2. */
function arcRest(t: number): number {
  const p =
    t *
    (1.66666666666666657415e-1 +
      t *
        (-3.25565818622400915405e-1 +
          t *
            (2.01212532134862925881e-1 +
              t * (-4.00555345006794114027e-2 + t * (7.91534994289814532176e-4 + t * 3.4793310759602116757e-5)))));
  const q =
    1 +
    t *
      (-2.40339491173441421878 +
        t * (2.02094576023350569471 + t * (-6.8828397160545329303e-1 + t * 7.70381505559019352791e-2)));
  return p / q;
}

/** Arc sine, rad. */
export function asin(x: number): number {
  const ix = highWord(x) & 0x7fffffff;
  const size = Math.abs(x);
  if (size >= 1) return size === 1 ? x * (Math.PI / 2) + x * PIO2_TAIL : NaN;
  if (ix < 0x3e400000) return x;
  if (ix < 0x3fe00000) return x + x * arcRest(x * x);
  const t = (1 - size) * 0.5;
  const r = arcRest(t);
  const s = Math.sqrt(t);
  let angle: number;
  if (ix >= 0x3fef3333) angle = Math.PI / 2 - (2 * (s + s * r) - PIO2_TAIL);
  else {
    const w = withoutLowWord(s);
    const c = (t - w * w) / (s + w);
    angle = Math.PI / 4 - (2 * s * r - (PIO2_TAIL - 2 * c) - (Math.PI / 4 - 2 * w));
  }
  return x > 0 ? angle : -angle;
}

/** Arc cosine, rad. */
export function acos(x: number): number {
  const ix = highWord(x) & 0x7fffffff;
  if (Math.abs(x) >= 1) return x === 1 ? 0 : x === -1 ? Math.PI + 2 * PIO2_TAIL : NaN;
  if (ix <= 0x3c600000) return Math.PI / 2 + PIO2_TAIL;
  if (ix < 0x3fe00000) return Math.PI / 2 - (x - (PIO2_TAIL - x * arcRest(x * x)));
  const z = (1 - Math.abs(x)) * 0.5;
  const s = Math.sqrt(z);
  const r = arcRest(z);
  if (x < 0) return Math.PI - 2 * (s + (r * s - PIO2_TAIL));
  const w = withoutLowWord(s);
  const c = (z - w * w) / (s + w);
  return 2 * (w + (r * s + c));
}

/** atan of 1/2, 1, 3/2 and infinity, and what their doubles lack. */
const ANCHORS = Float64Array.of(4.63647609000806093515e-1, Math.PI / 4, 9.82793723247329054082e-1, Math.PI / 2);
const ANCHOR_TAILS = Float64Array.of(
  2.26987774529616870924e-17,
  3.06161699786838301793e-17,
  1.39033110312309984516e-17,
  PIO2_TAIL,
);

/** Arc tangent, rad. */
export function atan(x: number): number {
  const ix = highWord(x) & 0x7fffffff;
  if (ix >= 0x44100000) {
    if (Number.isNaN(x)) return NaN;
    return x > 0 ? Math.PI / 2 + PIO2_TAIL : -(Math.PI / 2) - PIO2_TAIL;
  }
  if (ix < 0x3e400000) return x;
  const size = Math.abs(x);
  const anchor = ix < 0x3fdc0000 ? -1 : ix < 0x3fe60000 ? 0 : ix < 0x3ff30000 ? 1 : ix < 0x40038000 ? 2 : 3;
  let u = x;
  if (anchor === 0) u = (2 * size - 1) / (2 + size);
  else if (anchor === 1) u = (size - 1) / (size + 1);
  else if (anchor === 2) u = (size - 1.5) / (1 + 1.5 * size);
  else if (anchor === 3) u = -1 / size;
  const z = u * u;
  const w = z * z;
  const odd =
    z *
    (3.33333333333329318027e-1 +
      w *
        (1.42857142725034663711e-1 +
          w *
            (9.09088713343650656196e-2 +
              w * (6.66107313738753120669e-2 + w * (4.97687799461593236017e-2 + w * 1.62858201153657823623e-2)))));
  const even =
    w *
    (-1.99999999998764832476e-1 +
      w *
        (-1.1111110405462355788e-1 +
          w * (-7.69187620504482999495e-2 + w * (-5.83357013379057348645e-2 + w * -3.6531572744216915527e-2))));
  if (anchor < 0) return u - u * (odd + even);
  const angle = ANCHORS[anchor]! - (u * (odd + even) - ANCHOR_TAILS[anchor]! - u);
  return x < 0 ? -angle : angle;
}

/** Angle of the point (x, y) from the x axis, rad in [-pi, pi]. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const below = y < 0 || Object.is(y, -0);
  const behind = x < 0 || Object.is(x, -0);
  if (y === 0) return behind ? (below ? -Math.PI : Math.PI) : y;
  if (x === 0) return below ? -Math.PI / 2 : Math.PI / 2;
  const ySize = Math.abs(y);
  const xSize = Math.abs(x);
  if (xSize === Infinity) {
    const angle = ySize === Infinity ? (behind ? (3 * Math.PI) / 4 : Math.PI / 4) : behind ? Math.PI : 0;
    return below ? -angle : angle;
  }
  if (ySize === Infinity) return below ? -Math.PI / 2 : Math.PI / 2;
  const k = ((highWord(ySize) >> 20) - (highWord(xSize) >> 20)) | 0;
  // Beyond 2^60 the quotient is lost in pi/2, or below 2^-60 in pi.
  if (k > 60) return below ? -Math.PI / 2 : Math.PI / 2;
  const angle = behind && k < -60 ? 0 : atan(Math.abs(y / x));
  if (!behind) return below ? -angle : angle;
  return below ? angle - PI_TAIL - Math.PI : Math.PI - (angle - PI_TAIL);
}
