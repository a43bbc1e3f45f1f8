/** Something to do at a simulated time. */
export type DueAction = () => void | Promise<void>;

/** What is still to happen, in order of time; of equal times, in the order in which it was added. */
export class DueEvents {
  /** Latest first, so that the next is taken from the end. */
  private readonly events: { readonly timeS: number; readonly action: DueAction }[] = [];

  /** Time of the next, s; Infinity when there is none. */
  get nextS(): number {
    return this.events.at(-1)?.timeS ?? Infinity;
  }

  /** Adds an action; one that is never due (Infinity) is left out. */
  add(timeS: number, action: DueAction): void {
    if (timeS === Infinity) return;
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle] as { timeS: number }).timeS > timeS) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, { timeS, action });
  }

  take(): { readonly timeS: number; readonly action: DueAction } | undefined {
    return this.events.pop();
  }
}
