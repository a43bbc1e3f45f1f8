import { Rng } from '../../core/index.ts';
import { type Architecture, type KindTensor, kindTensors, weightLayout } from './architecture.ts';

/** Gain of layers followed by relu. */
const HIDDEN_GAIN = Math.SQRT2;
const VALUE_HEAD_GAIN = 1;
const UPDATE_BIAS = 1;

/**
 * Weights before training, the same on every engine: orthogonal with gain sqrt 2 in hidden layers and 1 in the value head,
 * biases 0 (as in CleanRL's `ppo.py`); the policy head is 0, so that the first policy is the prior. Attention and memory are
 * orthogonal with gain 1; what attention adds starts at 0, and the update gate's bias at 1, so that a memory keeps what it
 * holds (Jozefowicz et al. 2015, on the like gate of an LSTM). Every layer has a stream of its own, so one kind's weights do
 * not depend on the others.
 *
 * @returns [weightCount], in `weightLayout` order
 */
export function initialWeights(architecture: Architecture, seed: number): Float32Array {
  const layout = weightLayout(architecture);
  const last = layout[layout.length - 1];
  const flat = new Float32Array(last === undefined ? 0 : last.offset + last.size);
  const { hidden, attention, memory } = architecture;
  const tensors = kindTensors(architecture);
  architecture.kinds.forEach((kind, k) => {
    const fill = (tensor: KindTensor, rows: number, columns: number, gain: number): void => {
      const slot = layout[k * tensors.length + tensors.indexOf(tensor)];
      if (slot === undefined) throw new RangeError(`The layout has no tensor '${kind.name}/${tensor}'.`);
      const rng = new Rng(seed, `init:${kind.name}/${tensor}`);
      flat.set(orthogonal(rng, rows, columns, gain), slot.offset);
    };
    for (const head of ['policy', 'value'] as const) {
      // Context and candidate weights stand one after the other in the layout: together they are one layer's matrix.
      fill(`${head}.context.w`, kind.context + kind.candidate, hidden, HIDDEN_GAIN);
      fill(`${head}.hidden.w`, hidden, hidden, HIDDEN_GAIN);
    }
    fill('value.out.w', hidden, 1, VALUE_HEAD_GAIN);
    if (attention > 0) {
      for (const part of ['query', 'key', 'value'] as const) fill(`attention.${part}.w`, hidden, attention, 1);
    }
    if (memory > 0) {
      fill('memory.context.w', kind.context + kind.candidate, hidden, HIDDEN_GAIN);
      fill('memory.input.w', hidden, 3 * memory, 1);
      fill('memory.state.w', memory, 3 * memory, 1);
      fill('policy.memory.w', memory, hidden, 1);
      fill('value.memory.w', memory, hidden, 1);
      const gates = layout[k * tensors.length + tensors.indexOf('memory.gate.b')]?.offset ?? 0;
      flat.fill(UPDATE_BIAS, gates + memory, gates + 2 * memory);
    }
    if (architecture.global > 0) fill('value.global.w', architecture.global, hidden, HIDDEN_GAIN);
  });
  return flat;
}

/**
 * A [rows, columns] matrix, row-major, whose shorter side is `gain` times orthonormal: normal numbers made orthogonal by
 * modified Gram-Schmidt, twice, in float64. The diagonal of R is positive, so the result is uniform over such matrices
 * (Mezzadri 2007, Notices AMS 54).
 */
export function orthogonal(rng: Rng, rows: number, columns: number, gain: number): Float64Array {
  const vectors = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis = Array.from({ length: vectors }, () => Float64Array.from({ length }, () => rng.normal()));
  basis.forEach((vector, v) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of basis.slice(0, v)) {
        const overlap = dot(vector, earlier);
        vector.forEach((x, i) => (vector[i] = x - overlap * (earlier[i] as number)));
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    vector.forEach((x, i) => (vector[i] = x / norm));
  });
  return Float64Array.from({ length: rows * columns }, (_, e) => {
    const row = Math.floor(e / columns);
    const column = e % columns;
    const [v, i] = rows >= columns ? [column, row] : [row, column];
    return gain * (basis[v]?.[i] as number);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}
