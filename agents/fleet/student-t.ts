import { SpaceCloudError, StrictMath } from '../../core/index.ts';

/**
 * Natural logarithm of the gamma function for x > 0: Stirling's series with four terms from x = 10 on (Abramowitz and Stegun 6.1.41),
 * the recurrence below; good to 1e-12 or so.
 */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += StrictMath.log(y);
  const inverse2 = 1 / (y * y);
  const series = (1 / 12 - inverse2 * (1 / 360 - inverse2 * (1 / 1260 - inverse2 / 1680))) / y;
  return (y - 0.5) * StrictMath.log(y) - y + 0.5 * StrictMath.log(2 * Math.PI) + series - shift;
}

/** Regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8), evaluated by Lentz's method. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const front = StrictMath.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * StrictMath.log(x) + b * StrictMath.log(1 - x),
  );
  const least = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < least ? least : d);
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const step of [even, odd]) {
      d = 1 + step * d;
      d = 1 / (Math.abs(d) < least ? least : d);
      c = 1 + step / c;
      c = Math.abs(c) < least ? least : c;
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return (front * fraction) / a;
}

/** P(T <= t) of Student's distribution with `freedom` > 0 degrees, whole or not. */
export function studentCdf(t: number, freedom: number): number {
  const tail = 0.5 * incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = `probability`, by halving; to 1e-10. Errors: MISUSE outside (0, 1). */
export function studentQuantile(probability: number, freedom: number): number {
  if (!(probability > 0 && probability < 1 && freedom > 0)) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a probability between 0 and 1 and degrees of freedom above 0, got ${probability} and ${freedom}.`,
    );
  }
  let high = 1;
  while (studentCdf(high, freedom) < probability || studentCdf(-high, freedom) > probability) high *= 2;
  let low = -high;
  while (high - low > 1e-10 * Math.max(1, high)) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < probability) low = middle;
    else high = middle;
    if (middle === low && middle === high) break;
  }
  return (low + high) / 2;
}
