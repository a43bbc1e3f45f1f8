import { type Socket, createConnection } from 'node:net';
import { SpaceCloudError } from '../../core/index.ts';
import { type NodeAddress, cannotConnect, netAddress, showAddress } from './address.ts';
import type { LineEvents, WorldLine } from './channel.ts';
import { FrameReader, writeFrame } from './frames.ts';
import { MAX_MESSAGE_BYTES } from './message.ts';

/** A node's way to the world at a local socket: one connection, and no other after it. */
export class SocketLine implements WorldLine {
  readonly where: string;
  readonly outlivesWorlds = false;
  private readonly address: NodeAddress;
  private socket: Socket | undefined;

  constructor(address: NodeAddress) {
    this.address = address;
    this.where = showAddress(address);
  }

  open(events: LineEvents): void {
    const socket = (this.socket = createConnection(netAddress(this.address)));
    const reader = new FrameReader(MAX_MESSAGE_BYTES);
    socket.setNoDelay(true);
    socket.on('connect', () => events.connected());
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes, (message) => events.message(message));
      } catch (error) {
        if (!(error instanceof SpaceCloudError)) throw error;
        events.closed(error);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      events.closed(
        cannotConnect(
          `Expected a world at ${this.where}, got ${error.code ?? error.message}.`,
          error,
          'Start the world first, and give the node the address it prints.',
        ),
      ),
    );
    socket.on('close', () =>
      events.closed(
        cannotConnect(
          `Expected a goodbye from the world at ${this.where}, got the end of the connection.`,
          undefined,
          'The world was stopped or lost; start the node again when it is back.',
        ),
      ),
    );
  }

  send(message: Uint8Array): void {
    if (this.socket?.writable === true) writeFrame(this.socket, message);
  }

  close(): void {
    // What was sent leaves first; the world may be gone, and nobody waits for its end.
    this.socket?.end();
    this.socket?.unref();
    this.socket?.destroySoon();
  }
}
