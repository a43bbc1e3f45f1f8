import type { DecisionBatch, Policy } from '../../core/index.ts';
import { type PickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';
import type { AutonomyEvent, SatelliteEvent } from '../satellite.machine.ts';
import { ABSTAINED, type Answer, NO_MIRROR, bundleRefusalOf, decodeAnswer } from './answer.ts';
import { encodeRequest } from './batch-codec.ts';
import type { NodeChannel } from './channel.ts';
import { KIND, type Message, seal } from './message.ts';
import { type Standing, decodeHeartbeat, decodeStanding, encodeBare } from './messages.ts';
import { encodeEvent, encodeSnapshot } from './mirror-messages.ts';
import { type MirrorSource, capabilitiesOf } from './mirror-source.ts';
import { abstainedIn, emptied, isAllowed } from './rows.ts';
import type { NodeTally } from './tally.ts';
import type { Timer } from './timer.ts';

/** Answers with a choice that is not allowed before a node is not asked any more. */
export const MOST_ILLEGAL = 3;
/** Pings without a sign of life before a node is lost. */
const MOST_MISSED = 3;
/** Messages to a node in one session: the numbers of both ends have 32 bits, and the node says little more than it is told. */
const MOST_SAID = 2 ** 31;

/** What became of one request. */
export interface NodeAnswer {
  readonly satellite: number;
  /** From the question to the choices, ms. */
  readonly durationMs: number;
  readonly rows: number;
  /** `abstained`: the node left rows to the fallback; `illegal`: it chose what was not allowed. */
  readonly outcome: 'answered' | 'abstained' | 'illegal' | 'late' | 'lost';
}

/** Who watches answers, and by which clock, ms. */
export interface AnswerWatch {
  readonly nowMs?: () => number;
  readonly onAnswer?: (answer: NodeAnswer) => void;
}

export interface NodeLinkOptions extends AnswerWatch {
  readonly channel: NodeChannel;
  readonly session: number;
  /** Of the hello that began the session. */
  readonly nonce: number;
  readonly satellite: number;
  readonly standing: Standing;
  /** Stands in for a node that does not answer. */
  readonly fallback: Policy;
  readonly deadlineMs: number;
  readonly timer: Timer;
  readonly tally: NodeTally;
  readonly report: (event: AutonomyEvent) => void;
  /** Sequence number of the last message to the node in this session. */
  readonly said: number;
}

/** What became of a message: `bye` and `liar` end the session. */
export type Heard = 'fine' | 'bye' | 'liar';

/** One session with a node, the world's end: asks it, waits no longer than the deadline, and stands in for it. */
export class NodeLink {
  readonly session: number;
  readonly nonce: number;
  readonly satellite: number;
  readonly channel: NodeChannel;
  standing: Standing;
  /** Pings since the last sign of life. */
  missed = 0;
  private readonly options: NodeLinkOptions;
  readonly tally: NodeTally;
  private rows: PickedRows | undefined;
  private leftOut: PickedRows | undefined;
  private said: number;
  private heard = 0;
  /** The request the node has not answered yet, whether or not somebody still waits for it. */
  private open: { readonly sequence: number; readonly settle: (() => void) | undefined } | undefined;
  private askedMs = 0;
  private deadline: unknown;
  private over = false;
  /** World -> capabilities of the machine that the node mirrors; undefined: to be looked up. */
  private readonly mirrored = new Map<number, number | undefined>();

  constructor(options: NodeLinkOptions) {
    this.options = options;
    const { session, nonce, satellite, channel, standing, tally, said } = options;
    this.session = session;
    this.nonce = nonce;
    this.satellite = satellite;
    this.channel = channel;
    this.standing = standing;
    this.tally = tally;
    this.said = said;
  }

  /** Whether the node can be asked: it lives, its bundle was accepted, and it owes no answer. */
  get isReady(): boolean {
    return !this.over && this.standing.refusal === null && this.open === undefined;
  }

  /** What its standing means for its satellite. */
  get reports(): readonly AutonomyEvent[] {
    const { refusal } = this.standing;
    const isLate = this.open !== undefined && this.open.settle === undefined;
    const bundle: AutonomyEvent =
      refusal === null ? { type: 'bundle.accepted' } : { type: 'bundle.refused', reason: refusal };
    return [bundle, { type: isLate ? 'policy.slow' : 'policy.prompt' }];
  }

  /** Room for the rows of the next request, emptied. */
  rowsFor(batch: DecisionBatch): PickedRows {
    return (this.rows = emptied(this.rows, batch));
  }

  /** Asks the node for choices for the rows; resolves when it or its fallback has made them. Never rejects for the node's sake. */
  ask(rows: PickedRows, source: MirrorSource | undefined): Promise<void> {
    if (source !== undefined) this.bringMirrors(rows.batch, source);
    this.askedMs = this.options.nowMs?.() ?? 0;
    const sequence = this.post(encodeRequest(rows.batch));
    return new Promise((resolve) => {
      this.open = { sequence, settle: resolve };
      this.deadline = this.options.timer.set(() => this.giveUpWaiting(), this.options.deadlineMs);
    });
  }

  /** Passes on what the satellite's machine heard, if the node mirrors it in that world. */
  tell(world: number, event: SatelliteEvent): void {
    if (!this.mirrored.has(world)) return;
    this.mirrored.set(world, undefined);
    this.post(encodeEvent({ world, event }));
  }

  /** Asks for a sign of life. False: the node has given none for too long, or its session's numbers run out. */
  ping(): boolean {
    if (++this.missed > MOST_MISSED || this.said > MOST_SAID) return false;
    this.post(encodeBare(KIND.ping));
    return true;
  }

  /** The next ping without an answer is the last. */
  doubt(): void {
    this.missed = Math.max(this.missed, MOST_MISSED - 1);
  }

  /** Takes a message of this session. Throws NODE_PROTOCOL if it cannot be read. */
  take(message: Message): Heard {
    if (message.sequence <= this.heard) {
      this.tally.stale++;
      return 'fine';
    }
    const heard = this.takeNew(message);
    this.heard = message.sequence;
    this.missed = 0;
    return heard;
  }

  /** The node is gone: the fallback takes over at once. */
  lose(): void {
    if (this.over) return;
    this.options.report({ type: 'policy.lost' });
    this.end();
  }

  /** Ends the session with a goodbye, without taking it for a loss. */
  dismiss(): void {
    this.end();
    this.post(encodeBare(KIND.goodbye));
    this.channel.end();
  }

  private takeNew({ kind, body }: Message): Heard {
    if (kind === KIND.answer) return this.takeAnswer(decodeAnswer(body));
    if (kind === KIND.heartbeat) this.takeHeartbeat(decodeHeartbeat(body));
    else if (kind === KIND.standing) this.takeStanding(decodeStanding(body));
    else if (kind === KIND.bye) return 'bye';
    else if (kind !== KIND.ready) this.tally.corrupt++;
    return 'fine';
  }

  private takeAnswer(answer: Answer): Heard {
    const { open, rows, tally } = this;
    if (open === undefined || rows === undefined || open.sequence !== answer.request) {
      tally.stale++;
      return 'fine';
    }
    if (open.settle === undefined) {
      this.open = undefined;
      this.options.report({ type: 'policy.prompt' });
      return 'fine';
    }
    this.options.timer.clear(this.deadline);
    this.open = undefined;
    const isLegal = isAllowed(rows.batch, answer.choices);
    if (isLegal) {
      if (bundleRefusalOf(answer.abstention) === null) this.checkMirrors(rows.batch, answer);
      this.takeChoices(rows, answer);
    } else {
      tally.illegal++;
      this.standIn(rows);
    }
    this.note(isLegal ? (answer.abstention === null ? 'answered' : 'abstained') : 'illegal');
    open.settle();
    return !isLegal && tally.illegal >= MOST_ILLEGAL ? 'liar' : 'fine';
  }

  private takeChoices(rows: PickedRows, answer: Answer): void {
    const { batch } = rows;
    const { choices } = answer;
    rows.choices.set(choices);
    const abstained = abstainedIn(choices, batch.n);
    this.tally.decisions += batch.n - abstained;
    if (abstained === 0) return;
    this.tally.abstained += abstained;
    const leftOut = (this.leftOut = emptied(this.leftOut, batch));
    for (let row = 0; row < batch.n; row++) if (choices[row] === ABSTAINED) pickRows(batch, row, row + 1, leftOut);
    this.standIn(leftOut);
    putBack(leftOut, rows.choices);
    const reason = bundleRefusalOf(answer.abstention);
    if (reason === null) return;
    this.standing = { ...this.standing, refusal: reason };
    this.options.report({ type: 'bundle.refused', reason });
  }

  /** All that was said before the ping was handled or lost: nothing is left to wait for. */
  private takeHeartbeat(ping: number): void {
    const { open } = this;
    if (open === undefined || open.settle !== undefined || ping <= open.sequence) return;
    this.open = undefined;
    this.options.report({ type: 'policy.prompt' });
  }

  private takeStanding(standing: Standing): void {
    this.standing = standing;
    const { refusal: reason } = standing;
    this.options.report(reason === null ? { type: 'bundle.accepted' } : { type: 'bundle.refused', reason });
  }

  private end(): void {
    this.over = true;
    const settle = this.open?.settle;
    this.open = undefined;
    if (settle === undefined) return;
    this.options.timer.clear(this.deadline);
    this.standIn(this.rows as PickedRows);
    this.note('lost');
    settle();
  }

  private giveUpWaiting(): void {
    const { open } = this;
    if (open?.settle === undefined) return;
    this.open = { sequence: open.sequence, settle: undefined };
    this.tally.late++;
    this.options.report({ type: 'policy.slow' });
    this.standIn(this.rows as PickedRows);
    this.note('late');
    open.settle();
  }

  private note(outcome: NodeAnswer['outcome']): void {
    const { nowMs, onAnswer } = this.options;
    if (onAnswer === undefined) return;
    const durationMs = (nowMs?.() ?? 0) - this.askedMs;
    onAnswer({ satellite: this.satellite, durationMs, rows: this.rows?.batch.n ?? 0, outcome });
  }

  private standIn(rows: PickedRows): void {
    this.options.fallback.choose(rows.batch, rows.choices);
    this.tally.fallbackDecisions += rows.batch.n;
  }

  /** Sends the machine for every world of the batch that the node has no mirror of. */
  private bringMirrors({ world: worlds, n }: DecisionBatch, source: MirrorSource): void {
    for (let row = 0; row < n; row++) {
      const world = worlds[row] as number;
      if (this.mirrored.get(world) !== undefined) continue;
      const snapshot = source.snapshotOf(world, this.satellite);
      if (!this.mirrored.has(world)) this.post(encodeSnapshot({ world, snapshot }));
      this.mirrored.set(world, capabilitiesOf(snapshot));
    }
  }

  /** A node whose machine went astray is sent the right one before it is asked again. */
  private checkMirrors({ world: worlds, n }: DecisionBatch, { capabilities }: Answer): void {
    let astray = false;
    for (let row = 0; row < n; row++) {
      const world = worlds[row] as number;
      if (capabilities[row] === (this.mirrored.get(world) ?? NO_MIRROR)) continue;
      astray = true;
      this.mirrored.delete(world);
    }
    if (astray) this.tally.astray++;
  }

  private post(message: Buffer): number {
    this.channel.send(seal(message, this.session, ++this.said));
    return this.said;
  }
}
