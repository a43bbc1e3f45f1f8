import { type Socket, createServer } from 'node:net';
import { SpaceCloudError } from '../../core/index.ts';
import type { NodeAddress } from '../node/address.ts';
import { FrameReader, writeFrame } from '../node/frames.ts';
import { listen } from '../node/listen.ts';
import { KIND, MAX_MESSAGE_BYTES, createMessage, seal } from '../node/message.ts';
import {
  type PayloadAnswer,
  type PayloadHello,
  decodePayloadAnswer,
  decodePayloadHello,
  encodeCapture,
  openPayloadMessage,
} from './messages.ts';

/** Captures under way at a time: the next is already there when the node has finished one. */
const IN_FLIGHT = 2;

export interface ServePayloadOptions {
  readonly address: NodeAddress;
  /** Number of scenes to send. */
  readonly scenes: number;
  /** Counts of the scene of that number; asked for in order. */
  readonly capture: (index: number) => Uint16Array;
  /** Called in order of the scenes. */
  readonly onAnswer: (answer: PayloadAnswer) => void;
  /** Called when the node may be started. */
  readonly onListening: () => void;
  /** Ends the service early; what it rejects with is what serving rejects with. */
  readonly failed: Promise<never>;
}

/**
 * Sends scenes to one payload node and takes what it makes of them. Resolves to how the node introduced itself.
 *
 * @throws SpaceCloudError NODE_CONNECT, NODE_PROTOCOL
 */
export async function servePayload(options: ServePayloadOptions): Promise<PayloadHello> {
  const server = createServer();
  let connection: Socket | undefined;
  try {
    const served = new Promise<PayloadHello>((resolve, reject) => {
      server.on('connection', (socket) => {
        if (connection !== undefined) {
          socket.destroy();
          return;
        }
        connection = socket;
        exchange(socket, options).then(resolve, reject);
      });
    });
    served.catch(() => undefined);
    await listen(server, options.address);
    options.onListening();
    return await Promise.race([served, options.failed]);
  } finally {
    connection?.destroy();
    server.close();
  }
}

function exchange(socket: Socket, { scenes, capture, onAnswer }: ServePayloadOptions): Promise<PayloadHello> {
  return new Promise((resolve, reject) => {
    const frames = new FrameReader(MAX_MESSAGE_BYTES);
    let hello: PayloadHello | undefined;
    let sent = 0;
    let answered = 0;
    const send = (): void => {
      while (sent < scenes && sent - answered < IN_FLIGHT) {
        writeFrame(socket, encodeCapture(sent, capture(sent)));
        sent++;
      }
    };
    socket.on('data', (bytes: Buffer) => {
      try {
        frames.push(bytes, (message) => {
          const { kind, body } = openPayloadMessage(message);
          if (kind === KIND.hello) {
            hello = decodePayloadHello(body);
            send();
          } else if (kind === KIND.answer && hello !== undefined) {
            onAnswer(decodePayloadAnswer(body));
            answered++;
            send();
            if (answered === scenes) {
              writeFrame(socket, seal(createMessage(KIND.goodbye, 0), 0, 0));
              socket.end();
              resolve(hello);
            }
          }
        });
      } catch (error) {
        socket.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (cause) => reject(ended(answered, scenes, cause)));
    socket.on('close', () => reject(ended(answered, scenes)));
  });
}

function ended(answered: number, scenes: number, cause?: unknown): SpaceCloudError {
  const message = `Expected ${scenes} scenes from the payload node, got its end after ${answered}.`;
  return new SpaceCloudError('NODE_CONNECT', message, { hint: 'Its own message says why.', cause });
}
