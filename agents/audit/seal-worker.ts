import { workerData } from 'node:worker_threads';
import { SpaceCloudError } from '../../core/index.ts';
import { appendBlock, frameBytes } from './block-sink.ts';
import type { BlockKind } from './format.ts';
import type { ChainEnd } from './seal.ts';
import { CLOSING, CONTROL_WORDS, FAILED, HANDED, type SealWorkerData, WORDS_PER_FRAME, WRITTEN } from './seal-ring.ts';

/** Seals and writes what the other thread hands over, until it says that no more will come. */
function serve(data: SealWorkerData): void {
  const control = new Int32Array(data.control);
  const counts = new Float64Array(data.counts);
  const [blocks, decisions, bytes] = counts as unknown as [number, number, number];
  const end: ChainEnd = { blocks, decisions, bytes, digest: new Uint8Array(data.digest, 0, 32) };
  const size = frameBytes(data.payloadBytes);
  const frames = data.frames.byteLength / size;
  const target = { ...data, end };
  for (let written = 0; ; written++) {
    while (Atomics.load(control, HANDED) === written) {
      if (Atomics.load(control, CLOSING) === 1) return;
      Atomics.wait(control, HANDED, written);
    }
    const slot = written % frames;
    const at = CONTROL_WORDS + slot * WORDS_PER_FRAME;
    const [kind, payloadBytes, rows] = control.subarray(at, at + WORDS_PER_FRAME) as unknown as [
      number,
      number,
      number,
    ];
    const frame = new Uint8Array(data.frames, slot * size, size);
    appendBlock(target, frame, { kind: kind as BlockKind, payloadBytes, decisions: rows });
    counts.set([end.blocks, end.decisions, end.bytes]);
    Atomics.store(control, WRITTEN, written + 1);
    Atomics.notify(control, WRITTEN);
  }
}

/** The other thread may be waiting and hear no message: the error goes into shared memory. */
function fail(data: SealWorkerData, error: unknown): void {
  const { code, message, hint } =
    error instanceof SpaceCloudError ? error : { code: '', message: String(error), hint: '' };
  const text = new TextEncoder().encode(JSON.stringify({ code, message: message.slice(0, 800), hint }));
  new Uint8Array(data.digest, 32, text.length).set(text);
  const control = new Int32Array(data.control);
  Atomics.store(control, FAILED, text.length);
  Atomics.notify(control, WRITTEN);
}

const data = workerData as SealWorkerData;
try {
  serve(data);
} catch (error) {
  fail(data, error);
}
