/** Durations of one period; null where nothing was measured. */
export interface AnswerTimes {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** Durations kept of one period. Of more, every second is left out, then every second of the rest, and so on. */
const KEPT = 16_384;

/** Durations since they were last asked for, as quantiles (nearest rank). */
export class AnswerWindow {
  private readonly kept = new Float64Array(KEPT);
  private n = 0;
  private count = 0;
  private maxMs = 0;
  /** One of so many is kept. */
  private stride = 1;

  add(durationMs: number): void {
    this.maxMs = this.count === 0 ? durationMs : Math.max(this.maxMs, durationMs);
    if (this.count++ % this.stride !== 0) return;
    if (this.n === KEPT) this.thin();
    this.kept[this.n++] = durationMs;
  }

  /** The durations since the last call, which are then forgotten. */
  take(): AnswerTimes {
    const { n, count, maxMs } = this;
    this.n = 0;
    this.count = 0;
    this.stride = 1;
    if (count === 0) return { count, p50Ms: null, p99Ms: null, maxMs: null };
    const sorted = this.kept.slice(0, n).sort();
    const rank = (frac: number): number => sorted[Math.max(0, Math.ceil(frac * n) - 1)] as number;
    return { count, p50Ms: rank(0.5), p99Ms: rank(0.99), maxMs };
  }

  private thin(): void {
    for (let i = 0; 2 * i < KEPT; i++) this.kept[i] = this.kept[2 * i] as number;
    this.n = KEPT / 2;
    this.stride *= 2;
  }
}
