/** What the thread that seals blocks is started with; all memory is shared. */
export interface SealWorkerData {
  readonly file: string;
  readonly descriptor: number;
  readonly payloadBytes: number;
  /** [frames * frameBytes] the ring of frames. */
  readonly frames: SharedArrayBuffer;
  /** [CONTROL_WORDS + frames * 3] see the constants; then kind, bytes of payload and decisions of each frame. */
  readonly control: SharedArrayBuffer;
  /** [4] blocks, decisions and bytes so far. */
  readonly counts: SharedArrayBuffer;
  /** [32] digest of the last block, and behind it text of an error. */
  readonly digest: SharedArrayBuffer;
}

/** Words of `control`: blocks handed over, blocks in the file, 1 = no more will come, bytes of the text of an error. */
export const HANDED = 0;
export const WRITTEN = 1;
export const CLOSING = 2;
export const FAILED = 3;
export const CONTROL_WORDS = 4;
export const WORDS_PER_FRAME = 3;
/** Room for the text of an error behind the digest. */
export const ERROR_BYTES = 2048;
