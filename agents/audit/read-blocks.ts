import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import { crc32 } from './crc32.kernel.ts';
import { FileWindow } from './file-window.ts';
import {
  BLOCK,
  type BlockKind,
  CHECKED_BYTES,
  DIGEST_BYTES,
  FORMAT_VERSION,
  HEADER_BYTES,
  MAGIC,
  MAX_PAYLOAD_BYTES,
} from './format.ts';
import { type ChainEnd, newChain, sha256, writeHeader } from './seal.ts';

/** A block that was checked. */
export interface LogBlock {
  readonly kind: BlockKind;
  /** From 0. */
  readonly index: number;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Decisions in the blocks before, and in this one. */
  readonly firstDecision: number;
  readonly decisions: number;
  /** Valid until the next block is asked for. */
  readonly payload: Buffer;
}

/** A last block that was not written to its end: what a killed process or a full disk leaves. */
export interface TornBlock {
  readonly block: number;
  readonly offset: number;
  readonly bytes: number;
}

/** What a log that was read to its end says about itself. */
export interface LogEnd {
  readonly end: ChainEnd;
  readonly torn: TornBlock | undefined;
}

/**
 * Reads a log block by block and checks each: header, number, the digest of the block before, its own digest.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ; AUDIT_FORMAT where the file is empty or no decision log; AUDIT_CHAIN with block and byte offset at
 * the first block that is not as it was written. A torn last block ends the log without an error.
 */
export function* readBlocks(file: string, onBlock?: (end: ChainEnd) => void): Generator<LogBlock, LogEnd> {
  const descriptor = openLog(file);
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw isAFolder(file);
    if (stats.size === 0) throw isEmpty(file);
    const window = new FileWindow(descriptor, stats.size);
    const end = newChain();
    while (end.bytes < window.size) {
      const block = readBlock(file, window, end);
      if (block === undefined) {
        const torn = { block: end.blocks, offset: end.bytes, bytes: window.size - end.bytes };
        return { end, torn };
      }
      onBlock?.(end);
      yield block;
    }
    return { end, torn: undefined };
  } finally {
    closeSync(descriptor);
  }
}

function openLog(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SpaceCloudError(
      code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_READ',
      `Expected a decision log at '${file}', got ${code ?? String(error)}.`,
      {
        place: { file },
        hint: 'Logs are written by `spacecloud simulate --audit`, `spacecloud node --audit` and `spacecloud fleet --audit`.',
        cause: error,
      },
    );
  }
}

function isAFolder(file: string): SpaceCloudError {
  return new SpaceCloudError('FILE_READ', `Expected a decision log, got the folder '${file}'.`, {
    place: { file },
    hint: `Name a log in it: those of a fleet are ${join(file, '<satellite>.log')}.`,
  });
}

function isEmpty(file: string): SpaceCloudError {
  return new SpaceCloudError('AUDIT_FORMAT', 'Expected a decision log, got an empty file.', {
    place: { file },
    hint: 'Its writer was killed before the first block, or the file was emptied; `--audit` may begin a log in it.',
  });
}

/** The block at `end`, which moves on; undefined if the file ends within it. */
function readBlock(file: string, window: FileWindow, end: ChainEnd): LogBlock | undefined {
  const offset = end.bytes;
  const header = window.bytes(offset, HEADER_BYTES);
  if (header.length < HEADER_BYTES) {
    expectBeginning(file, header, end);
    return undefined;
  }
  const { kind, payloadBytes, decisions } = checkHeader(file, header, end);
  const length = HEADER_BYTES + payloadBytes + DIGEST_BYTES;
  const bytes = window.bytes(offset, length);
  if (bytes.length < length) return undefined;
  const digestAt = HEADER_BYTES + payloadBytes;
  const expected = bytes.subarray(digestAt);
  const got = sha256(bytes.subarray(0, digestAt));
  if (!expected.equals(got)) {
    throw broken(
      file,
      end,
      `content with SHA-256 ${hex(expected)}, got ${hex(got)}`,
      'Bytes of this block were changed.',
    );
  }
  const firstDecision = end.decisions;
  const index = end.blocks;
  end.digest.set(expected);
  end.blocks++;
  end.decisions += decisions;
  end.bytes += length;
  return { kind, index, offset, firstDecision, decisions, payload: bytes.subarray(HEADER_BYTES, digestAt) };
}

interface BlockHeader {
  readonly kind: BlockKind;
  readonly payloadBytes: number;
  readonly decisions: number;
}

function checkHeader(file: string, header: Buffer, end: ChainEnd): BlockHeader {
  const magic = header.readUInt32LE(0);
  if (magic !== MAGIC && end.blocks === 0)
    throw notALog(file, `a file that begins with 0x${header.toString('hex', 0, 4)}`);
  const crc = crc32(header, 0, CHECKED_BYTES);
  const stated = header.readUInt32LE(CHECKED_BYTES);
  if (magic !== MAGIC || crc !== stated || header.readUInt32LE(68) !== 0) {
    const got = `a header with check ${word(stated)} whose bytes give ${word(crc)}`;
    throw broken(file, end, `a block header, got ${got}`, 'The header was changed, or bytes were inserted before it.');
  }
  const version = header.readUInt8(4);
  if (version !== FORMAT_VERSION) throw notALog(file, `version ${version} of the format`);
  const kind = header.readUInt8(5) as BlockKind;
  const [payloadBytes, decisions] = [header.readUInt32LE(8), header.readUInt32LE(12)];
  const [index, before] = [count(header, 16), count(header, 24)];
  const previous = header.subarray(32, 64);
  if (index !== end.blocks || before !== end.decisions || !previous.equals(end.digest)) {
    throw broken(
      file,
      end,
      `block ${end.blocks} after ${end.decisions} decisions and digest ${hex(end.digest)}, got block ${index} after ${before} decisions and digest ${hex(previous)}`,
      'Blocks were removed, inserted or put into another order, or an earlier one was written anew.',
    );
  }
  if (!Object.values(BLOCK).includes(kind) || payloadBytes > MAX_PAYLOAD_BYTES || payloadBytes % 8 !== 0) {
    throw notALog(file, `block ${index} of kind ${kind} with ${payloadBytes} bytes`);
  }
  if (index === 0 && kind !== BLOCK.session) throw notALog(file, `a first block of kind ${kind}`);
  return { kind, payloadBytes, decisions };
}

/** What is left of a header must be the beginning of the one that is due; kind and lengths are not known. */
function expectBeginning(file: string, start: Buffer, end: ChainEnd): void {
  const due = new Uint8Array(HEADER_BYTES);
  writeHeader(due, end, { kind: BLOCK.session, payloadBytes: 0, decisions: 0 });
  const differs = start.findIndex((byte, i) => byte !== due[i] && (i < 5 || (i >= 16 && i < CHECKED_BYTES)));
  if (differs < 0) return;
  if (end.blocks === 0) throw notALog(file, `${start.length} other bytes`);
  const got = `${start.length} bytes that differ at the ${differs + 1}th`;
  throw broken(file, end, `the beginning of block ${end.blocks}, got ${got}`, 'The end of the file was changed.');
}

/** AUDIT_CHAIN at the block that is due. */
export function broken(file: string, end: ChainEnd, expectedAndGot: string, hint: string): SpaceCloudError {
  return new SpaceCloudError(
    'AUDIT_CHAIN',
    `Expected ${expectedAndGot} (block ${end.blocks}, byte ${end.bytes} of the log).`,
    {
      place: { file },
      hint: `${hint} The ${end.blocks} blocks before, with ${end.decisions} decisions, are as they were written.`,
      details: { block: end.blocks, offset: end.bytes, validBlocks: end.blocks, validDecisions: end.decisions },
    },
  );
}

export function notALog(file: string, got: string): SpaceCloudError {
  return new SpaceCloudError('AUDIT_FORMAT', `Expected a decision log of version ${FORMAT_VERSION}, got ${got}.`, {
    place: { file },
    hint: 'Give the file that `--audit` named when the decisions were made.',
  });
}

function count(header: Buffer, at: number): number {
  return header.readUInt32LE(at) + header.readUInt32LE(at + 4) * 2 ** 32;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function word(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
