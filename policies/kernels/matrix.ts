/*
 * Products of float32 matrices, four rows by eight columns at a time in registers. Every element is one chain of additions
 * in the order of the inputs, so a row's result does not depend on the rows beside it.
 *
 * Sizes: rows and inputs are multiples of 4, widths of 8; callers pad with zeros. Matrices are row-major, `w` in panels of
 * eight columns: `w[(j / 8) * inputs * 8 + i * 8 + j % 8]`. Strides are in bytes.
 */

/** Bytes of a float32, as a shift. */
export const F32: i32 = 2;

/** Least results of `product`: none, or those of relu. */
export const PLAIN: f32 = -Infinity;
export const RELU: f32 = 0;

/** acc + x y; with one rounding in the relaxed build, on machines that fuse. */
export function madd(acc: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, acc);
  return f32x4.add(acc, f32x4.mul(x, y));
}

/** `y = max(start + x w, least)`; `start` may be `y` itself, or one row for all with `startStride` 0. */
export function product(
  y: usize,
  x: usize,
  xStride: usize,
  w: usize,
  start: usize,
  startStride: usize,
  rows: i32,
  inputs: i32,
  width: i32,
  least: f32,
): void {
  const floor = f32x4.splat(least);
  const yStride: usize = (<usize>width) << F32;
  const panelBytes: usize = (<usize>inputs) << 5;
  for (let j: usize = 0, panel = w; j < yStride; j += 32, panel += panelBytes) {
    let y0 = y + j;
    let s0 = start + j;
    let x0 = x;
    for (let m = 0; m < rows; m += 4) {
      const s1 = s0 + startStride;
      const s2 = s1 + startStride;
      const s3 = s2 + startStride;
      let a0 = v128.load(s0);
      let b0 = v128.load(s0, 16);
      let a1 = v128.load(s1);
      let b1 = v128.load(s1, 16);
      let a2 = v128.load(s2);
      let b2 = v128.load(s2, 16);
      let a3 = v128.load(s3);
      let b3 = v128.load(s3, 16);
      let p0 = x0;
      let p1 = p0 + xStride;
      let p2 = p1 + xStride;
      let p3 = p2 + xStride;
      let q = panel;
      const last = panel + panelBytes;
      while (q < last) {
        let v = v128.load(q);
        let u = v128.load(q, 16);
        let s = v128.load32_splat(p0);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p1);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p2);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p3);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);

        v = v128.load(q, 32);
        u = v128.load(q, 48);
        s = v128.load32_splat(p0, 4);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p1, 4);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p2, 4);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p3, 4);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);

        v = v128.load(q, 64);
        u = v128.load(q, 80);
        s = v128.load32_splat(p0, 8);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p1, 8);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p2, 8);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p3, 8);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);

        v = v128.load(q, 96);
        u = v128.load(q, 112);
        s = v128.load32_splat(p0, 12);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p1, 12);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p2, 12);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p3, 12);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);

        q += 128;
        p0 += 16;
        p1 += 16;
        p2 += 16;
        p3 += 16;
      }
      v128.store(y0, f32x4.pmax(a0, floor));
      v128.store(y0, f32x4.pmax(b0, floor), 16);
      const y1 = y0 + yStride;
      v128.store(y1, f32x4.pmax(a1, floor));
      v128.store(y1, f32x4.pmax(b1, floor), 16);
      const y2 = y1 + yStride;
      v128.store(y2, f32x4.pmax(a2, floor));
      v128.store(y2, f32x4.pmax(b2, floor), 16);
      const y3 = y2 + yStride;
      v128.store(y3, f32x4.pmax(a3, floor));
      v128.store(y3, f32x4.pmax(b3, floor), 16);
      y0 = y3 + yStride;
      s0 = s3 + startStride;
      x0 += xStride << 2;
    }
  }
}

/** `dw += x^T dy`, `dw` in panels: the derivative of `product` by its weights. */
export function addOuter(dw: usize, x: usize, xStride: usize, dy: usize, rows: i32, inputs: i32, width: i32): void {
  const dyStride: usize = (<usize>width) << F32;
  const xBytes: usize = (<usize>inputs) << F32;
  const dyEnd: usize = dyStride * <usize>rows;
  let g = dw;
  for (let j: usize = 0; j < dyStride; j += 32) {
    for (let i: usize = 0; i < xBytes; i += 16, g += 128) {
      let a0 = v128.load(g);
      let b0 = v128.load(g, 16);
      let a1 = v128.load(g, 32);
      let b1 = v128.load(g, 48);
      let a2 = v128.load(g, 64);
      let b2 = v128.load(g, 80);
      let a3 = v128.load(g, 96);
      let b3 = v128.load(g, 112);
      let p = x + i;
      let q = dy + j;
      const last = q + dyEnd;
      while (q < last) {
        let v = v128.load(q);
        let u = v128.load(q, 16);
        let s = v128.load32_splat(p);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p, 4);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p, 8);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p, 12);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);
        q += dyStride;
        p += xStride;

        v = v128.load(q);
        u = v128.load(q, 16);
        s = v128.load32_splat(p);
        a0 = madd(a0, s, v);
        b0 = madd(b0, s, u);
        s = v128.load32_splat(p, 4);
        a1 = madd(a1, s, v);
        b1 = madd(b1, s, u);
        s = v128.load32_splat(p, 8);
        a2 = madd(a2, s, v);
        b2 = madd(b2, s, u);
        s = v128.load32_splat(p, 12);
        a3 = madd(a3, s, v);
        b3 = madd(b3, s, u);
        q += dyStride;
        p += xStride;
      }
      v128.store(g, a0);
      v128.store(g, b0, 16);
      v128.store(g, a1, 32);
      v128.store(g, b1, 48);
      v128.store(g, a2, 64);
      v128.store(g, b2, 80);
      v128.store(g, a3, 96);
      v128.store(g, b3, 112);
    }
  }
}

/** `sum += ` the rows of `dy`: the derivative by a bias. */
export function addRows(sum: usize, dy: usize, rows: i32, width: i32): void {
  const stride: usize = (<usize>width) << F32;
  for (let j: usize = 0; j < stride; j += 16) {
    let total = v128.load(sum + j);
    let q = dy + j;
    for (let m = 0; m < rows; m++, q += stride) total = f32x4.add(total, v128.load(q));
    v128.store(sum + j, total);
  }
}

/** `out[m] = y[m] . w`, one number per row: four running sums, added pairwise. */
export function dots(out: usize, y: usize, w: usize, rows: i32, width: i32): void {
  const stride: usize = (<usize>width) << F32;
  for (let m = 0; m < rows; m++, y += stride) {
    let total = f32x4.splat(0);
    for (let j: usize = 0; j < stride; j += 16) total = madd(total, v128.load(y + j), v128.load(w + j));
    const sum =
      f32x4.extract_lane(total, 0) +
      f32x4.extract_lane(total, 1) +
      (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
    store<f32>(out + ((<usize>m) << F32), sum);
  }
}

/**
 * Derivatives of `dots(relu(.), w)`: `dw += sum_m dr[m] y[m]`, and `dy[m] = dr[m] w` where `y[m]` is above 0, else 0; the
 * rows of `dy` are added to `bias`.
 */
export function backDots(
  dy: usize,
  dw: usize,
  bias: usize,
  dr: usize,
  y: usize,
  w: usize,
  rows: i32,
  width: i32,
): void {
  const stride: usize = (<usize>width) << F32;
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < stride; j += 16) {
    const column = v128.load(w + j);
    let gradient = v128.load(dw + j);
    let total = v128.load(bias + j);
    let at = j;
    for (let m = 0; m < rows; m++, at += stride) {
      const r = v128.load32_splat(dr + ((<usize>m) << F32));
      const output = v128.load(y + at);
      gradient = madd(gradient, r, output);
      const d = v128.and(f32x4.mul(r, column), f32x4.gt(output, zero));
      total = f32x4.add(total, d);
      v128.store(dy + at, d);
    }
    v128.store(dw + j, gradient);
    v128.store(bias + j, total);
  }
}

/** `dy = 0` where `y` is not above 0: the derivative of relu. Both have `rows` rows. */
export function gate(dy: usize, y: usize, rows: i32, width: i32): void {
  const end = (<usize>(rows * width)) << F32;
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(dy + i, v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), zero)));
  }
}
