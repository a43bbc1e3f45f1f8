import { unlink } from 'node:fs/promises';
import { type Server, createConnection } from 'node:net';
import { type NodeAddress, cannotConnect, netAddress, showAddress } from './address.ts';

/**
 * Listens at the address. A socket file that a crashed world left behind is removed; one that a world still serves is not.
 * Rejects with NODE_CONNECT.
 */
export async function listen(server: Server, address: NodeAddress): Promise<void> {
  try {
    await tryListen(server, address);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const stale = code === 'EADDRINUSE' && 'socketPath' in address && !(await isServed(address));
    if (!stale) {
      const hint =
        code === 'EADDRINUSE' ? 'Another world serves it; choose another address.' : 'Choose another address.';
      throw cannotConnect(`Expected to listen at ${showAddress(address)}, got ${code ?? String(error)}.`, error, hint);
    }
    await unlink(address.socketPath);
    await tryListen(server, address);
  }
}

function tryListen(server: Server, address: NodeAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(netAddress(address), () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isServed(address: NodeAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(netAddress(address));
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', (error) => resolve((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED'));
  });
}
