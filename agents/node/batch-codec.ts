import { endianness } from 'node:os';
import { type DecisionBatch, type DecisionSpec, candidateWidth, contextWidth } from '../../core/index.ts';
import { HEADER_BYTES, KIND, createMessage, protocolError } from './message.ts';

/** Bytes of the row count before the columns. */
const PREFIX_BYTES = 2;

/** A column as bytes. */
interface ColumnBytes {
  readonly bytes: Buffer;
  readonly bytesPerRow: number;
}

/** Made once per batch, so that encoding and decoding allocate nothing but the message. */
const COLUMNS = new WeakMap<DecisionBatch, readonly ColumnBytes[]>();

/** The columns of a batch in the order they travel. `agent`, `world` and `decision` go along so that a node can log what it decided. */
function columnsOf(batch: DecisionBatch): readonly ColumnBytes[] {
  const known = COLUMNS.get(batch);
  if (known !== undefined) return known;
  const { contextStride, candidateStride, maxCandidates } = batch;
  const columns = (
    [
      [batch.kind, 1],
      [batch.candidateCount, 1],
      [batch.world, 1],
      [batch.agent, 1],
      [batch.decision, 1],
      [batch.task, 1],
      [batch.destination, 1],
      [batch.sizeBits, 1],
      [batch.timeS, 1],
      [batch.context, contextStride],
      [batch.candidates, maxCandidates * candidateStride],
      [batch.actionMask, maxCandidates],
      [batch.candidateNode, maxCandidates],
    ] as const
  ).map(([column, stride]) => ({
    bytes: Buffer.from(column.buffer, column.byteOffset, column.byteLength),
    bytesPerRow: stride * column.BYTES_PER_ELEMENT,
  }));
  COLUMNS.set(batch, columns);
  return columns;
}

/** Bytes of one row on the wire. */
export function rowBytes(spec: DecisionSpec): number {
  const k = spec.maxCandidates;
  return 2 + 2 + 4 * 4 + 2 * 8 + 4 * contextWidth(spec) + k * (4 * candidateWidth(spec) + 1 + 4);
}

/** Rows that fit into one request of at most so many bytes. */
export function rowsPerRequest(spec: DecisionSpec, messageBytes: number): number {
  return Math.floor((messageBytes - HEADER_BYTES - PREFIX_BYTES) / rowBytes(spec));
}

/** A request for choices for all rows of the batch, to be sealed. Throws NODE_PROTOCOL if they do not fit into a message. */
export function encodeRequest(batch: DecisionBatch): Buffer {
  expectLittleEndian();
  const message = createMessage(KIND.request, PREFIX_BYTES + batch.n * rowBytes(batch.spec));
  let at = message.writeUInt16LE(batch.n, HEADER_BYTES);
  for (const { bytes, bytesPerRow } of columnsOf(batch)) at += bytes.copy(message, at, 0, batch.n * bytesPerRow);
  return message;
}

/** Row count of a request, checked against its length. */
export function requestRows(body: Buffer, spec: DecisionSpec): number {
  const n = body.length < PREFIX_BYTES ? 0 : body.readUInt16LE(0);
  const expected = PREFIX_BYTES + n * rowBytes(spec);
  if (n < 1 || body.length !== expected) {
    throw protocolError(`Expected a request of ${expected} bytes for ${n} rows, got ${body.length} bytes.`);
  }
  return n;
}

/** Fills the batch (with room for `requestRows`). Throws NODE_PROTOCOL, also for rows of no known kind. */
export function decodeRequest(body: Buffer, batch: DecisionBatch): void {
  expectLittleEndian();
  batch.n = requestRows(body, batch.spec);
  let at = PREFIX_BYTES;
  for (const { bytes, bytesPerRow } of columnsOf(batch)) at += body.copy(bytes, 0, at, at + batch.n * bytesPerRow);
  checkRows(batch);
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
