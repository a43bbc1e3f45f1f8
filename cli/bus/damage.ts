import { type Rng, SpaceCloudError, StrictMath } from '../../core/index.ts';

/** Flips one bit in a share of the bytes that pass, each byte independently of all others. */
export class Damage {
  private readonly rng: Rng;
  private readonly logKept: number;
  /** Bytes that still pass before the next one is damaged. */
  private left: number;

  /** @param byteFrac share of damaged bytes, as `checkShare` takes it. */
  constructor(byteFrac: number, rng: Rng) {
    this.rng = rng;
    this.logKept = StrictMath.log(1 - byteFrac);
    this.left = this.gap();
  }

  /** The bytes themselves where none is hit, else a damaged copy. */
  apply(bytes: Buffer): Buffer {
    if (this.left >= bytes.length) {
      this.left -= bytes.length;
      return bytes;
    }
    const copy = Buffer.from(bytes);
    let at = this.left;
    while (at < copy.length) {
      copy[at] = (copy[at] ?? 0) ^ (1 << this.rng.int(8));
      at += 1 + this.gap();
    }
    this.left = at - copy.length;
    return copy;
  }

  /** Bytes kept until the next damaged one: geometric, by inversion. */
  private gap(): number {
    return Math.floor(StrictMath.log(1 - this.rng.uniform()) / this.logKept);
  }
}

/** Errors: USAGE for a share of damaged bytes that is not between 0 and 1. */
export function checkShare(byteFrac: number): void {
  if (byteFrac > 0 && byteFrac < 1) return;
  throw new SpaceCloudError('USAGE', `Expected a share of damaged bytes between 0 and 1, got ${byteFrac}.`);
}
