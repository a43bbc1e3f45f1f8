import { freeze } from 'immer';
import { findContradictions } from './contradictions.ts';
import { type PlaceOf, type Problem, scenarioError } from './problem.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { shapeProblems } from './shape-problems.ts';

/**
 * Plain data as a scenario with all defaults, frozen. `reword` may say more of a problem.
 *
 * Errors: SCENARIO_*, for all that is wrong at once.
 */
export function validateScenario(
  value: unknown,
  placeOf?: PlaceOf,
  reword: (problem: Problem) => Problem = (problem) => problem,
): Scenario {
  const result = scenarioSchema.safeParse(value);
  if (!result.success) throw scenarioError(shapeProblems(value, result.error.issues).map(reword), placeOf);
  const problems = findContradictions(result.data).map(reword);
  if (problems.length > 0) throw scenarioError(problems, placeOf);
  return freeze(result.data, true);
}
