export type { NodeAddress } from './address.ts';
export { type NodeResult, type RunNodeOptions, runNode } from './run-node.ts';
export { type NodeServer, type ServeNodesOptions, serveNodes } from './serve-nodes.ts';
