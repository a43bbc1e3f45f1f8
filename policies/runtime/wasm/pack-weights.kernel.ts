import type { KindBlock } from './kind-block.ts';

/** Copies a kind's flat weights into its block; `transposed` may be left out where nothing is differentiated. */
export function packWeights(flat: Float32Array, block: KindBlock, to: Float32Array, transposed?: Float32Array): void {
  const { first, place, again, againPlace } = block;
  for (let i = 0; i < place.length; i++) to[place[i]!] = flat[first + i]!;
  if (transposed === undefined) return;
  for (let i = 0; i < again.length; i++) transposed[againPlace[i]!] = flat[first + again[i]!]!;
}

/** Copies a kind's block, such as its gradient, into flat order. */
export function unpackWeights(from: Float32Array, block: KindBlock, flat: Float32Array): void {
  const { first, place } = block;
  for (let i = 0; i < place.length; i++) flat[first + i] = from[place[i]!]!;
}
