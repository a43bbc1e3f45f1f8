import type { ProcessLock } from '../../core/files/index.ts';
import { type DecisionBatch, type DecisionSpec, SpaceCloudError, VERSION, decisionSpecHash } from '../../core/index.ts';
import { type BlockSink, DirectSink } from './block-sink.ts';
import {
  BLOCK,
  type BlockKind,
  HEADER_BYTES,
  type LogHead,
  type LogSession,
  type LoggedPolicy,
  type LoggedSession,
  type NetworkFacts,
  type PolicyIdentity,
  REASONS,
} from './format.ts';
import { openForAppending } from './open-log.ts';
import type { TornBlock } from './read-blocks.ts';
import {
  type BatchWords,
  type RecordViews,
  batchWords,
  mostRecordBytes,
  recordViews,
  writeRecord,
} from './record.kernel.ts';
import { WorkerSink } from './worker-sink.ts';

/** Room for the payload of a block, as sessions with thousands of names need it. */
const PAYLOAD_BYTES = 1 << 18;
/** A block of decisions with so much in it is sealed: what a core keeps near. */
const FULL_BYTES = 1 << 16;

export interface DecisionLogOptions {
  /**
   * `block` (default): blocks are sealed when they are full, in a thread of their own. `call`: each `append` is sealed and handed
   * to the operating system before it returns, so that a process that is killed has lost nothing that it answered. A function:
   * it is given the sealing after an `append` and calls it when there is time for it, such as `setImmediate`; what was appended
   * in between goes into the same block. A process that is killed loses what was not sealed yet.
   */
  readonly flush?: 'block' | 'call' | ((seal: () => void) => void);
}

/** Who decided rows that are appended. */
export interface LoggedSource {
  /** What `DecisionLog.policy` gave. */
  readonly policy: number;
  readonly by: 'policy' | 'fallback';
  /** [n * K] */
  readonly logits?: Float32Array | undefined;
  /** [n * M] states before the decisions. */
  readonly memory?: Float32Array | undefined;
  /** M */
  readonly memoryUnits?: number;
}

/** Rows [first, end) of a batch; the first of them is row `sourceRow` of the source's columns (default `first`). */
export interface RowsToLog {
  readonly batch: DecisionBatch;
  readonly choices: Uint8Array;
  readonly first: number;
  readonly end: number;
  readonly sourceRow?: number;
  /** Index into `REASONS` per row; default 0. */
  readonly reasonOf?: (row: number) => number;
}

/**
 * An append-only file of decisions whose blocks each carry the SHA-256 of the one before (`format.ts`). An existing log is
 * continued by a session of its own; a last block that was not written to its end is cut off first, and named in `recovered`. Once
 * a block could not be written, nothing more is logged: every call throws what stood in the way.
 */
export class DecisionLog {
  readonly file: string;
  /** What was cut off when the log was opened. */
  readonly recovered: TornBlock | undefined;
  private readonly sink: BlockSink;
  private readonly lock: ProcessLock | undefined;
  private readonly flushMode: NonNullable<DecisionLogOptions['flush']>;
  private readonly views: RecordViews;
  private policies = 0;
  /** A sealing was asked for and has not come yet. */
  private isDue = false;
  /** What stands in the way of writing. */
  private failure: { readonly error: unknown } | undefined;
  /** Bytes and decisions in the open block. */
  private used = 0;
  private rows = 0;
  /** The batch last appended from, and the words of all so far. */
  private batch: DecisionBatch | undefined;
  private words: BatchWords | undefined;
  private readonly known = new WeakMap<DecisionBatch, BatchWords>();
  private readonly spec: DecisionSpec;
  private readonly widths: { readonly context: Uint16Array; readonly candidate: Uint16Array };
  private closed = false;

  /**
   * Errors: FILE_WRITE, DISK_FULL; RUN_LOCKED while another process, or another log, writes the file; AUDIT_FORMAT, AUDIT_CHAIN
   * for an existing log that is not valid.
   */
  constructor(file: string, session: LogSession, { flush = 'block' }: DecisionLogOptions = {}) {
    const { target, torn, lock } = openForAppending(file, PAYLOAD_BYTES);
    this.file = file;
    this.recovered = torn;
    this.lock = lock;
    this.flushMode = flush;
    this.sink = flush === 'block' ? new WorkerSink(target) : new DirectSink(target);
    const { frame } = this.sink;
    this.views = recordViews(frame.buffer, frame.byteOffset + HEADER_BYTES, PAYLOAD_BYTES);
    this.spec = session.spec;
    const { kinds } = session.spec;
    this.widths = {
      context: Uint16Array.from(kinds, ({ context }) => context.length),
      candidate: Uint16Array.from(kinds, ({ candidate }) => candidate.length),
    };
    const logged: LoggedSession = {
      format: 'spacecloud-decision-log/1',
      software: VERSION,
      reasons: REASONS,
      ...session,
    };
    this.sealJson(BLOCK.session, logged);
  }

  /** Enters a policy into the log and returns its number, for `append`. */
  policy(identity: PolicyIdentity, network?: NetworkFacts): number {
    this.flush();
    const number = this.policies++;
    const logged: LoggedPolicy = { number, ...identity, ...(network === undefined ? {} : { network }) };
    this.sealJson(BLOCK.policy, logged);
    return number;
  }

  /** Appends decisions in the order of their rows. Errors: MISUSE for another specification; DISK_FULL, FILE_WRITE. */
  append(source: LoggedSource, rows: RowsToLog): void {
    if (this.closed)
      throw new SpaceCloudError('MISUSE', `Expected an open decision log, got '${this.file}' after its close.`);
    if (this.failure !== undefined) throw this.failure.error;
    const { batch, choices, first, end, sourceRow = first, reasonOf } = rows;
    const words = batch === this.batch && this.words !== undefined ? this.words : this.take(batch);
    const { logits, memory, memoryUnits = 0 } = source;
    const units = memory === undefined ? 0 : memoryUnits;
    const most = mostRecordBytes(batch, units);
    const tag = source.policy | (source.by === 'fallback' ? 0x10000 : 0);
    const { context, candidate } = this.widths;
    for (let row = first; row < end; row++) {
      if (this.used >= FULL_BYTES || this.used + most > PAYLOAD_BYTES) this.flush();
      const kind = batch.kind[row] as number;
      this.used = writeRecord(
        this.views,
        this.used,
        batch,
        words,
        row,
        context[kind] as number,
        candidate[kind] as number,
        reasonOf === undefined ? tag : tag | (reasonOf(row) << 24),
        choices[row] as number,
        logits,
        memory,
        units,
        sourceRow + row - first,
      );
      this.rows++;
    }
    const { flushMode } = this;
    if (flushMode === 'call') this.flush();
    else if (flushMode !== 'block' && !this.isDue) {
      this.isDue = true;
      flushMode(this.sealDue);
    }
  }

  /** Seals the open block, if any. With `flush: 'block'` another thread writes it; `head` waits for that. */
  flush(): void {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.used === 0) return;
    this.seal(BLOCK.decisions, this.used, this.rows);
    this.used = 0;
    this.rows = 0;
  }

  /** Seals and writes all there is, and returns the digest that vouches for it: to be kept where the log is not. */
  head(): LogHead {
    this.flush();
    return this.sink.head();
  }

  /** Writes all there is and ends the work; further calls do nothing. */
  close(): LogHead | undefined {
    if (this.closed) return undefined;
    this.closed = true;
    try {
      return this.head();
    } finally {
      try {
        this.sink.close();
      } finally {
        this.lock?.release();
      }
    }
  }

  /** Nobody is there to catch what goes wrong here: the next call throws it. */
  private readonly sealDue = (): void => {
    this.isDue = false;
    if (this.closed || this.failure !== undefined) return;
    try {
      this.flush();
    } catch {
      return; // kept by `seal`
    }
  };

  private take(batch: DecisionBatch): BatchWords {
    let words = this.known.get(batch);
    if (words === undefined) {
      const [own, got] = [decisionSpecHash(this.spec), decisionSpecHash(batch.spec)];
      if (own !== got) throw new SpaceCloudError('MISUSE', `Expected decisions of specification ${own}, got ${got}.`);
      this.known.set(batch, (words = batchWords(batch)));
    }
    this.batch = batch;
    return (this.words = words);
  }

  private sealJson(kind: typeof BLOCK.session | typeof BLOCK.policy, value: unknown): void {
    const text = Buffer.from(JSON.stringify(value));
    const length = Math.ceil(text.length / 8) * 8;
    if (length > PAYLOAD_BYTES) {
      throw new SpaceCloudError('MISUSE', `Expected a session of at most ${PAYLOAD_BYTES} bytes, got ${text.length}.`);
    }
    this.views.bytes.set(text);
    this.views.bytes.fill(0x20, text.length, length);
    this.seal(kind, length, 0);
  }

  private seal(kind: BlockKind, payloadBytes: number, decisions: number): void {
    try {
      this.sink.seal({ kind, payloadBytes, decisions });
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
