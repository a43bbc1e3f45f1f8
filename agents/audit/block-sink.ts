import { closeSync, writeSync } from 'node:fs';
import { DIGEST_BYTES, HEADER_BYTES, type LogHead } from './format.ts';
import { type ChainEnd, type OpenBlock, sealBlock } from './seal.ts';
import { logWriteError } from './write-error.ts';

/** Seals blocks and appends them to a file, in order. */
export interface BlockSink {
  /** Memory of the next block, header and digest included: free again after each `seal`. */
  readonly frame: Uint8Array;
  /** Takes over the block whose payload stands in `frame`. Errors: DISK_FULL, FILE_WRITE; the sink is of no use after one. */
  seal(block: OpenBlock): void;
  /** Waits until all blocks handed over are in the file. */
  head(): LogHead;
  close(): void;
}

/** The file that a sink appends to, open for writing, and the chain that it goes on with. */
export interface SinkTarget {
  readonly file: string;
  readonly descriptor: number;
  readonly end: ChainEnd;
  /** Room for payload in a frame. */
  readonly payloadBytes: number;
}

export function frameBytes(payloadBytes: number): number {
  return HEADER_BYTES + payloadBytes + DIGEST_BYTES;
}

/** Seals and writes in the calling thread: when `seal` returns, the block has left the process. */
export class DirectSink implements BlockSink {
  readonly frame: Uint8Array;
  private readonly target: SinkTarget;

  constructor(target: SinkTarget) {
    this.target = target;
    this.frame = new Uint8Array(frameBytes(target.payloadBytes));
  }

  seal(block: OpenBlock): void {
    appendBlock(this.target, this.frame, block);
  }

  head(): LogHead {
    return headOf(this.target.end);
  }

  close(): void {
    closeSync(this.target.descriptor);
  }
}

/** Seals the block in `frame` and appends it. Errors: DISK_FULL, FILE_WRITE. */
export function appendBlock({ file, descriptor, end }: SinkTarget, frame: Uint8Array, block: OpenBlock): void {
  const position = end.bytes;
  const bytes = sealBlock(frame, end, block);
  try {
    for (let done = 0; done < bytes;) done += writeSync(descriptor, frame, done, bytes - done, position + done);
  } catch (error) {
    throw logWriteError(file, error);
  }
}

export function headOf({ digest, blocks, decisions }: ChainEnd): LogHead {
  return { digest: Buffer.from(digest).toString('hex'), blocks, decisions };
}
