/** Timers are handed in: simulated ones in tests, real ones at the edge. */
export interface Timer {
  set(callback: () => void, delayMs: number): unknown;
  clear(handle: unknown): void;
}
