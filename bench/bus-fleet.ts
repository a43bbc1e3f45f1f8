import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Bus, busDoor, busIdentity, nodePermissions, worldPermissions } from '../agents/bus/index.ts';
import { type Constellation, type NodeDoor, type NodeServer, serveNodes } from '../agents/index.ts';
import { type NatsServer, makeCertificates, startNatsServer } from '../cli/bus/index.ts';
import { NODE_CLOCK } from '../cli/node-clock.ts';
import { createBaseline } from '../policies/index.ts';
import { FLEET, type NodeOrders, type ToNode } from './bus-orders.ts';
import { HEURISTIC, type LearnedNetwork } from './fixture.ts';

/** Node processes that start at once. */
const STARTING = 4;
/** A node is pinged on three ways; together as often as one that has one. */
const PING_MS = 3000;
/** Nothing may be late, whatever else the machine does. */
const DEADLINE_MS = 60_000;

/** One way from the world to its nodes. */
export interface Way {
  readonly server: NodeServer;
  /** Time from each question to its answer, ms; NaN for what was no answer. */
  answersMs: number[];
  /** Of the nats-server in between. */
  readonly busPid?: number;
}

export interface BusFleetOptions {
  readonly satelliteNames: readonly string[];
  readonly network: LearnedNetwork;
  /** Whose machines the nodes mirror. */
  readonly constellation: Constellation;
}

/** Two servers, the second with TLS and an identity for everyone, and a world that serves nodes on both and at a local socket. */
export class BusFleet {
  readonly version: string;
  readonly ways: Readonly<Record<'plain' | 'secured' | 'socket', Way>>;
  /** The world's connection to the first server. */
  readonly bus: Bus;
  readonly satelliteNames: readonly string[];
  private readonly securedBus: Bus;
  private readonly places: Places;
  private readonly network: LearnedNetwork;
  private readonly children: ChildProcess[] = [];
  private isClosing = false;
  /** Rejects when a node ends before its time. */
  private readonly failed: Promise<never>;
  private fail: (error: Error) => void = () => undefined;

  private constructor(places: Places, buses: readonly [Bus, Bus], ways: BusFleet['ways'], options: BusFleetOptions) {
    this.version = places.plain.version;
    this.places = places;
    [this.bus, this.securedBus] = buses;
    this.ways = ways;
    this.satelliteNames = options.satelliteNames;
    this.network = options.network;
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined);
    // Servers end with this process, and nodes when it is gone.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  }

  /** Errors: BUS_SERVER, also where there is no nats-server. */
  static async start(options: BusFleetOptions): Promise<BusFleet> {
    const { satelliteNames, constellation } = options;
    const places = await startServers(satelliteNames);
    const { plain, secured, caPem, world, socketPath } = places;
    const [bus, securedBus] = await Promise.all([
      Bus.connect({ servers: plain.url, name: 'world' }),
      Bus.connect({ servers: secured.url, caPem, seed: world.seed, name: 'world' }),
    ]);
    const baseline = createBaseline(HEURISTIC, 1);
    const serve = async (entrance: Entrance, busPid?: number): Promise<Way> => {
      const server = await serveNodes({
        ...NODE_CLOCK,
        ...entrance,
        ...{ satelliteNames, local: baseline, fallback: baseline, deadlineMs: DEADLINE_MS, pingMs: PING_MS },
        nowMs: () => performance.now(),
        onAnswer: ({ durationMs, outcome }) => way.answersMs.push(outcome === 'answered' ? durationMs : NaN),
      });
      server.mirror(constellation);
      const way: Way = { server, answersMs: [], ...(busPid === undefined ? {} : { busPid }) };
      return way;
    };
    const ways = {
      plain: await serve({ door: busDoor({ bus, fleet: FLEET }, satelliteNames) }, plain.pid),
      secured: await serve({ door: busDoor({ bus: securedBus, fleet: FLEET }, satelliteNames) }, secured.pid),
      socket: await serve({ address: { socketPath } }),
    };
    return new BusFleet(places, [bus, securedBus], ways, options);
  }

  /** Starts nodes until there are so many, and waits until they have joined on all ways. */
  async grow(nodes: number): Promise<void> {
    while (this.children.length < nodes) {
      const end = Math.min(nodes, this.children.length + STARTING);
      while (this.children.length < end) this.startNode();
      const there = this.satelliteNames.slice(0, end);
      const joined = Object.values(this.ways).map(({ server }) => server.whenJoined(there));
      await Promise.race([Promise.all(joined), this.failed]);
    }
  }

  /** Sends all nodes this. */
  tell(message: ToNode): void {
    for (const child of this.children) child.send(message);
  }

  /** CPU time of all nodes so far, s. */
  async nodesCpuS(): Promise<number> {
    const times = this.children.map(
      (child) => new Promise<NodeJS.CpuUsage>((resolve) => child.once('message', resolve)),
    );
    this.tell('cpu');
    const told = await Promise.race([Promise.all(times), this.failed]);
    return told.reduce((sum, { user, system }) => sum + (user + system) / 1e6, 0);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    const there = this.children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ended = there.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const { server } of Object.values(this.ways)) await server.close();
    await Promise.all(ended);
    const { plain, secured, folder } = this.places;
    await Promise.all([this.bus.close(), this.securedBus.close()]);
    await Promise.all([plain.stop(), secured.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }

  private startNode(): void {
    const { plain, secured, caPem, seeds, socketPath } = this.places;
    const index = this.children.length;
    const orders: NodeOrders = {
      satellite: this.satelliteNames[index] as string,
      plain: { servers: plain.url },
      secured: { servers: secured.url, caPem, seed: seeds[index] as Uint8Array },
      ...{ socketPath, network: this.network },
    };
    const entry = new URL(`./bus-node${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    // Typed arrays pass only so.
    const child = fork(fileURLToPath(entry), { serialization: 'advanced' });
    child.setMaxListeners(0);
    child.once('exit', (status) => {
      if (!this.isClosing) this.fail(new Error(`The node '${orders.satellite}' ended with status ${status}.`));
    });
    child.send(orders);
    this.children.push(child);
  }
}

type Entrance = { readonly door: NodeDoor } | { readonly address: { readonly socketPath: string } };

interface Places {
  readonly folder: string;
  readonly plain: NatsServer;
  readonly secured: NatsServer;
  readonly caPem: string;
  readonly world: { readonly seed: Uint8Array };
  /** [satellites] */
  readonly seeds: readonly Uint8Array[];
  readonly socketPath: string;
}

async function startServers(satelliteNames: readonly string[]): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-bench-bus-'));
  const world = busIdentity();
  const identities = satelliteNames.map((name) => ({ name, ...busIdentity() }));
  const users = [
    { publicKey: world.publicKey, permissions: worldPermissions(FLEET) },
    ...identities.map(({ name, publicKey }) => ({ publicKey, permissions: nodePermissions(FLEET, name) })),
  ];
  const plain = await startNatsServer({ config: { name: 'plain' }, folder: join(folder, 'plain') });
  const { caPem, ...tls } = await makeCertificates(join(folder, 'certificates'));
  const secured = await startNatsServer({ config: { name: 'secured', users, tls }, folder: join(folder, 'secured') });
  const socketPath = join(folder, 'world.sock');
  return { folder, plain, secured, caPem, world, seeds: identities.map(({ seed }) => seed), socketPath };
}
