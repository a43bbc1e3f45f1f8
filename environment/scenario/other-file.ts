import type { z } from 'zod';
import { type ErrorCode, type SourcePlace, SpaceCloudError } from '../../core/index.ts';
import type { JsonSchema } from './json-schema.ts';
import { type FieldPath, type Problem, scenarioError } from './problem.ts';
import { shapeProblems } from './shape-problems.ts';
import { readYaml } from './yaml-source.ts';

/** A YAML format beside the scenario's, held to the same rules: strict, with file, line and column in every refusal. */
export interface OtherFormat<T> {
  /** What a file of it is called in messages, such as `training file`. */
  readonly name: string;
  /** The code of every refusal. */
  readonly code: ErrorCode;
  readonly schema: z.ZodType<T>;
  readonly jsonSchema: JsonSchema;
  /** Rules across fields; none may hold. */
  readonly problems: (value: T) => readonly Omit<Problem, 'code'>[];
}

export interface ParsedFile<T> {
  readonly value: T;
  readonly placeOf: (path: FieldPath) => SourcePlace;
}

/** Reads and validates the text of a file of another format. Errors: the format's code, for all problems at once. */
export function parseOtherFile<T>(text: string, file: string, format: OtherFormat<T>): ParsedFile<T> {
  const { code, name } = format;
  const recoded = <R>(step: () => R): R => {
    try {
      return step();
    } catch (cause) {
      if (!(cause instanceof SpaceCloudError)) throw cause;
      const { place, hint, details } = cause;
      const message = cause.message
        .replace(/^scenario: /, `${name}: `)
        .replace('Expected a scenario', `Expected a ${name}`);
      throw new SpaceCloudError(code, message, {
        ...(place === undefined ? {} : { place }),
        ...(hint === undefined ? {} : { hint }),
        details,
        cause,
      });
    }
  };
  return recoded(() => {
    const { value, placeOf } = readYaml(text, file);
    const result = format.schema.safeParse(value);
    if (!result.success) throw scenarioError(shapeProblems(value, result.error.issues, format.jsonSchema), placeOf);
    const problems = format.problems(result.data).map((problem): Problem => ({ ...problem, code }));
    if (problems.length > 0) throw scenarioError(problems, placeOf);
    return { value: result.data, placeOf: (path) => placeOf(path, false) };
  });
}
