import { SpaceCloudError } from '../../core/index.ts';
import { headOf } from './block-sink.ts';
import type { LogHead, LoggedPolicy } from './format.ts';
import { type LoggedDecision, readDecisions } from './read-decisions.ts';
import type { TornBlock } from './read-blocks.ts';
import { type AuditNetwork, Rescorer } from './rescore.ts';

/** Rows that are scored at once. */
const ROWS = 64;

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
 * Errors: those of reading; AUDIT_REPLAY for the first decision that differs, and for a log without decisions of the bundle.
 */
export function replayLog(file: string, network: AuditNetwork, options: ReplayOptions = {}): ReplayedLog {
  const { decision, onProgress } = options;
  const desk = new ReplayDesk(file, network, decision === undefined);
  const range = decision === undefined ? {} : { from: decision, to: decision };
  const decisions = readDecisions(file, {
    ...range,
    onBlock: ({ bytes }) => onProgress?.(bytes),
    onSession: () => desk.forget(),
  });
  for (;;) {
    const next = decisions.next();
    if (next.done === true) {
      desk.finish();
      const { end, torn } = next.value;
      const head = headOf(end);
      if (desk.replayed === 0) throw nothingToReplay(file, network, { options, head, passedOver: desk.passedOver });
      const { replayed, sampled, passedOver } = desk;
      return { replayed, sampled, passedOver: Object.fromEntries(passedOver), head, torn };
    }
    desk.take(next.value);
  }
}

/** Gathers rows, scores them, and compares. */
class ReplayDesk {
  replayed = 0;
  sampled = 0;
  readonly passedOver = new Map<string, number>();
  private readonly file: string;
  private readonly network: AuditNetwork;
  private readonly followsMemory: boolean;
  private readonly waiting: LoggedDecision[] = [];
  private rescorer: Rescorer | undefined;
  private policy: LoggedPolicy | undefined;
  /** Policy, world, agent and kind -> what its last decision left. */
  private readonly left = new Map<string, Float32Array>();

  constructor(file: string, network: AuditNetwork, followsMemory: boolean) {
    this.file = file;
    this.network = network;
    this.followsMemory = followsMemory && network.architecture.memory > 0;
  }

  take(decision: LoggedDecision): void {
    const { policy } = decision;
    if (policy.rootDigest !== this.network.rootDigest || policy.network === undefined) {
      this.passedOver.set(policy.name, (this.passedOver.get(policy.name) ?? 0) + 1);
      return;
    }
    if (policy !== this.policy) {
      this.finish();
      this.policy = policy;
      this.rescorer = new Rescorer(this.network, policy.network, ROWS);
    }
    this.rescorer?.add(decision);
    this.waiting.push(decision);
    if (this.rescorer?.isFull === true) this.finish();
  }

  /** A new session: its policies remember nothing of the last one. */
  forget(): void {
    this.finish();
    this.policy = undefined;
    this.left.clear();
  }

  /** Scores and compares what waits. */
  finish(): void {
    const { rescorer, waiting } = this;
    if (rescorer === undefined || waiting.length === 0) return;
    rescorer.score();
    waiting.forEach((decision, row) => this.compare(decision, row, rescorer));
    this.replayed += waiting.length;
    waiting.length = 0;
    rescorer.clear();
  }

  private compare(decision: LoggedDecision, row: number, rescorer: Rescorer): void {
    const { logits, batch } = rescorer;
    const { count, actionMask, choice, policy } = decision;
    const logged = decision.logits;
    const first = row * batch.maxCandidates;
    let best = -1;
    for (let k = 0; k < count; k++) {
      const logit = logits[first + k] as number;
      if (!Object.is(logit, logged?.[k])) throw this.differs(decision, k, logit);
      if (actionMask[k] === 1 && (best < 0 || logit > (logits[first + best] as number))) best = k;
    }
    if (policy.network?.mode === 'sample') this.sampled++;
    else if (best !== choice) throw this.chosenOtherwise(decision, best);
    if (this.followsMemory) this.follow(decision, rescorer.stateAfter(row));
  }

  private follow(decision: LoggedDecision, after: Float32Array): void {
    const { policy, world, agent, kind } = decision;
    const key = `${policy.number} ${world} ${agent} ${kind}`;
    const left = this.left.get(key);
    const { memory } = decision;
    const isNew = memory?.every((value) => value === 0) === true;
    if (!isNew && (left === undefined || !left.every((value, i) => Object.is(value, memory?.[i])))) {
      throw this.refuse(decision, 'the memory that the decision before left, or zeros', 'another state', {});
    }
    this.left.set(key, after.slice());
  }

  private differs(decision: LoggedDecision, candidate: number, again: number): SpaceCloudError {
    const logged = decision.logits?.[candidate];
    return this.refuse(decision, `logit ${logged} of candidate ${candidate}, as logged`, `${again}`, {
      candidate,
      logged,
      again,
    });
  }

  private chosenOtherwise(decision: LoggedDecision, again: number): SpaceCloudError {
    const { choice } = decision;
    return this.refuse(decision, `candidate ${choice}, as logged`, `candidate ${again}`, { logged: choice, again });
  }

  private refuse(decision: LoggedDecision, expected: string, got: string, details: object): SpaceCloudError {
    const { number, timeS, agent, kind, session } = decision;
    const name = session.nodeNames?.[agent] ?? session.satellite ?? `satellite ${agent}`;
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
  readonly passedOver: ReadonlyMap<string, number>;
}

function nothingToReplay(file: string, { rootDigest }: AuditNetwork, nothing: Nothing): SpaceCloudError {
  const { options, head, passedOver } = nothing;
  const names = [...passedOver].map(([name, count]) => `${count} by ${name}`).join(', ');
  const what =
    options.decision === undefined
      ? `decisions of bundle ${rootDigest}`
      : `decision ${options.decision} of bundle ${rootDigest}`;
  return new SpaceCloudError(
    'AUDIT_REPLAY',
    `Expected ${what}, got ${names === '' ? `none among ${head.decisions}` : names}.`,
    { place: { file }, hint: 'Give the bundle that `spacecloud audit verify` names; baselines cannot be replayed.' },
  );
}
