import { BUNDLE_REFUSALS, type BundleRefusal } from '../satellite.machine.ts';
import { FRAME, HEADER_BYTES, PROTOCOL_VERSION, createFrame, protocolError } from './frames.ts';

/** Longest text in a message, bytes of UTF-8. */
const MAX_TEXT_BYTES = 512;

/** How a node introduces itself. */
export interface Hello {
  readonly protocol: number;
  /** Hash of the decision specification its policy was made for. */
  readonly specHash: string;
  /** Name of the satellite it is. */
  readonly satellite: string;
  readonly policy: string;
  readonly bundleVersion: string;
  /** Why the node's own checks refused its bundle; null = accepted. Such a node is known, and not asked. */
  readonly refusal: BundleRefusal | null;
}

/** Why the world does not take a node; `code` is one of the error table. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export function encodeHello(hello: Hello): Buffer {
  const { specHash, satellite, policy, bundleVersion, refusal } = hello;
  return encodeTexts(FRAME.hello, hello.protocol, [specHash, satellite, policy, bundleVersion, refusal ?? '']);
}

/** Throws NODE_PROTOCOL for another protocol version before reading on: later fields may have moved. */
export function decodeHello(payload: Buffer): Hello {
  if (payload.length < 2) throw protocolError(`Expected a hello of at least 2 bytes, got ${payload.length}.`);
  const protocol = payload.readUInt16LE(0);
  if (protocol !== PROTOCOL_VERSION) {
    throw protocolError(`Expected protocol version ${PROTOCOL_VERSION}, got ${protocol} from the node.`);
  }
  const [specHash, satellite, policy, bundleVersion, reason] = decodeTexts(payload, 'hello', 5) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const refusal = reason === '' ? null : BUNDLE_REFUSALS.find((known) => known === reason);
  if (refusal === undefined) throw protocolError(`Expected a known reason of refusal in hello, got '${reason}'.`);
  return { protocol, specHash, satellite, policy, bundleVersion, refusal };
}

export function encodeWelcome(): Buffer {
  return encodeTexts(FRAME.welcome, PROTOCOL_VERSION, []);
}

export function encodeGoodbye(): Buffer {
  return createFrame(FRAME.goodbye, 0);
}

export function encodeRefusal({ code, message }: Refusal): Buffer {
  return encodeTexts(FRAME.refused, PROTOCOL_VERSION, [code, cut(message)]);
}

export function decodeRefusal(payload: Buffer): Refusal {
  const [code, message] = decodeTexts(payload, 'refusal', 2) as [string, string];
  return { code, message };
}

/** Answer to request `sequence`: a candidate per row. */
export function encodeAnswer(sequence: number, choices: Uint8Array, n: number): Buffer {
  const frame = createFrame(FRAME.answer, 6 + n);
  frame.writeUInt32LE(sequence, HEADER_BYTES);
  frame.writeUInt16LE(n, HEADER_BYTES + 4);
  frame.set(choices.subarray(0, n), HEADER_BYTES + 6);
  return frame;
}

/** The choices are a view into the payload. */
export function decodeAnswer(payload: Buffer): { readonly sequence: number; readonly choices: Uint8Array } {
  if (payload.length < 6 || payload.length !== 6 + payload.readUInt16LE(4)) {
    throw protocolError(`Expected an answer of 6 bytes and its choices, got ${payload.length} bytes.`);
  }
  return { sequence: payload.readUInt32LE(0), choices: payload.subarray(6) };
}

function encodeTexts(kind: number, protocol: number, texts: readonly string[]): Buffer {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const frame = createFrame(
    kind,
    encoded.reduce((bytes, text) => bytes + 2 + text.length, 2),
  );
  let at = frame.writeUInt16LE(protocol, HEADER_BYTES);
  encoded.forEach((text, i) => {
    if (text.length > MAX_TEXT_BYTES) {
      throw protocolError(
        `Expected a text of at most ${MAX_TEXT_BYTES} bytes, got ${text.length}: '${cut(texts[i] ?? '')}'.`,
      );
    }
    at = frame.writeUInt16LE(text.length, at);
    frame.set(text, at);
    at += text.length;
  });
  return frame;
}

function decodeTexts(payload: Buffer, message: string, count: number): string[] {
  const texts: string[] = [];
  let at = 2;
  while (texts.length < count) {
    const end = at + 2 > payload.length ? Infinity : at + 2 + payload.readUInt16LE(at);
    if (end > payload.length || end - at - 2 > MAX_TEXT_BYTES) {
      throw protocolError(
        `Expected ${count} texts in a ${message} of ${payload.length} bytes, got ${texts.length} whole ones.`,
      );
    }
    texts.push(payload.toString('utf8', at + 2, end));
    at = end;
  }
  if (at !== payload.length) {
    throw protocolError(`Expected a ${message} of ${at} bytes, got ${payload.length}.`);
  }
  return texts;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_BYTES / 4 ? text : `${text.slice(0, MAX_TEXT_BYTES / 4)}...`;
}
