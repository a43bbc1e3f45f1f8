import {
  type DecisionBatch,
  type DecisionSpec,
  type Policy,
  SpaceCloudError,
  createDecisionBatch,
} from '../../core/index.ts';
import { type PickedRows, createPickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';
import type { BundleRefusal } from '../satellite.machine.ts';
import { ABSTAINED, type Abstention, type Answer } from './answer.ts';
import { decodeRequest, requestRows } from './batch-codec.ts';
import { Mirrors, mayDecide } from './mirror.ts';
import { abstainedIn } from './rows.ts';

/** Rows a node has room for at first; it makes more when asked for more. */
const FIRST_ROWS = 64;

/** A policy on board, and what it was released as. */
export interface NodePolicy {
  readonly policy: Policy;
  readonly bundleVersion: string;
  /** Why the bundle may not decide (any more), asked before each request; null: it may. */
  readonly refusalNow: () => BundleRefusal | null;
}

/** What a node thinks: its policy, its own machine, and what of a request it may and can decide. */
export class NodeMind {
  readonly mirrors: Mirrors;
  onBoard: NodePolicy;
  /** Simulated time of the last request, s; NaN before the first. */
  timeS = NaN;
  requests = 0;
  decisions = 0;
  abstentions = 0;
  private readonly spec: DecisionSpec;
  private batch: DecisionBatch;
  private choices: Uint8Array;
  private capabilities: Uint8Array;
  private some: PickedRows | undefined;

  constructor(spec: DecisionSpec, onBoard: NodePolicy, mirrors: Mirrors = new Mirrors()) {
    this.mirrors = mirrors;
    this.spec = spec;
    this.onBoard = onBoard;
    this.batch = createDecisionBatch(spec, FIRST_ROWS);
    this.choices = new Uint8Array(FIRST_ROWS);
    this.capabilities = new Uint8Array(FIRST_ROWS);
  }

  /** Another policy from the next request on; the machine hears of it. */
  install(onBoard: NodePolicy): void {
    this.onBoard = onBoard;
    const reason = onBoard.refusalNow();
    this.mirrors.hearAll(reason === null ? { type: 'bundle.accepted' } : { type: 'bundle.refused', reason });
  }

  /** Decides a request; the columns of the answer are valid until the next. Throws NODE_PROTOCOL if it cannot be read. */
  decide(request: number, body: Buffer): { readonly answer: Answer; readonly n: number } {
    const n = requestRows(body, this.spec);
    if (n > this.batch.capacity) this.makeRoom(n);
    decodeRequest(body, this.batch);
    this.requests++;
    if (n > 0) this.timeS = this.batch.timeS[n - 1] as number;
    const abstention = this.choose();
    const { choices, capabilities } = this;
    const abstained = abstainedIn(choices, n);
    this.decisions += n - abstained;
    this.abstentions += abstained;
    return { answer: { request, abstention, choices, capabilities }, n };
  }

  /** Fills `choices` and `capabilities`; returns why rows were left out. */
  private choose(): Abstention | null {
    const { batch, choices, capabilities, mirrors } = this;
    const reason = this.onBoard.refusalNow();
    if (reason !== null) mirrors.hearAll({ type: 'bundle.refused', reason });
    let allowed = 0;
    for (let row = 0; row < batch.n; row++) {
      const bits = mirrors.capabilitiesIn(batch.world[row] as number);
      capabilities[row] = bits;
      allowed += reason === null && mayDecide(bits) ? 1 : 0;
    }
    if (allowed === batch.n && this.tryPolicy(batch, choices)) return null;
    choices.fill(ABSTAINED, 0, batch.n);
    if (reason !== null) return reason;
    const unread = this.chooseSingly();
    return unread ? 'input' : 'mode';
  }

  /** Row by row, so that one row that cannot be decided takes no other with it. Returns whether the policy refused one. */
  private chooseSingly(): boolean {
    const { batch, choices, capabilities } = this;
    if (this.some === undefined || this.some.batch.spec !== batch.spec) this.some = createPickedRows(batch, 1);
    let refused = false;
    for (let row = 0; row < batch.n; row++) {
      if (!mayDecide(capabilities[row] as number)) continue;
      this.some.batch.n = 0;
      pickRows(batch, row, row + 1, this.some);
      if (this.tryPolicy(this.some.batch, this.some.choices)) putBack(this.some, choices);
      else refused = true;
    }
    return refused;
  }

  /** False where the policy refuses the input. */
  private tryPolicy(batch: DecisionBatch, out: Uint8Array): boolean {
    try {
      this.onBoard.policy.choose(batch, out);
      return true;
    } catch (error) {
      if (error instanceof SpaceCloudError) return false;
      throw error;
    }
  }

  private makeRoom(rows: number): void {
    this.batch = createDecisionBatch(this.spec, rows);
    this.choices = new Uint8Array(rows);
    this.capabilities = new Uint8Array(rows);
  }
}
