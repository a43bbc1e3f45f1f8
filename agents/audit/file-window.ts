import { readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;

/** A file read front to back in large pieces. */
export class FileWindow {
  readonly size: number;
  private readonly descriptor: number;
  private chunk = Buffer.alloc(0);
  private start = 0;

  constructor(descriptor: number, size: number) {
    this.descriptor = descriptor;
    this.size = size;
  }

  /** Bytes [at, at + length) of the file, or fewer at its end. Valid until the next call. */
  bytes(at: number, length: number): Buffer {
    const end = Math.min(at + length, this.size);
    if (at < this.start || end > this.start + this.chunk.length) this.load(at, Math.max(end - at, CHUNK_BYTES));
    return this.chunk.subarray(at - this.start, Math.max(end, at) - this.start);
  }

  private load(at: number, length: number): void {
    const wanted = Math.max(0, Math.min(length, this.size - at));
    const chunk = Buffer.allocUnsafeSlow(wanted);
    let done = 0;
    while (done < wanted) {
      const got = readSync(this.descriptor, chunk, done, wanted - done, at + done);
      if (got === 0) break;
      done += got;
    }
    this.chunk = chunk.subarray(0, done);
    this.start = at;
  }
}
