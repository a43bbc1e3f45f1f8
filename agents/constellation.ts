import { type Observable, Subject, type Subscription } from 'rxjs';
import type { Snapshot } from 'xstate';
import {
  type DecisionBatch,
  type DecisionSpec,
  type OracleView,
  type Policy,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  type TransitionColumns,
} from '../core/index.ts';
import type { Decider } from './decider.ts';
import type { ModeLedger } from './ledger.ts';
import { LockStep } from './lock-step.ts';
import { ModeBoard } from './mode-board.ts';
import { Run, type RunOptions, type RunResult } from './run.ts';
import type { BundleRefusal } from './satellite.machine.ts';
import type { SavedModes } from './saved-modes.ts';
import { BatchSource } from './streams/batch-source.ts';
import { decide } from './streams/decide.ts';
import type {
  AgentReport,
  DecidedBatch,
  ModeFrame,
  OutcomeFrame,
  SatelliteEventFrame,
  TelemetryFrame,
} from './streams/frames.ts';
import { type WatchOptions, watchObservations } from './streams/watch-observations.ts';
import type { GroundLayout, WorldPort } from './world-port.ts';

/** Decisions a world may put into one batch by default; what waits beyond them goes into the next. */
const ROWS_PER_WORLD = 64;

export interface ConstellationOptions {
  readonly worlds: readonly WorldPort[];
  /** Decides for satellites in learned autonomy: a policy, or a decider that may answer later (nodes). */
  readonly policy: Policy | Decider;
  /** Decides for satellites in fallback. Not an oracle. */
  readonly fallback: Policy;
  readonly spec?: DecisionSpec;
  readonly rowsPerWorld?: number;
  /** How ground nodes are dealt in worlds that do not say; default: all are terminals. */
  readonly layout?: GroundLayout;
  /** Scenario `handoverS`, s, of worlds that do not say; default 0.5. */
  readonly handoverS?: number;
  /** Why satellites start without a usable policy; default null: they start with it. */
  readonly refusal?: BundleRefusal | null;
  /** Hands the worlds' global truth to an oracle policy. Evaluation only. */
  readonly grantOracle?: boolean;
  /** Per world: the columns in which it reports outcomes. Given: they are emitted on `outcomes$` and emptied. */
  readonly outcomes?: readonly TransitionColumns[];
  /** Watches observations for what the policy was not trained on. */
  readonly watch?: WatchOptions;
  /** Events for satellites' machines from outside the worlds, such as those of nodes. */
  readonly reports$?: Observable<AgentReport>;
  /**
   * Called before each round with the least simulated time of the worlds that go on, s, and waited for: what changes who decides or by what
   * (a new bundle on a satellite) is done here. Nothing is asked meanwhile.
   */
  readonly beforeRound?: (timeS: number) => void | Promise<void>;
}

/**
 * Where world and policy meet: worlds in lock-step, the machines of their satellites and ground nodes, and the streams that
 * carry batches between them. Each round every world runs until decisions wait, and its machines hear of mode events as they
 * happen, before those decisions are formed; the rows of all worlds form one batch, which `decisions$` emits; the choices are
 * applied per world. Between rounds no decision waits, so that is where runs stop and checkpoints are taken.
 *
 * An error of a policy or a world ends the constellation: it is thrown from `run`, and later runs throw MISUSE.
 *
 * @example
 * const constellation = new Constellation({ worlds: [world], policy, fallback });
 * const { decisions } = await constellation.run({ untilS: 600 });
 */
export class Constellation {
  /** One emission per batch, before its choices are applied. */
  readonly decisions$: Observable<DecisionBatch>;
  /** One emission per batch, decided and not yet applied. */
  readonly decided$: Observable<DecidedBatch>;
  /** Modes that changed, one emission per drained group. */
  readonly events$: Observable<ModeFrame>;
  /** What the machines of satellites heard, as they hear it: nodes keep mirrors of them. */
  readonly satelliteEvents$: Observable<SatelliteEventFrame>;
  /** One emission per round, after its choices were applied. */
  readonly telemetry$: Observable<TelemetryFrame>;
  /** What became of decisions; silent unless `outcomes` was given. */
  readonly outcomes$: Observable<OutcomeFrame>;
  /** Per world: its ledger of modes and faults. */
  readonly ledgers: readonly ModeLedger[];

  private readonly options: ConstellationOptions;
  private readonly lockStep: LockStep;
  private readonly board: ModeBoard;
  private readonly oracles: OracleView[];
  private readonly telemetry: TelemetryFrame & { round: number };
  private readonly subjects = {
    decisions: new BatchSource<DecisionBatch>(),
    decided: new Subject<DecidedBatch>(),
    telemetry: new Subject<TelemetryFrame>(),
    outcomes: new Subject<OutcomeFrame>(),
  };
  private readonly subscriptions: Subscription[] = [];
  private readonly afterAdvance = (world: number): void => {
    this.board.drain(world);
    this.drainOutcomes(world);
  };
  private readonly drainOutcomes = (world: number): void => {
    const transitions = this.options.outcomes?.[world];
    if (transitions === undefined || transitions.n === 0) return;
    const { outcomes } = this.subjects;
    if (outcomes.observed)
      outcomes.next({ world, timeS: (this.lockStep.worlds[world] as WorldPort).timeS, transitions });
    transitions.n = 0;
  };
  private readonly replace = (world: number): WorldPort | null => this.replaceWorld(world);
  /** The run under way, or the last one. */
  private present: Run | undefined;
  private state: 'idle' | 'running' | 'failed' | 'closed' = 'idle';
  private stopRequested = false;
  /** What became of the batch under way; `wake` is called when it is known, if someone waits. */
  private answer: DecidedBatch | undefined;
  private failure: { readonly error: unknown } | undefined;
  private wake: (() => void) | undefined;

  constructor(options: ConstellationOptions) {
    const { worlds, spec = SPACE_CLOUD_SPEC, rowsPerWorld = ROWS_PER_WORLD } = options;
    const { layout = { gatewayCount: 0, dataCentreCount: 0 }, handoverS = 0.5, refusal = null } = options;
    if (worlds.length === 0) throw misuse('Expected at least one world, got none.');
    this.options = options;
    this.lockStep = new LockStep(spec, worlds, rowsPerWorld);
    this.board = new ModeBoard(worlds, { layout, handoverS, refusal });
    this.oracles = worlds.map((world) => world.oracle);
    this.attachOracles();
    worlds.forEach((_, world) => this.forget(world));
    this.telemetry = {
      round: 0,
      timeS: new Float64Array(worlds.length),
      decisions: new Float64Array(worlds.length),
      fallbackDecisions: new Float64Array(worlds.length),
      capabilities: this.board.capabilities,
    };
    this.ledgers = this.board.ledgers;
    this.events$ = this.board.events$;
    this.satelliteEvents$ = this.board.satelliteEvents$;
    this.decisions$ = this.subjects.decisions.stream$;
    this.decided$ = this.subjects.decided.asObservable();
    this.telemetry$ = this.subjects.telemetry.asObservable();
    this.outcomes$ = this.subjects.outcomes.asObservable();
    this.connect(options);
  }

  /** Runs until every world reached `untilS`, `maxDecisions` were made, or `stop` was called. */
  async run(options: RunOptions = {}): Promise<RunResult> {
    const run = this.begin(options);
    try {
      for (;;) {
        const ready = this.beforeRound();
        if (ready !== undefined) await ready;
        if (!this.ask(run)) break;
        if (this.answer === undefined && this.failure === undefined) {
          await new Promise<void>((resolve) => (this.wake = resolve));
        }
        this.act(run);
      }
    } catch (error) {
      throw this.fail(error);
    }
    return this.end(run);
  }

  /** Like `run`, with a policy that answers at once; throws MISUSE if it does not. */
  runSync(options: RunOptions = {}): RunResult {
    const run = this.begin(options);
    try {
      for (;;) {
        if (this.beforeRound() !== undefined) {
          throw misuse('Expected beforeRound to end at once in runSync, got one that ends later.');
        }
        if (!this.ask(run)) break;
        this.act(run);
      }
    } catch (error) {
      throw this.fail(error);
    }
    return this.end(run);
  }

  /** Ends the present run after the batch under way. */
  stop(): void {
    this.stopRequested = true;
  }

  /** Queues an event for satellites' machines; it takes effect before the next batch is gathered. */
  report(report: AgentReport): void {
    this.board.queue(report);
  }

  /** The persisted machine of a satellite, to begin a mirror with; `satelliteEvents$` carries what it hears from then on. */
  snapshotOf(world: number, satellite: number): Snapshot<unknown> {
    return this.board.snapshotOf(world, satellite);
  }

  /** The modes of all agents. Between runs only. */
  saveModes(): SavedModes {
    this.expectIdle('saveModes');
    this.board.deliverReports();
    return this.board.save();
  }

  /** Takes over saved modes and writes the capabilities to the worlds. Throws CHECKPOINT_* if they do not fit. */
  restoreModes(saved: SavedModes): void {
    this.expectIdle('restoreModes');
    this.board.restore(saved);
  }

  /** Stops all actors and ends all streams. Not during a run: `stop` it and wait. */
  close(): void {
    if (this.state === 'running') throw misuse('Expected close after the run ended, got it during a run.');
    this.state = 'closed';
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.board.close();
    for (const subject of Object.values(this.subjects)) subject.complete();
  }

  private connect({ policy, fallback, watch, reports$ }: ConstellationOptions): void {
    const queue = (report: AgentReport): void => this.board.queue(report);
    if (watch !== undefined) {
      this.subscriptions.push(this.decisions$.pipe(watchObservations(watch)).subscribe(queue));
    }
    if (reports$ !== undefined) this.subscriptions.push(reports$.subscribe(queue));
    this.subscriptions.push(
      this.decisions$.pipe(decide({ rights: this.board, policy, fallback })).subscribe({
        next: (decided) => {
          this.answer = decided;
          this.wakeUp();
        },
        error: (error: unknown) => {
          this.failure = { error };
          this.wakeUp();
        },
      }),
    );
  }

  private begin(options: RunOptions): Run {
    this.expectIdle('run');
    this.lockStep.begin(options.untilS ?? Infinity);
    this.state = 'running';
    this.stopRequested = false;
    return (this.present = new Run(options));
  }

  private beforeRound(): void | Promise<void> {
    const { beforeRound } = this.options;
    if (beforeRound === undefined) return undefined;
    return beforeRound(this.lockStep.leastTimeS);
  }

  /** Gathers the next batch and puts it to the policy; false at the end of the run. */
  private ask(run: Run): boolean {
    if (run.isEndedBy(this.stopRequested)) return false;
    this.board.deliverReports();
    this.answer = undefined;
    if (!this.lockStep.gather(this.afterAdvance, this.replace)) return false;
    this.subjects.decisions.next(this.lockStep.batch);
    return true;
  }

  /** Applies the answer to the batch under way. */
  private act(run: Run): void {
    const { answer, failure } = this;
    if (failure !== undefined) throw failure.error;
    if (answer === undefined) {
      throw misuse('Expected a policy that answers at once in runSync, got one that answers later.');
    }
    run.options.onBatch?.(answer);
    if (this.subjects.decided.observed) this.subjects.decided.next(answer);
    this.lockStep.apply(answer.choices, this.drainOutcomes);
    run.count(answer);
    this.updateTelemetry(answer);
  }

  private end(run: Run): RunResult {
    this.state = 'idle';
    return run.result(this.lockStep.worlds);
  }

  private fail(error: unknown): unknown {
    this.state = 'failed';
    return error;
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private updateTelemetry({ batch, byFallback, fallbackRows }: DecidedBatch): void {
    const { telemetry, lockStep, subjects } = this;
    telemetry.round++;
    for (let w = 0; w < lockStep.worlds.length; w++) {
      telemetry.timeS[w] = (lockStep.worlds[w] as WorldPort).timeS;
      telemetry.decisions[w] = (telemetry.decisions[w] as number) + lockStep.rowsOf(w);
    }
    for (let row = 0; fallbackRows > 0 && row < batch.n; row++) {
      const w = batch.world[row] as number;
      telemetry.fallbackDecisions[w] = (telemetry.fallbackDecisions[w] as number) + (byFallback[row] as number);
    }
    if (subjects.telemetry.observed) subjects.telemetry.next(telemetry);
  }

  private replaceWorld(index: number): WorldPort | null {
    const next = this.present?.options.onWorldEnd?.(index, this.lockStep.worlds[index] as WorldPort) ?? null;
    if (next === null) return null;
    this.board.replace(index, next);
    this.oracles[index] = next.oracle;
    this.attachOracles();
    this.forget(index);
    return next;
  }

  /** A world starts anew: policies that remember forget it. */
  private forget(world: number): void {
    const { policy, fallback } = this.options;
    if (typeof policy !== 'function') policy.forget?.(world);
    fallback.forget?.(world);
  }

  private attachOracles(): void {
    const { policy, fallback, grantOracle = false } = this.options;
    if (fallback.attachOracle !== undefined) {
      throw misuse(`Expected a fallback that a satellite can fly, got the oracle '${fallback.name}'.`);
    }
    if (typeof policy === 'function' || policy.attachOracle === undefined) return;
    if (!grantOracle) {
      throw misuse(`Expected grantOracle for the oracle '${policy.name}': only evaluation hands the truth out.`);
    }
    policy.attachOracle(this.oracles);
  }

  private expectIdle(call: string): void {
    if (this.state !== 'idle')
      throw misuse(`Expected an idle constellation for ${call}, got one that is ${this.state}.`);
  }
}

function misuse(message: string): SpaceCloudError {
  return new SpaceCloudError('MISUSE', message);
}
