import { freeze } from 'immer';
import { findContradictions } from './contradictions.ts';
import { resolveProfiles } from './profiles.ts';
import { type PlaceOf, type Problem, scenarioError } from './problem.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { shapeProblems } from './shape-problems.ts';

/**
 * Plain data as a scenario with all defaults, frozen. `reword` may say more of a problem.
 *
 * Errors: SCENARIO_*, for all that is wrong at once; FILE_NOT_FOUND, FILE_READ for payload profiles.
 */
export function validateScenario(
  value: unknown,
  placeOf?: PlaceOf,
  reword: (problem: Problem) => Problem = (problem) => problem,
): Scenario {
  const measured = resolveProfiles(value, placeOf);
  const result = scenarioSchema.safeParse(measured);
  if (!result.success) throw scenarioError(shapeProblems(measured, result.error.issues).map(reword), placeOf);
  const problems = findContradictions(result.data).map(reword);
  if (problems.length > 0) throw scenarioError(problems, placeOf);
  return freeze(result.data, true);
}
