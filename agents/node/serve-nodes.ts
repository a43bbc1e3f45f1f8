import type { NodeAddress } from './address.ts';
import type { NodeDoor } from './channel.ts';
import type { NodeServer, NodeServerOptions } from './node-server.ts';

export type ServeNodesOptions = NodeServerOptions &
  (
    | {
        /** A local socket. Port 0 takes a free one. */
        readonly address: NodeAddress;
      }
    | {
        /** Another way in, such as a bus. */
        readonly door: NodeDoor;
      }
  );

/**
 * Serves satellites that are processes of their own. Rejects with NODE_CONNECT if the address cannot be had, or as the door does.
 *
 * @example
 * const nodes = await serveNodes({ address: { socketPath }, satelliteNames, local, fallback, deadlineMs: 100, timer, draw });
 * const constellation = new Constellation({ worlds, policy: nodes.decide, fallback, reports$: nodes.reports$ });
 * nodes.mirror(constellation);
 */
export async function serveNodes(options: ServeNodesOptions): Promise<NodeServer> {
  // Loaded here: a node's process serves nobody, and starts without RxJS.
  const [{ NodeServer }, { SocketDoor }] = await Promise.all([import('./node-server.ts'), import('./socket-door.ts')]);
  const { timer, deadlineMs: graceMs } = options;
  const door = 'door' in options ? options.door : new SocketDoor({ address: options.address, timer, graceMs });
  const nodes = new NodeServer(options, door);
  await nodes.open();
  return nodes;
}
