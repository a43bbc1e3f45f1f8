/** Outputs computed together, in registers. */
const LANES = 8;

/** A matrix [inputs, outputs] in blocks of `LANES` columns, `[block][input][lane]`, the last block padded with zeros. */
export interface BlockedMatrix {
  readonly inputs: number;
  readonly outputs: number;
  readonly blocks: Float64Array;
}

export function emptyBlocked(inputs: number, outputs: number): BlockedMatrix {
  return { inputs, outputs, blocks: new Float64Array(Math.ceil(outputs / LANES) * LANES * inputs) };
}

/** Room for a row of outputs, whole blocks. */
export function blockedWidth(outputs: number): number {
  return Math.ceil(outputs / LANES) * LANES;
}

/** Copies a row-major matrix [inputs, outputs] that begins at `offset`. */
export function copyBlocked(source: Float32Array, offset: number, target: BlockedMatrix): void {
  const { inputs, outputs, blocks } = target;
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const block = Math.floor(o / LANES);
      blocks[(block * inputs + i) * LANES + (o % LANES)] = source[offset + i * outputs + o]!;
    }
  }
}

/**
 * `out[to .. to + blockedWidth(outputs)) += x[from .. from + inputs) w`, float64, in the order of the inputs. Inputs that are
 * zero are skipped: after relu many are.
 */
export function addProduct(w: BlockedMatrix, x: Float64Array, from: number, out: Float64Array, to: number): void {
  const { inputs, blocks } = w;
  for (let base = 0, j = to; base < blocks.length; base += inputs * LANES, j += LANES) {
    let a0 = out[j]!;
    let a1 = out[j + 1]!;
    let a2 = out[j + 2]!;
    let a3 = out[j + 3]!;
    let a4 = out[j + 4]!;
    let a5 = out[j + 5]!;
    let a6 = out[j + 6]!;
    let a7 = out[j + 7]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[from + i]!;
      if (value === 0) continue;
      const at = base + i * LANES;
      a0 += value * blocks[at]!;
      a1 += value * blocks[at + 1]!;
      a2 += value * blocks[at + 2]!;
      a3 += value * blocks[at + 3]!;
      a4 += value * blocks[at + 4]!;
      a5 += value * blocks[at + 5]!;
      a6 += value * blocks[at + 6]!;
      a7 += value * blocks[at + 7]!;
    }
    out[j] = a0;
    out[j + 1] = a1;
    out[j + 2] = a2;
    out[j + 3] = a3;
    out[j + 4] = a4;
    out[j + 5] = a5;
    out[j + 6] = a6;
    out[j + 7] = a7;
  }
}
