import type { DecisionBatch } from '../../core/index.ts';

/**
 * One decision in a block, little-endian, padded with zeros to a multiple of 8 bytes. C, F: context and candidate features of
 * its kind; k candidates; M units of memory.
 *
 *     offset  size  record
 *          0     4  bytes of this record
 *          4     4  bytes of the observation
 *          8     2  policy (number of its block in the session)
 *         10     1  who: 0 the satellite's policy, 1 its fallback
 *         11     1  reason of the fallback (index into the session's `reasons`)
 *         12     1  choice
 *         13     1  1 = logits follow the observation
 *         14     2  M; 0 = no memory follows
 *         16        observation:
 *         16     8  f64 simulated time, s        24  8  f64 bits to move
 *         32     4  agent (satellite)            36  4  decision, its number in its world
 *         40     4  task                         44  4  destination, or -1
 *         48     2  world                        50  1  decision kind
 *         51     1  k                            52  2  C          54  2  F
 *         56        f32 context [C], f32 candidates [k * F], i32 candidate nodes [k], u8 mask [k]
 *                   padded to a multiple of 4; here the observation ends
 *                   f32 logits [k]
 *                   f32 memory [M], as it was before the decision
 *
 * The SHA-256 of an observation is that of its bytes as they stand here.
 */
export const RECORD_HEADER_BYTES = 16;
export const OBSERVATION_HEADER_BYTES = 40;

/** One stretch of memory, seen as all types of a record. */
export interface RecordViews {
  readonly bytes: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

export function recordViews(buffer: ArrayBufferLike, byteOffset: number, byteLength: number): RecordViews {
  return {
    bytes: new Uint8Array(buffer, byteOffset, byteLength),
    u16: new Uint16Array(buffer, byteOffset, byteLength >> 1),
    i32: new Int32Array(buffer, byteOffset, byteLength >> 2),
    f32: new Float32Array(buffer, byteOffset, byteLength >> 2),
    f64: new Float64Array(buffer, byteOffset, byteLength >> 3),
  };
}

/** The float columns of a batch as words, so that copies keep every bit, also of NaN. */
export interface BatchWords {
  /** [capacity * C] */
  readonly context: Int32Array;
  /** [capacity * K * F] */
  readonly candidates: Int32Array;
}

export function batchWords({ context, candidates }: DecisionBatch): BatchWords {
  return {
    context: new Int32Array(context.buffer, context.byteOffset, context.length),
    candidates: new Int32Array(candidates.buffer, candidates.byteOffset, candidates.length),
  };
}

/** Bytes of the largest record of a specification. */
export function mostRecordBytes(batch: DecisionBatch, memory: number): number {
  const { contextStride, candidateStride, maxCandidates } = batch;
  const words = contextStride + maxCandidates * (candidateStride + 2) + memory;
  return RECORD_HEADER_BYTES + OBSERVATION_HEADER_BYTES + 4 * words + maxCandidates + 16;
}

/**
 * Writes one record at byte `at` (a multiple of 8) and returns where it ends. `tag`: policy, who and reason as the word at
 * byte 8 holds them. `logits` [n * K], `memory` [n * M]: row `sourceRow` is meant; `memoryUnits` 0: none.
 */
export function writeRecord(
  to: RecordViews,
  at: number,
  batch: DecisionBatch,
  words: BatchWords,
  row: number,
  contextWidth: number,
  candidateWidth: number,
  tag: number,
  choice: number,
  logits: Float32Array | undefined,
  memory: Float32Array | undefined,
  memoryUnits: number,
  sourceRow: number,
): number {
  const { bytes, u16, i32, f32, f64 } = to;
  const count = batch.candidateCount[row]!;
  const { maxCandidates, candidateStride } = batch;
  const word = at >> 2;
  i32[word + 2] = tag;
  i32[word + 3] = choice | (logits === undefined ? 0 : 0x100) | (memoryUnits << 16);
  f64[(at >> 3) + 2] = batch.timeS[row]!;
  f64[(at >> 3) + 3] = batch.sizeBits[row]!;
  i32[word + 8] = batch.agent[row]!;
  i32[word + 9] = batch.decision[row]!;
  i32[word + 10] = batch.task[row]!;
  i32[word + 11] = batch.destination[row]!;
  u16[(at >> 1) + 24] = batch.world[row]!;
  bytes[at + 50] = batch.kind[row]!;
  bytes[at + 51] = count;
  u16[(at >> 1) + 26] = contextWidth;
  u16[(at >> 1) + 27] = candidateWidth;
  let w = word + 14;
  const { context, candidates } = words;
  const firstContext = row * batch.contextStride;
  for (let i = 0; i < contextWidth; i++) i32[w++] = context[firstContext + i]!;
  const first = row * maxCandidates;
  for (let k = first; k < first + count; k++) {
    const from = k * candidateStride;
    for (let i = from; i < from + candidateWidth; i++) i32[w++] = candidates[i]!;
  }
  const { candidateNode, actionMask } = batch;
  for (let k = first; k < first + count; k++) i32[w++] = candidateNode[k]!;
  let byte = w << 2;
  for (let k = first; k < first + count; k++) bytes[byte++] = actionMask[k]!;
  while ((byte & 3) !== 0) bytes[byte++] = 0;
  i32[word + 1] = byte - at - RECORD_HEADER_BYTES;
  w = byte >> 2;
  if (logits !== undefined) {
    const from = sourceRow * maxCandidates;
    for (let k = from; k < from + count; k++) f32[w++] = logits[k]!;
  }
  if (memory !== undefined) {
    const from = sourceRow * memoryUnits;
    for (let i = from; i < from + memoryUnits; i++) f32[w++] = memory[i]!;
  }
  if ((w & 1) !== 0) i32[w++] = 0;
  const end = w << 2;
  i32[word] = end - at;
  return end;
}
