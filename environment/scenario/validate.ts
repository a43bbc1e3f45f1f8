import { freeze } from 'immer';
import { findContradictions } from './contradictions.ts';
import { type PlaceOf, scenarioError } from './problem.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { shapeProblems } from './shape-problems.ts';

/** Plain data as a scenario with all defaults, frozen. Errors: SCENARIO_*, for all that is wrong at once. */
export function validateScenario(value: unknown, placeOf?: PlaceOf): Scenario {
  const result = scenarioSchema.safeParse(value);
  if (!result.success) throw scenarioError(shapeProblems(value, result.error.issues), placeOf);
  const problems = findContradictions(result.data);
  if (problems.length > 0) throw scenarioError(problems, placeOf);
  return freeze(result.data, true);
}
