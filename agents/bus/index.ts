export { Bus, type BusMessage, type BusOptions, type BusStatus } from './bus.ts';
export { type BusIdentity, busIdentity, identityOf } from './identity.ts';
export {
  type BusPermissions,
  type BusUser,
  HUB_DOMAIN,
  groundPermissions,
  nodePermissions,
  worldPermissions,
} from './permissions.ts';
export {
  type LeafListener,
  type LeafRemote,
  type LeafUser,
  type ServerConfig,
  type ServerPlace,
  type ServerTls,
  serverConfig,
} from './server-config.ts';
export { type FleetSubjects, nameOf, satelliteOf, subjectsOf, tokenOf } from './subjects.ts';
export { LEAST_SERVER, RECOMMENDED_SERVER, compareVersions } from './version.ts';
