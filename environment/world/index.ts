export { checkConservation } from './conservation.ts';
export type { LookupLog } from './lookup-log.ts';
export { type WorldModel, createWorldModel } from './model.ts';
export { NEXT_FINAL, NEXT_OWN, type OpenCursor } from './observe-open.ts';
export type { SavedWorld } from './saved-world.ts';
export { World, type WorldOptions } from './world.ts';
export { labelLinks, worldLinks } from './world-links.ts';
