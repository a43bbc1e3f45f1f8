import { endianness } from 'node:os';
import { type DecisionBatch, type DecisionSpec, candidateWidth, contextWidth } from '../../core/index.ts';
import { FRAME, HEADER_BYTES, MAX_FRAME_BYTES, createFrame, protocolError } from './frames.ts';

/** Bytes of sequence number and row count before the columns. */
const PREFIX_BYTES = 6;

interface ColumnLayout {
  readonly column: Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;
  /** Elements per row. */
  readonly stride: number;
}

/** The columns of a batch in the order they travel. `agent`, `world` and `decision` go along so that a node can log what it decided. */
function columnsOf(batch: DecisionBatch): readonly ColumnLayout[] {
  const { contextStride, candidateStride, maxCandidates } = batch;
  return [
    { column: batch.kind, stride: 1 },
    { column: batch.candidateCount, stride: 1 },
    { column: batch.world, stride: 1 },
    { column: batch.agent, stride: 1 },
    { column: batch.decision, stride: 1 },
    { column: batch.task, stride: 1 },
    { column: batch.destination, stride: 1 },
    { column: batch.sizeBits, stride: 1 },
    { column: batch.timeS, stride: 1 },
    { column: batch.context, stride: contextStride },
    { column: batch.candidates, stride: maxCandidates * candidateStride },
    { column: batch.actionMask, stride: maxCandidates },
    { column: batch.candidateNode, stride: maxCandidates },
  ];
}

/** Bytes of one row on the wire. */
export function rowBytes(spec: DecisionSpec): number {
  const k = spec.maxCandidates;
  return 2 + 2 + 4 * 4 + 2 * 8 + 4 * contextWidth(spec) + k * (4 * candidateWidth(spec) + 1 + 4);
}

/** Rows that fit into one request. */
export function rowsPerRequest(spec: DecisionSpec): number {
  return Math.floor((MAX_FRAME_BYTES - 1 - PREFIX_BYTES) / rowBytes(spec));
}

/** A request for choices for all rows of the batch. Throws NODE_PROTOCOL if they do not fit into a frame. */
export function encodeRequest(sequence: number, batch: DecisionBatch): Buffer {
  expectLittleEndian();
  const frame = createFrame(FRAME.request, PREFIX_BYTES + batch.n * rowBytes(batch.spec));
  frame.writeUInt32LE(sequence, HEADER_BYTES);
  let at = frame.writeUInt16LE(batch.n, HEADER_BYTES + 4);
  for (const { column, stride } of columnsOf(batch)) {
    const bytes = batch.n * stride * column.BYTES_PER_ELEMENT;
    frame.set(new Uint8Array(column.buffer, column.byteOffset, bytes), at);
    at += bytes;
  }
  return frame;
}

/** Row count of a request, checked against its length. */
export function requestRows(payload: Buffer, spec: DecisionSpec): number {
  const n = payload.length < PREFIX_BYTES ? -1 : payload.readUInt16LE(4);
  const expected = PREFIX_BYTES + Math.max(n, 0) * rowBytes(spec);
  if (n < 0 || payload.length !== expected) {
    throw protocolError(`Expected a request of ${expected} bytes for ${n} rows, got ${payload.length} bytes.`);
  }
  return n;
}

/** Fills the batch (with room for `requestRows`) and returns the sequence number. */
export function decodeRequest(payload: Buffer, batch: DecisionBatch): number {
  expectLittleEndian();
  batch.n = requestRows(payload, batch.spec);
  let at = PREFIX_BYTES;
  for (const { column, stride } of columnsOf(batch)) {
    const bytes = batch.n * stride * column.BYTES_PER_ELEMENT;
    new Uint8Array(column.buffer, column.byteOffset, bytes).set(payload.subarray(at, at + bytes));
    at += bytes;
  }
  checkRows(batch);
  return payload.readUInt32LE(0);
}

function checkRows(batch: DecisionBatch): void {
  for (let row = 0; row < batch.n; row++) {
    const kind = batch.kind[row] as number;
    const count = batch.candidateCount[row] as number;
    if (kind >= batch.spec.kinds.length || count < 1 || count > batch.maxCandidates) {
      throw protocolError(`Expected a decision kind and its candidates in row ${row}, got kind ${kind} with ${count}.`);
    }
  }
}

/** Columns travel as they lie in memory. */
function expectLittleEndian(): void {
  if (endianness() !== 'LE') throw protocolError('Expected a little-endian machine, got a big-endian one.');
}
