import type { RandomScenario } from '../random-scenario.ts';

/** Scenarios that once broke a property, each with what it showed. None yet. */
const cases: readonly RandomScenario[] = [];
export default cases;
