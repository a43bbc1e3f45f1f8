import type { Problem } from './problem.ts';
import { faultProblems } from './rules/faults.ts';
import { groundProblems } from './rules/ground.ts';
import { nameProblems } from './rules/names.ts';
import { orbitProblems } from './rules/orbits.ts';
import { orderProblems } from './rules/order.ts';
import { releaseProblems } from './rules/release.ts';
import { securityProblems } from './rules/security.ts';
import { trafficProblems } from './rules/traffic.ts';
import type { Scenario } from './schema.ts';

/** What is wrong with a scenario whose fields are each valid: orbits, names, and parts that do not fit each other. */
export function findContradictions(scenario: Scenario): readonly Problem[] {
  return [
    ...orbitProblems(scenario),
    ...nameProblems(scenario),
    ...orderProblems(scenario),
    ...groundProblems(scenario),
    ...faultProblems(scenario),
    ...securityProblems(scenario),
    ...trafficProblems(scenario),
    ...releaseProblems(scenario),
  ];
}
