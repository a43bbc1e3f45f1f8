import type { RunRecord } from './run-record.ts';
import { describeEvaluation } from './sentences.ts';
import type { EvaluationSummary } from './summary.ts';

/** Where the numbers come from; the caller knows, the evaluation does not. */
export interface EvaluationOrigin {
  /** Name -> version, such as `spacecloud`, `node`, `engine`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Scenario name -> hash of its validated content. */
  readonly scenarioHashes: Readonly<Record<string, string>>;
  /** Command line that gives the same numbers again. */
  readonly command: string;
}

export const EVALUATION_FORMAT = 'spacecloud-evaluation/1';

/**
 * Content of `evaluation.json`: origin, what it says, the summary, and every record. A KPI without a value (NaN) becomes
 * `null`, which JSON can hold.
 */
export function evaluationJson(
  summary: EvaluationSummary,
  records: readonly RunRecord[],
  origin: EvaluationOrigin,
): string {
  const document = { format: EVALUATION_FORMAT, ...origin, ...describeEvaluation(summary), summary, records };
  return `${JSON.stringify(document, null, 2)}\n`;
}
