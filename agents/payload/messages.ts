import { SCENE_PATCHES } from '../../environment/index.ts';
import {
  HEADER_BYTES,
  KIND,
  type Message,
  PROTOCOL_VERSION,
  createMessage,
  openMessage,
  protocolError,
  seal,
  versionOf,
} from '../node/message.ts';

/** How a payload node introduces itself. */
export interface PayloadHello {
  readonly satellite: string;
  readonly modelSha256: string;
  readonly runtime: string;
  /** Of a dense layer in the node's process. */
  readonly denseGflops: number;
}

/** What came of one scene. */
export interface PayloadAnswer {
  readonly index: number;
  /** Model alone, by the node's clock [ms]. */
  readonly modelMs: number;
  /** Model, decision and product [ms]. */
  readonly totalMs: number;
  readonly classes: Uint8Array;
  /** As {@link encodeProduct} makes it. */
  readonly product: Buffer;
}

export function encodePayloadHello(hello: PayloadHello): Buffer {
  const text = Buffer.from(JSON.stringify(hello));
  const message = createMessage(KIND.hello, text.length);
  text.copy(message, HEADER_BYTES);
  return seal(message, 0, 0);
}

export function decodePayloadHello(payload: Buffer): PayloadHello {
  let hello: Partial<PayloadHello> | null;
  try {
    hello = JSON.parse(payload.toString()) as Partial<PayloadHello> | null;
  } catch {
    throw protocolError('Expected the hello of a payload node, got something else.');
  }
  const { satellite, modelSha256, runtime, denseGflops } = hello ?? {};
  const texts = [satellite, modelSha256, runtime];
  if (texts.some((text) => typeof text !== 'string') || typeof denseGflops !== 'number') {
    throw protocolError('Expected satellite, model, runtime and rate in the hello of a payload node.');
  }
  return hello as PayloadHello;
}

/** The raw capture of a scene: its number, then its counts, little-endian. */
export function encodeCapture(index: number, counts: Uint16Array): Buffer {
  const message = createMessage(KIND.request, 4 + 2 * counts.length);
  message.writeUInt32LE(index, HEADER_BYTES);
  counts.forEach((count, i) => message.writeUInt16LE(count, HEADER_BYTES + 4 + 2 * i));
  return seal(message, 0, 0);
}

export function decodeCapture(payload: Buffer, samples: number): { index: number; counts: Uint16Array } {
  if (payload.length !== 4 + 2 * samples) {
    throw protocolError(`Expected a capture of ${4 + 2 * samples} bytes, got ${payload.length}.`);
  }
  const counts = Uint16Array.from({ length: samples }, (_, i) => payload.readUInt16LE(4 + 2 * i));
  return { index: payload.readUInt32LE(0), counts };
}

/**
 * A message of a payload node or its world, which have no sessions. Throws NODE_PROTOCOL for a damaged one and one of another
 * version of the protocol.
 */
export function openPayloadMessage(bytes: Buffer): Message {
  const message = openMessage(bytes);
  if (message === 'corrupt') throw protocolError('Expected a whole message, got a damaged one.');
  if (message === 'version') {
    throw protocolError(`Expected protocol version ${PROTOCOL_VERSION}, got ${versionOf(bytes)}.`);
  }
  return message;
}

const ANSWER_HEAD = 4 + 8 + 8 + SCENE_PATCHES;

export function encodePayloadAnswer({ index, modelMs, totalMs, classes, product }: PayloadAnswer): Buffer {
  const message = createMessage(KIND.answer, ANSWER_HEAD + product.length);
  let at = message.writeUInt32LE(index, HEADER_BYTES);
  at = message.writeDoubleLE(modelMs, at);
  at = message.writeDoubleLE(totalMs, at);
  message.set(classes, at);
  product.copy(message, HEADER_BYTES + ANSWER_HEAD);
  return seal(message, 0, 0);
}

export function decodePayloadAnswer(payload: Buffer): PayloadAnswer {
  if (payload.length <= ANSWER_HEAD) {
    throw protocolError(`Expected an answer of more than ${ANSWER_HEAD} bytes, got ${payload.length}.`);
  }
  return {
    index: payload.readUInt32LE(0),
    modelMs: payload.readDoubleLE(4),
    totalMs: payload.readDoubleLE(12),
    classes: Uint8Array.from(payload.subarray(20, ANSWER_HEAD)),
    product: Buffer.from(payload.subarray(ANSWER_HEAD)),
  };
}
