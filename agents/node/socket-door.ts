import { type AddressInfo, type Socket, createServer } from 'node:net';
import type { NodeAddress } from './address.ts';
import type { DoorEvents, NodeChannel, NodeDoor } from './channel.ts';
import { FrameReader, writeFrame } from './frames.ts';
import { listen } from './listen.ts';
import { MAX_MESSAGE_BYTES } from './message.ts';
import type { Timer } from './timer.ts';

/** Largest message a node sends: all of its texts, or the answer to the largest request. */
const MAX_NODE_MESSAGE_BYTES = 4096;

export interface SocketDoorOptions {
  /** Port 0 takes a free one. */
  readonly address: NodeAddress;
  readonly timer: Timer;
  /** How long a node may take to close its end, ms. */
  readonly graceMs: number;
}

/** Nodes come in over a local socket. A connection that breaks the framing is closed. */
export class SocketDoor implements NodeDoor {
  private readonly options: SocketDoorOptions;
  private readonly server = createServer();
  private readonly sockets = new Set<Socket>();

  constructor(options: SocketDoorOptions) {
    this.options = options;
  }

  /** The address in use, with the port that was free. */
  get address(): NodeAddress {
    const { address } = this.options;
    return 'socketPath' in address ? address : { port: (this.server.address() as AddressInfo).port };
  }

  async open(events: DoorEvents): Promise<void> {
    this.server.on('connection', (socket) => this.accept(socket, events));
    // A connection that could not be accepted, as where no more files may be open, is one that the node makes again.
    this.server.on('error', () => undefined);
    await listen(this.server, this.options.address);
  }

  async close(): Promise<void> {
    const { timer, graceMs } = this.options;
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // A node that hangs does not close its end; connections that never said hello have nothing to wait for.
    const hanging = timer.set(() => this.sockets.forEach((socket) => socket.destroy()), graceMs);
    for (const socket of this.sockets) if (!socket.writableEnded) socket.destroy();
    await closed;
    timer.clear(hanging);
  }

  private accept(socket: Socket, events: DoorEvents): void {
    const reader = new FrameReader(MAX_NODE_MESSAGE_BYTES);
    const channel: NodeChannel = {
      satellite: undefined,
      maxBytes: MAX_MESSAGE_BYTES,
      send: (message) => {
        if (socket.writable) writeFrame(socket, message);
      },
      end: () => socket.end(),
    };
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes, (message) => events.message(channel, message));
      } catch {
        // Where the next message begins cannot be known any more.
        socket.destroy();
      }
    });
    // A connection that breaks is closed next, which is where it is dealt with.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      events.closed(channel);
    });
  }
}
