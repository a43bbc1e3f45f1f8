import { crc32 } from 'node:zlib';
import { SpaceCloudError } from '../../core/index.ts';

/** Version of the protocol; both ends must speak the same. */
export const PROTOCOL_VERSION = 2;

/** Bytes before the body. */
export const HEADER_BYTES = 16;
/** Largest message: about 1,650 decisions of the space cloud's specification. */
export const MAX_MESSAGE_BYTES = 1 << 21;

const MAGIC = 0xa7;
/** Where session, sequence number and checksum stand. */
const AT = { session: 4, sequence: 8, checksum: 12 } as const;

/**
 * Kinds of messages. World to node: `welcome`, `refused`, `who` (introduce yourself), `snapshot` and `event` (of the satellite's
 * machine), `request`, `ping`, `goodbye`. Node to world: `hello`, `ready`, `answer`, `heartbeat`, `standing`, `bye`. A node says
 * `hello`, is offered a session by `welcome`, and takes it by `ready`; only then it is asked.
 */
export const KIND = {
  hello: 1,
  welcome: 2,
  refused: 3,
  request: 4,
  answer: 5,
  goodbye: 6,
  ready: 7,
  who: 8,
  snapshot: 9,
  event: 10,
  ping: 11,
  heartbeat: 12,
  standing: 13,
  bye: 14,
} as const;

/** Flag of `refused`: another node of this name is still there, or is taken to be; a later hello may be welcome. */
export const RETRY = 1;

/** A message that arrived whole. */
export interface Message {
  readonly kind: number;
  readonly flags: number;
  /** What the world drew when it welcomed the node; 0 outside sessions. */
  readonly session: number;
  /** Counts what one end says in a session, from 1. */
  readonly sequence: number;
  /** A view into the received bytes: valid until the next message. */
  readonly body: Buffer;
}

export function protocolError(message: string): SpaceCloudError {
  return new SpaceCloudError('NODE_PROTOCOL', message, {
    hint: 'Run world and nodes from the same version of spacecloud.',
  });
}

/**
 * A message whose body is still to be written; `seal` completes it. Header, all numbers little-endian: magic (u8), version (u8),
 * kind (u8), flags (u8), session (u32), sequence number (u32), CRC-32 of the twelve bytes before it and the body (u32).
 */
export function createMessage(kind: number, bodyBytes: number, flags = 0): Buffer {
  const bytes = HEADER_BYTES + bodyBytes;
  if (bytes > MAX_MESSAGE_BYTES) {
    throw protocolError(`Expected a message of at most ${MAX_MESSAGE_BYTES} bytes, got ${bytes} to send.`);
  }
  const message = Buffer.allocUnsafe(bytes);
  message[0] = MAGIC;
  message[1] = PROTOCOL_VERSION;
  message[2] = kind;
  message[3] = flags;
  return message;
}

/** Writes session, sequence number and checksum of a message whose body is complete, and returns it. */
export function seal(message: Buffer, session: number, sequence: number): Buffer {
  message.writeUInt32LE(session, AT.session);
  message.writeUInt32LE(sequence, AT.sequence);
  message.writeUInt32LE(checksumOf(message), AT.checksum);
  return message;
}

/**
 * Takes a message apart. `corrupt`: not what somebody sent; `version`: whole, and of another version of the protocol (all versions
 * share the header).
 */
export function openMessage(bytes: Uint8Array): Message | 'corrupt' | 'version' {
  const message = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (message.length < HEADER_BYTES || message.length > MAX_MESSAGE_BYTES || message[0] !== MAGIC) return 'corrupt';
  if (message.readUInt32LE(AT.checksum) !== checksumOf(message)) return 'corrupt';
  if (message[1] !== PROTOCOL_VERSION) return 'version';
  return {
    kind: message[2] as number,
    flags: message[3] as number,
    session: message.readUInt32LE(AT.session),
    sequence: message.readUInt32LE(AT.sequence),
    body: message.subarray(HEADER_BYTES),
  };
}

/** Version byte of a message of whatever version. */
export function versionOf(bytes: Uint8Array): number {
  return bytes[1] ?? 0;
}

function checksumOf(message: Buffer): number {
  return crc32(message.subarray(HEADER_BYTES), crc32(message.subarray(0, AT.checksum)));
}
