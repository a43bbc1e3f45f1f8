import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import { EVALUATIONS_FILE } from '../run-files.ts';
import type { RunRecord } from './run-record.ts';

/** One evaluation of a policy while it learned. */
export interface TrainingEvaluation {
  /** Decisions learned from so far. */
  readonly decisions: number;
  readonly records: readonly Pick<RunRecord, 'scenario' | 'seed' | 'kpis'>[];
}

/** The evaluations of a run folder in order; none where training made none. Errors: FILE_READ for a line that is none. */
export function readTrainingEvaluations(runFolder: string): TrainingEvaluation[] {
  const file = join(runFolder, EVALUATIONS_FILE);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  // A run under way may be writing its last line.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  return lines.map((line, i) => {
    try {
      const { decisions, records } = JSON.parse(line) as Partial<TrainingEvaluation>;
      if (typeof decisions === 'number' && Array.isArray(records)) return { decisions, records };
    } catch {
      // Told below, with the place.
    }
    throw new SpaceCloudError('FILE_READ', 'Expected an evaluation during training (JSON), got something else.', {
      place: { file, line: i + 1 },
      hint: 'Restore the file; it belongs to the run.',
    });
  });
}

/**
 * Decisions at each evaluation that all runs have made, the mean over the runs. Runs of one configuration evaluate at the same
 * nominal counts and differ by less than an iteration, whose number of decisions depends on the seed.
 */
export function commonDecisions(runs: readonly (readonly TrainingEvaluation[])[]): number[] {
  const fewest = runs.length === 0 ? 0 : Math.min(...runs.map((run) => run.length));
  return Array.from({ length: fewest }, (_, i) =>
    Math.round(runs.reduce((sum, run) => sum + (run[i] as TrainingEvaluation).decisions, 0) / runs.length),
  );
}
