const TICK_MS = 20;

/**
 * How long this process stood still, because others had the processor or it computed itself: a timer of a standing process is late,
 * and so is the end of every round, whatever the nodes did.
 */
export class Stalls {
  private totalMs = 0;
  private dueMs = performance.now() + TICK_MS;
  private readonly timer = setInterval(() => {
    this.totalMs = this.untilNowMs;
    this.dueMs = performance.now() + TICK_MS;
  }, TICK_MS);

  /** So far, ms. */
  get untilNowMs(): number {
    return this.totalMs + Math.max(0, performance.now() - this.dueMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
