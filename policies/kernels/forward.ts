import {
  WORD_C,
  WORD_F,
  WORD_FEATURES,
  WORD_G,
  WORD_SCALE,
  actorForward,
  bytes,
  candidates,
  layOut,
  layersEnd,
  logits,
  normalise,
  owner,
  priors,
  word,
  x,
} from './network';

/*
 * The acting forward pass: logits of decisions as they come. Rows of one kind go together, a few at a time, which changes no
 * bit of any row. Plain SIMD only: the same bits on every machine.
 */

const BLOCK: i32 = 16;
const MASKED: f32 = -1e9;

// Where the rows of the present call stand; strides in elements.
let countOf: usize = 0;
let context: usize = 0;
let contextStride: i32 = 0;
let features: usize = 0;
let featureStride: i32 = 0;
let mask: usize = 0;
let most: i32 = 0;
let out: usize = 0;

/** Bytes of scratch that `decide` needs for a kind and rows of at most `most` candidates. */
export function scratchBytes(kind: usize, most: i32): usize {
  layOut(kind, 0, BLOCK, BLOCK * ((most + 3) & ~3));
  return layersEnd + bytes(BLOCK);
}

/**
 * Logits of `rows` decisions in columns as `DecisionBatch` has them: `out[r * most + k]`, masked and absent candidates at
 * -1e9.
 */
export function decide(
  kinds: usize,
  kindCount: i32,
  kindBytes: usize,
  rows: i32,
  kindOf: usize,
  countAt: usize,
  contextAt: usize,
  contextWidth: i32,
  featuresAt: usize,
  featureWidth: i32,
  maskAt: usize,
  width: i32,
  outAt: usize,
  scratch: usize,
): void {
  countOf = countAt;
  context = contextAt;
  contextStride = contextWidth;
  features = featuresAt;
  featureStride = featureWidth;
  mask = maskAt;
  most = width;
  out = outAt;
  for (let k = 0; k < kindCount; k++) {
    const kind = kinds + <usize>k * kindBytes;
    layOut(kind, scratch, BLOCK, BLOCK * ((most + 3) & ~3));
    const list = layersEnd;
    let held = 0;
    for (let r = 0; r < rows; r++) {
      if (<i32>load<u8>(kindOf + r) != k) continue;
      store<i32>(list + bytes(held++), r);
      if (held == BLOCK) {
        decideBlock(kind, list, held);
        held = 0;
      }
    }
    if (held > 0) decideBlock(kind, list, held);
  }
}

function decideBlock(kind: usize, list: usize, rows: i32): void {
  const c = word(kind, WORD_C);
  const f = word(kind, WORD_F);
  const scale = <usize>word(kind, WORD_SCALE);
  const mean = scale + bytes(2 * c);
  const rowBytes = bytes(c + f + word(kind, WORD_G));
  const prior: usize = bytes(word(kind, WORD_FEATURES) - 1);
  let used = 0;
  for (let b = 0; b < rows; b++) {
    const r = load<i32>(list + bytes(b));
    normalise(x + <usize>b * rowBytes, context + bytes(r * contextStride), scale, scale + bytes(c), c);
    const first = r * most;
    const count = <i32>load<u8>(countOf + r);
    for (let k = 0; k < count; k++) {
      if (load<u8>(mask + first + k) == 0) continue;
      const from = features + bytes((first + k) * featureStride);
      normalise(candidates + bytes(used * f), from, mean, mean + bytes(f), f);
      store<f32>(priors + bytes(used), load<f32>(from + prior));
      store<i32>(owner + bytes(used), b);
      used++;
    }
  }
  // Rows and candidates that only fill up the last four are computed from what stands there, and never read.
  const width = (used + 3) & ~3;
  for (let m = used; m < width; m++) store<i32>(owner + bytes(m), 0);
  actorForward(kind, (rows + 3) & ~3, width);
  let m = 0;
  for (let b = 0; b < rows; b++) {
    const r = load<i32>(list + bytes(b));
    const first = r * most;
    const count = <i32>load<u8>(countOf + r);
    for (let k = 0; k < most; k++) {
      const allowed = k < count && load<u8>(mask + first + k) != 0;
      store<f32>(out + bytes(first + k), allowed ? load<f32>(logits + bytes(m)) : MASKED);
      if (allowed) m++;
    }
  }
}
