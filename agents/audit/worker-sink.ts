import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, SpaceCloudError } from '../../core/index.ts';
import { type BlockSink, type SinkTarget, frameBytes, headOf } from './block-sink.ts';
import { HEADER_BYTES, type LogHead } from './format.ts';
import type { OpenBlock } from './seal.ts';
import {
  CLOSING,
  CONTROL_WORDS,
  ERROR_BYTES,
  FAILED,
  HANDED,
  type SealWorkerData,
  WORDS_PER_FRAME,
  WRITTEN,
} from './seal-ring.ts';

/**
 * Blocks that may wait to be written before the thread that logs waits too: as many as a run fills while the other thread starts.
 * Memory that was never used takes none of the machine's.
 */
const FRAMES = 64;

/**
 * Seals and writes in a thread of its own: the thread that decides only copies. A process that is killed loses the blocks that
 * wait and the one that is being filled. Neither side needs its event loop, so that runs that never yield are logged as well.
 *
 * Records are gathered in memory of this thread alone and copied block by block: small writes to memory that the other core
 * has just read cost more than the second copy.
 */
export class WorkerSink implements BlockSink {
  readonly frame: Uint8Array;
  private readonly target: SinkTarget;
  private readonly data: SealWorkerData;
  private readonly control: Int32Array;
  private handed = 0;

  constructor(target: SinkTarget) {
    this.target = target;
    const { file, descriptor, payloadBytes, end } = target;
    this.data = {
      ...{ file, descriptor, payloadBytes },
      frames: new SharedArrayBuffer(FRAMES * frameBytes(payloadBytes)),
      control: new SharedArrayBuffer(4 * (CONTROL_WORDS + FRAMES * WORDS_PER_FRAME)),
      counts: new SharedArrayBuffer(8 * 3),
      digest: new SharedArrayBuffer(32 + ERROR_BYTES),
    };
    this.control = new Int32Array(this.data.control);
    new Float64Array(this.data.counts).set([end.blocks, end.decisions, end.bytes]);
    new Uint8Array(this.data.digest).set(end.digest);
    this.frame = new Uint8Array(frameBytes(payloadBytes));
    const worker = startSealer(this.data);
    worker.unref();
  }

  seal({ kind, payloadBytes, decisions }: OpenBlock): void {
    const { control } = this;
    const slot = this.handed % FRAMES;
    this.slotAt(slot).set(this.frame.subarray(HEADER_BYTES, HEADER_BYTES + payloadBytes), HEADER_BYTES);
    control.set([kind, payloadBytes, decisions], CONTROL_WORDS + slot * WORDS_PER_FRAME);
    this.handed++;
    Atomics.store(control, HANDED, this.handed);
    Atomics.notify(control, HANDED);
    this.waitUntil(this.handed - FRAMES + 1);
  }

  head(): LogHead {
    this.waitUntil(this.handed);
    const [blocks, decisions] = new Float64Array(this.data.counts) as unknown as [number, number];
    const { bytes } = this.target.end;
    return headOf({ blocks, decisions, bytes, digest: new Uint8Array(this.data.digest, 0, 32) });
  }

  close(): void {
    try {
      this.waitUntil(this.handed);
    } finally {
      Atomics.store(this.control, CLOSING, 1);
      Atomics.notify(this.control, HANDED);
      closeSync(this.target.descriptor);
    }
  }

  private waitUntil(written: number): void {
    const { control } = this;
    for (;;) {
      const now = Atomics.load(control, WRITTEN);
      if (Atomics.load(control, FAILED) !== 0) throw this.failure();
      if (now >= written) return;
      // With a limit, as a failure does not change the word that is waited for.
      Atomics.wait(control, WRITTEN, now, 100);
    }
  }

  private failure(): SpaceCloudError {
    const text = Buffer.from(this.data.digest, 32, Atomics.load(this.control, FAILED)).toString();
    const { code, message, hint } = JSON.parse(text) as { code: string; message: string; hint: string };
    const { file } = this.target;
    return new SpaceCloudError(code === '' ? 'FILE_WRITE' : (code as ErrorCode), message, { place: { file }, hint });
  }

  private slotAt(index: number): Uint8Array {
    const size = frameBytes(this.target.payloadBytes);
    return new Uint8Array(this.data.frames, index * size, size);
  }
}

/** Starts `seal-worker`, compiled or as source; Node 20 starts a `.ts` module only after tsx has been registered. */
function startSealer(workerData: SealWorkerData): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./seal-worker.js', import.meta.url), { workerData });
  const { href } = new URL('./seal-worker.ts', import.meta.url);
  const source = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(href)}); });`;
  return new Worker(source, { eval: true, workerData });
}
