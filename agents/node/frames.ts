import { SpaceCloudError } from '../../core/index.ts';

/** Version of the protocol; both ends must speak the same. */
export const PROTOCOL_VERSION = 1;

/** Largest frame, bytes after the length field: about 1,650 decisions of the space cloud's specification. */
export const MAX_FRAME_BYTES = 1 << 21;
/** Largest frame before a node was welcomed. */
export const MAX_HELLO_BYTES = 4096;
/** Bytes of length and type before the payload. */
export const HEADER_BYTES = 5;

/**
 * Kinds of frames. A frame is: payload length + 1 (u32), kind (u8), payload. All numbers are little-endian. A node says
 * `hello` and gets `welcome` or `refused`; each `request` is answered by one `answer` with its sequence number; `goodbye` from
 * the world ends the node's work.
 */
export const FRAME = { hello: 1, welcome: 2, refused: 3, request: 4, answer: 5, goodbye: 6 } as const;

export interface Frame {
  readonly kind: number;
  /** A view into the reader's memory: valid until the next `push`. */
  readonly payload: Buffer;
}

export function protocolError(message: string): SpaceCloudError {
  return new SpaceCloudError('NODE_PROTOCOL', message, {
    hint: 'Run world and nodes from the same version of spacecloud.',
  });
}

/** A frame ready to be sent, its header filled in and its payload still zero. */
export function createFrame(kind: number, payloadBytes: number): Buffer {
  if (payloadBytes + 1 > MAX_FRAME_BYTES) {
    throw protocolError(`Expected a frame of at most ${MAX_FRAME_BYTES} bytes, got ${payloadBytes + 1} to send.`);
  }
  const frame = Buffer.alloc(HEADER_BYTES + payloadBytes);
  frame.writeUInt32LE(payloadBytes + 1, 0);
  frame.writeUInt8(kind, 4);
  return frame;
}

/** Cuts a stream of bytes into frames, however they were chopped under way. */
export class FrameReader {
  /** Largest frame accepted, bytes after the length field. */
  limitBytes: number;
  private pending: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Adds received bytes and hands out the frames now complete, in order. Throws NODE_PROTOCOL on an impossible length. */
  push(bytes: Buffer, onFrame: (frame: Frame) => void): void {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    let at = 0;
    while (this.pending.length - at >= 4) {
      const length = this.pending.readUInt32LE(at);
      if (length < 1 || length > this.limitBytes) {
        throw protocolError(`Expected a frame of 1 to ${this.limitBytes} bytes, got one of ${length}.`);
      }
      if (this.pending.length - at < 4 + length) break;
      const kind = this.pending.readUInt8(at + 4);
      onFrame({ kind, payload: this.pending.subarray(at + HEADER_BYTES, at + 4 + length) });
      at += 4 + length;
    }
    this.pending = this.pending.subarray(at);
  }
}
