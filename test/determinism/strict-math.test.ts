import { describe, expect, it } from 'vitest';
import { Rng, StrictMath } from '../../core/index.ts';

const bits = new BigInt64Array(1);
const value = new Float64Array(bits.buffer);

/** Doubles from one to the other. */
function stepsBetween(a: number, b: number): number {
  value[0] = a;
  const first = bits[0] as bigint;
  value[0] = b;
  return Math.abs(Number(first - (bits[0] as bigint)));
}

/** Functions with their arguments, u and v uniform in (0, 1). */
const CASES: readonly [keyof typeof StrictMath, (u: number, v: number) => readonly number[]][] = [
  ['acos', (u) => [2 * u - 1]],
  ['asin', (u) => [2 * u - 1]],
  ['atan', (u, v) => [(u - 0.5) / v]],
  ['atan2', (u, v) => [u - 0.5, 2 * v - 1]],
  ['cbrt', (u, v) => [(u - 0.5) * 10 ** Math.round(600 * v - 300)]],
  ['cos', (u, v) => [(u - 0.5) * (v < 0.5 ? 20 : 1.6e6)]],
  ['exp', (u) => [(u - 0.5) * 1480]],
  ['log', (u, v) => [u * 10 ** Math.round(600 * v - 300)]],
  ['log10', (u) => [u * 1e9]],
  ['pow', (u, v) => [u * 1e3, (v - 0.5) * 200]],
  ['sin', (u, v) => [(u - 0.5) * (v < 0.5 ? 20 : 1.6e6)]],
];
type Numeric = (...args: readonly number[]) => number;
const functionOf = (home: object, name: string): Numeric => (home as Record<string, Numeric>)[name] as Numeric;

const SPECIAL = [0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e300, -1e300, 5e-324, 1e-310, Infinity, -Infinity, NaN];

describe('StrictMath', () => {
  it.each(CASES)('%s is within two units in the last place of this engine, each at most one off', (name, args) => {
    const rng = new Rng(1, name);
    const strict = functionOf(StrictMath, name);
    const engine = functionOf(Math, name);
    let worst = 0;
    for (let i = 0; i < 50_000; i++) {
      const x = args(rng.uniform(), rng.uniform());
      worst = Math.max(worst, stepsBetween(strict(...x), engine(...x)));
    }
    expect(worst).toBeLessThanOrEqual(2);
  });

  it.each(CASES)('%s treats special values as ECMAScript says', (name) => {
    const strict = functionOf(StrictMath, name);
    const engine = functionOf(Math, name);
    for (const x of SPECIAL) {
      if ((name === 'sin' || name === 'cos') && Math.abs(x) === 1e300) continue; // digits are not promised there
      const two = name === 'pow' || name === 'atan2' ? SPECIAL : [0];
      for (const y of two) {
        const [got, expected] = [strict(x, y), engine(x, y)];
        if (Number.isFinite(expected) && expected !== 0)
          expect(stepsBetween(got, expected), `${x}, ${y}`).toBeLessThan(3);
        else expect(got, `${name}(${x}, ${y})`).toBe(expected);
      }
    }
  });

  it('loses digits slowly beyond 8e5 rad', () => {
    // x % 2 pi is exact; 2 pi as a double is 2.4e-16 short, 1.6e11 turns of it make 4e-5.
    expect(StrictMath.sin(1e12)).toBeCloseTo(Math.sin(1e12), 4);
  });
});
