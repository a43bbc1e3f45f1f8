import { StrictMath } from './strict-math.ts';

/**
 * Seeded random numbers, one stream per purpose.
 *
 * Generator: xoshiro128** 1.1 (Blackman & Vigna 2018, https://prng.di.unimi.it), 128-bit state, 32-bit output; the state
 * is spread from seed and purpose by splitmix32. State is a plain `Uint32Array`, so a checkpoint can hold it.
 */
export class Rng {
  /** [4] generator state; copy it to save a stream, overwrite it to restore one. */
  readonly state: Uint32Array;

  constructor(seed: number, purpose: string) {
    this.state = new Uint32Array(4);
    seedInto(this.state, seed, purpose);
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    const s = this.state;
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const s2 = s[2] as number;
    const s3 = s[3] as number;
    const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    const n2 = s2 ^ s0;
    const n3 = s3 ^ s1;
    s[1] = s1 ^ n2;
    s[0] = s0 ^ n3;
    s[2] = n2 ^ t;
    s[3] = rotl(n3, 11);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in [0, n). Bias below n / 2^32. */
  int(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Exponential with the given mean (> 0). */
  exponential(mean: number): number {
    return -mean * StrictMath.log(1 - this.uniform());
  }

  /** Standard normal, Box-Muller (one of the pair is thrown away so that the state stays four words). */
  normal(): number {
    const radius = Math.sqrt(-2 * StrictMath.log(1 - this.uniform()));
    return radius * StrictMath.cos(2 * Math.PI * this.uniform());
  }

  /** Fisher-Yates shuffle in place. */
  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swap = values[i] as number;
      values[i] = values[j] as number;
      values[j] = swap;
    }
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function seedInto(state: Uint32Array, seed: number, purpose: string): void {
  let h = (seed >>> 0) ^ 0x9e3779b9 ^ Math.floor(seed / 4294967296);
  for (let i = 0; i < purpose.length; i++) {
    h = Math.imul(h ^ purpose.charCodeAt(i), 0x01000193);
  }
  for (let i = 0; i < 4; i++) {
    h = (h + 0x9e3779b9) | 0;
    let z = h;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  if (state.every((word) => word === 0)) state[0] = 1;
}
