/*
 * Exponential and logarithm in float64, from additions, multiplications and divisions alone: the same bits everywhere.
 */

const LN2_HIGH: f64 = 0.69314718036912381649; // the first 32 bits of ln 2; k times it is exact for |k| < 2^20
const LN2_LOW: f64 = 1.90821492927058770002e-10; // ln 2 less that

/** e^x for |x| < 700, to 1e-15 of the result; 0 below -700. Taylor's series at |r| <= ln 2 / 2 ends below 1e-17. */
export function exp(x: f64): f64 {
  if (x < -700) return 0;
  const k = Math.round(x * 1.442695040888963387);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum: f64 = 1 / 6227020800.0; // 1 / 13!
  sum = sum * r + 1 / 479001600.0;
  sum = sum * r + 1 / 39916800.0;
  sum = sum * r + 1 / 3628800.0;
  sum = sum * r + 1 / 362880.0;
  sum = sum * r + 1 / 40320.0;
  sum = sum * r + 1 / 5040.0;
  sum = sum * r + 1 / 720.0;
  sum = sum * r + 1 / 120.0;
  sum = sum * r + 1 / 24.0;
  sum = sum * r + 1 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** ln x for normal x > 0: ln 2 per binary exponent, and the series of the inverse hyperbolic tangent at |s| <= 0.172. */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = (bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let sum: f64 = 1 / 21.0;
  sum = sum * q + 1 / 19.0;
  sum = sum * q + 1 / 17.0;
  sum = sum * q + 1 / 15.0;
  sum = sum * q + 1 / 13.0;
  sum = sum * q + 1 / 11.0;
  sum = sum * q + 1 / 9.0;
  sum = sum * q + 1 / 7.0;
  sum = sum * q + 1 / 5.0;
  sum = sum * q + 1 / 3.0;
  sum = sum * q + 1;
  return <f64>exponent * LN2_HIGH + (2 * s * sum + <f64>exponent * LN2_LOW);
}
