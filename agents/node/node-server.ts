import { Observable, Subject } from 'rxjs';
import { type DecisionBatch, type Policy, SpaceCloudError } from '../../core/index.ts';
import { type PickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';
import type { Decider } from '../decider.ts';
import type { AgentReport } from '../streams/frames.ts';
import { type NodeAddress, cannotConnect } from './address.ts';
import { rowsPerRequest } from './batch-codec.ts';
import type { NodeChannel, NodeDoor } from './channel.ts';
import { type Introduced, Reception, type ReceptionOptions } from './reception.ts';
import { KIND, type Message, PROTOCOL_VERSION, openMessage, protocolError, seal, versionOf } from './message.ts';
import { encodeBare, encodeRefusal } from './messages.ts';
import type { MirrorSource } from './mirror-source.ts';
import { type AnswerWatch, NodeLink } from './node-link.ts';
import { emptied } from './rows.ts';
import { SocketDoor } from './socket-door.ts';
import { type NodeTally, createTally } from './tally.ts';

/** Time between two pings of a node, ms. */
const PING_MS = 1000;
/** So many of these times without a word of any node, and the door is made anew: a damaged one may let nothing in. */
const MOST_SILENT = 10;

export interface NodeServerOptions extends ReceptionOptions, AnswerWatch {
  /** Decides for satellites that have no node. */
  readonly local: Policy;
  /** Decides in the place of a node that is late or lost. */
  readonly fallback: Policy;
  /** How long a node may take over one request, ms. */
  readonly deadlineMs: number;
  /** Time between two pings of a node, ms; after the third without an answer it is lost. Default 1000. */
  readonly pingMs?: number;
}

/** What the node of a satellite is and has done so far, in all its sessions. */
export interface NodeStatus extends Readonly<NodeTally> {
  readonly satellite: string;
  /** Of the node that is there, or was last. */
  readonly policy: string;
  readonly bundleVersion: string;
  /** Whether it is there, and whether it could be asked now. */
  readonly isJoined: boolean;
  readonly isReady: boolean;
}

interface Waiter {
  readonly satellites: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The world's end of all nodes. Made by `serveNodes`. */
export class NodeServer {
  /** Asks the nodes for the rows of their satellites and decides the others locally; at once if no node is concerned. */
  readonly decide: Decider;
  /** Nodes that joined, were refused, are late, answer again, or are lost; begins with those that have joined already. */
  readonly reports$: Observable<AgentReport>;
  private readonly options: NodeServerOptions;
  private readonly door: NodeDoor;
  private readonly reception: Reception;
  private readonly reports = new Subject<AgentReport>();
  /** Satellite -> its node. */
  private readonly links = new Map<number, NodeLink>();
  /** Satellite -> what its nodes were and did. */
  private readonly records = new Map<number, { last: NodeLink; readonly tally: NodeTally }>();
  private source: MirrorSource | undefined;
  private waiters: Waiter[] = [];
  private localRows: PickedRows | undefined;
  private fallbackRows: PickedRows | undefined;
  private pinging: unknown;
  /** Pings since a message came in. */
  private silent = 0;
  private closed = false;

  constructor(options: NodeServerOptions, door: NodeDoor) {
    this.options = options;
    this.door = door;
    this.reception = new Reception(options, (satellite) => this.links.get(satellite));
    this.reports$ = new Observable((subscriber) => {
      for (const { satellite, reports } of this.links.values()) {
        for (const event of reports) subscriber.next({ world: 'all', satellite, event });
      }
      return this.reports.subscribe(subscriber);
    });
    this.decide = (batch, out) => this.decideBatch(batch, out);
  }

  /** Errors: those of the door. */
  async open(): Promise<void> {
    await this.door.open({
      message: (channel, bytes) => this.hear(channel, bytes),
      closed: (channel) => this.loseChannel(channel),
    });
    this.pingLater();
  }

  /** The socket's address in use, with the port that was free. Throws MISUSE where nodes come in by another door. */
  get address(): NodeAddress {
    if (this.door instanceof SocketDoor) return this.door.address;
    throw new SpaceCloudError('MISUSE', 'Expected nodes served at a local socket, got another door.');
  }

  /** Satellites that have a node or had one. */
  get nodes(): readonly NodeStatus[] {
    return [...this.records].map(([satellite, { last, tally }]) => ({
      satellite: this.options.satelliteNames[satellite] as string,
      policy: last.standing.policy,
      bundleVersion: last.standing.bundleVersion,
      isJoined: this.links.has(satellite),
      isReady: this.links.get(satellite)?.isReady ?? false,
      ...tally,
    }));
  }

  /** Messages that belong to no satellite's node, such as noise before a hello. */
  get strays(): number {
    return this.reception.strays;
  }

  /** From now on nodes keep mirrors of the machines of this constellation. Returns what ends it. */
  mirror(source: MirrorSource): () => void {
    this.source = source;
    const listening = source.satelliteEvents$.subscribe(({ world, satellite, event }) =>
      this.links.get(satellite)?.tell(world, event),
    );
    return () => {
      listening.unsubscribe();
      if (this.source === source) this.source = undefined;
    };
  }

  /** Resolves when each of the satellites named has a node, ready or refused by itself. Rejects with NODE_CONNECT on and after `close`. */
  whenJoined(satellites: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(endedTooEarly());
      this.waiters.push({ satellites, resolve, reject });
      this.wakeWaiters();
    });
  }

  /** Says goodbye to all nodes and stops serving. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.options.timer.clear(this.pinging);
    for (const link of this.links.values()) link.dismiss();
    this.reception.dismiss();
    for (const waiter of this.waiters) waiter.reject(endedTooEarly());
    this.waiters = [];
    await this.door.close();
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
    const answers = [...asked].map(([link, rows]) => link.ask(rows, this.source).then(() => putBack(rows, out)));
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
    for (const [{ channel }, { batch: rows }] of asked) expectRoom(rows, channel);
    return asked;
  }

  private hear(channel: NodeChannel, bytes: Uint8Array): void {
    if (this.closed) return;
    this.silent = 0;
    const satellite = this.reception.satelliteOf(channel);
    const tally = satellite === undefined ? undefined : this.records.get(satellite)?.tally;
    const message = openMessage(bytes);
    if (message === 'version') return this.refuseVersion(channel, versionOf(bytes));
    if (message === 'corrupt') return this.reception.count(tally, 'corrupt');
    try {
      this.take(channel, message);
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      this.reception.count(tally, 'corrupt');
    }
  }

  private take(channel: NodeChannel, message: Message): void {
    if (message.kind === KIND.hello) return this.reception.greet(channel, message.body);
    const satellite = this.reception.satelliteOf(channel);
    if (satellite === undefined) return this.reception.count(undefined, 'stale');
    const link = this.links.get(satellite);
    if (link !== undefined && link.session === message.session && link.channel === channel) {
      const heard = link.take(message);
      if (heard !== 'fine') this.lose(link);
      if (heard === 'liar') this.reception.bar(link);
      return;
    }
    const introduced = message.kind === KIND.ready ? this.reception.admit(channel, message.session) : undefined;
    if (introduced !== undefined) return this.join(introduced);
    this.reception.count(this.records.get(satellite)?.tally, 'stale');
    // A node that takes itself to be in a session, and is not.
    if (link === undefined) askWho(channel, message.session);
  }

  private join(introduced: Introduced): void {
    const { satellite } = introduced;
    const record = this.records.get(satellite);
    const tally = record?.tally ?? createTally();
    if (record !== undefined) tally.rejoined++;
    const report = (event: AgentReport['event']): void => this.reports.next({ world: 'all', satellite, event });
    const link = new NodeLink({ ...this.options, ...introduced, standing: introduced.hello, tally, report });
    this.links.set(satellite, link);
    this.records.set(satellite, { last: link, tally });
    for (const event of link.reports) report(event);
    this.wakeWaiters();
  }

  private refuseVersion(channel: NodeChannel, version: number): void {
    const message = `Expected protocol version ${PROTOCOL_VERSION}, got ${version} from the node.`;
    channel.send(seal(encodeRefusal({ nonce: 0, code: 'NODE_PROTOCOL', message }), 0, 0));
    this.reception.count(undefined, 'stale');
  }

  private loseChannel(channel: NodeChannel): void {
    const satellite = this.reception.forget(channel);
    const link = satellite === undefined ? undefined : this.links.get(satellite);
    if (link?.channel === channel) this.lose(link);
  }

  private lose(link: NodeLink): void {
    this.links.delete(link.satellite);
    link.lose();
  }

  /** Counted, not timed: a world that was busy for long hears first what came meanwhile. */
  private pingLater(): void {
    this.pinging = this.options.timer.set(() => {
      for (const link of [...this.links.values()]) if (!link.ping()) this.lose(link);
      this.reception.remind();
      for (const [satellite, { last }] of this.records) if (!this.links.has(satellite)) askWho(last.channel, 0);
      if (this.records.size > 0 && ++this.silent % MOST_SILENT === 0) this.door.renew?.();
      this.pingLater();
    }, this.options.pingMs ?? PING_MS);
  }

  private wakeWaiters(): void {
    const joined = new Set([...this.links.keys()].map((satellite) => this.options.satelliteNames[satellite]));
    this.waiters = this.waiters.filter(({ satellites, resolve }) => {
      const complete = satellites.every((satellite) => joined.has(satellite));
      if (complete) resolve();
      return !complete;
    });
  }
}

/** Has a node introduce itself: one in this session, or with 0 any. */
function askWho(channel: NodeChannel, session: number): void {
  channel.send(seal(encodeBare(KIND.who), session, 0));
}

function endedTooEarly(): SpaceCloudError {
  const message = 'Expected all nodes to join, got the end of serving.';
  return cannotConnect(message, undefined, 'Start the nodes earlier.');
}

function isProtocolError(error: unknown): boolean {
  return error instanceof SpaceCloudError && error.code === 'NODE_PROTOCOL';
}

function expectRoom({ n, spec }: DecisionBatch, { maxBytes }: NodeChannel): void {
  const limit = rowsPerRequest(spec, maxBytes);
  if (n > limit) throw protocolError(`Expected at most ${limit} decisions for one node at once, got ${n}.`);
}
