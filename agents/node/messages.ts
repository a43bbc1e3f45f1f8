import { BUNDLE_REFUSALS, type BundleRefusal } from '../satellite.machine.ts';
import { HEADER_BYTES, KIND, RETRY, createMessage, protocolError } from './message.ts';
import { createTextMessage, cutText, readTexts } from './texts.ts';

/** By what a node decides. */
export interface Standing {
  readonly policy: string;
  readonly bundleVersion: string;
  /** Why the node's own checks refuse its bundle; null = accepted. Such a node is known, and not asked. */
  readonly refusal: BundleRefusal | null;
}

/** How a node introduces itself. */
export interface Hello extends Standing {
  /** Drawn by the node: the answer to this hello names it. */
  readonly nonce: number;
  /** Hash of the decision specification its policy was made for. */
  readonly specHash: string;
  /** Name of the satellite it is. */
  readonly satellite: string;
}

/** Why the world does not take a node; `code` is one of the error table. */
export interface Refusal {
  readonly nonce: number;
  readonly code: string;
  readonly message: string;
}

const NONCE_BYTES = 4;

export function encodeHello({ nonce, specHash, satellite, policy, bundleVersion, refusal }: Hello): Buffer {
  const texts = [specHash, satellite, policy, bundleVersion, refusal ?? ''];
  const message = createTextMessage({ kind: KIND.hello, freeBytes: NONCE_BYTES }, texts);
  message.writeUInt32LE(nonce, HEADER_BYTES);
  return message;
}

export function decodeHello(body: Buffer): Hello {
  const nonce = readNonce(body);
  const texts = readTexts(body, NONCE_BYTES, 5) as [string, string, string, string, string];
  const [specHash, satellite, policy, bundleVersion, reason] = texts;
  return { nonce, specHash, satellite, policy, bundleVersion, refusal: refusalOf(reason) };
}

/** Offers the session in its header to the node that said hello with this nonce. */
export function encodeWelcome(nonce: number): Buffer {
  const message = createMessage(KIND.welcome, NONCE_BYTES);
  message.writeUInt32LE(nonce, HEADER_BYTES);
  return message;
}

export function decodeWelcome(body: Buffer): number {
  if (body.length !== NONCE_BYTES) throw protocolError(`Expected a welcome of 4 bytes, got ${body.length}.`);
  return readNonce(body);
}

/** A kind of message that has no body. */
export function encodeBare(kind: number): Buffer {
  return createMessage(kind, 0);
}

export function encodeRefusal({ nonce, code, message: text }: Refusal, mayRetry = false): Buffer {
  const head = { kind: KIND.refused, freeBytes: NONCE_BYTES, flags: mayRetry ? RETRY : 0 };
  const message = createTextMessage(head, [code, cutText(text)]);
  message.writeUInt32LE(nonce, HEADER_BYTES);
  return message;
}

export function decodeRefusal(body: Buffer): Refusal {
  const nonce = readNonce(body);
  const [code, message] = readTexts(body, NONCE_BYTES, 2) as [string, string];
  return { nonce, code, message };
}

/** What a node decides by from now on. */
export function encodeStanding({ policy, bundleVersion, refusal }: Standing): Buffer {
  return createTextMessage({ kind: KIND.standing, freeBytes: 0 }, [policy, bundleVersion, refusal ?? '']);
}

export function decodeStanding(body: Buffer): Standing {
  const [policy, bundleVersion, reason] = readTexts(body, 0, 3) as [string, string, string];
  return { policy, bundleVersion, refusal: refusalOf(reason) };
}

/** Answers a ping: the sequence number of the ping. All that was sent before the ping was handled, or was lost. */
export function encodeHeartbeat(ping: number): Buffer {
  const message = createMessage(KIND.heartbeat, 4);
  message.writeUInt32LE(ping, HEADER_BYTES);
  return message;
}

export function decodeHeartbeat(body: Buffer): number {
  if (body.length !== 4) throw protocolError(`Expected a heartbeat of 4 bytes, got ${body.length}.`);
  return body.readUInt32LE(0);
}

function readNonce(body: Buffer): number {
  if (body.length < NONCE_BYTES) throw protocolError(`Expected at least 4 bytes, got ${body.length}.`);
  return body.readUInt32LE(0);
}

function refusalOf(reason: string): BundleRefusal | null {
  const refusal = reason === '' ? null : BUNDLE_REFUSALS.find((known) => known === reason);
  if (refusal === undefined) throw protocolError(`Expected a known reason of refusal, got '${reason}'.`);
  return refusal;
}
