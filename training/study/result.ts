import type { KpiSpec } from '../../core/index.ts';
import type { Interval } from '../evaluation/bootstrap.ts';
import type { RunRecord } from '../evaluation/run-record.ts';

/** What is known of a number's source: primary, secondary, derived from stated inputs, from memory, or chosen by this project. */
export type SourceGrade = 'primary' | 'secondary' | 'derived' | 'memory' | 'choice';

/**
 * What a column of a study stands for. Comparators are what is flown or built today, or the cloud in orbit without the part in
 * question; heuristics and learned policies fly in the cloud in orbit; oracles see what nobody can know.
 */
export type ColumnRole = 'comparator' | 'heuristic' | 'learned' | 'oracle';

export interface StudyColumn {
  /** `bent-pipe`, or a policy's name. */
  readonly name: string;
  readonly label: string;
  readonly role: ColumnRole;
  /** Policy that decided. */
  readonly policy: string;
  /** How its scenario differs from that of the study, `path = value`; empty for policies of the cloud in orbit. */
  readonly changes: readonly string[];
}

/** One KPI of one column at one point. `null`: no run had a value, or fewer than two seeds for the interval. */
export interface StudyCell {
  readonly mean: number | null;
  readonly interval: Interval | null;
  readonly runs: number;
}

/** The scenario as it is (`quantity` null), or at one value of a swept quantity. */
export interface StudyPoint {
  readonly quantity: string | null;
  readonly value: number | null;
  /** [columns][KPI key] */
  readonly cells: readonly Readonly<Record<string, StudyCell>>[];
  /**
   * Columns: the best comparator of this point by its mean on the headline KPI, and the heuristic and the learned policy that
   * were chosen for the study (`StudySelection`); null = there is none.
   */
  readonly bestComparator: number | null;
  readonly bestHeuristic: number | null;
  readonly bestLearned: number | null;
  /** Chosen policy of the cloud in orbit against the best comparator. */
  readonly benefit: Benefit | null;
}

/** `wins`, `loses`: the interval of the paired difference excludes zero. */
export type BenefitVerdict = 'wins' | 'loses' | 'unclear';

/** A paired difference on the headline KPI, first minus second, whichever direction is better. */
export interface Benefit {
  /** Indices of the two columns. */
  readonly first: number;
  readonly second: number;
  readonly difference: number;
  readonly interval: Interval | null;
  /** Of the second's mean; null where that is 0. */
  readonly relative: number | null;
  readonly verdict: BenefitVerdict;
}

/** A step from one column to a better equipped one: what relay, stations, compression, heuristics and learning each bring. */
export interface AttributionPart {
  readonly part: 'relay' | 'stations' | 'compression' | 'compressed-relay' | 'heuristics' | 'learning';
  readonly benefit: Benefit;
}

export interface SweepAnswer {
  readonly quantity: string;
  readonly label: string;
  readonly values: readonly number[];
  /** Values at which the cloud in orbit does not win. */
  readonly fails: readonly number[];
  /** Least value from which on it wins; null = it does not at the largest. For satellites: the size that pays. */
  readonly paysFrom: number | null;
}

/** How the benefit moves when one parameter takes its low and its high value. */
export interface Sensitivity {
  readonly parameter: string;
  readonly grade: SourceGrade;
  readonly source: string;
  readonly low: { readonly value: number; readonly benefit: Benefit | null };
  readonly high: { readonly value: number; readonly benefit: Benefit | null };
  /** Largest change of the benefit's difference against the study's own, in units of the headline KPI. */
  readonly moves: number | null;
}

/**
 * Which policies of the cloud in orbit stand for it: chosen once, at the scenario as it is, on seeds that no figure of the
 * study uses. Indices of columns; null = there is none. Where there was nothing to choose between, `seeds` is empty.
 */
export interface StudySelection {
  readonly seeds: readonly number[];
  readonly heuristic: number | null;
  readonly learned: number | null;
  /** The better of the two. */
  readonly orbit: number | null;
}

/** A band of the study file for the mean of one KPI of one column at the scenario as it is. */
export interface BandCheck {
  readonly column: string;
  readonly kpi: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly mean: number | null;
  readonly holds: boolean;
}

export interface StudyResult {
  readonly study: string;
  readonly title: string;
  readonly claim: string;
  /** Sentence of the public announcement that the claim answers. */
  readonly announcement: string;
  /** Where orbit can lose, said beforehand. */
  readonly loses: string;
  /** With the changes that the study makes for all columns, `path = value`. */
  readonly scenario: { readonly name: string; readonly hash: string; readonly changes: readonly string[] };
  readonly arrivalsS: number;
  readonly drainS: number;
  readonly seeds: readonly number[];
  readonly selection: StudySelection;
  readonly headline: KpiSpec;
  /** The headline first. */
  readonly kpis: readonly KpiSpec[];
  readonly columns: readonly StudyColumn[];
  /** The scenario as it is, then the points of the sweeps. */
  readonly points: readonly StudyPoint[];
  readonly attribution: readonly AttributionPart[];
  readonly sweeps: readonly SweepAnswer[];
  /** Parameters that move the benefit most first. */
  readonly sensitivity: readonly Sensitivity[];
  /** Parameters known from memory or secondary sources only, and those that are choices. */
  readonly parameters: readonly {
    readonly path: string;
    readonly value: number | string | null;
    readonly grade: SourceGrade;
    readonly source: string;
  }[];
  readonly bands: readonly BandCheck[];
  /** What a reader must know beside the numbers, one sentence each. */
  readonly notes: readonly string[];
  /** Records of sensitivity have the parameter's path as quantity. */
  readonly records: readonly (RunRecord & {
    readonly column: string;
    readonly quantity: string | null;
    readonly value: number | null;
  })[];
}

/** A study report: `study.json`. */
export interface StudyReport {
  readonly version: string;
  readonly decisionSpec: string;
  readonly size: 'quick' | 'full';
  readonly studies: readonly StudyResult[];
}
