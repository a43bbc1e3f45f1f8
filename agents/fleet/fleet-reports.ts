import { CACHE, type TransitionColumns } from '../../core/index.ts';
import type { DecidedBatch, SatelliteEventFrame } from '../streams/frames.ts';
import { OUTCOME_GROUPS, OutcomeGroups } from './outcome-groups.ts';

/** What one satellite tells of one period. */
export interface SatelliteReport {
  readonly satellite: number;
  /** The period: it covers [startS, startS + reportS). */
  readonly startS: number;
  readonly decisions: number;
  /** Decided by the fallback because the satellite's machine said so; answers that came too late; no answers. */
  readonly fallback: number;
  readonly late: number;
  readonly abstained: number;
  /** How often its observations were reported as unknown to the policy. */
  readonly outOfDistribution: number;
  /** Breaches of constraints; those of the fleet are told by the first satellite, as worlds count them together. */
  readonly breaches: number;
  /** [OUTCOME_GROUPS] decisions whose outcome was known when the report was made. */
  readonly outcomes: readonly number[];
  /** [OUTCOME_GROUPS] sum of their outcomes, each as a share of the value of the task that was decided about. */
  readonly earned: readonly number[];
}

/** Answers of policies so far, per satellite; `SatellitePolicies` counts them, or who asks nodes. */
export interface AnswerCounts {
  readonly late: ArrayLike<number>;
  readonly abstained: ArrayLike<number>;
}

interface Period {
  readonly startS: number;
  readonly decisions: Float64Array;
  readonly fallback: Float64Array;
  readonly late: Float64Array;
  readonly abstained: Float64Array;
  readonly outOfDistribution: Float64Array;
  /** [satellites * groups] */
  readonly outcomes: Float64Array;
  readonly earned: Float64Array;
  breaches: number;
}

/** Decisions under way at once whose outcomes are awaited; of older ones none is counted. A power of two. */
const AWAITED = 1 << 20;
const GROUPS = OUTCOME_GROUPS.length;

export interface FleetReportsOptions {
  readonly satelliteCount: number;
  /** Start of the run, s since scenario start. */
  readonly startS: number;
  readonly reportS: number;
  readonly answers?: AnswerCounts;
  /** Breaches of constraints so far. */
  readonly breaches?: () => number;
}

/**
 * Keeps what satellites would report, per satellite and period: decisions belong to the period in which they were made.
 *
 * The outcome of a decision about a task is all that the task earned from then to its end, whoever decided about it afterwards: what a
 * satellite does shows in the tasks that passed through it, often only where they end. The outcome of a decision of a cache is what was
 * earned until that cache's next decision. Outcomes are told as shares of the value at stake, which the satellite knows of each task:
 * otherwise a mean would mostly tell who happened to have valuable tasks.
 */
export class FleetReports {
  private readonly options: FleetReportsOptions;
  private readonly periods: Period[] = [];
  private readonly lateBefore: Float64Array;
  private readonly abstainedBefore: Float64Array;
  private breachesBefore = 0;
  private groups: OutcomeGroups | undefined;
  /** Ring over decisions by their number: which, whose, in which period, what it earned until the next of its chain. */
  private readonly decision = new Int32Array(AWAITED).fill(-1);
  private readonly satellite = new Int32Array(AWAITED);
  private readonly period = new Int32Array(AWAITED);
  private readonly isCache = new Uint8Array(AWAITED);
  private readonly earned = new Float64Array(AWAITED);
  private readonly group = new Uint8Array(AWAITED);
  private readonly value = new Float64Array(AWAITED);
  /** Ring over decisions by their number: which has one before it in its chain, and that one. */
  private readonly next = new Int32Array(AWAITED).fill(-1);
  private readonly before = new Int32Array(AWAITED);

  constructor(options: FleetReportsOptions) {
    this.options = options;
    this.lateBefore = new Float64Array(options.satelliteCount);
    this.abstainedBefore = new Float64Array(options.satelliteCount);
  }

  /** Notes a batch whose choices are made; for `onBatch`. */
  noteBatch({ batch, byFallback }: DecidedBatch): void {
    const groups = (this.groups ??= new OutcomeGroups(batch.spec));
    for (let row = 0; row < batch.n; row++) {
      const number = batch.decision[row] as number;
      const at = number & (AWAITED - 1);
      const satellite = batch.agent[row] as number;
      const index = this.periodAt(batch.timeS[row] as number);
      const period = this.periods[index] as Period;
      period.decisions[satellite] = (period.decisions[satellite] as number) + 1;
      period.fallback[satellite] = (period.fallback[satellite] as number) + (byFallback[row] as number);
      this.decision[at] = number;
      this.satellite[at] = satellite;
      this.period[at] = index;
      this.isCache[at] = batch.kind[row] === CACHE ? 1 : 0;
      this.group[at] = groups.groupOf(batch, row);
      this.value[at] = groups.valueOf(batch, row);
    }
  }

  /** Notes what became of decisions; for `outcomes$`. */
  noteOutcomes({ n, decision, next, reward }: TransitionColumns): void {
    for (let i = 0; i < n; i++) {
      const number = decision[i] as number;
      const at = number & (AWAITED - 1);
      if (this.decision[at] !== number) continue;
      this.earned[at] = reward[i] as number;
      if (this.isCache[at] === 1) {
        this.count(at, reward[i] as number);
      } else if ((next[i] as number) >= 0) {
        // The next decision of the chain may come in a batch that is noted after this.
        this.next[(next[i] as number) & (AWAITED - 1)] = next[i] as number;
        this.before[(next[i] as number) & (AWAITED - 1)] = number;
      } else {
        let sum = 0;
        for (let d = number, slot = at; d >= 0 && this.decision[slot] === d;) {
          sum += this.earned[slot] as number;
          this.count(slot, sum);
          d = this.next[slot] === d ? (this.before[slot] as number) : -1;
          slot = d & (AWAITED - 1);
        }
      }
    }
  }

  /** Notes what a satellite's machine heard; for `satelliteEvents$`. */
  noteEvent({ satellite, event }: SatelliteEventFrame, timeS: number): void {
    if (event.type !== 'observation.out-of-distribution') return;
    const { outOfDistribution } = this.periods[this.periodAt(timeS)] as Period;
    outOfDistribution[satellite] = (outOfDistribution[satellite] as number) + 1;
  }

  /** Counts answers and breaches since the last call as those of the period that ends at `endS`. */
  closePeriod(endS: number): void {
    const { answers, breaches, satelliteCount, reportS } = this.options;
    const period = this.periods[this.periodAt(endS - reportS / 2)] as Period;
    for (let s = 0; answers !== undefined && s < satelliteCount; s++) {
      period.late[s] = (answers.late[s] as number) - (this.lateBefore[s] as number);
      period.abstained[s] = (answers.abstained[s] as number) - (this.abstainedBefore[s] as number);
      this.lateBefore[s] = answers.late[s] as number;
      this.abstainedBefore[s] = answers.abstained[s] as number;
    }
    const so = breaches?.() ?? 0;
    period.breaches = so - this.breachesBefore;
    this.breachesBefore = so;
  }

  /** What a satellite tells now of the period that began at `startS`. */
  reportOf(satellite: number, startS: number): SatelliteReport {
    const period = this.periods[this.periodAt(startS + this.options.reportS / 2)] as Period;
    const of = (column: Float64Array): number => column[satellite] as number;
    const byGroup = (columns: Float64Array): number[] =>
      Array.from(columns.subarray(satellite * GROUPS, (satellite + 1) * GROUPS));
    return {
      satellite,
      startS,
      decisions: of(period.decisions),
      fallback: of(period.fallback),
      late: of(period.late),
      abstained: of(period.abstained),
      outOfDistribution: of(period.outOfDistribution),
      breaches: satellite === 0 ? period.breaches : 0,
      outcomes: byGroup(period.outcomes),
      earned: byGroup(period.earned),
    };
  }

  private count(at: number, outcome: number): void {
    const { outcomes, earned } = this.periods[this.period[at] as number] as Period;
    const cell = (this.satellite[at] as number) * GROUPS + (this.group[at] as number);
    outcomes[cell] = (outcomes[cell] as number) + 1;
    earned[cell] = (earned[cell] as number) + outcome / (this.value[at] as number);
  }

  private periodAt(timeS: number): number {
    const { startS, reportS, satelliteCount } = this.options;
    const index = Math.max(0, Math.floor((timeS - startS) / reportS));
    while (this.periods.length <= index) {
      const column = (): Float64Array => new Float64Array(satelliteCount);
      this.periods.push({
        startS: startS + this.periods.length * reportS,
        decisions: column(),
        fallback: column(),
        late: column(),
        abstained: column(),
        outOfDistribution: column(),
        outcomes: new Float64Array(satelliteCount * GROUPS),
        earned: new Float64Array(satelliteCount * GROUPS),
        breaches: 0,
      });
    }
    return index;
  }
}
