export { Bus, type BusMessage, type BusOptions, type BusStatus } from './bus.ts';
export { type FleetStoreOptions, makeFleetStores, makeLeafStores } from './fleet-stores.ts';
export { isLinked, takeoversBegun, telemetryHeld } from './leaf-link.ts';
export { type BusIdentity, busIdentity, identityOf } from './identity.ts';
export { type BusMeeting, busDoor, busLine } from './node-door.ts';
export { BusExecutor, type BusExecutorOptions } from './ops/bus-executor.ts';
export { fetchBundle, storeBundle } from './ops/bundle-transfer.ts';
export { ModeWriter, type ModeWriterOptions, type StoredModes, readModes, sameModes } from './ops/mode-store.ts';
export { type NodeOperationsOptions, serveGround } from './ops/node-operations.ts';
export { type FlightBundle, OnBoard, type OnBoardOptions } from './ops/on-board.ts';
export { packFiles, unpackFiles } from './ops/pack.ts';
export { type TelemetryCensus, type TelemetryCount, countTelemetry } from './ops/telemetry-census.ts';
export type { NodeDocument } from './ops/telemetry-document.ts';
export { TelemetrySender, type TelemetrySenderOptions } from './ops/telemetry-sender.ts';
export {
  type BusPermissions,
  type BusUser,
  HUB_DOMAIN,
  type LeafStation,
  groundPermissions,
  leafPermissions,
  nodePermissions,
  worldPermissions,
} from './permissions.ts';
export {
  type LeafListener,
  type LeafLogin,
  type LeafRemote,
  type LeafUser,
  type ServerConfig,
  type ServerPlace,
  type ServerTls,
  serverConfig,
} from './server-config.ts';
export { type FleetSubjects, nameOf, satelliteOf, subjectsOf, tokenOf } from './subjects.ts';
export { LEAST_SERVER, RECOMMENDED_SERVER, compareVersions } from './version.ts';
