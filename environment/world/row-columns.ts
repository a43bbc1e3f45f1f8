/** Rows a world hands out at once; more wait for the next call. */
export const ROWS_PER_ADVANCE = 64;

/** What a world remembers of the rows it handed out, until the choices come back. */
export interface RowColumns {
  /** First row of this world in the batch, and how many. */
  first: number;
  n: number;
  /** [ROWS_PER_ADVANCE * K] link of a `forward` candidate, entry of a `cache` candidate; -1 = hold, bypass or admit. */
  readonly link: Int32Array;
  /** [ROWS_PER_ADVANCE] task whose object a `cache` row is about. */
  readonly cacheTask: Int32Array;
  /** [ROWS_PER_ADVANCE] candidates that the data's label alone has masked. */
  readonly labelDenied: Uint8Array;
  readonly maxCandidates: number;
}

export function createRows(maxCandidates: number): RowColumns {
  return {
    first: 0,
    n: 0,
    link: new Int32Array(ROWS_PER_ADVANCE * maxCandidates),
    cacheTask: new Int32Array(ROWS_PER_ADVANCE),
    labelDenied: new Uint8Array(ROWS_PER_ADVANCE),
    maxCandidates,
  };
}
