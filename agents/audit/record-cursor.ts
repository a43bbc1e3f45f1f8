import { type LoggedPolicy, type LoggedSession } from './format.ts';
import { type LogBlock, notALog } from './read-blocks.ts';
import { OBSERVATION_HEADER_BYTES, RECORD_HEADER_BYTES, type RecordViews, recordViews } from './record.kernel.ts';

/** Least bytes of a record. */
const LEAST_BYTES = RECORD_HEADER_BYTES + OBSERVATION_HEADER_BYTES;

/** Goes from record to record of a log without making objects: what it stands at is in its fields, and in `views` from there on. */
export class RecordCursor {
  readonly file: string;
  /** The block, on a multiple of 8 bytes; other memory when a larger block comes. */
  views: RecordViews = recordViews(new ArrayBuffer(0), 0, 0);
  session!: LoggedSession;
  policy!: LoggedPolicy;
  /** Number of the decision in the log. */
  number = 0;
  /** Byte where the record begins, and its bytes. */
  at = 0;
  size = 0;
  kind = 0;
  choice = 0;
  count = 0;
  contextWidth = 0;
  width = 0;
  units = 0;
  hasLogits = false;
  /** Words where these columns begin. */
  contextAt = 0;
  candidatesAt = 0;
  nodesAt = 0;
  logitsAt = 0;
  memoryAt = 0;
  /** Byte where the mask begins, and where the observation ends. */
  maskAt = 0;
  observedEnd = 0;
  private policies: readonly LoggedPolicy[] = [];
  private length = 0;
  private last = -1;
  private block = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Stands before the first record of a block; the block's own memory may then be used for another. */
  enter(
    { payload, firstDecision, decisions, index }: LogBlock,
    session: LoggedSession,
    policies: readonly LoggedPolicy[],
  ): void {
    if (this.views.bytes.length < payload.length) {
      const room = Math.max(payload.length, 2 * this.views.bytes.length);
      this.views = recordViews(new ArrayBuffer(room), 0, room);
    }
    this.views.bytes.set(payload);
    this.session = session;
    this.policies = policies;
    this.length = payload.length;
    this.number = firstDecision - 1;
    this.last = firstDecision + decisions - 1;
    this.block = index;
    this.at = 0;
    this.size = 0;
  }

  /** Moves to the next record; false at the end of the block. Errors: AUDIT_FORMAT. */
  next(): boolean {
    const at = this.at + this.size;
    if (this.number === this.last) {
      if (at === this.length) return false;
      throw notALog(this.file, `${this.length - at} bytes behind the decisions of block ${this.block}`);
    }
    const { bytes, u16, i32 } = this.views;
    const size = at + LEAST_BYTES <= this.length ? (i32[at >> 2] as number) : 0;
    if (size < LEAST_BYTES || size % 8 !== 0 || at + size > this.length) {
      throw notALog(this.file, `a record of ${size} bytes at ${at} of block ${this.block}`);
    }
    this.number++;
    this.at = at;
    this.size = size;
    const half = at >> 1;
    const policy = this.policies[u16[half + 4] as number];
    this.choice = bytes[at + 12] as number;
    this.hasLogits = bytes[at + 13] === 1;
    this.units = u16[half + 7] as number;
    this.kind = bytes[at + 50] as number;
    this.count = bytes[at + 51] as number;
    this.contextWidth = u16[half + 26] as number;
    this.width = u16[half + 27] as number;
    this.contextAt = (at >> 2) + 14;
    this.candidatesAt = this.contextAt + this.contextWidth;
    this.nodesAt = this.candidatesAt + this.count * this.width;
    this.maskAt = (this.nodesAt + this.count) << 2;
    this.observedEnd = at + RECORD_HEADER_BYTES + (i32[(at >> 2) + 1] as number);
    this.logitsAt = (this.maskAt + this.count + 3) >> 2;
    this.memoryAt = this.logitsAt + (this.hasLogits ? this.count : 0);
    const spec = this.session.spec.kinds[this.kind];
    const isWhole =
      this.observedEnd === this.logitsAt << 2 &&
      at + size === Math.ceil((this.memoryAt + this.units) / 2) * 8 &&
      this.choice < this.count;
    const fits = spec?.context.length === this.contextWidth && spec.candidate.length === this.width;
    if (policy === undefined || !fits || !isWhole) {
      throw notALog(this.file, `decision ${this.number} of a policy, kind or size that its session does not have`);
    }
    this.policy = policy;
    return true;
  }
}
