import type { GradConfig, NamedAttrMap, Rank, Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from './tf.ts';

/**
 * Derivatives of the operations that networks and losses here use.
 *
 * `@tensorflow/tfjs-core` as Node loads it defines operations but no derivatives: those live in `@tensorflow/tfjs`, whose
 * other parts (layers, converter, WebGL) would triple the start-up of every worker. Whatever is registered already - by
 * `@tensorflow/tfjs-node`, which brings all of `@tensorflow/tfjs`, or by a user - is left alone.
 *
 * Matrix products are written with explicit transposes, because the WASM backend is fast for that form only.
 */
export function registerMissingGradients(tf: Tf): void {
  for (const config of gradientConfigs(tf)) {
    if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
  }
}

type Saved = readonly Tensor[];
type GradFunc = (dy: Tensor, saved: Saved, attrs: NamedAttrMap) => Record<string, () => Tensor>;

function gradientConfigs(tf: Tf): readonly GradConfig[] {
  return [...unary(tf), ...binary(tf), ...reductions(tf), ...shapes(tf), ...others(tf)];
}

/** Sums `dy` over the axes along which an input of `shape` was repeated. */
function unbroadcast(tf: Tf, dy: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  if (axes.length === 0) return tf.reshape(dy, shape);
  return tf.reshape(tf.sum(dy, axes), shape);
}

function config(kernelName: string, save: Partial<GradConfig>, gradFunc: GradFunc): GradConfig {
  return { kernelName, ...save, gradFunc: (dy, saved, attrs) => gradFunc(dy as Tensor, saved, attrs) };
}

const at = (saved: Saved, i: number): Tensor => saved[i] as Tensor;

function unary(tf: Tf): GradConfig[] {
  const ofInput = (kernel: string, d: (dy: Tensor, x: Tensor) => Tensor): GradConfig =>
    config(kernel, { inputsToSave: ['x'] }, (dy, saved) => ({ x: () => d(dy, at(saved, 0)) }));
  const ofOutput = (kernel: string, d: (dy: Tensor, y: Tensor) => Tensor): GradConfig =>
    config(kernel, { outputsToSave: [true] }, (dy, saved) => ({ x: () => d(dy, at(saved, 0)) }));
  return [
    config('Neg', {}, (dy) => ({ x: () => tf.neg(dy) })),
    config('Identity', {}, (dy) => ({ x: () => tf.cast(dy, 'float32') })),
    config('Cast', {}, (dy) => ({ x: () => tf.clone(dy) })),
    config('ZerosLike', {}, (dy) => ({ x: () => tf.zerosLike(dy) })),
    config('OnesLike', {}, (dy) => ({ x: () => tf.zerosLike(dy) })),
    ofOutput('Exp', (dy, y) => tf.mul(dy, y)),
    ofInput('Log', (dy, x) => tf.div(dy, x)),
    ofInput('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
    ofOutput('Sqrt', (dy, y) => tf.div(dy, tf.mul(y, 2))),
    ofInput('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
    ofOutput('Relu', (dy, y) => tf.mul(dy, tf.step(y))),
    ofOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.mul(y, y)))),
    ofOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
    config('ClipByValue', { inputsToSave: ['x'] }, (dy, saved, attrs) => ({
      x: () => {
        const { clipValueMin, clipValueMax } = attrs as unknown as { clipValueMin: number; clipValueMax: number };
        const x = at(saved, 0);
        const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin), tf.lessEqual(x, clipValueMax));
        return tf.where(inside, dy, tf.zerosLike(dy));
      },
    })),
  ];
}

function binary(tf: Tf): GradConfig[] {
  const save = { inputsToSave: ['a', 'b'] };
  const ofInputs = (kernel: string, da: (d: Tensor, a: Tensor, b: Tensor) => Tensor, db: typeof da): GradConfig =>
    config(kernel, save, (dy, saved) => {
      const [a, b] = [at(saved, 0), at(saved, 1)];
      return {
        a: () => unbroadcast(tf, da(dy, a, b), a.shape),
        b: () => unbroadcast(tf, db(dy, a, b), b.shape),
      };
    });
  /** Derivative where `a` is chosen; ties go to `a`. */
  const choose = (kernel: string, aWins: (a: Tensor, b: Tensor) => Tensor): GradConfig =>
    ofInputs(
      kernel,
      (d, a, b) => tf.mul(d, tf.cast(aWins(a, b), 'float32')),
      (d, a, b) => tf.mul(d, tf.cast(tf.logicalNot(aWins(a, b)), 'float32')),
    );
  return [
    ofInputs(
      'Add',
      (d) => d,
      (d) => d,
    ),
    ofInputs(
      'Sub',
      (d) => d,
      (d) => tf.neg(d),
    ),
    ofInputs(
      'Multiply',
      (d, _a, b) => tf.mul(d, b),
      (d, a) => tf.mul(d, a),
    ),
    ofInputs(
      'RealDiv',
      (d, _a, b) => tf.div(d, b),
      (d, a, b) => tf.neg(tf.div(tf.mul(d, a), tf.mul(b, b))),
    ),
    ofInputs(
      'SquaredDifference',
      (d, a, b) => tf.mul(d, tf.mul(tf.sub(a, b), 2)),
      (d, a, b) => tf.mul(d, tf.mul(tf.sub(b, a), 2)),
    ),
    choose('Maximum', (a, b) => tf.greaterEqual(a, b)),
    choose('Minimum', (a, b) => tf.lessEqual(a, b)),
  ];
}

function reductions(tf: Tf): GradConfig[] {
  /** Repeats a reduced gradient over the axes that were summed. */
  const expand = (dy: Tensor, shape: number[], axis: unknown): Tensor => {
    const axes = new Set(tf.util.parseAxisParam(axis as number | number[], shape));
    const kept = shape.map((dimension, i) => (axes.has(i) ? 1 : dimension));
    return tf.mul(tf.reshape(dy, kept), tf.ones(shape as [number]));
  };
  return [
    config('Sum', { inputsToSave: ['x'] }, (dy, saved, attrs) => ({
      x: () => expand(dy, at(saved, 0).shape, attrs['axis']),
    })),
    config('Mean', { inputsToSave: ['x'] }, (dy, saved, attrs) => ({
      x: () => expand(tf.mul(dy, dy.size / at(saved, 0).size), at(saved, 0).shape, attrs['axis']),
    })),
    config('LogSoftmax', { outputsToSave: [true] }, (dy, saved) => ({
      logits: () => tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.exp(at(saved, 0)))),
    })),
    config('Softmax', { outputsToSave: [true] }, (dy, saved) => ({
      logits: () => {
        const weighted = tf.mul(dy, at(saved, 0));
        return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), at(saved, 0)));
      },
    })),
  ];
}

function shapes(tf: Tf): GradConfig[] {
  const back = (kernel: string, input: string): GradConfig =>
    config(kernel, { inputsToSave: [input] }, (dy, saved) => ({ [input]: () => tf.reshape(dy, at(saved, 0).shape) }));
  return [
    back('Reshape', 'x'),
    back('ExpandDims', 'input'),
    config('Transpose', {}, (dy, _saved, attrs) => ({
      x: () => {
        const perm = attrs['perm'] as unknown as number[];
        const inverse = perm.map((_, axis) => perm.indexOf(axis));
        return tf.transpose(dy, inverse);
      },
    })),
    config('Slice', { inputsToSave: ['x'] }, (dy, saved, attrs) => ({
      x: () => {
        const { shape } = at(saved, 0);
        const [begin, size] = tf.slice_util.parseSliceParams(
          at(saved, 0),
          attrs['begin'] as unknown as number[],
          attrs['size'] as unknown as number[],
        ) as [number[], number[]];
        const paddings = shape.map((dimension, i): [number, number] => {
          const before = begin[i] as number;
          return [before, dimension - before - (size[i] as number)];
        });
        return tf.pad(dy, paddings);
      },
    })),
    {
      kernelName: 'Concat',
      saveAllInputs: true,
      gradFunc: (dy, saved, attrs) => {
        const axis = tf.util.parseAxisParam(attrs['axis'] as unknown as number, at(saved, 0).shape)[0] as number;
        const parts = tf.split(
          dy as Tensor<Rank>,
          saved.map((part) => part.shape[axis] as number),
          axis,
        );
        return Object.fromEntries(parts.map((part, i) => [String(i), () => part]));
      },
    },
  ];
}

function others(tf: Tf): GradConfig[] {
  return [
    {
      kernelName: 'AddN',
      saveAllInputs: true,
      gradFunc: (dy, saved) => Object.fromEntries(saved.map((_, i) => [String(i), () => tf.clone(dy as Tensor)])),
    },
    config('Select', { inputsToSave: ['condition'] }, (dy, saved) => ({
      condition: () => tf.zerosLike(tf.cast(at(saved, 0), 'float32')),
      t: () => tf.mul(dy, tf.cast(at(saved, 0), 'float32')),
      e: () => tf.mul(dy, tf.cast(tf.logicalNot(at(saved, 0)), 'float32')),
    })),
    config('BatchMatMul', { inputsToSave: ['a', 'b'] }, (dy, saved, attrs) => {
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const a = transposeA ? swapped(tf, at(saved, 0)) : at(saved, 0);
      const b = transposeB ? swapped(tf, at(saved, 1)) : at(saved, 1);
      const da = (): Tensor => tf.matMul(dy, swapped(tf, b));
      const db = (): Tensor => tf.matMul(swapped(tf, a), tf.clone(dy)); // a copy: see the trap in dense.ts
      return {
        a: () => (transposeA ? swapped(tf, da()) : da()),
        b: () => (transposeB ? swapped(tf, db()) : db()),
      };
    }),
  ];
}

/** Swaps the last two axes, into a new buffer. */
function swapped(tf: Tf, x: Tensor): Tensor {
  const last = x.rank - 1;
  const axes = [...x.shape.keys()].map((axis) => (axis < last - 1 ? axis : 2 * last - 1 - axis));
  return tf.transpose(x, axes);
}
