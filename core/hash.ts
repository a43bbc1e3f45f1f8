/**
 * 128-bit streaming hash of numbers, for trajectory hashes, cache keys and specification ids. Not cryptographic: what is
 * signed is hashed with SHA-256 in `policies/bundle`. Same bytes in, same hash out, in Node and in browsers.
 *
 * Four lanes of the MurmurHash3 32-bit mix (A. Appleby, public domain), lane chosen by position.
 */
export class Hash128 {
  private readonly lanes = new Uint32Array([0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93]);
  private words = 0;
  private readonly f64 = new Float64Array(1);
  private readonly u32 = new Uint32Array(this.f64.buffer);

  /** Adds one unsigned 32-bit word. */
  word(value: number): void {
    const lane = this.words++ & 3;
    let k = Math.imul(value | 0, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    const h = (this.lanes[lane] as number) ^ k;
    const next = (lane + 1) & 3;
    this.lanes[lane] = Math.imul(((h << 13) | (h >>> 19)) ^ (this.lanes[next] as number), 5) + 0xe6546b64;
  }

  /** Adds a number with all its 64 bits (NaN is normalised, -0 differs from 0). */
  number(value: number): void {
    this.f64[0] = Number.isNaN(value) ? NaN : value;
    this.word(this.u32[0] as number);
    this.word(this.u32[1] as number);
  }

  /** Adds a text, with its length, as UTF-16 code units. */
  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  /** The 32 hex digits of what was added so far; more may be added afterwards. */
  digest(): string {
    let out = '';
    for (let i = 0; i < 4; i++) {
      let h = (this.lanes[i] as number) ^ this.words ^ Math.imul(this.lanes[(i + 3) & 3] as number, 0x9e3779b1);
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      out += ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
    }
    return out;
  }

  /** [5] words that hold the whole state, for checkpoints. */
  save(): Uint32Array {
    return Uint32Array.of(...this.lanes, this.words);
  }

  restore(saved: Uint32Array): void {
    this.lanes.set(saved.subarray(0, 4));
    this.words = saved[4] as number;
  }
}

/** Hash of a JSON-like value with object keys in sorted order. */
export function hashJson(value: unknown): string {
  const hash = new Hash128();
  hash.text(canonicalJson(value));
  return hash.digest();
}

/** JSON with sorted keys and no white space; `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
