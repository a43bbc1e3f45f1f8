import { hash } from 'node:crypto';
import { crc32 } from './crc32.kernel.ts';
import { type BlockKind, CHECKED_BYTES, DIGEST_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC } from './format.ts';

/** Where a chain ends, and the file with it. */
export interface ChainEnd {
  blocks: number;
  decisions: number;
  /** [32] */
  readonly digest: Uint8Array;
  /** Bytes of the file up to here. */
  bytes: number;
}

export function newChain(): ChainEnd {
  return { blocks: 0, decisions: 0, digest: new Uint8Array(DIGEST_BYTES), bytes: 0 };
}

/** A block about to be sealed; its payload stands behind the room for the header. */
export interface OpenBlock {
  readonly kind: BlockKind;
  readonly payloadBytes: number;
  readonly decisions: number;
}

/** SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** The first 68 bytes of a block's header, CRC included. */
export function writeHeader(frame: Uint8Array, end: ChainEnd, { kind, payloadBytes, decisions }: OpenBlock): void {
  const view = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, FORMAT_VERSION);
  view.setUint8(5, kind);
  view.setUint16(6, 0);
  view.setUint32(8, payloadBytes, true);
  view.setUint32(12, decisions, true);
  setCount(view, 16, end.blocks);
  setCount(view, 24, end.decisions);
  frame.set(end.digest, 32);
  view.setUint32(64, crc32(frame, 0, CHECKED_BYTES), true);
  view.setUint32(68, 0);
}

/** Completes the block in `frame` with header and digest, moves the chain on, and returns the bytes of the block. */
export function sealBlock(frame: Uint8Array, end: ChainEnd, block: OpenBlock): number {
  writeHeader(frame, end, block);
  const digestAt = HEADER_BYTES + block.payloadBytes;
  const digest = sha256(frame.subarray(0, digestAt));
  frame.set(digest, digestAt);
  end.digest.set(digest);
  end.blocks++;
  end.decisions += block.decisions;
  end.bytes += digestAt + DIGEST_BYTES;
  return digestAt + DIGEST_BYTES;
}

/** A count below 2^53 as 64 bits. */
function setCount(view: DataView, at: number, count: number): void {
  view.setUint32(at, count >>> 0, true);
  view.setUint32(at + 4, Math.floor(count / 2 ** 32), true);
}
