import { SpaceCloudError } from '../../core/index.ts';

/** Where world and nodes meet: a Unix domain socket (named pipe on Windows), or a TCP port of this host. Local only: nothing is authenticated. */
export type NodeAddress = { readonly socketPath: string } | { readonly port: number };

/** The address as `node:net` takes it. */
export function netAddress(address: NodeAddress): { path: string } | { host: string; port: number } {
  return 'socketPath' in address ? { path: address.socketPath } : { host: '127.0.0.1', port: address.port };
}

/** The address for messages. */
export function showAddress(address: NodeAddress): string {
  return 'socketPath' in address ? address.socketPath : `127.0.0.1:${address.port}`;
}

export function cannotConnect(message: string, cause: unknown, hint: string): SpaceCloudError {
  return new SpaceCloudError('NODE_CONNECT', message, { cause, hint });
}
