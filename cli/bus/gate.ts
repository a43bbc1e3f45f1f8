import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import type { Rng } from '../../core/index.ts';
import { Damage, checkShare } from './damage.ts';
import { GateStream } from './gate-stream.ts';

/**
 * What a gate does with the bytes between its two ends.
 * - `open`: passes them on.
 * - `closed`: cuts every connection and takes no new one, as a link that is down.
 * - `silent`: keeps connections and takes new ones, and passes nothing; what was held follows when the mode changes.
 * - `delay`: passes every byte on `delayMs` later, in order, each way.
 * - `corrupt`: flips one bit in a share of the bytes.
 */
export type GateMode =
  | { readonly kind: 'open' | 'closed' | 'silent' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'corrupt'; readonly byteFrac: number; readonly rng: Rng };

export interface GateOptions {
  /** Where the gate leads: a port of 127.0.0.1. */
  readonly targetPort: number;
  /** `open` without it. */
  readonly mode?: GateMode;
}

/** A TCP relay on 127.0.0.1 whose link can be opened, cut, held, slowed and damaged. */
export class Gate {
  readonly port: number;
  private readonly server: Server;
  private readonly targetPort: number;
  private readonly links = new Set<Link>();
  private current: GateMode = { kind: 'open' };

  private constructor(server: Server, options: GateOptions) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    this.targetPort = options.targetPort;
    if (options.mode !== undefined) this.set(options.mode);
    server.on('connection', (socket) => this.take(socket));
    // A connection that could not be accepted, as where no more files may be open, is a link that was not there.
    server.on('error', () => undefined);
  }

  /** A gate on a free port. */
  static start(options: GateOptions): Promise<Gate> {
    return new Promise((done, failed) => {
      const server = createServer({ noDelay: true, allowHalfOpen: true });
      server.once('error', failed);
      server.listen(0, '127.0.0.1', () => done(new Gate(server, options)));
    });
  }

  get mode(): GateMode {
    return this.current;
  }

  /** Connections that pass the gate now. */
  get connections(): number {
    return this.links.size;
  }

  /** From now on does as `mode` says, with the connections that there are too. Errors: USAGE. */
  set(mode: GateMode): void {
    if (mode.kind === 'corrupt') checkShare(mode.byteFrac);
    this.current = mode;
    for (const link of [...this.links]) {
      if (mode.kind === 'closed') link.cut();
      else link.apply(mode);
    }
  }

  /** Cuts all connections and listens no more. */
  async stop(): Promise<void> {
    this.set({ kind: 'closed' });
    await new Promise<void>((done) => this.server.close(() => done()));
  }

  private take(near: Socket): void {
    if (this.current.kind === 'closed') {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const link = new Link(near, far, () => this.links.delete(link));
    this.links.add(link);
    link.apply(this.current);
  }
}

/** One connection through the gate: a stream each way. */
class Link {
  private readonly streams: readonly GateStream[];
  private readonly sockets: readonly Socket[];

  constructor(near: Socket, far: Socket, onCut: () => void) {
    this.sockets = [near, far];
    this.streams = [new GateStream(near, far), new GateStream(far, near)];
    for (const socket of this.sockets) {
      socket.on('error', () => this.cut());
      socket.once('close', () => {
        if (this.sockets.every(({ closed }) => closed)) onCut();
      });
    }
  }

  apply(mode: GateMode): void {
    const damage = mode.kind === 'corrupt' ? new Damage(mode.byteFrac, mode.rng) : undefined;
    const delayMs = mode.kind === 'delay' ? mode.delayMs : 0;
    for (const stream of this.streams) stream.set({ held: mode.kind === 'silent', delayMs, damage });
  }

  cut(): void {
    for (const stream of this.streams) stream.stop();
    for (const socket of this.sockets) socket.destroy();
  }
}
