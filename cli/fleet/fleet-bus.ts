import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HUB_DOMAIN, type ServerTls } from '../../agents/bus/index.ts';
import { makeCertificates, type NatsServer, startNatsServer } from '../bus/index.ts';
import { IdentityFolders, makeIdentities } from './identities.ts';
import { type LeafPlan, planLeaves } from './leaves/leaf-plan.ts';

/** A bus that a fleet meets on. */
export interface FleetBus {
  readonly url: string;
  readonly identities: IdentityFolders;
  /** Times the server ended by itself and was started again. */
  readonly restarts: number;
  /** Servers beside satellites that may link to it, where it takes links, and its certificate, where it has one. */
  readonly leaves: readonly LeafPlan[];
  readonly leafPort?: number;
  readonly tls?: ServerTls;
  close(): Promise<void>;
}

export interface OwnBusOptions {
  /** For keys, certificates, configuration, log and streams. */
  readonly folder: string;
  readonly fleet: string;
  readonly satellites: readonly string[];
  /** Of these, those with a server of their own. */
  readonly leaves: readonly string[];
  readonly tls: boolean;
  /** How often a server that ends by itself is started again. */
  readonly restarts: number;
  /** The processes that are to end with this one; called when they change. */
  readonly onProcesses: (pids: readonly number[]) => void;
  readonly onNote: (text: string) => void;
}

/** Pause before a server that ended is started again, ms. */
const RESTART_PAUSE_MS = 500;

/**
 * Starts a nats-server for one fleet: on loopback, with an identity for each satellite that may speak for itself alone, and
 * with TLS unless told otherwise. Errors: BUS_SERVER, FILE_WRITE.
 */
export async function startOwnBus(options: OwnBusOptions): Promise<FleetBus> {
  const { folder, fleet, satellites, onNote, onProcesses } = options;
  const certificates = options.tls ? await makeCertificates(join(folder, 'certificates')) : undefined;
  const identities = join(folder, 'identities');
  const users = makeIdentities({
    ...{ folder: identities, fleet, satellites },
    ...(certificates === undefined ? {} : { caPem: certificates.caPem }),
  });
  const folders = new IdentityFolders(identities);
  const leaves = planLeaves(fleet, options.leaves, folders);
  const server = await startNatsServer({
    config: {
      ...{ name: fleet, users },
      ...(certificates === undefined ? {} : { tls: certificates }),
      ...(leaves.length === 0
        ? {}
        : { domain: HUB_DOMAIN, leaf: { kind: 'listener', users: leaves.map(({ login }) => login) } }),
    },
    ...{ folder: join(folder, 'server'), onNote: (text) => onNote(text.trim()) },
  });
  onProcesses([server.pid]);
  return new OwnBus(server, { ...options, identities: folders, plans: leaves, certificates });
}

interface OwnBusParts extends OwnBusOptions {
  readonly identities: IdentityFolders;
  readonly plans: readonly LeafPlan[];
  readonly certificates: ServerTls | undefined;
}

class OwnBus implements FleetBus {
  readonly identities: IdentityFolders;
  readonly leaves: readonly LeafPlan[];
  readonly leafPort?: number;
  readonly tls?: ServerTls;
  restarts = 0;
  private readonly server: NatsServer;
  private readonly options: OwnBusOptions;
  private closing = false;

  constructor(server: NatsServer, options: OwnBusParts) {
    const { identities, plans, certificates } = options;
    this.server = server;
    this.identities = identities;
    this.leaves = plans;
    if (server.leafPort !== undefined) this.leafPort = server.leafPort;
    if (certificates !== undefined) this.tls = certificates;
    this.options = options;
    void this.keepUp();
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.server.stop();
  }

  private async keepUp(): Promise<void> {
    const { restarts, onNote, onProcesses } = this.options;
    for (;;) {
      await this.server.ended;
      if (this.closing) return;
      onProcesses([]);
      if (this.restarts >= restarts) return onNote('The nats-server ended and is not started again');
      await sleep(RESTART_PAUSE_MS);
      if (this.closing) return;
      this.restarts++;
      onNote('The nats-server ended; it is started again');
      try {
        await this.server.restart();
        onProcesses([this.server.pid]);
      } catch (error) {
        return onNote(`The nats-server does not start again: ${String(error)}`);
      }
    }
  }
}

/** A bus that somebody else runs; `folder` holds the identities that its server knows. */
export function othersBus(url: string, folder: string): FleetBus {
  return { url, identities: new IdentityFolders(folder), restarts: 0, leaves: [], close: () => Promise.resolve() };
}
