/** Dense symmetric matrices of a few dozen rows, [p * p]. */

/** Inverse of a symmetric positive definite matrix by Cholesky's factors; undefined when it is not one. */
export function inverseOf(a: Float64Array, p: number): Float64Array | undefined {
  const l = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * p + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * p + k]! * l[j * p + k]!;
      if (i !== j) l[i * p + j] = sum / l[j * p + j]!;
      else if (sum > 0) l[i * p + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const inverse = new Float64Array(p * p);
  const x = new Float64Array(p);
  for (let c = 0; c < p; c++) {
    for (let i = 0; i < p; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= l[i * p + k]! * x[k]!;
      x[i] = sum / l[i * p + i]!;
    }
    for (let i = p - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let k = i + 1; k < p; k++) sum -= l[k * p + i]! * x[k]!;
      x[i] = sum / l[i * p + i]!;
    }
    for (let i = 0; i < p; i++) inverse[i * p + c] = x[i]!;
  }
  return inverse;
}

/** Added to the diagonal, brought to 1, of a matrix that must have an inverse. */
const RIDGE = 1e-10;

/**
 * Inverse of a normal matrix [p * p] that may be singular: its diagonal is brought to 1 and raised by 1e-10, and rows without a
 * diagonal (a place that moves nothing, such as one at its bound) stay 0.
 */
export function steadyInverseOf(a: Float64Array, p: number): Float64Array {
  const root = new Float64Array(p);
  for (let i = 0; i < p; i++) root[i] = Math.sqrt(Math.max(0, a[i * p + i]!));
  const unit = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      if (i === j) unit[i * p + j] = 1 + RIDGE;
      else if (root[i]! > 0 && root[j]! > 0) unit[i * p + j] = a[i * p + j]! / (root[i]! * root[j]!);
    }
  }
  const inverse = inverseOf(unit, p) ?? new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      const scale = root[i]! * root[j]!;
      inverse[i * p + j] = scale > 0 ? inverse[i * p + j]! / scale : 0;
    }
  }
  return inverse;
}

/** Smallest eigenvalue and its vector of a symmetric matrix, by Jacobi's rotations (Golub & Van Loan, sec. 8.5). */
export function smallestEigen(
  matrix: Float64Array,
  p: number,
): { readonly value: number; readonly vector: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(p * p);
  for (let i = 0; i < p; i++) v[i * p + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) off += a[i * p + j]! * a[i * p + j]!;
    if (off < 1e-30) break;
    for (let i = 1; i < p; i++) for (let j = 0; j < i; j++) rotate(a, v, p, i, j);
  }
  let least = 0;
  for (let i = 1; i < p; i++) if (a[i * p + i]! < a[least * p + least]!) least = i;
  return { value: a[least * p + least]!, vector: Float64Array.from({ length: p }, (_, i) => v[i * p + least]!) };
}

function rotate(a: Float64Array, v: Float64Array, p: number, i: number, j: number): void {
  const aij = a[i * p + j]!;
  if (aij === 0) return;
  const theta = (a[i * p + i]! - a[j * p + j]!) / (2 * aij);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < p; k++) {
    const x = a[k * p + i]!;
    const y = a[k * p + j]!;
    a[k * p + i] = c * x + s * y;
    a[k * p + j] = c * y - s * x;
  }
  for (let k = 0; k < p; k++) {
    const x = a[i * p + k]!;
    const y = a[j * p + k]!;
    a[i * p + k] = c * x + s * y;
    a[j * p + k] = c * y - s * x;
    const vx = v[k * p + i]!;
    const vy = v[k * p + j]!;
    v[k * p + i] = c * vx + s * vy;
    v[k * p + j] = c * vy - s * vx;
  }
}
