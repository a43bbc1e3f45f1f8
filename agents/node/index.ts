export type { NodeAddress } from './address.ts';
export type { Timer } from './node-link.ts';
export { type NodeResult, type RunNodeOptions, runNode } from './run-node.ts';
export { type NodeServer, type NodeStatus, type ServeNodesOptions, serveNodes } from './serve-nodes.ts';
