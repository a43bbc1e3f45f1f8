import { F32 } from './matrix';
import {
  WORD_C,
  WORD_F,
  WORD_FEATURES,
  WORD_G,
  WORD_SCALE,
  actorForward,
  bytes,
  candidates,
  contextPart,
  layOut,
  logits,
  normalise,
  owner,
  priors,
  word,
  x,
} from './network';

/*
 * The acting forward pass: logits of decisions as they come. One row at a time, because a row's candidates fill the
 * registers and rows of all kinds are mixed. Plain SIMD only: the same bits on every machine.
 */

const MASKED: f32 = -1e9;

/**
 * Logits of `rows` decisions in columns as `DecisionBatch` has them (strides in elements): `out[r * most + k]`, masked and
 * absent candidates at -1e9.
 */
export function decide(
  kinds: usize,
  kindBytes: usize,
  rows: i32,
  kindOf: usize,
  countOf: usize,
  context: usize,
  contextStride: i32,
  features: usize,
  featureStride: i32,
  mask: usize,
  most: i32,
  out: usize,
  scratch: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const kind = kinds + <usize>load<u8>(kindOf + r) * kindBytes;
    const c = word(kind, WORD_C);
    const f = word(kind, WORD_F);
    const scale = <usize>word(kind, WORD_SCALE);
    const first = r * most;
    const count = <i32>load<u8>(countOf + r);
    layOut(kind, scratch, 4, (most + 3) & ~3);
    normalise(x, context + bytes(r * contextStride), scale, scale + bytes(c), c);
    const mean = scale + bytes(2 * c);
    const fBytes = bytes(f);
    const prior: usize = bytes(word(kind, WORD_FEATURES) - 1);
    let used = 0;
    for (let k = 0; k < count; k++) {
      if (load<u8>(mask + first + k) == 0) continue;
      const from = features + bytes((first + k) * featureStride);
      normalise(candidates + <usize>used * fBytes, from, mean, mean + fBytes, f);
      store<f32>(priors + bytes(used), load<f32>(from + prior));
      store<i32>(owner + bytes(used), 0);
      used++;
    }
    const width = (used + 3) & ~3;
    for (let m = used; m < width; m++) store<i32>(owner + bytes(m), 0);
    actorForward(kind, 4, width);
    let m = 0;
    for (let k = 0; k < most; k++) {
      const allowed = k < count && load<u8>(mask + first + k) != 0;
      store<f32>(out + bytes(first + k), allowed ? load<f32>(logits + bytes(m)) : MASKED);
      if (allowed) m++;
    }
  }
}
