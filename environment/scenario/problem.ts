import { type ErrorCode, type SourcePlace, SpaceCloudError } from '../../core/index.ts';

/** Steps from the root of the scenario: field names and list positions. */
export type FieldPath = readonly (string | number)[];

/** One thing wrong with a scenario. */
export interface Problem {
  readonly code: ErrorCode;
  readonly path: FieldPath;
  /** Point at the field's name rather than its value. */
  readonly atKey?: boolean;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

/** Finds where a field stands; the last existing ancestor's place for a field that is missing. Undefined: in no file. */
export type PlaceOf = (path: FieldPath, atKey: boolean) => SourcePlace | undefined;

/** `constellations[0].walker.altitudeKm`; `scenario` for the root. */
export function dottedPath(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text === '' ? 'scenario' : text;
}

/** A value in the words of a message; long text is cut. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing (the field is missing)';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map of fields';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return `a ${typeof value}`;
  return `the text '${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
}

/**
 * One error for all problems, in the order of the file: code, place and hint are those of the first, the message lists the
 * others with line, column and hint, `details.problems` holds them all. At most `SHOWN` are spelled out.
 */
export function scenarioError(problems: readonly Problem[], placeOf?: PlaceOf): SpaceCloudError {
  const placed = problems
    .map((problem) => ({ problem, place: placeOf?.(problem.path, problem.atKey ?? false) }))
    .sort((a, b) => lineOf(a.place) - lineOf(b.place) || columnOf(a.place) - columnOf(b.place));
  const [first, ...others] = placed;
  if (first === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one problem to report, got none.');
  const lines = [sentence(first.problem)];
  if (others.length > 0) lines.push(`  and ${others.length} more:`);
  for (const { problem, place } of others.slice(0, SHOWN - 1)) {
    const position = place?.line === undefined ? '' : `${place.line}:${place.column ?? 1} `;
    const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
    lines.push(`  ${position}${sentence(problem)}${hint}`);
  }
  if (others.length >= SHOWN) lines.push('  ...');
  // Printed last, after the others: it says which problem it is of.
  const { hint } = first.problem;
  const owner = others.length === 0 ? '' : `For the first, ${dottedPath(first.problem.path)}: `;
  return new SpaceCloudError(first.problem.code, lines.join('\n'), {
    ...(first.place && { place: first.place }),
    ...(hint !== undefined && { hint: `${owner}${hint}` }),
    details: {
      problems: placed.map(({ problem, place }) => ({
        code: problem.code,
        field: dottedPath(problem.path),
        line: place?.line,
        column: place?.column,
        expected: problem.expected,
        found: problem.found,
        ...(problem.hint === undefined ? {} : { hint: problem.hint }),
      })),
    },
  });
}

/** Enough to repair a file in one go, few enough to read. */
const SHOWN = 20;

function sentence(problem: Problem): string {
  return `${dottedPath(problem.path)}: expected ${problem.expected}, found ${problem.found}`;
}

function lineOf(place: SourcePlace | undefined): number {
  return place?.line ?? 0;
}

function columnOf(place: SourcePlace | undefined): number {
  return place?.column ?? 0;
}
