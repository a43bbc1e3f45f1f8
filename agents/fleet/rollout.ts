import { type Actor, createActor } from 'xstate';
import { SpaceCloudError, hashJson } from '../../core/index.ts';
import {
  type OperationsNetwork,
  type OperationsOptions,
  type World,
  operationsNetwork,
  outagesOf,
  planDelivery,
  planReturn,
  planesOf,
} from '../../environment/index.ts';
import type { Constellation } from '../constellation.ts';
import type { DecidedBatch } from '../streams/frames.ts';
import { DueEvents } from './due-events.ts';
import { type AnswerCounts, FleetReports, type SatelliteReport } from './fleet-reports.ts';
import { type GateVerdict, gateFigures, guardReasons, judge } from './health-gate.ts';
import type { GateEvidence } from './outcome-effect.ts';
import { type InstallResult, type Release, type UpdateExecutor, detailOf, noResult } from './release.ts';
import { type OperationsBytes, type RolloutKpis, timeSpread } from './rollout-kpis.ts';
import { type GateLook, type RolloutPlan, expectPlan, looksOf } from './rollout-plan.ts';
import { type RolloutEvent, type RolloutState, rolloutMachine } from './rollout.machine.ts';
import { stageSizes, updateOrder } from './stages.ts';

export interface RolloutOptions {
  readonly plan: RolloutPlan;
  /** The new release, and the one that all satellites fly. */
  readonly release: Release;
  readonly previous: Release;
  readonly executor: UpdateExecutor;
  readonly operations?: OperationsOptions;
  /** Chooses who comes first. */
  readonly seed: number;
  /** Late and missing answers of policies so far. */
  readonly answers?: AnswerCounts;
}

/** One line of the course of a roll-out; `timeS` since the start of the run. */
export interface RolloutEntry {
  readonly timeS: number;
  readonly event:
    | 'ordered'
    | 'installed'
    | 'refused'
    | 'silent'
    | 'cancelled'
    | 'acknowledged'
    | 'observing'
    | 'gate'
    | 'rolling back'
    | 'rolled back'
    | 'revocation ordered'
    | 'revocation heard'
    | 'state';
  readonly stage?: number;
  readonly satellite?: string;
  readonly satellites?: readonly string[];
  readonly detail?: string;
  readonly verdict?: GateVerdict;
}

export interface RolloutResult {
  readonly kpis: RolloutKpis;
  readonly log: readonly RolloutEntry[];
  /** Of the log: the same scenario, seed and plan give the same. */
  readonly logHash: string;
}

/** What the ground, and the satellite itself, know of one satellite; s since scenario start, NaN = not yet. */
interface SatelliteRecord {
  /** Stage it was ordered in, -1 = not ordered. */
  stage: number;
  /** Sequence of the newest order that has reached it; older ones are ignored. */
  heardOrder: number;
  installedS: number;
  /** When the ground heard that it was installed. */
  acknowledgedS: number;
  backS: number;
  backAcknowledged: boolean;
  revokedS: number;
  flies: boolean;
  /** The executor did not hear what became of an installation. */
  unsure: boolean;
}

/**
 * Rolls a release out to the satellites of one world while it runs: `begin` before the run, `watch` with its constellation, then
 * `onBatch` and `beforeRound` (see `EpisodeOptions`). Everything between ground and satellites takes the time that the simulated contacts
 * allow, acknowledgements and reports included; the ground decides by what it has heard. What reaches a satellite takes effect before the
 * first decision asked for after it.
 *
 * @example
 * const rollout = new Rollout({ plan: ROLLOUT_DEFAULTS, release, previous, executor, seed: 1 });
 * await runEpisode(model, policies, { ...options, ...rollout.hooks });
 * console.log(rollout.result().kpis.timeToFleetS);
 */
export class Rollout {
  private readonly options: RolloutOptions;
  private readonly due = new DueEvents();
  private readonly log: RolloutEntry[] = [];
  private readonly heard: SatelliteReport[] = [];
  private readonly sent: OperationsBytes = { bundles: 0, orders: 0, acknowledgements: 0, reports: 0, revocations: 0 };
  private world: World | undefined;
  private network: OperationsNetwork | undefined;
  private reports: FleetReports | undefined;
  private actor: Actor<typeof rolloutMachine> | undefined;
  private satellites: SatelliteRecord[] = [];
  private names: readonly string[] = [];
  private order: number[] = [];
  private sizes: number[] = [];
  private orders = 0;
  private observedFromS = NaN;
  private firstOrderS = NaN;
  private rollBackOrderedS = NaN;
  private revokedS = NaN;
  private readonly decisions = { byRelease: 0, afterRollBack: 0, afterRevocation: 0 };

  constructor(options: RolloutOptions) {
    expectPlan(options.plan);
    this.options = options;
  }

  /** For `runEpisode`: everything that it must call. */
  get hooks(): {
    readonly onStart: (world: World) => void;
    readonly onConstellation: (constellation: Constellation) => void;
    readonly onBatch: (decided: DecidedBatch) => void;
    readonly beforeRound: (timeS: number) => void | Promise<void>;
    readonly watchOutcomes: true;
  } {
    return {
      onStart: (world) => this.begin(world),
      onConstellation: (constellation) => this.watch(constellation),
      onBatch: (decided) => this.noteBatch(decided),
      beforeRound: (timeS) => this.beforeRound(timeS),
      watchOutcomes: true,
    };
  }

  /** Takes up the world before its run: its faults are what contacts are cut by. */
  begin(world: World): void {
    const { plan, operations, seed, answers } = this.options;
    const { model, startS } = world;
    this.world = world;
    this.network = operationsNetwork(model, operations, outagesOf(model, world.columns.faults));
    const satelliteCount = model.satelliteCount;
    this.names = model.geometry.nodeNames;
    this.satellites = Array.from({ length: satelliteCount }, () => ({
      ...{ stage: -1, heardOrder: 0, installedS: NaN, acknowledgedS: NaN, backS: NaN, revokedS: NaN },
      ...{ backAcknowledged: false, flies: false, unsure: false },
    }));
    this.order = updateOrder(planesOf(model), seed);
    this.sizes = stageSizes(plan, satelliteCount);
    const { breaches } = world.columns.statistics;
    this.reports = new FleetReports({
      ...{ satelliteCount, startS, reportS: plan.reportS },
      ...(answers === undefined ? {} : { answers }),
      breaches: () => breaches.reduce((sum, count) => sum + count, 0),
    });
    this.actor = createActor(rolloutMachine, { input: { stages: this.sizes.length } }).start();
    this.schedulePeriod(startS);
    this.due.add(startS + plan.baselineS, () => this.tryFirstOrder(startS + plan.baselineS));
    const silentS = startS + plan.baselineS + plan.stageDeadlineS;
    this.due.add(silentS, () => {
      if (this.state === 'baseline') this.send(silentS, { type: 'baseline.silent', reason: this.silence() });
    });
    if (plan.revokeAtS !== undefined) {
      const atS = startS + plan.revokeAtS;
      this.due.add(atS, () => this.send(atS, { type: 'release.revoked' }));
    }
  }

  /** Listens to what becomes of decisions and to what machines hear, until the constellation closes. */
  watch(constellation: Constellation): void {
    const reports = this.begun.reports;
    constellation.outcomes$.subscribe(({ transitions }) => reports.noteOutcomes(transitions));
    constellation.satelliteEvents$.subscribe((frame) => reports.noteEvent(frame, this.begun.world.timeS));
  }

  noteBatch(decided: DecidedBatch): void {
    this.begun.reports.noteBatch(decided);
    const { batch, byFallback } = decided;
    for (let row = 0; row < batch.n; row++) {
      if (byFallback[row] === 1 || this.satellites[batch.agent[row] as number]?.flies !== true) continue;
      this.decisions.byRelease++;
      if (this.rollBackOrderedS <= (batch.timeS[row] as number)) this.decisions.afterRollBack++;
      if (this.revokedS <= (batch.timeS[row] as number)) this.decisions.afterRevocation++;
    }
  }

  /** Carries out what is due by now; nothing is awaited when nothing is. */
  beforeRound(timeS: number): void | Promise<void> {
    if (timeS === Infinity || this.due.nextS > timeS) return;
    return this.carryOut(timeS);
  }

  /** The state as the ground sees it. */
  get state(): RolloutState {
    return this.begun.actor.getSnapshot().value;
  }

  /** What came of it so far; at the end of the run, what came of it. */
  result(): RolloutResult {
    const { actor, world } = this.begun;
    const { context, value } = actor.getSnapshot();
    const canaries = this.satellites.filter(({ stage }) => stage === 0);
    const canaryS = Math.max(...canaries.map(({ installedS }) => installedS - this.firstOrderS));
    const installed = this.satellites.filter(({ installedS }) => !Number.isNaN(installedS));
    const ordered = Number.isFinite(this.rollBackOrderedS);
    const missed = ({ stage, installedS, revokedS }: SatelliteRecord): boolean =>
      Number.isFinite(this.revokedS) ? Number.isNaN(revokedS) : stage >= 0 && Number.isNaN(installedS);
    const neverReached = this.satellites.flatMap((record, s) => (missed(record) ? [this.names[s] as string] : []));
    const kpis: RolloutKpis = {
      state: value,
      reason: context.reason,
      timeToCanaryS: canaries.length === 0 || Number.isNaN(canaryS) ? null : canaryS,
      timeToFleetS: timeSpread(this.satellites.map(({ installedS }) => installedS - this.firstOrderS)),
      rollBackS: ordered ? timeSpread(installed.map(({ backS }) => backS - this.rollBackOrderedS)) : null,
      revocationLatencyS: Number.isFinite(this.revokedS)
        ? timeSpread(this.satellites.map(({ revokedS }) => revokedS - this.revokedS))
        : null,
      neverReached,
      sentBytes: { ...this.sent },
      decisionsByRelease: this.decisions.byRelease,
      decisionsAfterRollBack: this.decisions.afterRollBack,
      decisionsAfterRevocation: this.decisions.afterRevocation,
    };
    const log = this.log.map((entry) => ({ ...entry, timeS: entry.timeS - world.startS }));
    return { kpis, log, logHash: hashJson(log) };
  }

  private async carryOut(timeS: number): Promise<void> {
    while (this.due.nextS <= timeS) {
      const done = this.due.take()?.action();
      if (done !== undefined) await done;
    }
  }

  /** A period of reports: it ends, is reported after `settleS`, and the next begins. */
  private schedulePeriod(startS: number): void {
    const { reportS, settleS, reportBytes: sizeBytes } = this.options.plan;
    const { reports, network } = this.begun;
    const endS = startS + reportS;
    this.due.add(endS, () => {
      reports.closePeriod(endS);
      this.schedulePeriod(endS);
    });
    const sendS = endS + settleS;
    this.due.add(sendS, () => {
      for (let s = 0; s < this.satellites.length; s++) {
        const { arrivalS, sentBytes } = planReturn(network, s, { sizeBytes, startS: sendS });
        const report = reports.reportOf(s, startS);
        this.sent.reports += arrivalS < Infinity ? sentBytes : 0;
        this.due.add(arrivalS, () => this.hear(arrivalS, report));
      }
    });
  }

  private hear(timeS: number, report: SatelliteReport): void {
    this.heard.push(report);
    const { state } = this;
    if (state === 'baseline') this.tryFirstOrder(timeS);
    else if (state === 'delivering' || state === 'observing' || state === 'held') this.checkGuards(timeS, report);
  }

  /** Orders the canaries once enough satellites were heard of: none is chosen that the ground knows nothing of. */
  private tryFirstOrder(timeS: number): void {
    const { startS } = this.begun.world;
    if (this.state !== 'baseline' || timeS < startS + this.options.plan.baselineS) return;
    const known = new Set(this.heard.map(({ satellite }) => satellite));
    const needed = Math.min(this.satellites.length, (this.sizes[0] as number) + this.options.plan.gate.leastSatellites);
    if (known.size < needed) return;
    this.order = [...this.order.filter((s) => known.has(s)), ...this.order.filter((s) => !known.has(s))];
    this.firstOrderS = timeS;
    this.send(timeS, { type: 'baseline.heard' });
  }

  private silence(): string {
    const known = new Set(this.heard.map(({ satellite }) => satellite)).size;
    return `reports of ${known} satellites were heard, too few to choose canaries and to compare them with others`;
  }

  /** Tells the machine, and does what its new state asks for. */
  private send(timeS: number, event: RolloutEvent): void {
    const { actor } = this.begun;
    const before = actor.getSnapshot();
    actor.send(event);
    const after = actor.getSnapshot();
    if (after.value === before.value && after.context.stage === before.context.stage) return;
    const { reason, stage } = after.context;
    this.note(timeS, 'state', { stage, detail: reason === null ? after.value : `${after.value}: ${reason}` });
    if (after.value === 'delivering') this.orderStage(timeS, stage);
    else if (after.value === 'observing') this.observe(timeS, stage);
    else if (after.value === 'rollingBack') this.rollBack(timeS);
    else if (after.value === 'revoked') this.revoke(timeS);
  }

  private orderStage(timeS: number, stage: number): void {
    const { plan, release } = this.options;
    const targets = this.order.slice(stage === 0 ? 0 : this.sizes[stage - 1], this.sizes[stage]);
    const sequence = ++this.orders;
    const sizeBytes = release.sizeBytes + plan.orderBytes;
    const { arrivalS, sentBytes } = planDelivery(this.begun.network, { sizeBytes, startS: timeS, satellites: targets });
    this.sent.bundles += sentBytes;
    this.note(timeS, 'ordered', { stage, satellites: targets.map((s) => this.names[s] as string) });
    for (const s of targets) {
      this.recordOf(s).stage = stage;
      const thereS = arrivalS[s] as number;
      this.due.add(thereS, () => this.install(thereS, s, sequence));
    }
    this.due.add(timeS + plan.stageDeadlineS, () => {
      const { value, context } = this.begun.actor.getSnapshot();
      if (value !== 'delivering' || context.stage !== stage) return;
      const reason = `${this.acknowledgedIn(stage)} of ${targets.length} satellites acknowledged within ${plan.stageDeadlineS} s`;
      this.send(timeS + plan.stageDeadlineS, { type: 'stage.late', reason });
    });
  }

  private async install(timeS: number, satellite: number, sequence: number): Promise<void> {
    const record = this.recordOf(satellite);
    if (record.heardOrder > sequence) {
      this.note(timeS, 'cancelled', { satellite: this.names[satellite] as string });
      return;
    }
    record.heardOrder = sequence;
    const [result] = await this.options.executor.install([satellite], this.options.release, { rollback: false });
    if (result === undefined) throw noResult(this.names[satellite]);
    if (result.outcome === 'installed') {
      record.installedS = timeS;
      record.flies = true;
    }
    record.unsure = result.outcome === 'silent';
    this.note(timeS, result.outcome, { satellite: this.names[satellite] as string, ...detailOf(result) });
    if (!record.unsure) this.acknowledge(timeS, satellite, (heardS) => this.hearInstalled(heardS, result));
  }

  private hearInstalled(timeS: number, result: InstallResult): void {
    const record = this.recordOf(result.satellite);
    const name = this.names[result.satellite] as string;
    this.note(timeS, 'acknowledged', { satellite: name, ...detailOf(result) });
    if (result.outcome === 'refused') {
      this.send(timeS, { type: 'install.refused', reason: `${name} refused the release: ${result.reason}` });
      return;
    }
    record.acknowledgedS = timeS;
    const { value, context } = this.begun.actor.getSnapshot();
    const ordered = this.satellites.filter(({ stage }) => stage === context.stage).length;
    const enough = Math.ceil(this.options.plan.acknowledgedFrac * ordered - 1e-9);
    if (value === 'delivering' && this.acknowledgedIn(context.stage) >= enough) {
      this.send(timeS, { type: 'stage.acknowledged' });
    }
  }

  private observe(timeS: number, stage: number): void {
    const { plan } = this.options;
    this.observedFromS = timeS;
    this.note(timeS, 'observing', { stage });
    const looks = looksOf(plan);
    for (const look of looks) {
      this.due.add(timeS + look.atS, () => this.look(timeS + look.atS, stage, look, look === looks.at(-1)));
    }
  }

  private look(timeS: number, stage: number, look: GateLook, isLast: boolean): void {
    const { value, context } = this.begun.actor.getSnapshot();
    if (value !== 'observing' || context.stage !== stage) return;
    const { gate } = this.options.plan;
    const verdict = judge(this.evidence(this.observedFromS), gate, look);
    // Looks for harm alone are many; those that find none are left out of the log.
    if (look.passAlpha === null && verdict.verdict !== 'fail') return;
    this.note(timeS, 'gate', { stage, detail: verdict.verdict, verdict });
    const reason = verdict.reasons.join('; ');
    if (verdict.verdict === 'pass') this.send(timeS, { type: 'gate.passed' });
    else if (verdict.verdict === 'fail') this.send(timeS, { type: 'gate.failed', reason });
    else if (isLast) this.endUnclear(timeS, `no verdict within ${gate.deadlineS} s: ${reason}`, verdict);
  }

  private endUnclear(timeS: number, reason: string, { figures }: GateVerdict): void {
    const { whenUnclear = 'rollBack' } = this.options.plan.gate;
    if (whenUnclear === 'hold') this.send(timeS, { type: 'gate.unclear', reason });
    else if (whenUnclear === 'proceed' && figures.outcome !== null) this.send(timeS, { type: 'gate.passed' });
    else this.send(timeS, { type: 'gate.failed', reason });
  }

  /** Limits are looked at whenever an updated satellite is heard of, not only when the observation is over. */
  private checkGuards(timeS: number, { satellite }: SatelliteReport): void {
    if (Number.isNaN(this.recordOf(satellite).acknowledgedS)) return;
    const { gate } = this.options.plan;
    const look = { atS: 0, harmAlpha: gate.alpha, passAlpha: null };
    const figures = gateFigures({ ...this.evidence(this.firstOrderS), rest: new Map() }, gate, look);
    const reasons = guardReasons(figures, gate);
    if (reasons === null || reasons.length === 0) return;
    this.note(timeS, 'gate', { detail: 'fail', verdict: { verdict: 'fail', reasons, figures } });
    this.send(timeS, { type: 'gate.failed', reason: reasons.join('; ') });
  }

  /** What was heard of the time before the first order, and of periods that began at `fromS` or later. */
  private evidence(fromS: number): GateEvidence {
    const { reportS } = this.options.plan;
    const side = (): Map<number, SatelliteReport[]> => new Map();
    const evidence = { before: side(), updated: side(), rest: side() };
    for (const report of this.heard) {
      const { acknowledgedS, installedS, stage } = this.recordOf(report.satellite);
      if (report.startS + reportS <= this.firstOrderS) append(evidence.before, report);
      else if (report.startS < fromS) continue;
      else if (stage < 0) append(evidence.rest, report);
      else if (!Number.isNaN(acknowledgedS) && report.startS >= installedS) append(evidence.updated, report);
    }
    return evidence;
  }

  private rollBack(timeS: number): void {
    const { plan } = this.options;
    this.rollBackOrderedS = timeS;
    const targets = this.orderedSatellites();
    const sequence = ++this.orders;
    const { arrivalS, sentBytes } = planDelivery(this.begun.network, {
      ...{ sizeBytes: plan.orderBytes, startS: timeS, satellites: targets },
    });
    this.sent.orders += sentBytes;
    this.note(timeS, 'rolling back', { satellites: targets.map((s) => this.names[s] as string) });
    for (const s of targets) {
      const thereS = arrivalS[s] as number;
      this.due.add(thereS, () => this.goBack(thereS, s, sequence));
    }
    const lateS = timeS + plan.rollBackDeadlineS;
    this.due.add(lateS, () => this.send(lateS, { type: 'rollback.late' }));
  }

  private async goBack(timeS: number, satellite: number, sequence: number): Promise<void> {
    const record = this.recordOf(satellite);
    const name = this.names[satellite] as string;
    record.heardOrder = sequence;
    if (record.flies || record.unsure) {
      const [result] = await this.options.executor.install([satellite], this.options.previous, { rollback: true });
      if (result === undefined) throw noResult(name);
      if (result.outcome !== 'installed') {
        this.note(timeS, result.outcome, { satellite: name, ...detailOf(result) });
        return;
      }
      record.flies = false;
      record.unsure = false;
      record.backS = timeS;
      this.note(timeS, 'rolled back', { satellite: name });
    }
    this.acknowledge(timeS, satellite, (heardS) => {
      record.backAcknowledged = true;
      if (this.orderedSatellites().every((s) => this.recordOf(s).backAcknowledged)) {
        this.send(heardS, { type: 'rollback.acknowledged' });
      }
    });
  }

  private revoke(timeS: number): void {
    const { plan, executor, release } = this.options;
    this.revokedS = timeS;
    const { arrivalS, sentBytes } = planDelivery(this.begun.network, {
      sizeBytes: plan.revocationBytes,
      startS: timeS,
    });
    this.sent.revocations += sentBytes;
    this.note(timeS, 'revocation ordered');
    arrivalS.forEach((thereS, s) =>
      this.due.add(thereS, async () => {
        await executor.revoke([s], release);
        this.recordOf(s).revokedS = thereS;
        this.note(thereS, 'revocation heard', { satellite: this.names[s] as string });
      }),
    );
  }

  private acknowledge(timeS: number, satellite: number, heard: (timeS: number) => void): void {
    const sizeBytes = this.options.plan.acknowledgementBytes;
    const { arrivalS, sentBytes } = planReturn(this.begun.network, satellite, { sizeBytes, startS: timeS });
    if (arrivalS < Infinity) this.sent.acknowledgements += sentBytes;
    this.due.add(arrivalS, () => heard(arrivalS));
  }

  private acknowledgedIn(stage: number): number {
    return this.satellites.filter((record) => record.stage === stage && !Number.isNaN(record.acknowledgedS)).length;
  }

  private orderedSatellites(): number[] {
    return this.satellites.flatMap(({ stage }, s) => (stage >= 0 ? [s] : []));
  }

  private recordOf(satellite: number): SatelliteRecord {
    return this.satellites[satellite] as SatelliteRecord;
  }

  private note(timeS: number, event: RolloutEntry['event'], rest: Omit<RolloutEntry, 'timeS' | 'event'> = {}): void {
    this.log.push({ timeS, event, ...rest });
  }

  private get begun(): {
    readonly world: World;
    readonly network: OperationsNetwork;
    readonly reports: FleetReports;
    readonly actor: Actor<typeof rolloutMachine>;
  } {
    const { world, network, reports, actor } = this;
    if (world === undefined || network === undefined || reports === undefined || actor === undefined) {
      throw new SpaceCloudError('MISUSE', 'Expected a roll-out that has begun, got one without a world.', {
        hint: 'Call begin with the world first, or pass hooks to runEpisode.',
      });
    }
    return { world, network, reports, actor };
  }
}

function append(map: Map<number, SatelliteReport[]>, report: SatelliteReport): void {
  const list = map.get(report.satellite);
  if (list === undefined) map.set(report.satellite, [report]);
  else list.push(report);
}
