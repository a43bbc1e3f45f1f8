import { createConnection } from 'node:net';
import { SCENE_RAW_BYTES, SAMPLE_BYTES } from '../../environment/index.ts';
import { type NodeAddress, cannotConnect, netAddress, showAddress } from '../node/address.ts';
import { FrameReader, writeFrame } from '../node/frames.ts';
import { KIND, MAX_MESSAGE_BYTES } from '../node/message.ts';
import type { ImageModel } from './image-model.ts';
import { decodeCapture, encodePayloadAnswer, encodePayloadHello, openPayloadMessage } from './messages.ts';
import { encodeProduct } from './product.ts';

export interface PayloadNodeOptions {
  readonly address: NodeAddress;
  readonly satellite: string;
  readonly model: ImageModel;
  /** Wall clock [ms] to measure with. */
  readonly nowMs: () => number;
}

/**
 * Is the payload of one satellite: takes raw captures from the world at the address, runs the model on each in order, and
 * sends back the product. Resolves to the number of scenes when the world says goodbye or hangs up.
 *
 * @throws SpaceCloudError NODE_CONNECT, NODE_PROTOCOL
 */
export async function runPayloadNode({ address, satellite, model, nowMs }: PayloadNodeOptions): Promise<number> {
  const denseGflops = await model.denseGflops(nowMs);
  return new Promise((resolve, reject) => {
    const socket = createConnection(netAddress(address));
    const frames = new FrameReader(MAX_MESSAGE_BYTES);
    let scenes = 0;
    let work: Promise<void> = Promise.resolve();
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const answer = async (index: number, counts: Uint16Array): Promise<void> => {
      const startMs = nowMs();
      const classes = await model.classify(counts);
      const modelMs = nowMs() - startMs;
      const product = encodeProduct(index, counts, classes);
      writeFrame(socket, encodePayloadAnswer({ index, modelMs, totalMs: nowMs() - startMs, classes, product }));
      scenes++;
    };
    socket.on('connect', () => {
      const { sha256: modelSha256, runtime } = model;
      writeFrame(socket, encodePayloadHello({ satellite, modelSha256, runtime, denseGflops }));
    });
    socket.on('data', (bytes: Buffer) => {
      try {
        frames.push(bytes, (message) => {
          const { kind, body } = openPayloadMessage(message);
          if (kind === KIND.goodbye) {
            work.then(() => {
              socket.end();
              resolve(scenes);
            }, fail);
          }
          if (kind !== KIND.request) return;
          const { index, counts } = decodeCapture(body, SCENE_RAW_BYTES / SAMPLE_BYTES);
          work = work.then(() => answer(index, counts));
          work.catch(fail);
        });
      } catch (error) {
        fail(error);
      }
    });
    socket.on('error', (cause) => {
      const message = `Expected the world at ${showAddress(address)}, got ${String(cause)}.`;
      fail(cannotConnect(message, cause, 'Start the world first.'));
    });
    socket.on('close', () => {
      work.then(() => resolve(scenes), fail);
    });
  });
}
