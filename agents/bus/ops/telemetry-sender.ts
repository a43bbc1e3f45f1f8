import { jetstream } from '@nats-io/jetstream';
import type { Timer } from '../../node/index.ts';
import type { Bus } from '../bus.ts';
import { Subject, firstValueFrom, merge } from '../rx.ts';
import { subjectsOf } from '../subjects.ts';
import { type NodeDocument, documentId, encodeNodeDocument } from './telemetry-document.ts';

/** Longest time for the server to say that it has stored a document, ms; then it is sent again. */
const STORED_WITHIN_MS = 2000;
/** Pause before a document that was not stored is sent again, ms. */
const AGAIN_MS = 500;
/** Documents kept while the server is away. */
const MOST_KEPT = 1000;

export interface TelemetrySenderOptions {
  readonly bus: Bus;
  readonly fleet: string;
  readonly timer: Timer;
  /** Documents kept while the server is away; default 1000. The oldest go first. */
  readonly mostKept?: number;
}

/**
 * Sends a node's documents to its fleet's telemetry stream, one after another, until the server has stored each; a repeat is known by
 * its number and stored once. What does not fit while the server is away is dropped and counted: the ground sees the gap.
 */
export class TelemetrySender {
  /** Documents that had no room. */
  dropped = 0;
  private readonly options: TelemetrySenderOptions;
  private readonly kept: Omit<NodeDocument, 'format'>[] = [];
  private readonly emptied = new Subject<boolean>();
  private isSending = false;
  private isClosed = false;
  private pause: { readonly handle: unknown; readonly end: () => void } | undefined;

  constructor(options: TelemetrySenderOptions) {
    this.options = options;
  }

  send(document: Omit<NodeDocument, 'format'>): void {
    if (this.isClosed) return;
    this.kept.push(document);
    if (this.kept.length > (this.options.mostKept ?? MOST_KEPT)) {
      // The first is under way: the one after it goes.
      this.kept.splice(1, 1);
      this.dropped++;
    }
    if (!this.isSending) void this.sendAll();
  }

  /** Resolves when all were stored, or after the time given; to whether they were. */
  async finish(withinMs: number): Promise<boolean> {
    if (this.kept.length === 0) return true;
    const { timer } = this.options;
    const late = new Subject<boolean>();
    const deadline = timer.set(() => late.next(false), withinMs);
    const done = firstValueFrom(merge(this.emptied, late), { defaultValue: false });
    this.pause?.end();
    try {
      return await done;
    } finally {
      timer.clear(deadline);
    }
  }

  /** Sends nothing any more. */
  close(): void {
    this.isClosed = true;
    this.pause?.end();
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    for (let first = this.kept[0]; first !== undefined && !this.isClosed; first = this.kept[0]) {
      if (await this.isStored(first)) this.kept.shift();
      else await this.waitAWhile();
    }
    this.isSending = false;
    this.emptied.next(!this.isClosed);
  }

  private async isStored(document: Omit<NodeDocument, 'format'>): Promise<boolean> {
    const { bus, fleet } = this.options;
    if (bus.connection.isClosed()) return false;
    const subject = subjectsOf(fleet).telemetry(document.satellite);
    try {
      await jetstream(bus.connection, { timeout: STORED_WITHIN_MS }).publish(subject, encodeNodeDocument(document), {
        msgID: documentId(document),
        retries: 0,
      });
      return true;
    } catch {
      return false;
    }
  }

  private waitAWhile(): Promise<void> {
    const { timer } = this.options;
    if (this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        timer.clear(handle);
        this.pause = undefined;
        resolve();
      };
      const handle = timer.set(end, AGAIN_MS);
      this.pause = { handle, end };
    });
  }
}
