import type { Socket } from 'node:net';
import type { Damage } from './damage.ts';

/** How one direction of a gate treats what passes. */
export interface StreamMode {
  /** Nothing passes; what arrives waits, at last in the sender. */
  readonly held: boolean;
  readonly delayMs: number;
  readonly damage: Damage | undefined;
}

interface Waiting {
  /** Undefined: the sender has ended. */
  readonly bytes: Buffer | undefined;
  readonly dueMs: number;
}

/** Bytes that may wait here before the sender is made to wait. */
const MOST_WAITING = 4 * 1024 * 1024;

/** One direction of a connection through a gate: bytes in order, each when it is due. */
export class GateStream {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private mode: StreamMode = { held: true, delayMs: 0, damage: undefined };

  constructor(from: Socket, to: Socket) {
    this.from = from;
    this.to = to;
    from.on('data', (bytes: Buffer) => this.take(bytes));
    from.once('end', () => this.take(undefined));
    to.on('drain', () => this.pass());
  }

  set(mode: StreamMode): void {
    this.mode = mode;
    this.pass();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private take(bytes: Buffer | undefined): void {
    this.waiting.push({ bytes, dueMs: performance.now() + this.mode.delayMs });
    this.waitingBytes += bytes?.length ?? 0;
    this.pass();
  }

  /** Passes on what is due, and comes back for the rest. */
  private pass(): void {
    clearTimeout(this.timer);
    if (!this.mode.held) this.passDue();
    const full = this.mode.held || this.waitingBytes > MOST_WAITING || this.to.writableNeedDrain;
    if (full) this.from.pause();
    else this.from.resume();
  }

  private passDue(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const inMs = next.dueMs - performance.now();
      if (inMs > 0) {
        this.timer = setTimeout(() => this.pass(), inMs);
        return;
      }
      this.waiting.shift();
      if (next.bytes === undefined) {
        this.to.end();
        return;
      }
      this.waitingBytes -= next.bytes.length;
      this.to.write(this.mode.damage?.apply(next.bytes) ?? next.bytes);
    }
  }
}
