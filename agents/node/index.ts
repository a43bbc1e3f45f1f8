export type { BundleRefusal } from '../satellite.machine.ts';
export type { NodeAddress } from './address.ts';
export type { DoorEvents, LineEvents, NodeChannel, NodeDoor, WorldLine } from './channel.ts';
export type { MirrorSource } from './mirror-source.ts';
export type { NodeAnswer } from './node-link.ts';
export { type NodeControl, type NodeResult, type RunNodeOptions, runNode } from './run-node.ts';
export { type NodeServer, type NodeStatus, type ServeNodesOptions, serveNodes } from './serve-nodes.ts';
export type { NodeTally } from './tally.ts';
export type { Timer } from './timer.ts';
