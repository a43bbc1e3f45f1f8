import { type NatsConnection, type Status, connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { SpaceCloudError } from '../../core/index.ts';
import { connectFailure, refusal } from './failures.ts';
import { identityOf, inboxOf } from './identity.ts';
import { BehaviorSubject, Observable, Subject } from './rx.ts';
import { LEAST_SERVER, compareVersions } from './version.ts';

export interface BusOptions {
  /** `nats://host:port`, one or several of the same system. */
  readonly servers: string | readonly string[];
  /** Seed of the user (NKEY); without it the connection is anonymous. */
  readonly seed?: Uint8Array;
  /** Certificates of the authorities to trust, PEM. With it, a server without TLS is refused. */
  readonly caPem?: string;
  /** Name of this client in the server's reports. */
  readonly name: string;
  /** Oldest server to work with. */
  readonly leastVersion?: string;
  /** Time to make a connection, ms. */
  readonly connectTimeoutMs?: number;
  /** A connection on which nothing comes back for two of these is made anew, ms. */
  readonly pingIntervalMs?: number;
  /** False: a lost connection closes the bus instead. */
  readonly reconnect?: boolean;
}

export type BusStatus = 'connected' | 'disconnected' | 'reconnecting' | 'closed';

export interface BusMessage {
  readonly subject: string;
  /** Valid also after the emission. */
  readonly data: Uint8Array;
  /** Where the sender wants an answer; empty when it wants none. */
  readonly reply: string;
}

const RECONNECT_MS = 100;
const PING_MS = 5000;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * One connection to a message bus (NATS). A lost link is made anew for ever, every 100 ms, and subscriptions go on over the
 * new one; what is published meanwhile may be lost, as on any link.
 *
 * @example
 * const bus = await Bus.connect({ servers: 'nats://127.0.0.1:4222', name: 'listener' });
 * bus.messages$('spacecloud.v2.demo.sat.*.out').subscribe(({ subject }) => seen.add(subject));
 * await bus.close();
 */
export class Bus {
  readonly connection: NatsConnection;
  readonly serverVersion: string;
  /** The present state, then every change; completes when the bus is closed. */
  readonly status$: Observable<BusStatus>;
  /** BUS_DENIED for every publication or subscription that the server refused; the rest of the connection goes on. */
  readonly refusals$: Observable<SpaceCloudError>;
  private readonly status = new BehaviorSubject<BusStatus>('connected');
  private readonly refusals = new Subject<SpaceCloudError>();
  private closing: Promise<void> | undefined;

  private constructor(connection: NatsConnection, servers: string, user: string) {
    this.connection = connection;
    this.serverVersion = connection.info?.version ?? '';
    this.status$ = this.status.asObservable();
    this.refusals$ = this.refusals.asObservable();
    void this.follow(servers, user);
  }

  /**
   * Connects once; a server that does not answer is an error.
   * Errors: BUS_CONNECT (no server, or a certificate that is not trusted), BUS_DENIED (identity), BUS_SERVER (version).
   */
  static async connect(options: BusOptions): Promise<Bus> {
    const servers = typeof options.servers === 'string' ? [options.servers] : [...options.servers];
    const identity = options.seed === undefined ? undefined : identityOf(options.seed);
    const user = `'${options.name}' (${identity === undefined ? 'anonymous' : identity.publicKey})`;
    const where = servers.join(', ');
    const connection = await connect({
      servers,
      name: options.name,
      timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      reconnect: options.reconnect ?? true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: RECONNECT_MS,
      reconnectJitterTLS: RECONNECT_MS,
      pingInterval: options.pingIntervalMs ?? PING_MS,
      maxPingOut: 2,
      ignoreClusterUpdates: true,
      // A damaged link can damage the proof of identity too; that must not end a bus that was connected before.
      ignoreAuthErrorAbort: true,
      ...(identity === undefined
        ? {}
        : { authenticator: nkeyAuthenticator(identity.seed), inboxPrefix: inboxOf(identity.publicKey) }),
      ...(options.caPem === undefined ? {} : { tls: { ca: options.caPem } }),
    }).catch((cause: unknown) => {
      throw connectFailure(cause, where, user);
    });
    const bus = new Bus(connection, where, user);
    const least = options.leastVersion ?? LEAST_SERVER;
    if (compareVersions(bus.serverVersion, least) < 0) {
      await bus.close();
      const message = `Expected nats-server ${least} or newer at ${where}, got ${bus.serverVersion || 'none'}.`;
      throw new SpaceCloudError('BUS_SERVER', message, { hint: 'Update the server.' });
    }
    return bus;
  }

  /** Sends, or drops when the link is down or the bus closed. Errors: BUS_CONNECT for what the server never takes (size). */
  publish(subject: string, data: Uint8Array): void {
    if (this.connection.isClosed()) return;
    const limit = this.connection.info?.max_payload ?? Infinity;
    if (data.length > limit) {
      const message = `Expected at most ${limit} bytes on '${subject}', got ${data.length}.`;
      throw new SpaceCloudError('BUS_CONNECT', message, { hint: 'Raise the largest message of the server.' });
    }
    this.connection.publish(subject, data);
  }

  /** Messages from subscription to teardown; completes when the server refuses the subject or the bus is closed. */
  messages$(subject: string): Observable<BusMessage> {
    return new Observable((subscriber) => {
      if (this.connection.isClosed()) {
        subscriber.complete();
        return;
      }
      const subscription = this.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null)
            subscriber.next({ subject: message.subject, data: message.data, reply: message.reply ?? '' });
          else subscriber.complete();
        },
      });
      void subscription.closed.then(() => subscriber.complete());
      return () => {
        if (!subscription.isClosed() && !this.connection.isClosed()) subscription.unsubscribe();
      };
    });
  }

  /** Resolves when the server has taken all that was sent; at once when the link is lost, or closed, meanwhile. */
  async flush(): Promise<void> {
    const { connection } = this;
    if (connection.isClosed()) return;
    // A connection that is closed leaves what waits for the server's word waiting for ever.
    await Promise.race([connection.flush().catch(() => undefined), connection.closed()]);
  }

  /** Drops the link and makes it anew, with all subscriptions: a remedy where a damaged link may have lost one. */
  async reconnect(): Promise<void> {
    if (!this.connection.isClosed()) await this.connection.reconnect();
  }

  /** Ends the connection after what was sent has left; subscriptions complete. */
  close(): Promise<void> {
    return (this.closing ??= this.flushAndClose());
  }

  private async flushAndClose(): Promise<void> {
    if (this.status.value === 'connected') await this.flush();
    if (!this.connection.isClosed()) await this.connection.close();
  }

  private async follow(servers: string, user: string): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'error') {
        const refused = refusal(status.error, servers, user);
        if (refused !== undefined) this.refusals.next(refused);
        continue;
      }
      const state = STATES[status.type];
      if (state !== undefined && state !== this.status.value) this.status.next(state);
    }
    if (this.status.value !== 'closed') this.status.next('closed');
    this.status.complete();
    this.refusals.complete();
  }
}

const STATES: Partial<Record<Status['type'], BusStatus>> = {
  disconnect: 'disconnected',
  reconnecting: 'reconnecting',
  reconnect: 'connected',
  close: 'closed',
};
