import { SPACE_CLOUD_SPEC, VERSION, decisionSpecHash } from '../../core/index.ts';
import type { RecordStore } from '../evaluation/record-store.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { resampling } from './answers.ts';
import { type PlanOptions, type StudyInput, planStudy } from './plan.ts';
import type { StudyReport, StudyResult } from './result.ts';
import { UnitRecords, type UnitsEnvironment } from './run-units.ts';
import { StudyPool } from './study-pool.ts';
import { studyResult } from './study-result.ts';
import { type SharedRuns, StudyRuns } from './study-runs.ts';

export interface StudyOptions extends Pick<UnitsEnvironment, 'geometryOf'>, PlanOptions {
  readonly studies: readonly StudyInput[];
  /** Instead of those of the size; from 1 to 299,999. Bands are then not checked. */
  readonly seeds?: readonly number[];
  /** Baseline that decides for satellites in fallback. */
  readonly fallback: string;
  /** Worker threads. */
  readonly workers: number;
  /** Bootstrap resamples; default 10 000. */
  readonly replicates?: number;
  /** Keeps records as they are made, and has those made before. */
  readonly store?: RecordStore;
  /** All is planned; about so many runs, those kept included. */
  readonly onPlanned?: (runs: number) => void;
  /** `done` runs of this call so far; `last` is the one just made. */
  readonly onProgress?: (done: number, last: RunRecord) => void;
  /** A run was not made, since the store has its record. */
  readonly onKept?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs studies: every column of every point on the same seeds, in workers, and what the figures say. An abort ends it after
 * the runs under way, with the studies that were finished.
 *
 * The report holds nothing that hangs on the clock, the number of workers or what the store had: equal options give equal
 * bytes.
 *
 * Errors: STUDY_FILE, SCENARIO_*, USAGE and MISUSE before anything runs; then those of runs and of `geometryOf`.
 */
export async function study(options: StudyOptions): Promise<StudyReport> {
  const {
    size,
    seeds,
    workers,
    replicates = 10_000,
    geometryOf,
    fallback,
    store,
    signal,
    onProgress,
    onKept,
  } = options;
  const pool = new StudyPool(workers);
  let done = 0;
  const shared: SharedRuns = {
    ...{ pool, geometryOf, fallback, records: new UnitRecords(), resampling: resampling(replicates) },
    onRecord: (record) => onProgress?.(++done, record),
    ...(store === undefined ? {} : { store }),
    ...(onKept === undefined ? {} : { onKept }),
    ...(signal === undefined ? {} : { signal }),
  };
  const all = options.studies.map((input) => new StudyRuns(planStudy(input, options), seeds, shared));
  options.onPlanned?.(all.reduce((sum, { effort }) => sum + effort, 0));
  // Bands are stated for the quick size as it stands in the file.
  const checksBands = size === 'quick' && seeds === undefined;
  const studies: StudyResult[] = [];
  try {
    for (const runs of all) {
      const result = await studyResult(runs, { checksBands });
      if (result === undefined) break;
      studies.push(result);
    }
  } finally {
    await pool.close();
  }
  return { version: VERSION, decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC), size, studies };
}
