/** One iteration of learning, in numbers. Every field is documented; all are finite. */
export interface UpdateMetrics {
  /** Mean per row over all gradient steps. */
  readonly policyLoss: number;
  readonly valueLoss: number;
  /** Mean entropy of the policy at the rows, nats. */
  readonly entropy: number;
  /** Mean of (ratio - 1) - log ratio over the last epoch (Schulman's low-variance estimator), nats. */
  readonly approxKl: number;
  /** Share of rows of the last epoch with |ratio - 1| > clipCoef. */
  readonly clipFraction: number;
  /** 1 - Var(R - V) / Var(R) before the update; 0 when the returns do not vary. */
  readonly explainedVariance: number;
  /** The same within each decision kind, by its name. */
  readonly explainedVarianceOfKind: Readonly<Record<string, number>>;
  /** Mean gradient norm before clipping. */
  readonly gradNorm: number;
  /** Largest |ratio - 1| before the first step: 0 up to rounding, or rollout and learner disagree. */
  readonly ratioDeviation: number;
  readonly learningRate: number;
  /** Epochs and gradient steps made; fewer epochs than configured after an early stop. */
  readonly epochs: number;
  readonly steps: number;
  /** Decision rows learned from, in all and per kind. */
  readonly rows: number;
  readonly rowsOfKind: Readonly<Record<string, number>>;
  /** Mean and deviation of the returns of this iteration, in reward units. */
  readonly returnMean: number;
  readonly returnStd: number;
}

/** Sums over rows and steps; `read` forms the means. */
export class UpdateTally {
  private rows = 0;
  private steps = 0;
  private policyLoss = 0;
  private valueLoss = 0;
  private entropy = 0;
  private gradNorm = 0;
  private epochRows = 0;
  private epochKl = 0;
  private epochClipped = 0;

  startEpoch(): void {
    this.epochRows = 0;
    this.epochKl = 0;
    this.epochClipped = 0;
  }

  addRow(policyLoss: number, valueLoss: number, entropy: number): void {
    this.rows++;
    this.policyLoss += policyLoss;
    this.valueLoss += valueLoss;
    this.entropy += entropy;
  }

  addRatio(logRatio: number, clipCoef: number): void {
    const excess = Math.expm1(logRatio);
    this.epochRows++;
    this.epochKl += excess - logRatio;
    if (Math.abs(excess) > clipCoef) this.epochClipped++;
  }

  addStep(gradNorm: number): void {
    this.steps++;
    this.gradNorm += gradNorm;
  }

  /** Mean approximate KL of the epoch so far. */
  get approxKl(): number {
    return this.epochKl / this.epochRows;
  }

  read(): Pick<
    UpdateMetrics,
    'policyLoss' | 'valueLoss' | 'entropy' | 'approxKl' | 'clipFraction' | 'gradNorm' | 'steps'
  > {
    return {
      policyLoss: this.policyLoss / this.rows,
      valueLoss: this.valueLoss / this.rows,
      entropy: this.entropy / this.rows,
      approxKl: this.approxKl,
      clipFraction: this.epochClipped / this.epochRows,
      gradNorm: this.gradNorm / this.steps,
      steps: this.steps,
    };
  }
}

/** Mean and population variance, two passes. */
export function meanAndVariance(values: Float64Array): { readonly mean: number; readonly variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return { mean, variance: squares / values.length };
}
