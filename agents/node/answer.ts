import { BUNDLE_REFUSALS, type BundleRefusal } from '../satellite.machine.ts';
import { HEADER_BYTES, KIND, createMessage, protocolError } from './message.ts';

/** In place of a choice: the node leaves this row to its satellite's fallback. */
export const ABSTAINED = 255;
/** In place of capabilities: the node has no mirror of the machine in this row's world. */
export const NO_MIRROR = 255;

/** Why a node left rows to the fallback: its policy refused the input, its own machine allows it no choice, or its bundle. */
export type Abstention = 'input' | 'mode' | BundleRefusal;
const ABSTENTIONS: readonly (Abstention | null)[] = [null, 'input', 'mode', ...BUNDLE_REFUSALS];

/** Bytes before choices and capabilities: request (u32), reason (u8), rows (u16). */
const HEAD_BYTES = 7;

export interface Answer {
  /** Sequence number of the request. */
  readonly request: number;
  /** Why rows were left out; null when none were. */
  readonly abstention: Abstention | null;
  /** [n] candidate, or ABSTAINED. */
  readonly choices: Uint8Array;
  /** [n] capabilities of the satellite in the row's world as the node's own machine has them, or NO_MIRROR. */
  readonly capabilities: Uint8Array;
}

/** The first `n` choices and capabilities, to be sealed. */
export function encodeAnswer({ request, abstention, choices, capabilities }: Answer, n: number): Buffer {
  const message = createMessage(KIND.answer, HEAD_BYTES + 2 * n);
  message.writeUInt32LE(request, HEADER_BYTES);
  message[HEADER_BYTES + 4] = ABSTENTIONS.indexOf(abstention);
  message.writeUInt16LE(n, HEADER_BYTES + 5);
  message.set(choices.subarray(0, n), HEADER_BYTES + HEAD_BYTES);
  message.set(capabilities.subarray(0, n), HEADER_BYTES + HEAD_BYTES + n);
  return message;
}

/** The columns are views into the body. Throws NODE_PROTOCOL. */
export function decodeAnswer(body: Buffer): Answer {
  const n = body.length < HEAD_BYTES ? 0 : body.readUInt16LE(5);
  if (body.length !== HEAD_BYTES + 2 * n) {
    throw protocolError(`Expected an answer of ${HEAD_BYTES + 2 * n} bytes, got ${body.length}.`);
  }
  const abstention = ABSTENTIONS[body[4] as number];
  if (abstention === undefined) throw protocolError(`Expected a known reason of abstention, got ${body[4]}.`);
  return {
    request: body.readUInt32LE(0),
    abstention,
    choices: body.subarray(HEAD_BYTES, HEAD_BYTES + n),
    capabilities: body.subarray(HEAD_BYTES + n),
  };
}

/** The refusal of a bundle in an abstention. */
export function bundleRefusalOf(abstention: Abstention | null): BundleRefusal | null {
  return abstention === 'input' || abstention === 'mode' ? null : abstention;
}
