import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { Observable, Subject } from 'rxjs';
import {
  type DecisionBatch,
  type DecisionSpec,
  type Policy,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  decisionSpecHash,
} from '../../core/index.ts';
import { type PickedRows, createPickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';
import type { Decider } from '../decider.ts';
import type { AgentReport } from '../streams/frames.ts';
import { type NodeAddress, cannotConnect } from './address.ts';
import { rowsPerRequest } from './batch-codec.ts';
import { FRAME, type Frame, FrameReader, MAX_FRAME_BYTES, MAX_HELLO_BYTES, protocolError } from './frames.ts';
import { listen } from './listen.ts';
import { type Hello, decodeHello, encodeGoodbye, encodeRefusal, encodeWelcome } from './messages.ts';
import { NodeLink, type Timer } from './node-link.ts';

export interface ServeNodesOptions {
  /** Port 0 takes a free one. */
  readonly address: NodeAddress;
  /** [satelliteCount] names a node may take; a name's index is its satellite. The same in all worlds. */
  readonly satelliteNames: readonly string[];
  /** Decides for satellites that have no node. */
  readonly local: Policy;
  /** Decides in the place of a node that is late or lost. */
  readonly fallback: Policy;
  /** How long a node may take over one request, ms. */
  readonly deadlineMs: number;
  readonly timer: Timer;
  readonly spec?: DecisionSpec;
}

/** What a node is and has done so far. */
export interface NodeStatus {
  readonly satellite: string;
  readonly policy: string;
  readonly bundleVersion: string;
  readonly isReady: boolean;
  readonly decisions: number;
  /** Decisions asked of the node that its fallback made in its place. */
  readonly fallbackDecisions: number;
}

/**
 * Serves satellites that are processes of their own. Rejects with NODE_CONNECT if the address cannot be had.
 *
 * @example
 * const nodes = await serveNodes({ address: { socketPath }, satelliteNames, local, fallback, deadlineMs: 100, timer });
 * const constellation = new Constellation({ worlds, policy: nodes.decide, fallback, reports$: nodes.reports$ });
 */
export async function serveNodes(options: ServeNodesOptions): Promise<NodeServer> {
  const server = createServer();
  const nodes = new NodeServer(options, server);
  await listen(server, options.address);
  return nodes;
}

interface Waiter {
  readonly satellites: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: SpaceCloudError) => void;
}

/** The world's end of all nodes. Made by `serveNodes`. */
export class NodeServer {
  /** Asks the nodes for the rows of their satellites and decides the others locally; at once if no node is concerned. */
  readonly decide: Decider;
  /** Nodes that joined, were refused, are late, answer again, or are lost; begins with those that have joined already. */
  readonly reports$: Observable<AgentReport>;
  private readonly options: ServeNodesOptions;
  private readonly server: Server;
  private readonly spec: DecisionSpec;
  private readonly reports = new Subject<AgentReport>();
  /** Satellite -> its node. */
  private readonly links = new Map<number, NodeLink>();
  private readonly sockets = new Set<Socket>();
  private waiters: Waiter[] = [];
  private localRows: PickedRows | undefined;
  private fallbackRows: PickedRows | undefined;

  constructor(options: ServeNodesOptions, server: Server) {
    this.options = options;
    this.server = server;
    this.spec = options.spec ?? SPACE_CLOUD_SPEC;
    this.reports$ = new Observable((subscriber) => {
      for (const { satellite, standing } of this.links.values()) {
        for (const event of standing) subscriber.next({ world: 'all', satellite, event });
      }
      return this.reports.subscribe(subscriber);
    });
    this.decide = (batch, out) => this.decideBatch(batch, out);
    server.on('connection', (socket) => this.accept(socket));
  }

  /** The address in use, with the port that was free. */
  get address(): NodeAddress {
    const { address } = this.options;
    return 'socketPath' in address ? address : { port: (this.server.address() as AddressInfo).port };
  }

  get nodes(): readonly NodeStatus[] {
    return [...this.links.values()].map(({ hello, isReady, decisions, fallbackDecisions }) => ({
      satellite: hello.satellite,
      policy: hello.policy,
      bundleVersion: hello.bundleVersion,
      isReady,
      decisions,
      fallbackDecisions,
    }));
  }

  /** Resolves when each of the satellites named has a node, ready or refused by itself. Rejects with NODE_CONNECT on `close`. */
  whenJoined(satellites: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ satellites, resolve, reject });
      this.wakeWaiters();
    });
  }

  /** Says goodbye to all nodes and stops serving. */
  async close(): Promise<void> {
    const { timer, deadlineMs } = this.options;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const link of this.links.values()) link.dismiss(encodeGoodbye());
    // A node that hangs does not close its end; connections that never said hello have nothing to wait for.
    const hanging = timer.set(() => this.sockets.forEach((socket) => socket.destroy()), deadlineMs);
    for (const socket of this.sockets) if (!socket.writableEnded) socket.destroy();
    const error = cannotConnect(
      'Expected all nodes to join, got the end of serving.',
      undefined,
      'Start the nodes earlier.',
    );
    for (const waiter of this.waiters) waiter.reject(error);
    this.waiters = [];
    await closed;
    timer.clear(hanging);
    this.reports.complete();
  }

  private decideBatch(batch: DecisionBatch, out: Uint8Array): void | Promise<void> {
    const { local, fallback } = this.options;
    const asked = this.links.size === 0 ? undefined : this.split(batch);
    if (asked === undefined) return local.choose(batch, out);
    for (const [policy, rows] of [
      [local, this.localRows],
      [fallback, this.fallbackRows],
    ] as const) {
      if (rows === undefined || rows.batch.n === 0) continue;
      policy.choose(rows.batch, rows.choices);
      putBack(rows, out);
    }
    if (asked.size === 0) return undefined;
    const answers = [...asked].map(([link, rows]) => link.ask(rows).then(() => putBack(rows, out)));
    return Promise.all(answers).then(() => undefined);
  }

  /** Deals the rows to the nodes, to local and to fallback; undefined if no row belongs to a node. */
  private split(batch: DecisionBatch): ReadonlyMap<NodeLink, PickedRows> | undefined {
    let concerned = false;
    for (let row = 0; row < batch.n && !concerned; row++) concerned = this.links.has(batch.agent[row] as number);
    if (!concerned) return undefined;
    const localRows = (this.localRows = emptied(this.localRows, batch));
    const fallbackRows = (this.fallbackRows = emptied(this.fallbackRows, batch));
    const asked = new Map<NodeLink, PickedRows>();
    for (let row = 0; row < batch.n; row++) {
      const link = this.links.get(batch.agent[row] as number);
      if (link === undefined) {
        pickRows(batch, row, row + 1, localRows);
        continue;
      }
      let rows = asked.get(link);
      if (rows === undefined && link.isReady) asked.set(link, (rows = link.rowsFor(batch)));
      pickRows(batch, row, row + 1, rows ?? fallbackRows);
    }
    for (const { batch: rows } of asked.values()) expectFrameRoom(rows);
    return asked;
  }

  private accept(socket: Socket): void {
    const reader = new FrameReader(MAX_HELLO_BYTES);
    let link: NodeLink | undefined;
    let broken = false;
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.on('data', (bytes) => {
      if (broken) return;
      try {
        reader.push(bytes, (frame) => {
          if (link !== undefined) return this.take(link, frame);
          link = this.welcome(socket, frame);
          reader.limitBytes = MAX_FRAME_BYTES;
        });
      } catch (error) {
        if (!(error instanceof SpaceCloudError)) throw error;
        broken = true;
        const refusal = encodeRefusal({ code: error.code, message: error.message });
        socket.end(refusal, () => socket.destroy());
        if (link !== undefined) this.lose(link);
      }
    });
    // A connection that breaks is closed next, which is where it is dealt with.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (link !== undefined) this.lose(link);
    });
  }

  private welcome(socket: Socket, { kind, payload }: Frame): NodeLink {
    if (kind !== FRAME.hello) throw protocolError(`Expected a hello first, got a frame of kind ${kind}.`);
    const hello = decodeHello(payload);
    const satellite = this.expectTakeable(hello);
    const { fallback, deadlineMs, timer } = this.options;
    const report = (event: AgentReport['event']): void => this.reports.next({ world: 'all', satellite, event });
    const link = new NodeLink({ socket, hello, satellite, fallback, deadlineMs, timer, report });
    this.links.set(satellite, link);
    socket.write(encodeWelcome());
    for (const event of link.standing) report(event);
    this.wakeWaiters();
    return link;
  }

  /** Index of the satellite a node says it is. */
  private expectTakeable({ satellite, specHash }: Hello): number {
    const expected = decisionSpecHash(this.spec);
    if (specHash !== expected) {
      throw new SpaceCloudError(
        'BUNDLE_SPEC',
        `Expected a policy for decision specification ${expected} on node '${satellite}', got ${specHash}.`,
      );
    }
    const index = this.options.satelliteNames.indexOf(satellite);
    if (index < 0) throw protocolError(`Expected the name of a satellite of this world, got '${satellite}'.`);
    if (this.links.has(index)) throw protocolError(`Expected one node for '${satellite}', got a second.`);
    return index;
  }

  private take(link: NodeLink, { kind, payload }: Frame): void {
    if (kind !== FRAME.answer) {
      throw protocolError(`Expected an answer of node '${link.hello.satellite}', got a frame of kind ${kind}.`);
    }
    link.take(payload);
  }

  private lose(link: NodeLink): void {
    if (this.links.get(link.satellite) === link) this.links.delete(link.satellite);
    link.loseNode();
  }

  private wakeWaiters(): void {
    const joined = new Set([...this.links.values()].map(({ hello }) => hello.satellite));
    this.waiters = this.waiters.filter(({ satellites, resolve }) => {
      const complete = satellites.every((satellite) => joined.has(satellite));
      if (complete) resolve();
      return !complete;
    });
  }
}

function emptied(rows: PickedRows | undefined, batch: DecisionBatch): PickedRows {
  const room = rows !== undefined && rows.batch.capacity >= batch.capacity && rows.batch.knowledge === batch.knowledge;
  const picked = room ? rows : createPickedRows(batch);
  picked.batch.n = 0;
  return picked;
}

function expectFrameRoom({ n, spec }: DecisionBatch): void {
  const limit = rowsPerRequest(spec);
  if (n > limit) throw protocolError(`Expected at most ${limit} decisions for one node at once, got ${n}.`);
}
