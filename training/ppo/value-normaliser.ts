import { SpaceCloudError } from '../../core/index.ts';

/**
 * Running mean and deviation of the returns per decision kind. The critic predicts *normalised* values; advantages use
 * denormalised ones (Yu et al. 2022, as in on-policy's `valuenorm.py`; kept in float64, because the debiasing term is tiny at first):
 *
 *     m <- beta m + (1 - beta) mean(R)     q <- beta q + (1 - beta) mean(R^2)     d <- beta d + (1 - beta)
 *     mean = m / d                         deviation = sqrt(max(q / d - mean^2, floor))
 *
 * Two deviations from on-policy make learning independent of the unit of reward: the floor is relative (1e-6 mean^2,
 * instead of the absolute 1e-2), and before the first returns were seen every value counts as 0.
 */
export class ValueNormaliser {
  /** [kinds * 3] m, q, d per kind. */
  readonly state: Float64Array;
  private readonly beta: number;

  constructor(kinds: number, beta: number) {
    this.state = new Float64Array(kinds * 3);
    this.beta = beta;
  }

  /** Adds the returns of one iteration; none changes nothing. */
  update(kind: number, returns: Float64Array): void {
    if (returns.length === 0) return;
    let sum = 0;
    let squares = 0;
    for (const value of returns) {
      sum += value;
      squares += value * value;
    }
    const at = kind * 3;
    const { state, beta } = this;
    state[at] = beta * (state[at] as number) + ((1 - beta) * sum) / returns.length;
    state[at + 1] = beta * (state[at + 1] as number) + ((1 - beta) * squares) / returns.length;
    state[at + 2] = beta * (state[at + 2] as number) + (1 - beta);
  }

  mean(kind: number): number {
    const weight = this.state[kind * 3 + 2] as number;
    return weight === 0 ? 0 : (this.state[kind * 3] as number) / weight;
  }

  /** 0 before the first returns. */
  deviation(kind: number): number {
    const weight = this.state[kind * 3 + 2] as number;
    if (weight === 0) return 0;
    const mean = this.mean(kind);
    const variance = (this.state[kind * 3 + 1] as number) / weight - mean * mean;
    return Math.sqrt(Math.max(variance, RELATIVE_FLOOR * mean * mean, SMALLEST_VARIANCE));
  }

  restore(state: Float64Array): void {
    if (state.length !== this.state.length) {
      throw new SpaceCloudError(
        'CHECKPOINT_SCENARIO',
        `Expected return statistics of ${this.state.length / 3} decision kinds, got ${state.length / 3}.`,
      );
    }
    this.state.set(state);
  }
}

const RELATIVE_FLOOR = 1e-6;
/** Only so that a constant return of 0 does not divide by zero. */
const SMALLEST_VARIANCE = 1e-24;
