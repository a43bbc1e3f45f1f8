import { F32, PLAIN, RELU, dots, product } from './matrix';

/*
 * The network of runtime/architecture.ts on a few rows of one decision kind. A kind is described by `KIND_WORDS` numbers of
 * 32 bits, its weights by one block of float32; the TypeScript side (`kind-block.ts`) writes both. C, F and G are context, candidate and
 * global widths padded to 4; H is the hidden width padded to 8.
 */

// Words of a kind.
export const WORD_C: usize = 0;
export const WORD_F: usize = 4;
export const WORD_G: usize = 8;
export const WORD_H: usize = 12;
export const WORD_WEIGHTS: usize = 16;
export const WORD_TRANSPOSED: usize = 20;
/** Address of the input statistics: means then deviations of C, of F and of G inputs; a deviation of infinity drops one. */
export const WORD_SCALE: usize = 24;
/** Candidate features as they are, without padding; the last is the prior. */
export const WORD_FEATURES: usize = 28;
/** 1: the prior is added to the bounded output; 0: the output is the logit. */
export const WORD_ADDS_PRIOR: usize = 32;

/** Most that the bounded output adds to a prior; see `RESIDUAL_BOUND` in runtime/architecture.ts. */
export const BOUND: f32 = 5;
const CLIP: f32 = 10;

export function word(kind: usize, at: usize): i32 {
  return load<i32>(kind + at);
}

/** Bytes of `count` float32. */
export function bytes(count: i32): usize {
  return (<usize>count) << F32;
}

/** Copies `size` bytes, rounded up to 16; `memory.copy` costs a call. */
export function copy(to: usize, from: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/** `(x - mean) / deviation`, clipped, for `count` (a multiple of 4) inputs. */
export function normalise(to: usize, from: usize, mean: usize, deviation: usize, count: i32): void {
  const low = f32x4.splat(-CLIP);
  const high = f32x4.splat(CLIP);
  const end = bytes(count);
  for (let i: usize = 0; i < end; i += 16) {
    const x = f32x4.div(f32x4.sub(v128.load(from + i), v128.load(mean + i)), v128.load(deviation + i));
    v128.store(to + i, f32x4.pmax(f32x4.pmin(x, high), low));
  }
}

// Places within a kind's block of weights, in bytes, in order.
export function ofContext(kind: usize): usize {
  return 0;
}
export function ofCandidate(kind: usize): usize {
  return bytes(word(kind, WORD_C) * word(kind, WORD_H));
}
export function ofEncoderBias(kind: usize): usize {
  return ofCandidate(kind) + bytes(word(kind, WORD_F) * word(kind, WORD_H));
}
export function ofHidden(kind: usize): usize {
  return ofEncoderBias(kind) + bytes(word(kind, WORD_H));
}
export function ofHiddenBias(kind: usize): usize {
  return ofHidden(kind) + bytes(word(kind, WORD_H) * word(kind, WORD_H));
}
export function ofOut(kind: usize): usize {
  return ofHiddenBias(kind) + bytes(word(kind, WORD_H));
}
export function ofValue(kind: usize): usize {
  return ofOut(kind) + bytes(word(kind, WORD_H));
}
export function ofValueBias(kind: usize): usize {
  return ofValue(kind) + bytes((word(kind, WORD_C) + word(kind, WORD_F) + word(kind, WORD_G)) * word(kind, WORD_H));
}
export function ofValueHidden(kind: usize): usize {
  return ofValueBias(kind) + bytes(word(kind, WORD_H));
}
export function ofValueHiddenBias(kind: usize): usize {
  return ofValueHidden(kind) + bytes(word(kind, WORD_H) * word(kind, WORD_H));
}
export function ofValueOut(kind: usize): usize {
  return ofValueHiddenBias(kind) + bytes(word(kind, WORD_H));
}
export function ofValueOutBias(kind: usize): usize {
  return ofValueOut(kind) + bytes(word(kind, WORD_H));
}

/*
 * Inputs and layers of a block of rows. `x` holds the rows (context, mean candidate, global), `candidates` their allowed
 * candidates one after the other, `owner` the row of each; both are padded with zeros to multiples of 4.
 */
export let x: usize = 0;
export let candidates: usize = 0;
export let priors: usize = 0;
export let owner: usize = 0;
export let contextPart: usize = 0;
export let encoded: usize = 0;
export let hidden: usize = 0;
export let output: usize = 0;
export let logits: usize = 0;
export let state: usize = 0;
export let valueHidden: usize = 0;
export let value: usize = 0;
/** Behind the layers: room for what a caller adds. */
export let layersEnd: usize = 0;

/** Lays the block out from `scratch` on, for at most `rows` rows and `width` candidates in all. */
export function layOut(kind: usize, scratch: usize, rows: i32, width: i32): void {
  const h = word(kind, WORD_H);
  const inputs = word(kind, WORD_C) + word(kind, WORD_F) + word(kind, WORD_G);
  x = scratch;
  candidates = x + bytes(rows * inputs);
  priors = candidates + bytes(width * word(kind, WORD_F));
  owner = priors + bytes(width + 4);
  contextPart = owner + bytes(width);
  encoded = contextPart + bytes(rows * h);
  hidden = encoded + bytes(width * h);
  output = hidden + bytes(width * h);
  logits = output + bytes(width);
  state = logits + bytes(width);
  valueHidden = state + bytes(rows * h);
  value = valueHidden + bytes(rows * h);
  layersEnd = value + bytes(rows);
}

/** Logits of the block's candidates; `rows` and `width` are padded. */
export function actorForward(kind: usize, rows: i32, width: i32): void {
  const c = word(kind, WORD_C);
  const f = word(kind, WORD_F);
  const h = word(kind, WORD_H);
  const weights = <usize>word(kind, WORD_WEIGHTS);
  const rowBytes = bytes(c + f + word(kind, WORD_G));
  const bias = weights + ofEncoderBias(kind);
  multiply(contextPart, x, rowBytes, weights + ofContext(kind), bias, 0, rows, c, h);
  const hBytes = bytes(h);
  for (let m: usize = 0; m < <usize>width; m++) {
    const from = contextPart + <usize>load<i32>(owner + (m << F32)) * hBytes;
    copy(encoded + m * hBytes, from, hBytes);
  }
  multiplyRelu(encoded, candidates, bytes(f), weights + ofCandidate(kind), encoded, hBytes, width, f, h);
  multiplyRelu(hidden, encoded, hBytes, weights + ofHidden(kind), weights + ofHiddenBias(kind), 0, width, h, h);
  dots(output, hidden, weights + ofOut(kind), width, h);
  const adds = word(kind, WORD_ADDS_PRIOR) != 0;
  for (let m: usize = 0; m < <usize>width; m++) {
    const r = load<f32>(output + (m << F32));
    const logit = adds ? load<f32>(priors + (m << F32)) + r / (1 + abs<f32>(r) / BOUND) : r;
    store<f32>(logits + (m << F32), logit);
  }
}

/** Values of the block's rows. */
export function criticForward(kind: usize, rows: i32): void {
  const h = word(kind, WORD_H);
  const inputs = word(kind, WORD_C) + word(kind, WORD_F) + word(kind, WORD_G);
  const weights = <usize>word(kind, WORD_WEIGHTS);
  multiplyRelu(state, x, bytes(inputs), weights + ofValue(kind), weights + ofValueBias(kind), 0, rows, inputs, h);
  const bias = weights + ofValueHiddenBias(kind);
  multiplyRelu(valueHidden, state, bytes(h), weights + ofValueHidden(kind), bias, 0, rows, h, h);
  dots(value, valueHidden, weights + ofValueOut(kind), rows, h);
  const last = load<f32>(weights + ofValueOutBias(kind));
  for (let m: usize = 0; m < <usize>rows; m++) store<f32>(value + (m << F32), load<f32>(value + (m << F32)) + last);
}

function multiply(
  y: usize,
  from: usize,
  stride: usize,
  w: usize,
  start: usize,
  startStride: usize,
  rows: i32,
  inputs: i32,
  width: i32,
): void {
  product(y, from, stride, w, start, startStride, rows, inputs, width, PLAIN);
}

function multiplyRelu(
  y: usize,
  from: usize,
  stride: usize,
  w: usize,
  start: usize,
  startStride: usize,
  rows: i32,
  inputs: i32,
  width: i32,
): void {
  product(y, from, stride, w, start, startStride, rows, inputs, width, RELU);
}
