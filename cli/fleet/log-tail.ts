/** Kept of what a process writes, characters. */
const KEPT = 4000;

/** The end of a process's log, for the error that tells of its end. */
export class LogTail {
  private kept = '';

  push(bytes: Uint8Array): void {
    this.kept = (this.kept + Buffer.from(bytes).toString()).slice(-KEPT);
  }

  /** Whole lines as far as they fit; without white space at the ends. */
  get text(): string {
    const { kept } = this;
    return (kept.length < KEPT ? kept : kept.slice(kept.indexOf('\n') + 1)).trim();
  }
}
