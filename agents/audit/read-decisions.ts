import { createHash } from 'node:crypto';
import { SpaceCloudError } from '../../core/index.ts';
import { BLOCK, type LoggedPolicy, type LoggedSession } from './format.ts';
import { type LogBlock, type LogEnd, notALog, readBlocks } from './read-blocks.ts';
import { RecordCursor } from './record-cursor.ts';
import { RECORD_HEADER_BYTES, recordViews } from './record.kernel.ts';
import type { ChainEnd } from './seal.ts';

/** One decision as it was logged. Its columns are views of a copy of its record. */
export interface LoggedDecision {
  /** Its place in the log, from 0. */
  readonly number: number;
  readonly session: LoggedSession;
  readonly policy: LoggedPolicy;
  readonly by: 'policy' | 'fallback';
  /** Why the fallback decided; '' where that is not known. */
  readonly reason: string;
  readonly timeS: number;
  readonly world: number;
  /** Satellite. */
  readonly agent: number;
  /** Number of the decision in its world. */
  readonly decision: number;
  readonly task: number;
  readonly destination: number;
  readonly sizeBits: number;
  /** Index into `session.spec.kinds`. */
  readonly kind: number;
  readonly choice: number;
  /** k, candidates. */
  readonly count: number;
  /** [C] */
  readonly context: Float32Array;
  /** [k * F] */
  readonly candidates: Float32Array;
  /** [k] */
  readonly candidateNode: Int32Array;
  /** [k] 1 = allowed. */
  readonly actionMask: Uint8Array;
  /** [k]; undefined for policies without. */
  readonly logits: Float32Array | undefined;
  /** [M] as it was before the decision; undefined for policies without. */
  readonly memory: Float32Array | undefined;
  /** The observation as it stands in the log. */
  readonly observation: Uint8Array;
}

/** SHA-256 of what was observed, 64 hex digits: the same in every log of the same decision. */
export function observationHash({ observation }: LoggedDecision): string {
  return createHash('sha256').update(observation).digest('hex');
}

export interface ReadDecisionsOptions {
  /** Only decisions with these numbers; all blocks are checked all the same. Default: all. */
  readonly from?: number;
  readonly to?: number;
  /** Given: decisions are not read but handed over one by one as who made them, which is much faster. */
  readonly tally?: (policy: number, byFallback: boolean) => void;
  /** Given: decisions are not read, but this is called for each block, with a cursor before its first. */
  readonly onRecords?: (cursor: RecordCursor) => void;
  readonly onBlock?: (end: ChainEnd) => void;
  readonly onSession?: (session: LoggedSession) => void;
  readonly onPolicy?: (policy: LoggedPolicy, session: LoggedSession) => void;
}

/**
 * All decisions of a log in their order, the chain checked on the way. Errors: those of `readBlocks`, and AUDIT_FORMAT where a
 * block that is as it was written makes no sense.
 */
export function* readDecisions(file: string, options: ReadDecisionsOptions = {}): Generator<LoggedDecision, LogEnd> {
  const { from = 0, to = Infinity, tally, onRecords, onBlock, onSession, onPolicy } = options;
  const blocks = readBlocks(file, onBlock);
  const cursor = new RecordCursor(file);
  let session: LoggedSession | undefined;
  let policies: LoggedPolicy[] = [];
  for (;;) {
    const next = blocks.next();
    if (next.done === true) return next.value;
    const block = next.value;
    if (block.kind === BLOCK.session) {
      session = sessionOf(file, block);
      policies = [];
      onSession?.(session);
    } else if (session === undefined) {
      throw notALog(file, `block ${block.index} before any session`);
    } else if (block.kind === BLOCK.policy) {
      const policy = parse(file, block) as LoggedPolicy;
      if (policy.number !== policies.length)
        throw notALog(file, `policy ${policy.number} as number ${policies.length}`);
      policies.push(policy);
      onPolicy?.(policy, session);
    } else if (tally !== undefined) {
      tallyBlock(file, block, policies.length, tally);
    } else if (block.firstDecision <= to && block.firstDecision + block.decisions > from) {
      cursor.enter(block, session, policies);
      if (onRecords === undefined) yield* decisionsOf(cursor, from, to);
      else onRecords(cursor);
    }
  }
}

function tallyBlock(
  file: string,
  { payload, decisions, index }: LogBlock,
  policies: number,
  tally: NonNullable<ReadDecisionsOptions['tally']>,
): void {
  let at = 0;
  for (let i = 0; i < decisions; i++) {
    const whole = at + RECORD_HEADER_BYTES <= payload.length;
    const size = whole ? payload.readUInt32LE(at) : 0;
    const policy = whole ? payload.readUInt16LE(at + 8) : 0;
    if (size < RECORD_HEADER_BYTES || at + size > payload.length || policy >= policies) {
      throw notALog(file, `a record of ${size} bytes and policy ${policy} at ${at} of block ${index}`);
    }
    tally(policy, payload[at + 10] === 1);
    at += size;
  }
  if (at !== payload.length) throw notALog(file, `${payload.length - at} bytes behind the decisions of block ${index}`);
}

function* decisionsOf(cursor: RecordCursor, from: number, to: number): Generator<LoggedDecision, void> {
  while (cursor.next()) if (cursor.number >= from && cursor.number <= to) yield decisionAt(cursor);
}

/** What a cursor stands at, with memory of its own. */
export function decisionAt(cursor: RecordCursor): LoggedDecision {
  const { at, size, number, session, policy, kind, count, choice, units, maskAt } = cursor;
  // Columns keep their places: records begin on multiples of 8.
  const { bytes, u16, i32, f32, f64 } = recordViews(cursor.views.bytes.slice(at, at + size).buffer, 0, size);
  const [word, mask] = [at >> 2, maskAt - at];
  const [contextAt, candidatesAt, nodesAt] = [
    cursor.contextAt - word,
    cursor.candidatesAt - word,
    cursor.nodesAt - word,
  ];
  const [logitsAt, memoryAt] = [cursor.logitsAt - word, cursor.memoryAt - word];
  return {
    ...{ number, session, policy, kind, count, choice },
    by: bytes[10] === 1 ? 'fallback' : 'policy',
    reason: session.reasons[bytes[11] as number] ?? '',
    timeS: f64[2] as number,
    sizeBits: f64[3] as number,
    agent: i32[8] as number,
    decision: i32[9] as number,
    task: i32[10] as number,
    destination: i32[11] as number,
    world: u16[24] as number,
    context: f32.subarray(contextAt, candidatesAt),
    candidates: f32.subarray(candidatesAt, nodesAt),
    candidateNode: i32.subarray(nodesAt, nodesAt + count),
    actionMask: bytes.subarray(mask, mask + count),
    logits: cursor.hasLogits ? f32.subarray(logitsAt, memoryAt) : undefined,
    memory: units > 0 ? f32.subarray(memoryAt, memoryAt + units) : undefined,
    observation: bytes.subarray(RECORD_HEADER_BYTES, cursor.observedEnd - at),
  };
}

function sessionOf(file: string, block: LogBlock): LoggedSession {
  const session = parse(file, block) as LoggedSession;
  if (session.format !== 'spacecloud-decision-log/1' || !Array.isArray(session.spec?.kinds)) {
    throw notALog(file, `a session of format ${JSON.stringify(session.format)}`);
  }
  return session;
}

function parse(file: string, { payload, index }: LogBlock): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw notALog(file, `block ${index} without JSON: ${(cause as Error).message}`);
  }
}

/** The decision with a number. Errors: those of `readDecisions`, USAGE if the log has no such decision. */
export function readDecision(file: string, number: number): LoggedDecision {
  const decisions = readDecisions(file, { from: number, to: number });
  let found: LoggedDecision | undefined;
  for (;;) {
    const next = decisions.next();
    if (next.done !== true) {
      found = next.value;
      continue;
    }
    if (found !== undefined) return found;
    throw noSuchDecision(file, number, next.value.end);
  }
}

/** USAGE with the numbers that the log has. */
export function noSuchDecision(
  file: string,
  number: number,
  { decisions }: Pick<ChainEnd, 'decisions'>,
): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected a decision of the log, got number ${number}.`, {
    place: { file },
    hint: decisions === 0 ? 'The log holds no decisions.' : `The log holds decisions 0 to ${decisions - 1}.`,
  });
}
