export * from './access/index.ts';
export * from './contact-graph/index.ts';
export * from './geometry/index.ts';
export * from './network/index.ts';
export * from './network/scale.ts';
export * from './operations/index.ts';
export {
  type Ephemeris,
  type StateTime,
  type UtcInstant,
  ecefFromTemeInto,
  elementStates,
  gmstRad,
  parseElements,
  parseUtc,
  walkerAngles,
  walkerEphemeris,
} from './orbit/index.ts';
export { createSgp4Object, sgp4Ephemeris } from './orbit/sgp4.ts';
export * from './paths/index.ts';
export {
  type Misses,
  type OfflineCache,
  type RequestTrace,
  beladyMisses,
  leastMissedBits,
} from './resources/offline-caching.ts';
export * from './payload/index.ts';
export * from './scenario/index.ts';
export * from './scenes/index.ts';
export * from './twin/index.ts';
export * from './world/index.ts';
