import { BUNDLE_REFUSALS, type SatelliteEvent } from '../satellite.machine.ts';
import { HEADER_BYTES, KIND, createMessage, protocolError } from './message.ts';
import { createTextMessage, readTexts } from './texts.ts';

/** What a satellite's machine heard in one of the worlds. */
export interface HeardEvent {
  readonly world: number;
  readonly event: SatelliteEvent;
}

/** A satellite's machine in one of the worlds, to begin a mirror with. */
export interface MachineSnapshot {
  readonly world: number;
  /** As xstate persists it; null in a message that cannot be read. */
  readonly snapshot: unknown;
}

const WORLD_BYTES = 2;

export function encodeEvent({ world, event }: HeardEvent): Buffer {
  const texts = [event.type, 'reason' in event ? event.reason : ''];
  const message = createTextMessage({ kind: KIND.event, freeBytes: WORLD_BYTES }, texts);
  message.writeUInt16LE(world, HEADER_BYTES);
  return message;
}

/** Events that the machine does not know are for it to leave alone. Throws NODE_PROTOCOL. */
export function decodeEvent(body: Buffer): HeardEvent {
  const world = readWorld(body);
  const [type, text] = readTexts(body, WORLD_BYTES, 2) as [string, string];
  if (type !== 'bundle.refused') return { world, event: { type } as SatelliteEvent };
  const reason = BUNDLE_REFUSALS.find((known) => known === text);
  if (reason === undefined) throw protocolError(`Expected a known reason of refusal, got '${text}'.`);
  return { world, event: { type, reason } };
}

export function encodeSnapshot({ world, snapshot }: MachineSnapshot): Buffer {
  const text = Buffer.from(JSON.stringify(snapshot), 'utf8');
  const message = createMessage(KIND.snapshot, WORLD_BYTES + text.length);
  message.writeUInt16LE(world, HEADER_BYTES);
  message.set(text, HEADER_BYTES + WORLD_BYTES);
  return message;
}

/** Throws NODE_PROTOCOL. */
export function decodeSnapshot(body: Buffer): MachineSnapshot {
  const world = readWorld(body);
  try {
    return { world, snapshot: JSON.parse(body.toString('utf8', WORLD_BYTES)) as unknown };
  } catch {
    throw protocolError('Expected the snapshot of a machine, got no JSON.');
  }
}

function readWorld(body: Buffer): number {
  if (body.length < WORLD_BYTES) throw protocolError(`Expected at least 2 bytes, got ${body.length}.`);
  return body.readUInt16LE(0);
}
