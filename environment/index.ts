export * from './contact-graph/index.ts';
export * from './geometry/index.ts';
export { contactPlan } from './network/index.ts';
export { type StateTime, type UtcInstant, elementStates, parseElements, parseUtc } from './orbit/index.ts';
export * from './scenario/index.ts';
export * from './world/index.ts';
