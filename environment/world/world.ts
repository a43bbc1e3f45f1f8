import {
  CACHE,
  CAPABILITIES,
  type DecisionBatch,
  FORWARD,
  type Kpis,
  type LocalKnowledge,
  type OracleView,
  Rng,
  SpaceCloudError,
  type TransitionColumns,
} from '../../core/index.ts';
import type { TerminalSession } from '../access/session.ts';
import { entryAt } from '../resources/cache.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { type RunPart, expectTrainable, startTicks } from '../scenario/index.ts';
import { applyChoices } from './apply.ts';
import { groundDelay, reportDelay, snapshotDelay, trueDelay, wayTo } from './delays.kernel.ts';
import { processEvent, startEvents } from './events.ts';
import { nextRequestS } from './foresight.kernel.ts';
import { holdTask, nextTickS } from './hold.ts';
import { worldKpis } from './kpis.ts';
import { countLabelCost } from './labels.ts';
import type { LookupLog } from './lookup-log.ts';
import type { WorldModel } from './model.ts';
import { observeCache } from './observe-cache.kernel.ts';
import { observeForward } from './observe-forward.kernel.ts';
import { createOverview, observeGlobal } from './observe-global.kernel.ts';
import { type OpenCursor, observeOpenChains } from './observe-open.ts';
import { observePlace } from './observe-place.kernel.ts';
import { WorldPlan } from './planned-network.ts';
import { executorOf, setComputeMode } from './processing.ts';
import { ROWS_PER_ADVANCE } from './row-columns.ts';
import { type SavedWorld, restoreWorld, saveWorld } from './saved-world.ts';
import { type ModeEvents, type WorldState, createWorldState } from './state.ts';
import { setQuarantine } from './quarantine.ts';
import { drop } from './tasks-lifecycle.ts';
import { terminalSession, watchAccess } from './terminal-sessions.ts';
import { DECIDING, FREE, PROPAGATING } from './tasks.kernel.ts';

/** How far ahead oracles see the requests for objects, s. */
const ORACLE_HORIZON_S = 600;

export interface WorldOptions {
  /** All randomness of the run. */
  readonly seed: number;
  /** Longest run this world must be able to make, s; places its start within the geometry. */
  readonly runS: number;
  /** Start, s since scenario start, a multiple of the tick; default: drawn from the seed so that the run fits. */
  readonly startS?: number;
  /** Where starts may be drawn, in scenarios that hold stretches out; default: anywhere. Training refuses held-out loads. */
  readonly part?: RunPart;
  /** Tasks arrive during the first `arrivalsS` of the run; default: all of it. */
  readonly arrivalsS?: number;
}

/**
 * One deterministic discrete-event world. `advance` runs until satellites must decide and hands the decisions out as rows of
 * a batch; `apply` carries the choices out. Between the two nothing happens.
 */
export class World {
  readonly model: WorldModel;
  readonly knowledge: LocalKnowledge;
  readonly oracle: OracleView;
  /** Called when mode events have happened, before any decision that follows them; the listener sets `modeEvents.n` to 0. */
  onModeEvents: (() => void) | undefined;
  private state: WorldState;
  private readonly overview = createOverview();

  constructor(model: WorldModel, options: WorldOptions) {
    this.model = model;
    this.state = createWorldState(model, options.seed);
    this.start(options);
    this.knowledge = this.createKnowledge();
    this.oracle = this.createOracle();
  }

  get satelliteCount(): number {
    return this.model.satelliteCount;
  }

  get nodeCount(): number {
    return this.model.nodeCount;
  }

  get nodeNames(): readonly string[] {
    return this.model.geometry.nodeNames;
  }

  /** How its ground nodes are dealt. */
  get layout(): { readonly gatewayCount: number; readonly dataCentreCount: number } {
    return this.model;
  }

  /** Duration of a handover of an antenna, s. */
  get handoverS(): number {
    return this.model.scenario.handoverS;
  }

  /** Simulated time, s since scenario start. */
  get timeS(): number {
    return this.state.clock.timeS;
  }

  /** Start of the run, s since scenario start. */
  get startS(): number {
    return this.state.clock.startS;
  }

  /** Sequence number of the next decision. */
  get decisionCount(): number {
    return this.state.clock.decision;
  }

  /** Tasks that have not ended yet. */
  get liveTasks(): number {
    return this.state.tasks.live;
  }

  /** Mode events that were not drained yet. */
  get modeEvents(): ModeEvents {
    return this.state.modeEvents;
  }

  /** Closed transitions since the reader last set `n` to 0. */
  get transitions(): TransitionColumns {
    return this.state.transitions;
  }

  /** Hash of all decisions and task ends so far. */
  get trajectoryHash(): string {
    return this.state.hash.digest();
  }

  /** Lookups in caches from now on, each satellite's in order of time; the reader sets `n` to 0. */
  watchLookups(): LookupLog {
    this.state.lookups.watched = true;
    return this.state.lookups;
  }

  /** Follows the radios of a terminal (node index) from now on; those with a price are followed from the start. */
  watchAccess(terminal: number): void {
    watchAccess(this.state, terminal);
  }

  /** What the radios of a followed terminal (node index) did until now, and the session over them. */
  terminalSession(terminal: number): TerminalSession {
    return terminalSession(this.state, terminal);
  }

  /** The columns, for conservation checks and viewers; read only. */
  get columns(): WorldState {
    return this.state;
  }

  /** Starts a new run of the same model, as a newly made world would. */
  reset(options: WorldOptions): void {
    this.state = createWorldState(this.model, options.seed);
    this.forgetTruth();
    this.start(options);
  }

  advance(batch: DecisionBatch, worldIndex: number, untilS: number): number {
    const w = this.state;
    const { events, clock, pending } = w;
    const stopS = Math.min(untilS, clock.endS);
    for (;;) {
      if (pending.n > 0) {
        const rows = this.handOut(batch, worldIndex);
        if (rows > 0) return rows;
        if (pending.n > 0)
          throw new SpaceCloudError(
            'MISUSE',
            `Expected room in the decision batch, got ${batch.n} of ${batch.capacity} rows in use.`,
          );
      }
      if (clock.ended === 1 || events.n === 0 || (events.timeS[0] as number) > stopS) {
        if (stopS > clock.timeS && clock.ended === 0) clock.timeS = stopS;
        return 0;
      }
      clock.timeS = events.timeS[0] as number;
      processEvent(w);
      if (w.modeEvents.n > 0) this.onModeEvents?.();
    }
  }

  apply(batch: DecisionBatch, from: number, to: number, choices: Uint8Array): void {
    const { rows } = this.state;
    if (from !== rows.first || to - from !== rows.n) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected choices for rows [${rows.first}, ${rows.first + rows.n}), got [${from}, ${to}).`,
      );
    }
    applyChoices(this.state, batch, choices);
    this.forgetTruth();
  }

  /**
   * Writes what a central critic reads of a row, `CRITIC_WIDTH` numbers from `out[at]` on, as `CRITIC_SPEC` lists them. The row
   * must be one that `advance` handed out and `apply` has not answered, or one of the last `observeOpen`. No actor may see it.
   */
  observeGlobal(batch: DecisionBatch, row: number, out: Float32Array, at: number): void {
    observeGlobal(this.state, this.overview, batch, row, out, at);
  }

  /** Capabilities of a satellite as its machine decides them; bits of `CAPABILITIES`. */
  setCapabilities(satellite: number, bits: number): void {
    const { satellites, model } = this.state;
    if (satellites.capabilities[satellite] === bits) return;
    satellites.capabilities[satellite] = bits;
    const rateFrac = (bits & CAPABILITIES.COMPUTE_FULL_RATE) === 0 ? model.scenario.satellite.throttledRateFrac : 1;
    setComputeMode(this.state, satellite, (bits & CAPABILITIES.COMPUTE_NEW) !== 0, rateFrac);
    setQuarantine(this.state, satellite, (bits & CAPABILITIES.TRUSTED) === 0);
  }

  /**
   * Ends the learning chains whose last decision is `fromDecision` or later, as a rollout's end truncates them: appends to
   * `batch` what the agents would see now, and the closed transitions. Returns the cursor to go on with, or `undefined` at
   * the end; see `observeOpenChains`.
   */
  observeOpen(
    batch: DecisionBatch,
    worldIndex: number,
    fromDecision: number,
    cursor?: OpenCursor,
  ): OpenCursor | undefined {
    return observeOpenChains(this.state, batch, {
      worldIndex,
      fromDecision,
      cursor: cursor ?? { task: 0, satellite: 0 },
    });
  }

  /** Ends the run: whatever is still under way ends undelivered with its reason. Returns the key figures. */
  finish(): Kpis {
    const w = this.state;
    const { tasks, clock, pending } = w;
    for (let task = 0; task < tasks.capacity; task++) {
      const state = tasks.state[task];
      if (state === FREE) continue;
      if (state !== PROPAGATING) tasks.state[task] = DECIDING; // it stands at its holder, wherever it waited
      drop(w, task, clock.timeS > (tasks.deadlineS[task] as number) ? 'deadline' : 'end-of-run');
    }
    pending.n = 0;
    clock.ended = 1;
    return worldKpis(w);
  }

  /** Key figures so far. */
  kpis(): Kpis {
    return worldKpis(this.state);
  }

  /** The whole state, between `apply` and `advance`. */
  save(): SavedWorld {
    return saveWorld(this.state);
  }

  restore(saved: SavedWorld): void {
    restoreWorld(this.state, saved);
    this.forgetTruth();
  }

  /** What oracles and critics were told is of a moment that is over. */
  private forgetTruth(): void {
    this.overview.decision = -1;
    this.state.truthStamp.decision = -1;
  }

  private start(options: WorldOptions): void {
    const { scenario, geometry } = this.model;
    const ticks = Math.ceil(options.runS / scenario.tickS);
    const last = geometry.tickCount - ticks;
    if (last < 0) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected a run of at most ${geometry.tickCount * scenario.tickS} s (the scenario's durationS), got ${options.runS} s.`,
      );
    }
    if (options.part === 'training') expectTrainable(scenario);
    const allowed = startTicks(scenario, { part: options.part, ticks, last });
    const startTick =
      options.startS === undefined
        ? (allowed[new Rng(options.seed, 'window').int(allowed.length)] as number)
        : Math.round(options.startS / scenario.tickS);
    if (
      startTick < 0 ||
      startTick > last ||
      Math.abs(startTick * scenario.tickS - (options.startS ?? startTick * scenario.tickS)) > 1e-6 * scenario.tickS
    ) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected startS to be a multiple of the tick of ${scenario.tickS} s from 0 to ${last * scenario.tickS} s, got ${options.startS} s.`,
      );
    }
    if (!allowed.includes(startTick)) {
      throw new SpaceCloudError(
        'HELD_OUT',
        `Expected a ${options.part} run to start where scenario '${scenario.name}' lets it, got ${options.startS} s.`,
        { hint: 'See holdOut.startWindows of the scenario.' },
      );
    }
    const { clock } = this.state;
    clock.tick = startTick;
    clock.startS = startTick * scenario.tickS;
    clock.timeS = clock.startS;
    clock.endS = clock.startS + options.runS;
    clock.arrivalsUntilS = clock.startS + (options.arrivalsS ?? Infinity);
    startEvents(this.state, options.seed);
  }

  /** Writes waiting decisions as rows; one cache decision per satellite at a time, since each changes what the next sees. */
  private handOut(batch: DecisionBatch, worldIndex: number): number {
    const w = this.state;
    const { pending, rows, clock } = w;
    rows.first = batch.n;
    rows.n = 0;
    let kept = 0;
    for (let i = 0; i < pending.n; i++) {
      const kind = pending.kind[i] as number;
      const task = pending.task[i] as number;
      const satellite = pending.satellite[i] as number;
      if (kind !== CACHE && clock.timeS > (w.tasks.deadlineS[task] as number)) {
        drop(w, task, 'deadline');
        continue;
      }
      if (w.outages.nodeDown[satellite] !== 0) {
        // Nobody decides there; what it holds waits until it works again.
        if (kind !== CACHE) holdTask(w, task, kind, nextTickS(w));
        continue;
      }
      const room = rows.n < ROWS_PER_ADVANCE && batch.n < batch.capacity;
      if (!room || (kind === CACHE && this.hasCacheRow(batch, satellite))) {
        pending.kind[kept] = kind;
        pending.task[kept] = task;
        pending.satellite[kept] = satellite;
        kept++;
        continue;
      }
      const row = batch.n++;
      if (kind === FORWARD) observeForward(w, batch, row, task, satellite);
      else if (kind === CACHE) observeCache(w, batch, row, task, satellite);
      else observePlace(w, batch, row, task, satellite);
      batch.world[row] = worldIndex;
      batch.decision[row] = clock.decision++;
      rows.cacheTask[rows.n] = task;
      rows.n++;
      if (kind !== CACHE && w.tasks.label[task] !== 0) countLabelCost(w, kind, task, row);
      if (!this.anyAllowed(batch, row)) {
        batch.n--;
        rows.n--;
        clock.decision--;
        drop(w, task, 'no-allowed-candidate');
      }
    }
    pending.n = kept;
    return rows.n;
  }

  private hasCacheRow(batch: DecisionBatch, satellite: number): boolean {
    const { rows } = this.state;
    for (let r = rows.first; r < rows.first + rows.n; r++) {
      if (batch.kind[r] === CACHE && batch.agent[r] === satellite) return true;
    }
    return false;
  }

  private anyAllowed(batch: DecisionBatch, row: number): boolean {
    const first = row * batch.maxCandidates;
    for (let k = 0; k < batch.maxCandidates; k++) if (batch.actionMask[first + k] === 1) return true;
    return false;
  }

  private createKnowledge(): LocalKnowledge {
    const state = (): WorldState => this.state;
    const delayS = (report: boolean, from: number, to: number): number => {
      const w = state();
      if (from < w.model.satelliteCount) return (report ? reportDelay : snapshotDelay)(w, from, wayTo(w, to, 0));
      return groundDelay(w, report ? w.report : w.snapshot, from, to, w.model.traffic.meanBits);
    };
    return {
      satelliteCount: this.model.satelliteCount,
      nodeCount: this.model.nodeCount,
      snapshotDelayS: (from, to) => delayS(false, from, to),
      linkStateDelayS: (from, to) => delayS(true, from, to),
      linkStateAgeS: () => state().clock.timeS - state().reportTimes.knownS,
      planned: new WorldPlan(state),
      get departures() {
        return state().departures;
      },
      get startS() {
        return state().clock.startS;
      },
      beaconPeriodS: this.model.scenario.knowledge.beaconPeriodS,
    };
  }

  private createOracle(): OracleView {
    const state = (): WorldState => this.state;
    return {
      trueDelayS: (from, to, sizeBits) => {
        const w = state();
        if (from < w.model.satelliteCount) return trueDelay(w, from, wayTo(w, to, 0), sizeBits);
        trueDelay(w, 0, to, sizeBits);
        return groundDelay(w, w.truth, from, to, sizeBits);
      },
      trueBacklogS: (node) => backlogS(state().compute, executorOf(state(), node), state().clock.timeS),
      nextRequestS: (satellite, slot, object) => {
        const w = state();
        const held = slot < 0 ? object : (w.caches.object[entryAt(w.caches, satellite, slot)] as number);
        return nextRequestS(w, satellite, held, ORACLE_HORIZON_S) - w.clock.timeS;
      },
    };
  }
}
