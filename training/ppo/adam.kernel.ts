/** Adam's memory over the flat weights; all of it goes into a checkpoint. */
export interface AdamState {
  /** [weights] running mean and running mean square of the gradients. */
  readonly m: Float64Array;
  readonly v: Float64Array;
  /** [3] beta1 ** steps, beta2 ** steps, steps. Powers are kept by multiplication, so that resuming is exact. */
  readonly powers: Float64Array;
}

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Bound on the Euclidean norm of the whole gradient; null = none. */
  readonly maxGradNorm: number | null;
  /** [weights] 1 = belongs to the critic, which is then bounded by itself, as is the rest; absent = one norm over all. */
  readonly critic?: Uint8Array;
  /** [weights] factor of the learning rate per weight; absent = 1. */
  readonly rates?: Float32Array;
}

export function createAdamState(weights: number): AdamState {
  return { m: new Float64Array(weights), v: new Float64Array(weights), powers: Float64Array.of(1, 1, 0) };
}

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1) on the gradient scaled to the norm bound (Pascanu et al. 2013):
 * `w -= lr rate m^ / (sqrt(v^) + epsilon)`. Writes `weights` and `state`; returns the norm of all before scaling, accumulated
 * in float64 from the first weight to the last. A norm that is not finite changes nothing.
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  options: AdamOptions,
): number {
  const { m, v, powers } = state;
  const { learningRate, beta1, beta2, epsilon, maxGradNorm, critic, rates } = options;
  const n = weights.length;
  let squares = 0;
  let ofCritic = 0;
  for (let i = 0; i < n; i++) {
    const square = gradient[i]! * gradient[i]!;
    squares += square;
    if (critic !== undefined && critic[i] === 1) ofCritic += square;
  }
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm)) return norm;
  const bound = maxGradNorm ?? Infinity;
  const actorScale = scaleTo(bound, Math.sqrt(Math.max(0, squares - ofCritic)));
  const criticScale = critic === undefined ? actorScale : scaleTo(bound, Math.sqrt(ofCritic));
  powers[0] = powers[0]! * beta1;
  powers[1] = powers[1]! * beta2;
  powers[2] = powers[2]! + 1;
  const correction1 = 1 / (1 - powers[0]);
  const correction2 = 1 / (1 - powers[1]);
  for (let i = 0; i < n; i++) {
    const g = gradient[i]! * (critic !== undefined && critic[i] === 1 ? criticScale : actorScale);
    const mean = beta1 * m[i]! + (1 - beta1) * g;
    const square = beta2 * v[i]! + (1 - beta2) * g * g;
    m[i] = mean;
    v[i] = square;
    const rate = rates === undefined ? learningRate : learningRate * rates[i]!;
    weights[i] = weights[i]! - (rate * mean * correction1) / (Math.sqrt(square * correction2) + epsilon);
  }
  return norm;
}

function scaleTo(bound: number, norm: number): number {
  return norm > bound ? bound / norm : 1;
}
