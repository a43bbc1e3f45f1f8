import type { DecisionSpec } from '../../core/index.ts';
import { BUNDLE_REFUSALS, type FallbackReason } from '../satellite.machine.ts';

/**
 * A decision log is a file of blocks, one after the other; integers are little-endian, text is UTF-8.
 *
 *     offset  size  block
 *          0     4  'SCAL'
 *          4     1  version, 1
 *          5     1  kind: 1 session (JSON), 2 policy (JSON), 3 decisions (records, see `record.kernel.ts`)
 *          6     2  0
 *          8     4  n, bytes of payload; a multiple of 8
 *         12     4  decisions in this block
 *         16     8  number of this block, from 0
 *         24     8  decisions in the blocks before
 *         32    32  SHA-256 of the block before (its last 32 bytes); zeros in block 0
 *         64     4  CRC-32 of bytes 0 to 63: tells a header that was changed from a block that was cut off
 *         68     4  0
 *         72     n  payload; JSON is padded with spaces
 *     72 + n    32  SHA-256 of all bytes of the block up to here
 */
export const MAGIC = 0x4c414353; // 'SCAL', little-endian
export const FORMAT_VERSION = 1;
export const HEADER_BYTES = 72;
/** What the CRC covers. */
export const CHECKED_BYTES = 64;
export const DIGEST_BYTES = 32;
/** No block is written larger; a header that says so is wrong. */
export const MAX_PAYLOAD_BYTES = 1 << 24;

export const BLOCK = { session: 1, policy: 2, decisions: 3 } as const;
export type BlockKind = (typeof BLOCK)[keyof typeof BLOCK];

/** What a log says about a stretch of writing: each opening of the file begins a session. */
export interface LogSession {
  /** What writes, such as `simulate` or `node`. */
  readonly writer: string;
  /** Wall-clock time at the start, ISO 8601. */
  readonly startedAt: string;
  /** Names and units of all that is logged. */
  readonly spec: DecisionSpec;
  readonly scenario?: { readonly name: string; readonly hash: string };
  readonly seed?: number;
  /** Satellites first. */
  readonly nodeNames?: readonly string[];
  readonly satelliteCount?: number;
  /** The one satellite that decides, where that is so. */
  readonly satellite?: string;
}

/** Who decides. */
export interface PolicyIdentity {
  readonly name: string;
  /** `bundle`: verified and signed; `network`: weights from elsewhere, such as a run folder; `baseline`: by its name; `other`. */
  readonly kind: 'bundle' | 'network' | 'baseline' | 'other';
  readonly version?: string;
  /** Of a bundle. */
  readonly rootDigest?: string;
}

/** How logits come about, as far as doing it again needs to know; absent for policies without. */
export interface NetworkFacts {
  readonly mode: 'greedy' | 'sample';
  /** Which of the two forward passes (they differ by rounding). */
  readonly kernel: 'wasm' | 'plain';
  /** M, units of memory. */
  readonly memory: number;
}

/** Payload of a policy block; decisions refer to it by `number`, counted from 0 in each session. */
export interface LoggedPolicy extends PolicyIdentity {
  readonly number: number;
  readonly network?: NetworkFacts;
}

/** Payload of a session block. */
export interface LoggedSession extends LogSession {
  readonly format: 'spacecloud-decision-log/1';
  readonly software: string;
  /** What the `reason` of a record stands for. */
  readonly reasons: readonly string[];
}

/** Where a log ends: its last digest vouches for every byte before. */
export interface LogHead {
  /** 64 hex digits. */
  readonly digest: string;
  readonly blocks: number;
  readonly decisions: number;
}

/** Why a fallback decided; a record holds the index, '' where it is not known or the policy decided. */
export const REASONS: readonly ('' | FallbackReason)[] = [
  '',
  ...BUNDLE_REFUSALS,
  'out-of-distribution',
  'slow',
  'lost',
];
