import type { NodeAddress } from '../agents/index.ts';

/** A socket path, or a loopback port when it is a number. */
export function addressOf(text: string): NodeAddress {
  return /^\d+$/.test(text) ? { port: Number(text) } : { socketPath: text };
}

/** The inverse of `addressOf`. */
export function addressText(address: NodeAddress): string {
  return 'port' in address ? String(address.port) : address.socketPath;
}
