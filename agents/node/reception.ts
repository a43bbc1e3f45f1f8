import { type DecisionSpec, SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../../core/index.ts';
import type { NodeChannel } from './channel.ts';
import { KIND, protocolError, seal } from './message.ts';
import { type Hello, decodeHello, encodeBare, encodeRefusal, encodeWelcome } from './messages.ts';
import { MOST_ILLEGAL, type NodeLink } from './node-link.ts';
import type { NodeTally } from './tally.ts';
import type { Timer } from './timer.ts';

/** Times a node is offered a session that it does not take. */
const MOST_REMINDERS = 5;

export interface ReceptionOptions {
  /** [satelliteCount] names a node may take; a name's index is its satellite. The same in all worlds. */
  readonly satelliteNames: readonly string[];
  /** Draws 32 random bits: names of sessions, which nobody should be able to guess. */
  readonly draw: () => number;
  readonly timer: Timer;
  readonly spec?: DecisionSpec;
}

/** A node that was offered a session. */
export interface Introduced {
  readonly channel: NodeChannel;
  readonly hello: Hello;
  readonly nonce: number;
  readonly satellite: number;
  readonly session: number;
  /** Messages said to it in the session. */
  readonly said: number;
}

/** Where nodes introduce themselves, the world's end: who may be which satellite, and in which session. */
export class Reception {
  /** Messages of nobody: before a hello, or of a satellite that never had a node. */
  strays = 0;
  private readonly options: ReceptionOptions;
  private readonly linkOf: (satellite: number) => NodeLink | undefined;
  private readonly specHash: string;
  /** Channel -> satellite that it speaks for. */
  private readonly bound = new Map<NodeChannel, number>();
  /** Satellite -> the node that was offered a session and has not taken it. */
  private readonly introduced = new Map<number, Introduced & { said: number }>();
  private readonly barred = new Set<number>();

  constructor(options: ReceptionOptions, linkOf: (satellite: number) => NodeLink | undefined) {
    this.options = options;
    this.linkOf = linkOf;
    this.specHash = decisionSpecHash(options.spec ?? SPACE_CLOUD_SPEC);
  }

  satelliteOf(channel: NodeChannel): number | undefined {
    return this.bound.get(channel);
  }

  /** Counts a message that is dropped. */
  count(tally: NodeTally | undefined, what: 'corrupt' | 'stale'): void {
    if (tally === undefined) this.strays++;
    else tally[what]++;
  }

  /**
   * Takes a hello: offers the node a session, or refuses it. Nothing changes for a node that is there: a hello heard again, or
   * one of somebody else, costs it nothing, for only its own node learns of the session. Throws NODE_PROTOCOL.
   */
  greet(channel: NodeChannel, body: Buffer): void {
    const hello = decodeHello(body);
    const { nonce } = hello;
    const satellite = this.options.satelliteNames.indexOf(hello.satellite);
    const refusal = this.refusalOf(channel, hello, satellite);
    if (refusal !== undefined) {
      this.refuse(channel, nonce, refusal);
      return;
    }
    const present = this.linkOf(satellite);
    if (present?.nonce === nonce) {
      present.tally.stale++;
      return;
    }
    if (present !== undefined) {
      present.doubt();
      const refused = protocolError(`Expected one node for '${hello.satellite}', got a second.`);
      this.refuse(channel, nonce, refused, true);
      return;
    }
    this.bound.set(channel, satellite);
    const before = this.introduced.get(satellite);
    const isSame = before?.nonce === nonce && before.channel === channel;
    const session = isSame ? before.session : this.drawSession();
    const introduced = { channel, hello, nonce, satellite, session, said: isSame ? before.said : 0 };
    this.introduced.set(satellite, introduced);
    offer(introduced);
  }

  /** The node that takes the session it was offered. */
  admit(channel: NodeChannel, session: number): Introduced | undefined {
    const satellite = this.bound.get(channel);
    const introduced = satellite === undefined ? undefined : this.introduced.get(satellite);
    if (introduced === undefined || introduced.session !== session || introduced.channel !== channel) return undefined;
    this.introduced.delete(introduced.satellite);
    return introduced;
  }

  /** Offers sessions again that nobody took: the offer, or its acceptance, may have been lost. */
  remind(): void {
    for (const introduced of [...this.introduced.values()]) {
      if (introduced.said >= MOST_REMINDERS) this.introduced.delete(introduced.satellite);
      else offer(introduced);
    }
  }

  /** From now on this satellite gets no session any more: its node lies. */
  bar({ satellite, channel, nonce }: NodeLink): void {
    this.barred.add(satellite);
    this.refuse(channel, nonce, this.liar(satellite));
  }

  /** A channel is gone. Returns the satellite it spoke for. */
  forget(channel: NodeChannel): number | undefined {
    const satellite = this.bound.get(channel);
    this.bound.delete(channel);
    if (satellite !== undefined && this.introduced.get(satellite)?.channel === channel) {
      this.introduced.delete(satellite);
    }
    return satellite;
  }

  /** Says goodbye to those who were offered a session. */
  dismiss(): void {
    for (const { channel, session, said } of this.introduced.values()) {
      channel.send(seal(encodeBare(KIND.goodbye), session, said + 1));
      channel.end();
    }
    this.introduced.clear();
  }

  private refusalOf(
    channel: NodeChannel,
    { satellite: name, specHash }: Hello,
    satellite: number,
  ): SpaceCloudError | undefined {
    if (specHash !== this.specHash) {
      return new SpaceCloudError(
        'BUNDLE_SPEC',
        `Expected a policy for decision specification ${this.specHash} on node '${name}', got ${specHash}.`,
      );
    }
    if (satellite < 0) return protocolError(`Expected the name of a satellite of this world, got '${name}'.`);
    const speaksFor = channel.satellite ?? this.nameOf(this.bound.get(channel));
    if (speaksFor !== undefined && speaksFor !== name) {
      return protocolError(`Expected the node of '${speaksFor}' to speak for itself, got '${name}'.`);
    }
    return this.barred.has(satellite) ? this.liar(satellite) : undefined;
  }

  private refuse(channel: NodeChannel, nonce: number, { code, message }: SpaceCloudError, mayRetry = false): void {
    channel.send(seal(encodeRefusal({ nonce, code, message }, mayRetry), 0, 0));
    if (channel.satellite === undefined) channel.end();
  }

  private liar(satellite: number): SpaceCloudError {
    const name = this.nameOf(satellite) ?? '';
    return protocolError(
      `Expected the node of '${name}' to choose what is allowed, got ${MOST_ILLEGAL} answers that were not.`,
    );
  }

  private nameOf(satellite: number | undefined): string | undefined {
    return satellite === undefined ? undefined : this.options.satelliteNames[satellite];
  }

  /** 0 stands for no session. */
  private drawSession(): number {
    const session = this.options.draw() >>> 0;
    return session === 0 ? 1 : session;
  }
}

function offer(introduced: Introduced & { said: number }): void {
  introduced.channel.send(seal(encodeWelcome(introduced.nonce), introduced.session, ++introduced.said));
}
