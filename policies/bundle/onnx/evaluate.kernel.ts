import { StrictMath } from '../../../core/index.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';

/** A tensor at work: float32 as such; integers and flags as float64, which holds those that occur exactly. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/**
 * Computes an exported graph, operator by operator as the ONNX specification defines them, each result rounded to float32.
 * Slow and plain: it measures what quantisation costs where no ONNX runtime is at hand. Only operators that the exporter
 * writes, on at most three dimensions.
 *
 * Sums of matrix products are made in float64; a runtime that sums in float32 differs in the last bits. Integer products are
 * exact, so a quantised layer gives the same bits in every runtime that keeps to the specification.
 *
 * @returns every tensor of the graph by name, outputs included
 */
export function evaluateModel(model: OnnxModel, inputs: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const tensors = new Map([...constantsOf(model), ...inputs]);
  for (const node of model.nodes) {
    const results = compute(
      node,
      node.inputs.map((name) => named(tensors, name)),
    );
    node.outputs.forEach((name, i) => tensors.set(name, results[i]!));
  }
  return tensors;
}

const decoded = new WeakMap<OnnxModel, ReadonlyMap<string, Tensor>>();

/** Constants are decoded once: a model with memory is evaluated for a few rows at a time. */
function constantsOf(model: OnnxModel): ReadonlyMap<string, Tensor> {
  const before = decoded.get(model);
  if (before !== undefined) return before;
  const constants = new Map(model.constants.map((constant) => [constant.name, tensorOf(constant)]));
  decoded.set(model, constants);
  return constants;
}

/** The tensor of a name; throws a RangeError for a name the graph does not have. */
export function named(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`The graph has no tensor '${name}'.`);
  return tensor;
}

function tensorOf({ dims, type, data }: OnnxTensor): Tensor {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (type === 'float') {
    return { dims, data: Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true)) };
  }
  const at = (i: number): number => {
    if (type === 'int64') return Number(view.getBigInt64(i * 8, true));
    return type === 'int8' ? view.getInt8(i) : view.getUint8(i);
  };
  return { dims, data: Float64Array.from({ length: count }, (_, i) => at(i)) };
}

function compute({ op, attributes }: OnnxNode, inputs: readonly Tensor[]): readonly Tensor[] {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor];
  switch (op) {
    case 'Add':
      return [elementwise(inputs, (x, y) => x + y)];
    case 'Sub':
      return [elementwise(inputs, (x, y) => x - y)];
    case 'Mul':
      return [elementwise(inputs, (x, y) => x * y)];
    case 'Div':
      return [elementwise(inputs, (x, y) => x / y)];
    case 'Max':
      return [elementwise(inputs, (x, y) => Math.max(x, y))];
    case 'Less':
      return [elementwise(inputs, (x, y) => (x < y ? 1 : 0))];
    case 'Where':
      return [elementwise(inputs, (flag, x, y) => (flag === 0 ? y : x))];
    case 'Clip':
      return [elementwise(inputs, (x, low, high) => Math.min(high, Math.max(low, x)))];
    case 'Abs':
      return [elementwise(inputs, (x) => Math.abs(x))];
    case 'Relu':
      return [elementwise(inputs, (x) => Math.max(0, x))];
    case 'Sigmoid':
      return [elementwise(inputs, sigmoid)];
    case 'Tanh':
      return [elementwise(inputs, (x) => 2 * sigmoid(2 * x) - 1)];
    case 'Cast':
      return [{ dims: a.dims, data: Float32Array.from(a.data) }];
    case 'Unsqueeze':
      return [{ dims: a.dims.toSpliced(b.data[0]!, 0, 1), data: a.data }];
    case 'Squeeze':
      return [{ dims: a.dims.toSpliced(b.data[0]!, 1), data: a.data }];
    case 'MatMul':
      return [product(a, b, 0)];
    case 'MatMulInteger':
      return [product(a, b, c.data[0]!)];
    case 'QuantizeLinear':
      return [quantised(a, b.data[0]!, c.data[0]!)];
    case 'ReduceSum':
      return [sumOverSecond(a, attributes?.['keepdims'] === 1)];
    case 'Gather':
      return [lastColumn(a, b.data[0]!)];
    case 'Transpose':
      return [transposed(a)];
    case 'Softmax':
      return [softmax(a)];
    case 'ArgMax':
      return [argMax(a)];
    case 'Split':
      return split(a, b.data);
    default:
      throw new RangeError(`Operator '${op}' is not one the exporter writes.`);
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + StrictMath.exp(-x));
}

/** Float32 unless all inputs are integers. */
function elementwise(inputs: readonly Tensor[], f: (x: number, y: number, z: number) => number): Tensor {
  const rank = Math.max(...inputs.map(({ dims }) => dims.length));
  const padded = inputs.map(({ dims }) => [1, 1, 1, ...dims].slice(-3));
  const [d0, d1, d2] = [0, 1, 2].map((axis) => Math.max(...padded.map((dims) => dims[axis]!))) as [
    number,
    number,
    number,
  ];
  const size = d0 * d1 * d2;
  const isFloat = inputs.some(({ data }) => data instanceof Float32Array);
  const out = isFloat ? new Float32Array(size) : new Float64Array(size);
  const strides = padded.map(([, e1, e2], i) => [
    padded[i]![0] === 1 ? 0 : e1! * e2!,
    e1 === 1 ? 0 : e2!,
    e2 === 1 ? 0 : 1,
  ]);
  const [x, y, z] = [0, 1, 2].map((i) => inputs[i]?.data ?? NOTHING) as [
    Tensor['data'],
    Tensor['data'],
    Tensor['data'],
  ];
  const [sx, sy, sz] = [0, 1, 2].map((i) => strides[i] ?? [0, 0, 0]) as [number[], number[], number[]];
  let at = 0;
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      const [ix, iy, iz] = [i * sx[0]! + j * sx[1]!, i * sy[0]! + j * sy[1]!, i * sz[0]! + j * sz[1]!];
      for (let k = 0; k < d2; k++) out[at++] = f(x[ix + k * sx[2]!]!, y[iy + k * sy[2]!]!, z[iz + k * sz[2]!]!);
    }
  }
  return { dims: [d0, d1, d2].slice(3 - rank), data: out };
}

const NOTHING = new Float64Array(1);

/** [.., n, m] times [m, p] or, of equal first dimensions, [B, m, p]; `zero` is taken off the first. Integers stay integers. */
function product(a: Tensor, b: Tensor, zero: number): Tensor {
  const [m, p] = b.dims.slice(-2) as [number, number];
  const rows = a.data.length / m;
  const rowsPerMatrix = b.dims.length === 3 ? a.dims[1]! : rows;
  const out = a.data instanceof Float32Array ? new Float32Array(rows * p) : new Float64Array(rows * p);
  const sums = new Float64Array(p);
  for (let row = 0; row < rows; row++) {
    const matrix = Math.floor(row / rowsPerMatrix) * m * p;
    sums.fill(0);
    for (let i = 0; i < m; i++) {
      const x = a.data[row * m + i]! - zero;
      if (x === 0) continue;
      const start = matrix + i * p;
      for (let column = 0; column < p; column++) sums[column]! += x * b.data[start + column]!;
    }
    out.set(sums, row * p);
  }
  return { dims: [...a.dims.slice(0, -1), p], data: out };
}

/** QuantizeLinear to uint8: x / scale in float32, to the nearest, to the even one of two, then the zero point. */
function quantised({ dims, data }: Tensor, scale: number, zero: number): Tensor {
  const out = Float64Array.from(data, (x) =>
    Math.min(255, Math.max(0, roundHalfToEven(Math.fround(x / scale)) + zero)),
  );
  return { dims, data: out };
}

/** The nearest whole number, the even one of two. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const part = x - floor;
  if (part !== 0.5) return part < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Sum over the second of three dimensions, or the second of two. */
function sumOverSecond({ dims, data }: Tensor, keep: boolean): Tensor {
  const [n, m, p] = [...dims, 1] as [number, number, number];
  const out = new Float32Array(n * p);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < p; k++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += data[(i * m + j) * p + k]!;
      out[i * p + k] = sum;
    }
  }
  return { dims: keep ? [n, 1, ...dims.slice(2)] : [n, ...dims.slice(2)], data: out };
}

function lastColumn({ dims, data }: Tensor, index: number): Tensor {
  const width = dims.at(-1)!;
  return {
    dims: dims.slice(0, -1),
    data: Float32Array.from({ length: data.length / width }, (_, i) => data[i * width + index]!),
  };
}

function transposed({ dims, data }: Tensor): Tensor {
  const [n, m, p] = dims as [number, number, number];
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const inMatrix = i % (m * p);
    out[i - inMatrix + (inMatrix % p) * m + Math.floor(inMatrix / p)] = data[i]!;
  }
  return { dims: [n, p, m], data: out };
}

function softmax({ dims, data }: Tensor): Tensor {
  const width = dims.at(-1)!;
  const out = new Float32Array(data.length);
  for (let first = 0; first < data.length; first += width) {
    const row = data.subarray(first, first + width);
    const max = Math.max(...row);
    let sum = 0;
    for (let i = 0; i < width; i++) sum += StrictMath.exp(row[i]! - max);
    for (let i = 0; i < width; i++) out[first + i] = StrictMath.exp(row[i]! - max) / sum;
  }
  return { dims, data: out };
}

function argMax({ dims, data }: Tensor): Tensor {
  const [n, width] = dims as [number, number];
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let k = 1; k < width; k++) if (data[i * width + k]! > data[i * width + out[i]!]!) out[i] = k;
  }
  return { dims: [n], data: out };
}

/** [n, sum of sizes] into one matrix per size. */
function split({ dims, data }: Tensor, sizes: ArrayLike<number>): Tensor[] {
  const [n, width] = dims as [number, number];
  let start = 0;
  return Array.from(sizes, (size) => {
    const from = start;
    start += size;
    return {
      dims: [n, size],
      data: Float32Array.from({ length: n * size }, (_, i) => data[Math.floor(i / size) * width + from + (i % size)]!),
    };
  });
}
