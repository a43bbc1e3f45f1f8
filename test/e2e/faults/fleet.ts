import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, busIdentity, subjectsOf } from '../../../agents/bus/index.ts';
import { Gate, type NatsServer, makeCertificates, startNatsServer } from '../../../cli/bus/index.ts';
import { IdentityFolders, makeIdentities } from '../../../cli/fleet/identities.ts';
import { readIdentity } from '../../../cli/fleet/identity-folder.ts';
import { at, must } from '../../present.ts';
import { temporaryFolder } from '../../nats.ts';
import { type TestBundle, writeTestBundle } from '../fleet-bundle.ts';
import { Flight } from './flight.ts';
import { type NodeChange, NodeProcess } from './node-process.ts';

/** Those of `test-12` with most to decide in its first minutes. */
export const SATELLITES = ['polar-p1-s1', 'polar-p1-s2', 'polar-p2-s1', 'polar-p2-s2'] as const;
export const FLEET = 'faults';
/** Longest that a node may take to answer, ms. */
export const DEADLINE_MS = 2000;
/** What a round may take beyond the deadline and the time in which this process stood still, ms. */
export const SLACK_MS = 500;
/** Longest that anything may take on a busy machine, ms. */
export const PATIENCE_MS = 90_000;

export interface FaultFleetOptions {
  readonly tls?: boolean;
  readonly deadlineMs?: number;
  readonly pingMs?: number;
  readonly seed?: number;
  /** Written for this fleet without it. */
  readonly flown?: TestBundle;
}

/** A message as it was on the bus. */
export interface Heard {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** One satellite with a node: its process, and the gate through which that reaches the bus. */
export interface Ship {
  readonly satellite: string;
  readonly node: NodeProcess;
  readonly gate: Gate;
}

/** A world, four node processes and a nats-server, with a gate between each of them and the server. */
export class FaultFleet {
  readonly folder = temporaryFolder();
  readonly flown: TestBundle;
  /** All that was said on the bus. */
  readonly heard: Heard[] = [];
  readonly deadlineMs: number;
  server!: NatsServer;
  worldGate!: Gate;
  flight!: Flight;
  ships: readonly Ship[] = [];
  caPem: string | undefined;
  private readonly options: FaultFleetOptions;
  private readonly identities = new IdentityFolders(join(this.folder, 'identities'));
  private readonly intruders = new Map<string, Promise<Bus>>();
  private readonly closers: (() => unknown)[] = [];

  private constructor(options: FaultFleetOptions) {
    this.options = options;
    this.flown = options.flown ?? writeTestBundle(this.folder);
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  /** Starts all, and waits until all nodes decide. */
  static async start(options: FaultFleetOptions = {}): Promise<FaultFleet> {
    const fleet = new FaultFleet(options);
    try {
      await fleet.begin();
      await fleet.converge();
    } catch (error) {
      await fleet.end();
      throw error;
    }
    return fleet;
  }

  /** Ends everything and leaves nothing behind; throws what is missing in the books. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of [() => this.flight?.land(), ...this.closers.splice(0).reverse()]) {
      await Promise.resolve(close()).catch((error: unknown) => failures.push(error));
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    if (failures.length > 0) throw failures[0];
  }

  ship(index: number): Ship {
    return at(this.ships, index);
  }

  /** A connection of its own with the rights of a satellite, or of the world. */
  async connectAs(who: string): Promise<Bus> {
    const identity = who === 'world' ? this.identities.readWorld() : readIdentity(this.identities.satellite(who));
    return this.connect(identity, `${who} again`, this.server.port);
  }

  /** The same, made once and kept: it is not struck by faults of links. */
  intruder(who: string): Promise<Bus> {
    const known = this.intruders.get(who) ?? this.connectAs(who);
    this.intruders.set(who, known);
    return known;
  }

  /** Starts processes again that ended by themselves. Returns how many. */
  restartEnded(): number {
    const ended = this.ships.filter(({ node }) => !node.isRunning);
    for (const { node } of ended) node.startAgain();
    return ended.length;
  }

  /** Waits until the nodes decide again and no fallback does. Resolves to the time that took, ms. */
  async converge(without: readonly string[] = [], look?: () => void): Promise<number> {
    const { flight } = this;
    const startMs = performance.now();
    flight.excused = without;
    flight.mark();
    await this.until('all nodes to decide again', () => {
      look?.();
      return flight.isConverged(without);
    });
    await flight.check();
    return performance.now() - startMs;
  }

  /** Waits, and closes the books now and then. */
  async until(what: string, met: () => boolean): Promise<void> {
    const startMs = performance.now();
    for (let looks = 1; !met(); looks++) {
      if (looks % 20 === 0) await this.flight.check();
      if (performance.now() - startMs > PATIENCE_MS) {
        const words = this.ships.map(
          ({ satellite, node }) => `${satellite}: ${node.isRunning} ${node.unasked.join()} ${node.lastWords}`,
        );
        throw new Error(
          `Waited ${PATIENCE_MS} ms for ${what}: ${JSON.stringify(this.flight.server.nodes)} ${words.join('\n')}`,
        );
      }
      await sleep(25);
    }
  }

  /** Ends the node of a ship at once, and starts it anew, changed or as it was. */
  async replace({ node }: Ship, change: NodeChange = {}): Promise<void> {
    await node.kill();
    node.start(change);
  }

  private async begin(): Promise<void> {
    const { folder, options, closers } = this;
    const tls = options.tls === true ? await makeCertificates(join(folder, 'certificates')) : undefined;
    this.caPem = tls?.caPem;
    const authority = tls === undefined ? {} : { caPem: tls.caPem };
    const users = makeIdentities({
      folder: this.identities.folder,
      fleet: FLEET,
      satellites: SATELLITES,
      ...authority,
    });
    const spy = busIdentity();
    const listener = {
      publicKey: spy.publicKey,
      permissions: { publish: [], subscribe: [`${subjectsOf(FLEET).prefix}.>`] },
    };
    const config = { users: [...users, listener], ...(tls === undefined ? {} : { tls }) };
    this.server = await startNatsServer({ config, folder: join(folder, 'server'), onNote: () => undefined });
    closers.push(() => this.server.kill());
    this.worldGate = await this.openGate();
    const ears = await this.connect({ seed: spy.seed, ...authority }, 'ears', this.server.port);
    ears.messages$(`${subjectsOf(FLEET).prefix}.>`).subscribe((message) => this.hear(message));
    const bus = await this.connect(this.identities.readWorld(), 'world', this.worldGate.port);
    const flight = await Flight.prepare({
      ...{ bus, fleet: FLEET, satellites: SATELLITES, deadlineMs: this.deadlineMs },
      ...{ pingMs: options.pingMs ?? 500, seed: options.seed ?? 1 },
    });
    this.flight = flight;
    this.ships = await Promise.all(SATELLITES.map((satellite) => this.launch(satellite)));
    await this.until(
      'all nodes to join',
      () => flight.server.nodes.filter(({ isReady }) => isReady).length === SATELLITES.length,
    );
    flight.takeOff(options.seed ?? 3);
  }

  private hear({ subject, data }: Heard): void {
    this.heard.push({ subject, data });
    if (this.heard.length > 20_000) this.heard.splice(0, 10_000);
  }

  private async launch(satellite: string): Promise<Ship> {
    const gate = await this.openGate();
    const bus = `nats://127.0.0.1:${gate.port}`;
    const identity = this.identities.satellite(satellite);
    const node = new NodeProcess({ satellite, ...this.flown, bus, fleet: FLEET, identity });
    this.closers.push(() => node.kill());
    node.start();
    return { satellite, node, gate };
  }

  private async openGate(): Promise<Gate> {
    const gate = await Gate.start({ targetPort: this.server.port });
    this.closers.push(() => gate.stop());
    return gate;
  }

  private async connect(who: { seed: Uint8Array; caPem?: string }, name: string, port: number): Promise<Bus> {
    const bus = await Bus.connect({ ...who, servers: `nats://127.0.0.1:${port}`, name, connectTimeoutMs: 20_000 });
    this.closers.push(() => bus.connection.close());
    return bus;
  }
}

/** Nodes of the satellites without a fault: that nothing was decided in their place since `before`. */
export class Bystanders {
  private readonly fleet: FaultFleet;
  private readonly before: readonly { readonly satellite: string; readonly other: number; readonly byNode: number }[];

  constructor(fleet: FaultFleet, struck: readonly string[]) {
    this.fleet = fleet;
    this.before = fleet.ships
      .filter(({ satellite }) => !struck.includes(satellite))
      .map(({ satellite }) => this.stand(satellite));
  }

  /** Decisions of others in their place since then, all satellites together, and whether each decided itself. */
  get since(): { readonly byOthers: number; readonly allDecided: boolean } {
    const now = this.before.map(({ satellite }) => this.stand(satellite));
    return {
      byOthers: now.reduce((sum, { other }, i) => sum + other - must(this.before[i]).other, 0),
      allDecided: now.every(({ byNode }, i) => byNode > must(this.before[i]).byNode),
    };
  }

  private stand(satellite: string): { satellite: string; other: number; byNode: number } {
    const { inItsPlace, unasked, byMachine, byNode } = this.fleet.flight.decisions(satellite);
    return { satellite, other: inItsPlace + unasked + byMachine, byNode };
  }
}
