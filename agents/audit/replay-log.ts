import { SpaceCloudError } from '../../core/index.ts';
import { headOf } from './block-sink.ts';
import type { LogHead, LoggedPolicy } from './format.ts';
import { agentName } from './names.ts';
import type { TornBlock } from './read-blocks.ts';
import { noSuchDecision, readDecision, readDecisions } from './read-decisions.ts';
import type { RecordCursor } from './record-cursor.ts';
import { type AuditNetwork, Rescorer } from './rescore.ts';

/** Rows that are scored at once. */
const ROWS = 256;

export interface ReplayOptions {
  /** Only this decision; default: all. */
  readonly decision?: number;
  /** Bytes of the log read so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** A log whose decisions by the bundle were all made again, to the bit. */
export interface ReplayedLog {
  /** Decisions made again; of sampled ones the logits only. */
  readonly replayed: number;
  readonly sampled: number;
  /** Decisions of other policies, by name: baselines read what a log does not hold. */
  readonly passedOver: Readonly<Record<string, number>>;
  readonly head: LogHead;
  readonly torn: TornBlock | undefined;
}

/**
 * Puts what was observed to the network again, and compares logits and choices with those logged, bit by bit. Memory is that
 * of the log, so that every decision stands for itself; that it is what the decision before left, or zeros where the agent
 * began anew, is checked besides.
 *
 * Errors: those of reading; AUDIT_REPLAY for the first decision that differs, and for a log without decisions of the bundle;
 * USAGE for a number that the log does not have.
 */
export function replayLog(file: string, network: AuditNetwork, options: ReplayOptions = {}): ReplayedLog {
  const { decision, onProgress } = options;
  const desk = new ReplayDesk(file, network, decision === undefined);
  const range = decision === undefined ? {} : { from: decision, to: decision };
  const decisions = readDecisions(file, {
    ...range,
    onBlock: ({ bytes }) => onProgress?.(bytes),
    onSession: () => desk.forget(),
    onRecords: (cursor) => {
      while (cursor.next()) if (decision === undefined || cursor.number === decision) desk.take(cursor);
    },
  });
  const next = decisions.next();
  if (next.done !== true) throw new SpaceCloudError('MISUSE', 'Expected blocks to be replayed, got a decision.');
  desk.finish();
  const { end, torn } = next.value;
  if (decision !== undefined && decision >= end.decisions) throw noSuchDecision(file, decision, end);
  const head = headOf(end);
  if (desk.replayed === 0) throw nothingToReplay(file, network, { options, head, desk });
  const { replayed, sampled, passedOver } = desk;
  return { replayed, sampled, passedOver: Object.fromEntries(passedOver), head, torn };
}

/** What was logged of a row that waits to be scored. */
interface WaitingRows {
  /** [ROWS] */
  readonly number: Float64Array;
  readonly choice: Uint8Array;
  readonly world: Uint16Array;
  readonly agent: Int32Array;
  readonly hasLogits: Uint8Array;
  /** [ROWS * K] bits of the logits. */
  readonly logits: Int32Array;
}

/** Gathers rows, scores them, and compares. */
class ReplayDesk {
  replayed = 0;
  sampled = 0;
  readonly passedOver = new Map<string, number>();
  /** Bundles that decided and are not the one given. */
  readonly otherReleases = new Set<string>();
  private readonly file: string;
  private readonly network: AuditNetwork;
  private readonly followsMemory: boolean;
  private readonly waiting: WaitingRows;
  private rescorer: Rescorer | undefined;
  private policy: LoggedPolicy | undefined;
  /** Policy, world, agent and kind -> what its last decision left. */
  private readonly left = new Map<string, Float32Array>();

  constructor(file: string, network: AuditNetwork, followsMemory: boolean) {
    this.file = file;
    this.network = network;
    this.followsMemory = followsMemory && network.architecture.memory > 0;
    this.waiting = {
      number: new Float64Array(ROWS),
      choice: new Uint8Array(ROWS),
      world: new Uint16Array(ROWS),
      agent: new Int32Array(ROWS),
      hasLogits: new Uint8Array(ROWS),
      logits: new Int32Array(ROWS * network.spec.maxCandidates),
    };
  }

  /** The record that a cursor stands at. */
  take(cursor: RecordCursor): void {
    const { policy, views, at, count, logitsAt } = cursor;
    if (policy.rootDigest !== this.network.rootDigest || policy.network === undefined) {
      this.passedOver.set(policy.name, (this.passedOver.get(policy.name) ?? 0) + 1);
      const { name, kind, version = '', rootDigest } = policy;
      if (kind === 'bundle') this.otherReleases.add(`${name} ${version} (${rootDigest})`);
      return;
    }
    if (policy !== this.policy || this.rescorer === undefined) {
      this.finish();
      this.policy = policy;
      this.rescorer = new Rescorer(this.network, policy.network, ROWS);
    }
    const { rescorer, waiting } = this;
    const row = rescorer.addRecord(cursor);
    waiting.number[row] = cursor.number;
    waiting.choice[row] = cursor.choice;
    waiting.world[row] = views.u16[(at >> 1) + 24] as number;
    waiting.agent[row] = views.i32[(at >> 2) + 8] as number;
    waiting.hasLogits[row] = cursor.hasLogits ? 1 : 0;
    const first = row * rescorer.batch.maxCandidates;
    if (cursor.hasLogits) for (let k = 0; k < count; k++) waiting.logits[first + k] = views.i32[logitsAt + k] as number;
    if (rescorer.isFull) this.finish();
  }

  /** A new session: its policies remember nothing of the last one. */
  forget(): void {
    this.finish();
    this.policy = undefined;
    this.left.clear();
  }

  /** Scores and compares what waits. */
  finish(): void {
    const { rescorer, policy } = this;
    const rows = rescorer?.batch.n ?? 0;
    if (rescorer === undefined || policy === undefined || rows === 0) return;
    rescorer.score();
    for (let row = 0; row < rows; row++) {
      this.compare(row, rescorer, policy.network?.mode === 'sample');
      if (this.followsMemory) this.follow(row, rescorer, policy);
    }
    this.replayed += rows;
    rescorer.clear();
  }

  private compare(row: number, { batch, logits, logitBits }: Rescorer, isSampled: boolean): void {
    const { waiting } = this;
    const count = batch.candidateCount[row] as number;
    const first = row * batch.maxCandidates;
    let best = -1;
    for (let k = first; k < first + count; k++) {
      if (logitBits[k] !== waiting.logits[k] || waiting.hasLogits[row] !== 1)
        throw this.differs(row, k - first, logits[k]);
      if (batch.actionMask[k] === 1 && (best < 0 || (logits[k] as number) > (logits[first + best] as number)))
        best = k - first;
    }
    if (isSampled) this.sampled++;
    else if (best !== waiting.choice[row]) throw this.chosenOtherwise(row, best);
  }

  private follow(row: number, rescorer: Rescorer, { number }: LoggedPolicy): void {
    const { world, agent } = this.waiting;
    const key = `${number} ${world[row]} ${agent[row]} ${rescorer.batch.kind[row]}`;
    const left = this.left.get(key);
    const before = rescorer.stateBefore(row);
    const isNew = before.every((value) => value === 0);
    if (!isNew && (left === undefined || !left.every((value, i) => Object.is(value, before[i])))) {
      throw this.refuse(row, 'the memory that the decision before left, or zeros', 'another state', {});
    }
    this.left.set(key, rescorer.stateAfter(row).slice());
  }

  private differs(row: number, candidate: number, again: number | undefined): SpaceCloudError {
    const logged = readDecision(this.file, this.waiting.number[row] as number).logits?.[candidate];
    return this.refuse(row, `logit ${logged} of candidate ${candidate}, as logged`, `${again}`, {
      ...{ candidate, logged, again },
    });
  }

  private chosenOtherwise(row: number, again: number): SpaceCloudError {
    const logged = this.waiting.choice[row];
    return this.refuse(row, `candidate ${logged}, as logged`, `candidate ${again}`, { logged, again });
  }

  private refuse(row: number, expected: string, got: string, details: object): SpaceCloudError {
    const decision = readDecision(this.file, this.waiting.number[row] as number);
    const { number, timeS, kind, session } = decision;
    const name = agentName(decision);
    return new SpaceCloudError(
      'AUDIT_REPLAY',
      `Expected ${expected} for decision ${number} (${session.spec.kinds[kind]?.kind} of ${name} at ${timeS} s), got ${got}.`,
      {
        place: { file: this.file },
        hint: `\`spacecloud audit explain --decision ${number}\` shows what was observed; the ${number} decisions before are the same.`,
        details: { decision: number, ...details },
      },
    );
  }
}

interface Nothing {
  readonly options: ReplayOptions;
  readonly head: LogHead;
  readonly desk: Pick<ReplayDesk, 'passedOver' | 'otherReleases'>;
}

function nothingToReplay(file: string, { rootDigest }: AuditNetwork, nothing: Nothing): SpaceCloudError {
  const { options, head, desk } = nothing;
  const { passedOver, otherReleases } = desk;
  const names = [...passedOver].map(([name, count]) => `${count} by ${name}`).join(', ');
  const what =
    options.decision === undefined
      ? `decisions of bundle ${rootDigest}`
      : `decision ${options.decision} of bundle ${rootDigest}`;
  return new SpaceCloudError(
    'AUDIT_REPLAY',
    `Expected ${what}, got ${names === '' ? `none among ${head.decisions}` : names}.`,
    {
      place: { file },
      hint:
        otherReleases.size === 0
          ? 'Give a log of decisions by that bundle; baselines cannot be replayed.'
          : `The log names ${[...otherReleases].join(', ')}: give that bundle.`,
    },
  );
}
