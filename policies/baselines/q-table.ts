import { StrictMath } from '../../core/index.ts';

/** Neighbours a satellite may have had in a run; the one asked for longest ago makes room. */
const SLOTS = 8;

/**
 * What one satellite has learned: per destination and neighbour, by how much longer than the snapshot way the way from that
 * neighbour on takes, s.
 */
export class QTable {
  private readonly nodeCount: number;
  private readonly recoveryS: number;
  private readonly rate: number;
  private readonly neighbours = new Int32Array(SLOTS).fill(-1);
  private readonly askedS = new Float64Array(SLOTS).fill(-Infinity);
  private readonly excessS: Float32Array;
  private readonly learnedS: Float64Array;

  constructor(nodeCount: number, rate: number, recoveryS: number) {
    this.rate = rate;
    this.nodeCount = nodeCount;
    this.recoveryS = recoveryS;
    this.excessS = new Float32Array(SLOTS * nodeCount);
    this.learnedS = new Float64Array(SLOTS * nodeCount);
  }

  /** The estimate, faded since it was learned: to 1/e in `recoveryS`. */
  excess(neighbour: number, destination: number, nowS: number): number {
    const at = this.slotOf(neighbour, nowS) * this.nodeCount + destination;
    const value = this.excessS[at] as number;
    if (value === 0 || this.recoveryS === Infinity) return value;
    return value * StrictMath.exp(-(nowS - (this.learnedS[at] as number)) / this.recoveryS);
  }

  /** Moves the estimate towards a sample, by the rate. */
  learn(neighbour: number, destination: number, sampleS: number, nowS: number): void {
    const old = this.excess(neighbour, destination, nowS);
    const at = this.slotOf(neighbour, nowS) * this.nodeCount + destination;
    this.excessS[at] = old + this.rate * (sampleS - old);
    this.learnedS[at] = nowS;
  }

  private slotOf(neighbour: number, nowS: number): number {
    const { neighbours, askedS } = this;
    let oldest = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (neighbours[slot] === neighbour) {
        askedS[slot] = nowS;
        return slot;
      }
      if ((askedS[slot] as number) < (askedS[oldest] as number)) oldest = slot;
    }
    neighbours[oldest] = neighbour;
    askedS[oldest] = nowS;
    this.excessS.fill(0, oldest * this.nodeCount, (oldest + 1) * this.nodeCount);
    return oldest;
  }
}
