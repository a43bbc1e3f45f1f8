import { exp, log } from './elementary';
import { PLAIN, addOuter, addRows, backDots, gate, product } from './matrix';
import {
  BOUND,
  WORD_ADDS_PRIOR,
  WORD_C,
  WORD_F,
  WORD_FEATURES,
  WORD_G,
  WORD_H,
  WORD_SCALE,
  WORD_TRANSPOSED,
  WORD_WEIGHTS,
  actorForward,
  bytes,
  candidates,
  contextPart,
  copy,
  criticForward,
  encoded,
  hidden,
  layOut,
  layersEnd,
  logits,
  normalise,
  ofCandidate,
  ofContext,
  ofEncoderBias,
  ofHidden,
  ofHiddenBias,
  ofOut,
  ofValue,
  ofValueBias,
  ofValueHidden,
  ofValueHiddenBias,
  ofValueOut,
  ofValueOutBias,
  output,
  owner,
  priors,
  state,
  value,
  valueHidden,
  word,
  x,
} from './network';

/*
 * Learning: rows are packed once per update (normalised, allowed candidates only), then evaluated and differentiated as often
 * as the schedule wants. Several threads run this over one shared memory, each with scratch of its own.
 *
 * A packed row: C context, F mean candidate and G global inputs, then `allowed` candidates of F, then their priors.
 */

/** Rows per block: few enough for their layers to stay in the first-level cache. */
const BLOCK: i32 = 16;

/** Bytes of scratch that `evaluate` and `differentiate` need for a kind and rows of at most `most` candidates. */
export function scratchBytes(kind: usize, most: i32): usize {
  layOut(kind, 0, BLOCK, BLOCK * ((most + 3) & ~3));
  const width = (most + 3) & ~3;
  return (
    layersEnd +
    bytes(BLOCK * width) +
    bytes(3 * BLOCK) +
    bytes(2 * BLOCK * word(kind, WORD_H)) +
    2 * bytes(width) +
    bytes(BLOCK * width * word(kind, WORD_H))
  );
}

/**
 * Packs `rows` rows, raw as in a rollout buffer (strides in elements), to the addresses in `packed`. `allowed` of each row
 * must be what its mask allows.
 */
export function pack(
  kinds: usize,
  kindBytes: usize,
  rows: i32,
  packed: usize,
  kindOf: usize,
  countOf: usize,
  context: usize,
  contextStride: i32,
  features: usize,
  featureStride: i32,
  mask: usize,
  most: i32,
  global: usize,
  globalStride: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const kind = kinds + <usize>load<u8>(kindOf + r) * kindBytes;
    const c = bytes(word(kind, WORD_C));
    const f = bytes(word(kind, WORD_F));
    const g = bytes(word(kind, WORD_G));
    const scale = <usize>word(kind, WORD_SCALE);
    const to = <usize>load<u32>(packed + bytes(r));
    normalise(to, context + bytes(r * contextStride), scale, scale + c, word(kind, WORD_C));
    const mean = to + c;
    memory.fill(mean, 0, f);
    const globalScale = scale + 2 * (c + f);
    normalise(mean + f, global + bytes(r * globalStride), globalScale, globalScale + g, word(kind, WORD_G));
    const count = <i32>load<u8>(countOf + r);
    const center = scale + 2 * c;
    const prior: usize = bytes(word(kind, WORD_FEATURES) - 1);
    const first = mean + f + g;
    let next = first;
    for (let k = 0; k < count; k++) {
      const from = features + bytes((r * most + k) * featureStride);
      normalise(next, from, center, center + f, word(kind, WORD_F));
      for (let i: usize = 0; i < f; i += 16) {
        v128.store(mean + i, f32x4.add(v128.load(mean + i), v128.load(next + i)));
      }
      // A candidate that is not allowed is overwritten by the next one, or by the priors.
      if (load<u8>(mask + r * most + k) != 0) next += f;
    }
    const share = f32x4.splat(<f32>1 / <f32>max(1, count));
    for (let i: usize = 0; i < f; i += 16) v128.store(mean + i, f32x4.mul(v128.load(mean + i), share));
    for (let k = 0; k < count; k++) {
      if (load<u8>(mask + r * most + k) == 0) continue;
      store<f32>(next, load<f32>(features + bytes((r * most + k) * featureStride) + prior));
      next += 4;
    }
  }
}

/** Copies packed rows into the block; returns the number of candidates. Pads both with zeros. */
function gather(kind: usize, rows: usize, count: i32, packed: usize, allowed: usize): i32 {
  const f = bytes(word(kind, WORD_F));
  const inputs = bytes(word(kind, WORD_C) + word(kind, WORD_G)) + f;
  let to = candidates;
  let toPrior = priors;
  let width = 0;
  for (let b = 0; b < count; b++) {
    const row = load<u32>(rows + bytes(b));
    const from = <usize>load<u32>(packed + bytes(row));
    const n = <i32>load<u8>(allowed + row);
    copy(x + <usize>b * inputs, from, inputs);
    copy(to, from + inputs, <usize>n * f);
    copy(toPrior, from + inputs + <usize>n * f, bytes(n));
    for (let k = 0; k < n; k++) store<i32>(owner + bytes(width + k), b);
    to += <usize>n * f;
    toPrior += bytes(n);
    width += n;
  }
  const padded = (count + 3) & ~3;
  memory.fill(x + <usize>count * inputs, 0, <usize>(padded - count) * inputs);
  for (; (width & 3) != 0; width++, to += f, toPrior += 4) {
    memory.fill(to, 0, f);
    store<f32>(toPrior, 0);
    store<i32>(owner + bytes(width), count - 1);
  }
  return width;
}

/** Of a row: its largest logit, the logarithm of the sum of e^(logit - largest), and at `powers` their shares of that sum. */
let largest: f64 = 0;
let logSum: f64 = 0;
let powers: usize = 0;
function softmax(at: usize, n: i32): void {
  let max = load<f32>(at);
  for (let k = 1; k < n; k++) {
    const z = load<f32>(at + bytes(k));
    if (z > max) max = z;
  }
  let sum: f64 = 0;
  for (let k = 0; k < n; k++) {
    const power = exp(<f64>load<f32>(at + bytes(k)) - max);
    store<f64>(powers + 2 * bytes(k), power);
    sum += power;
  }
  for (let k = 0; k < n; k++) store<f64>(powers + 2 * bytes(k), load<f64>(powers + 2 * bytes(k)) / sum);
  largest = max;
  logSum = log(sum);
}

/** Values and log-probabilities of the choices of `count` rows of one kind, into `values[row]` and `logProbs[row]`. */
export function evaluate(
  kind: usize,
  rows: usize,
  count: i32,
  packed: usize,
  allowed: usize,
  most: i32,
  choice: usize,
  values: usize,
  logProbs: usize,
  scratch: usize,
): void {
  layOut(kind, scratch, BLOCK, BLOCK * ((most + 3) & ~3));
  powers = layersEnd;
  for (let first = 0; first < count; first += BLOCK) {
    const block = min(BLOCK, count - first);
    const at = rows + bytes(first);
    const width = gather(kind, at, block, packed, allowed);
    actorForward(kind, (block + 3) & ~3, width);
    criticForward(kind, (block + 3) & ~3);
    let z = logits;
    for (let b = 0; b < block; b++) {
      const row = load<u32>(at + bytes(b));
      const n = <i32>load<u8>(allowed + row);
      softmax(z, n);
      store<f32>(values + bytes(row), load<f32>(value + bytes(b)));
      const chosen = <f64>load<f32>(z + bytes(load<u8>(choice + row)));
      store<f32>(logProbs + bytes(row), <f32>(chosen - largest - logSum));
      z += bytes(n);
    }
  }
}

// Words of the loss, float64.
const LOW_RATIO: usize = 0;
const HIGH_RATIO: usize = 8;
/** Infinity where values are not clipped. */
const VALUE_CLIP: usize = 16;
/** Infinity where errors count squared throughout. */
const HUBER: usize = 24;
const VALUE_COEF: usize = 32;
const ENTROPY_COEF: usize = 40;
/** 1 / rows of the minibatch. */
const SCALE: usize = 48;
/** 1: the policy's loss is -log p of the choice, whatever it earned. */
const IMITATION: usize = 56;

function errorLoss(error: f64, huber: f64): f64 {
  const size = abs<f64>(error);
  const inside = min<f64>(size, huber);
  return 0.5 * inside * inside + (size > inside ? huber * (size - inside) : 0);
}

/**
 * Adds the gradient of the loss of `count` rows of one kind to `gradient`, a block like the kind's weights, and writes four
 * terms per row: policy loss, value loss, entropy, log-probability. `advantage` and `terms` count from the first of `rows`,
 * the other columns by row; `weight` may be 0, then every row weighs 1.
 */
export function differentiate(
  kind: usize,
  rows: usize,
  count: i32,
  packed: usize,
  allowed: usize,
  most: i32,
  choice: usize,
  oldLogProb: usize,
  oldValue: usize,
  target: usize,
  weight: usize,
  advantage: usize,
  loss: usize,
  gradient: usize,
  terms: usize,
  scratch: usize,
): void {
  const h = word(kind, WORD_H);
  layOut(kind, scratch, BLOCK, BLOCK * ((most + 3) & ~3));
  const dLogit = layersEnd;
  const dValue = dLogit + bytes(BLOCK * ((most + 3) & ~3));
  const layerA = dValue + bytes(3 * BLOCK);
  const layerB = layerA + bytes(BLOCK * h);
  powers = layerB + bytes(BLOCK * h);
  const dEncoded = powers + 2 * bytes((most + 3) & ~3);
  for (let first = 0; first < count; first += BLOCK) {
    const block = min(BLOCK, count - first);
    const padded = (block + 3) & ~3;
    const at = rows + bytes(first);
    const width = gather(kind, at, block, packed, allowed);
    actorForward(kind, padded, width);
    criticForward(kind, padded);
    let z: usize = 0;
    for (let b = 0; b < block; b++) {
      const row = load<u32>(at + bytes(b));
      const n = <i32>load<u8>(allowed + row);
      const importance = weight == 0 ? 1 : <f64>load<f32>(weight + bytes(row));
      lossOfRow(
        kind,
        z,
        n,
        load<u8>(choice + row),
        load<f32>(oldLogProb + bytes(row)),
        load<f32>(advantage + bytes(first + b)),
        loss,
        importance,
        dLogit,
        terms + bytes(4 * (first + b)),
      );
      lossOfValue(
        value + bytes(b),
        load<f32>(oldValue + bytes(row)),
        load<f32>(target + bytes(row)),
        loss,
        importance,
        dValue + bytes(b),
        terms + bytes(4 * (first + b)),
      );
      z += bytes(n);
    }
    for (; z < bytes(width); z += 4) store<f32>(dLogit + z, 0);
    for (let b = block; b < padded; b++) store<f32>(dValue + bytes(b), 0);
    actorBackward(kind, padded, width, dLogit, gradient, dEncoded);
    criticBackward(kind, padded, dValue, gradient, layerA, layerB);
  }
}

/** The policy's part of one row's loss; derivatives by the network's outputs into `dLogit`. */
function lossOfRow(
  kind: usize,
  z: usize,
  n: i32,
  choice: u8,
  oldLogProb: f64,
  advantage: f64,
  loss: usize,
  importance: f64,
  dLogit: usize,
  terms: usize,
): void {
  softmax(logits + z, n);
  const logProb = <f64>load<f32>(logits + z + bytes(choice)) - largest - logSum;
  let entropy: f64 = 0;
  for (let k = 0; k < n; k++) {
    const logP = <f64>load<f32>(logits + z + bytes(k)) - largest - logSum;
    entropy -= load<f64>(powers + 2 * bytes(k)) * logP;
  }
  let policyLoss: f64;
  let byLogProb: f64;
  if (load<f64>(loss + IMITATION) != 0) {
    policyLoss = -logProb;
    byLogProb = -1;
  } else {
    const ratio = exp(min<f64>(logProb - oldLogProb, 600));
    const clipped = max<f64>(load<f64>(loss + LOW_RATIO), min<f64>(load<f64>(loss + HIGH_RATIO), ratio));
    const free = ratio * advantage;
    const bound = clipped * advantage;
    policyLoss = -min<f64>(free, bound);
    byLogProb = free <= bound ? -free : 0;
  }
  store<f32>(terms, <f32>policyLoss);
  store<f32>(terms, <f32>entropy, 8);
  store<f32>(terms, <f32>logProb, 12);
  const scale = load<f64>(loss + SCALE) * importance;
  const entropyCoef = load<f64>(loss + ENTROPY_COEF);
  const adds = word(kind, WORD_ADDS_PRIOR) != 0;
  for (let k = 0; k < n; k++) {
    const logP = <f64>load<f32>(logits + z + bytes(k)) - largest - logSum;
    const p = load<f64>(powers + 2 * bytes(k));
    const byLogit = byLogProb * ((k == <i32>choice ? 1.0 : 0.0) - p) + entropyCoef * p * (logP + entropy);
    // The derivative of r / (1 + |r| / bound).
    const slope = adds ? 1 / (1 + <f64>abs<f32>(load<f32>(output + z + bytes(k))) / <f64>BOUND) : 1;
    store<f32>(dLogit + z + bytes(k), <f32>(scale * byLogit * slope * slope));
  }
}

/** The critic's part of one row's loss. */
function lossOfValue(
  at: usize,
  oldValue: f64,
  target: f64,
  loss: usize,
  importance: f64,
  dValue: usize,
  terms: usize,
): void {
  const v = <f64>load<f32>(at);
  const huber = load<f64>(loss + HUBER);
  const clip = load<f64>(loss + VALUE_CLIP);
  const move = max<f64>(-clip, min<f64>(clip, v - oldValue));
  let error = v - target;
  let valueLoss = errorLoss(error, huber);
  let passes = true;
  if (clip != Infinity) {
    const clippedError = oldValue + move - target;
    const clippedLoss = errorLoss(clippedError, huber);
    if (clippedLoss > valueLoss) {
      valueLoss = clippedLoss;
      error = clippedError;
      passes = v - oldValue >= -clip && v - oldValue <= clip;
    }
  }
  store<f32>(terms, <f32>valueLoss, 4);
  const byError = max<f64>(-huber, min<f64>(huber, error));
  const scale = load<f64>(loss + SCALE) * importance * load<f64>(loss + VALUE_COEF);
  store<f32>(dValue, passes ? <f32>(scale * byError) : 0);
}

function actorBackward(kind: usize, rows: i32, width: i32, dLogit: usize, gradient: usize, dEncoded: usize): void {
  const c = word(kind, WORD_C);
  const f = word(kind, WORD_F);
  const h = word(kind, WORD_H);
  const hBytes = bytes(h);
  const weights = <usize>word(kind, WORD_WEIGHTS);
  // `hidden` becomes its own derivative.
  const out = weights + ofOut(kind);
  backDots(hidden, gradient + ofOut(kind), gradient + ofHiddenBias(kind), dLogit, hidden, out, width, h);
  addOuter(gradient + ofHidden(kind), encoded, hBytes, hidden, width, h, h);
  multiplyGated(dEncoded, hidden, <usize>word(kind, WORD_TRANSPOSED), encoded, width, h);
  addOuter(gradient + ofCandidate(kind), candidates, bytes(f), dEncoded, width, f, h);
  // By row: the sum over its candidates.
  memory.fill(contextPart, 0, <usize>rows * hBytes);
  for (let m = 0; m < width; m++) {
    const to = contextPart + <usize>load<i32>(owner + bytes(m)) * hBytes;
    const from = dEncoded + <usize>m * hBytes;
    for (let j: usize = 0; j < hBytes; j += 16) {
      v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)));
    }
  }
  addRows(gradient + ofEncoderBias(kind), contextPart, rows, h);
  addOuter(gradient + ofContext(kind), x, bytes(c + f + word(kind, WORD_G)), contextPart, rows, c, h);
}

function criticBackward(kind: usize, rows: i32, dValue: usize, gradient: usize, layerA: usize, layerB: usize): void {
  const inputs = word(kind, WORD_C) + word(kind, WORD_F) + word(kind, WORD_G);
  const h = word(kind, WORD_H);
  const weights = <usize>word(kind, WORD_WEIGHTS);
  const last = gradient + ofValueOutBias(kind);
  let sum = load<f32>(last);
  for (let b = 0; b < rows; b++) sum += load<f32>(dValue + bytes(b));
  store<f32>(last, sum);
  const out = weights + ofValueOut(kind);
  backDots(layerA, gradient + ofValueOut(kind), gradient + ofValueHiddenBias(kind), dValue, valueHidden, out, rows, h);
  addOuter(gradient + ofValueHidden(kind), state, bytes(h), layerA, rows, h, h);
  multiplyGated(layerB, layerA, <usize>word(kind, WORD_TRANSPOSED) + bytes(h * h), state, rows, h);
  addRows(gradient + ofValueBias(kind), layerB, rows, h);
  addOuter(gradient + ofValue(kind), x, bytes(inputs), layerB, rows, inputs, h);
}

/** `y = x w` where `layer` is above 0, else 0; all of one width. */
function multiplyGated(y: usize, from: usize, w: usize, layer: usize, rows: i32, width: i32): void {
  product(y, from, bytes(width), w, zeroRow, 0, rows, width, width, PLAIN);
  gate(y, layer, rows, width);
}

/** A row of zeros: the start of sums without a bias. */
let zeroRow: usize = 0;
export function setZeros(at: usize): void {
  zeroRow = at;
}

/** `total += part` of `count` (a multiple of 4) float32. */
export function addInto(total: usize, part: usize, count: i32): void {
  const end = bytes(count);
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(total + i, f32x4.add(v128.load(total + i), v128.load(part + i)));
  }
}
