import { type Socket } from 'node:net';
import { protocolError } from './message.ts';

/** Bytes of the length before each message on a socket. */
export const LENGTH_BYTES = 4;

/** Sends a message with its length (u32, little-endian) before it. */
export function writeFrame(socket: Socket, message: Uint8Array): void {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32LE(message.length, 0);
  socket.cork();
  socket.write(length);
  socket.write(message);
  socket.uncork();
}

/** Cuts a stream of bytes into messages, however they were chopped under way. */
export class FrameReader {
  /** Largest message accepted. */
  private readonly limitBytes: number;
  private pending: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /**
   * Adds received bytes and hands out the messages now complete, in order: views, valid until the next `push`. Throws
   * NODE_PROTOCOL on an impossible length.
   */
  push(bytes: Buffer, onMessage: (message: Buffer) => void): void {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    let at = 0;
    while (this.pending.length - at >= LENGTH_BYTES) {
      const length = this.pending.readUInt32LE(at);
      if (length < 1 || length > this.limitBytes) {
        throw protocolError(`Expected a message of 1 to ${this.limitBytes} bytes, got one of ${length}.`);
      }
      const end = at + LENGTH_BYTES + length;
      if (this.pending.length < end) break;
      onMessage(this.pending.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.pending = this.pending.subarray(at);
  }
}
