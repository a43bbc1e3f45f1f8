/** One measured figure: what a bench group reports. Names and bars stand in `budgets.json`. */
export interface Figure {
  readonly name: string;
  /** In the unit of `budgets.json`; at least five samples. */
  readonly samples: readonly number[];
  /** The same by CPU time, spread over the cores the work can use: what an idle machine would show. */
  readonly idleSamples?: readonly number[];
  /** One sentence, such as why a figure is missing (then without samples). */
  readonly note?: string;
}

/** What a group's process prints. */
export interface GroupReport {
  readonly figures: readonly Figure[];
  /** Median figures of the machine yardstick, taken before and after the group. */
  readonly yardstick: Yardstick;
}

/** Speed of this machine and Node at two fixed pieces of plain JavaScript, by CPU time. */
export interface Yardstick {
  /** A chain of multiply-adds over 64 KiB of float64, million operations per second. */
  readonly loopMops: number;
  /** 256 x 256 x 256 float64 matrix product, 10^9 operations per second. */
  readonly matmulGflops: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
