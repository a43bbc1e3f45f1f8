import { ERROR_TABLE, type ErrorCode, SpaceCloudError } from '../../core/index.ts';
import { encodeAnswer } from './answer.ts';
import type { WorldLine } from './channel.ts';
import { KIND, type Message, PROTOCOL_VERSION, RETRY, openMessage, protocolError, seal, versionOf } from './message.ts';
import {
  type Hello,
  type Refusal,
  decodeRefusal,
  decodeWelcome,
  encodeBare,
  encodeHeartbeat,
  encodeHello,
  encodeStanding,
} from './messages.ts';
import { decodeEvent, decodeSnapshot } from './mirror-messages.ts';
import type { NodeMind } from './node-mind.ts';

export interface NodeDeskOptions {
  readonly line: WorldLine;
  readonly mind: NodeMind;
  readonly satellite: string;
  readonly specHash: string;
  /** Draws 32 random bits. */
  readonly draw: () => number;
  /** Called when the world has taken this node, each time. */
  readonly onWelcome: () => void;
}

/** Where a node reads what the world says, and answers. */
export class NodeDesk {
  /** Messages that were dropped. */
  readonly dropped = { corrupt: 0, stale: 0 };
  sessions = 0;
  private readonly options: NodeDeskOptions;
  /** Of the hello that waits for an answer. */
  private asked: number | undefined;
  private session: { readonly id: number; readonly nonce: number; heard: number; said: number } | undefined;

  constructor(options: NodeDeskOptions) {
    this.options = options;
  }

  /** Whether a hello waits for an answer. */
  get isAsking(): boolean {
    return this.asked !== undefined;
  }

  /** Says hello; again with the same number until it is answered. */
  introduce(): void {
    const { satellite, specHash, draw, line } = this.options;
    this.asked ??= draw() >>> 0;
    const hello: Hello = { nonce: this.asked, specHash, satellite, ...this.standing };
    line.send(seal(encodeHello(hello), 0, 0));
  }

  /** After a lost connection: the session may go on, which the world knows. */
  resume(): void {
    if (this.session === undefined) this.introduce();
    else this.say(encodeHeartbeat(0));
  }

  /** Tells the world that the policy or its right to decide changed. */
  tellStanding(): void {
    this.say(encodeStanding(this.standing));
  }

  sayBye(): void {
    this.say(encodeBare(KIND.bye));
  }

  /** Takes what arrived. Throws the error of a refusal, and NODE_PROTOCOL for another version of the protocol. */
  take(bytes: Uint8Array): 'goodbye' | undefined {
    const message = openMessage(bytes);
    if (message === 'version') {
      throw protocolError(`Expected protocol version ${PROTOCOL_VERSION}, got ${versionOf(bytes)} from the world.`);
    }
    if (message === 'corrupt') {
      this.dropped.corrupt++;
      return undefined;
    }
    let refusal: SpaceCloudError | undefined;
    try {
      if (message.kind === KIND.refused) refusal = this.takeRefusal(message, decodeRefusal(message.body));
      else return this.takeWhole(message);
    } catch (error) {
      if (!(error instanceof SpaceCloudError) || error.code !== 'NODE_PROTOCOL') throw error;
      this.dropped.corrupt++;
    }
    if (refusal !== undefined) throw refusal;
    return undefined;
  }

  private get standing(): { policy: string; bundleVersion: string; refusal: Hello['refusal'] } {
    const { policy, bundleVersion, refusalNow } = this.options.mind.onBoard;
    return { policy: policy.name, bundleVersion, refusal: refusalNow() };
  }

  private takeWhole(message: Message): 'goodbye' | undefined {
    const { kind, session: id, body } = message;
    if (kind === KIND.welcome) this.takeWelcome(message, decodeWelcome(body));
    else if (kind === KIND.who && (id === 0 || id === this.session?.id)) this.introduceOnce();
    else if (this.session === undefined || id !== this.session.id || message.sequence <= this.session.heard) {
      this.dropped.stale++;
    } else {
      this.session.heard = message.sequence;
      return this.takeOfSession(message);
    }
    return undefined;
  }

  private takeOfSession({ kind, sequence, body }: Message): 'goodbye' | undefined {
    const { mind } = this.options;
    if (kind === KIND.request) {
      const { answer, n } = mind.decide(sequence, body);
      this.say(encodeAnswer(answer, n));
    } else if (kind === KIND.ping) this.say(encodeHeartbeat(sequence));
    else if (kind === KIND.event) mind.mirrors.hear(decodeEvent(body));
    else if (kind === KIND.snapshot) mind.mirrors.restore(decodeSnapshot(body));
    else if (kind === KIND.goodbye) return 'goodbye';
    else this.dropped.corrupt++;
    return undefined;
  }

  private takeWelcome({ session: id, sequence }: Message, nonce: number): void {
    const { session } = this;
    if (session?.nonce === nonce && session.id === id && sequence > session.heard) {
      // The world did not hear that the session was taken.
      session.heard = sequence;
      this.say(encodeBare(KIND.ready));
      return;
    }
    if (nonce !== this.asked) {
      this.dropped.stale++;
      return;
    }
    this.asked = undefined;
    this.session = { id, nonce, heard: sequence, said: 0 };
    this.sessions++;
    this.options.mind.mirrors.clear();
    this.say(encodeBare(KIND.ready));
    this.options.onWelcome();
  }

  private takeRefusal({ flags }: Message, { nonce, code, message }: Refusal): SpaceCloudError | undefined {
    const isOurs = nonce === this.asked || nonce === this.session?.nonce;
    if (!isOurs) {
      this.dropped.stale++;
      return undefined;
    }
    if ((flags & RETRY) !== 0 && this.options.line.outlivesWorlds) {
      // In a session we are the one that is there; else the other one may yet go.
      if (this.session !== undefined) this.asked = undefined;
      return undefined;
    }
    const known: ErrorCode = Object.hasOwn(ERROR_TABLE, code) ? (code as ErrorCode) : 'NODE_PROTOCOL';
    const hint = `The world did not take the node '${this.options.satellite}'.`;
    return new SpaceCloudError(known, message, { hint });
  }

  /** The world does not know us. A hello that waits is answered first. */
  private introduceOnce(): void {
    if (this.asked === undefined) this.introduce();
  }

  private say(message: Buffer): void {
    const { session } = this;
    if (session === undefined) return;
    this.options.line.send(seal(message, session.id, ++session.said));
  }
}
