export * from './geometry/index.ts';
export { type Contact, contactPlan } from './network/index.ts';
export * from './scenario/index.ts';
export * from './world/index.ts';
