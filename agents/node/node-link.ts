import type { Socket } from 'node:net';
import type { DecisionBatch, Policy } from '../../core/index.ts';
import { type PickedRows, createPickedRows } from '../batch-rows.kernel.ts';
import type { AutonomyEvent } from '../satellite.machine.ts';
import { encodeRequest } from './batch-codec.ts';
import { protocolError } from './frames.ts';
import { type Hello, decodeAnswer } from './messages.ts';

/** Timers are handed in: simulated ones in tests, real ones at the edge. */
export interface Timer {
  set(callback: () => void, delayMs: number): unknown;
  clear(handle: unknown): void;
}

export interface NodeLinkOptions {
  readonly socket: Socket;
  readonly hello: Hello;
  readonly satellite: number;
  /** Stands in for a node that does not answer. */
  readonly fallback: Policy;
  readonly deadlineMs: number;
  readonly timer: Timer;
  readonly report: (event: AutonomyEvent) => void;
}

/** The world's end of the connection to one node: asks it, waits no longer than the deadline, and stands in for it. */
export class NodeLink {
  readonly hello: Hello;
  readonly satellite: number;
  /** Decisions the node made, and those its fallback made in its place. */
  decisions = 0;
  fallbackDecisions = 0;
  private readonly options: NodeLinkOptions;
  private rows: PickedRows | undefined;
  private sequence = 0;
  /** The request the node has not answered yet, whether or not somebody still waits for it. */
  private open: { readonly sequence: number; readonly settle: (() => void) | undefined } | undefined;
  private deadline: unknown;
  private lost = false;

  constructor(options: NodeLinkOptions) {
    this.options = options;
    this.hello = options.hello;
    this.satellite = options.satellite;
  }

  /** Whether the node can be asked: it lives, its bundle was accepted, and it owes no answer. */
  get isReady(): boolean {
    return !this.lost && this.hello.refusal === null && this.open === undefined;
  }

  /** What its standing means for its satellite, for those who hear of it only now. */
  get standing(): readonly AutonomyEvent[] {
    const { refusal } = this.hello;
    if (refusal !== null) return [{ type: 'bundle.refused', reason: refusal }];
    const isLate = this.open !== undefined && this.open.settle === undefined;
    return [{ type: 'bundle.accepted' }, { type: isLate ? 'policy.slow' : 'policy.prompt' }];
  }

  /** Room for the rows of the next request, emptied. */
  rowsFor(batch: DecisionBatch): PickedRows {
    if (this.rows === undefined || this.rows.batch.capacity < batch.capacity || this.rows.batch.spec !== batch.spec) {
      this.rows = createPickedRows(batch);
    }
    this.rows.batch.n = 0;
    return this.rows;
  }

  /** Asks the node for choices for the rows; resolves when it or its fallback has made them. Never rejects for the node's sake. */
  ask(rows: PickedRows): Promise<void> {
    const frame = encodeRequest(++this.sequence, rows.batch);
    return new Promise((resolve) => {
      this.open = { sequence: this.sequence, settle: resolve };
      this.deadline = this.options.timer.set(() => this.giveUpWaiting(), this.options.deadlineMs);
      this.options.socket.write(frame);
    });
  }

  /** Takes an answer. Throws NODE_PROTOCOL if it answers nothing that was asked, or chooses what is not allowed. */
  take(payload: Buffer): void {
    const { sequence, choices } = decodeAnswer(payload);
    const { open, rows } = this;
    if (open === undefined || rows === undefined || open.sequence !== sequence) {
      throw protocolError(
        `Expected node '${this.hello.satellite}' to answer request ${this.sequence}, got ${sequence}.`,
      );
    }
    if (open.settle === undefined) {
      this.open = undefined;
      this.options.report({ type: 'policy.prompt' });
      return;
    }
    this.expectAllowed(rows.batch, choices);
    rows.choices.set(choices);
    this.decisions += choices.length;
    this.open = undefined;
    this.options.timer.clear(this.deadline);
    open.settle();
  }

  /** The connection is gone: the fallback takes over at once. */
  loseNode(): void {
    if (this.lost) return;
    this.options.report({ type: 'policy.lost' });
    this.end();
  }

  /** Ends the connection after the bytes given, without taking it for a loss. */
  dismiss(lastFrame: Buffer): void {
    this.end();
    this.options.socket.end(lastFrame);
  }

  private end(): void {
    this.lost = true;
    const settle = this.open?.settle;
    this.open = undefined;
    if (settle === undefined) return;
    this.options.timer.clear(this.deadline);
    this.standIn();
    settle();
  }

  private giveUpWaiting(): void {
    const { open } = this;
    if (open?.settle === undefined) return;
    this.open = { sequence: open.sequence, settle: undefined };
    this.options.report({ type: 'policy.slow' });
    this.standIn();
    open.settle();
  }

  private standIn(): void {
    const rows = this.rows as PickedRows;
    this.options.fallback.choose(rows.batch, rows.choices);
    this.fallbackDecisions += rows.batch.n;
  }

  private expectAllowed(batch: DecisionBatch, choices: Uint8Array): void {
    if (choices.length !== batch.n) {
      throw protocolError(`Expected ${batch.n} choices of node '${this.hello.satellite}', got ${choices.length}.`);
    }
    choices.forEach((choice, row) => {
      if (choice >= batch.maxCandidates || batch.actionMask[row * batch.maxCandidates + choice] !== 1) {
        throw protocolError(
          `Expected node '${this.hello.satellite}' to choose an allowed candidate in row ${row}, got ${choice}.`,
        );
      }
    });
  }
}
