import type { Departures } from '../../core/index.ts';

/** The rows of a world, as `Departures` says; nothing is recorded until somebody watches. Not saved: readers empty it at each decision. */
export class DepartureColumns implements Departures {
  n = 0;
  decision = new Int32Array(256);
  fate = new Uint8Array(256);
  timeS = new Float64Array(256);
  reachS = new Float64Array(256);
  watched = false;

  watch(): void {
    this.watched = true;
  }

  append(decision: number, fate: number, timeS: number, reachS: number): void {
    if (this.n === this.decision.length) this.grow();
    const i = this.n++;
    this.decision[i] = decision;
    this.fate[i] = fate;
    this.timeS[i] = timeS;
    this.reachS[i] = reachS;
  }

  private grow(): void {
    const size = 2 * this.n;
    const { decision, fate, timeS, reachS } = this;
    (this.decision = new Int32Array(size)).set(decision);
    (this.fate = new Uint8Array(size)).set(fate);
    (this.timeS = new Float64Array(size)).set(timeS);
    (this.reachS = new Float64Array(size)).set(reachS);
  }
}
