import { named, roundHalfToEven, type Tensor } from './evaluate.kernel.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { bytes, floats, node } from './parts.ts';

/** Smallest and largest value of a tensor over recorded decisions; 0 always counts. */
export interface Range {
  low: number;
  high: number;
}

/**
 * Largest size of a weight, of 7 bits with sign. Two products of uint8 and int8 are added in 16 bits with saturation by the
 * x86 instruction VPMADDUBSW, on which matrix products without VNNI are built: 2 * 255 * 63 = 32,130 fits into 32,767, while
 * with 8 bits 2 * 255 * 127 = 64,770 does not, and sums come out too small.
 */
export const WEIGHT_LIMIT = 63;

const ACTIVATION_STEPS = 255;

/** Names of the tensors that meet constant weights in a product: those whose ranges {@link quantiseModel} needs. */
export function quantisedInputs(model: OnnxModel): readonly string[] {
  return [...new Set(products(model).map(({ inputs }) => inputs[0] as string))];
}

/**
 * The graph with integer products in place of those with constant weights; all else stays float32. Each such product becomes
 * QuantizeLinear (uint8, one scale and zero point from the recorded range), MatMulInteger with int8 weights (symmetric, one
 * scale per column, at most `limit` in size), and a multiplication by both scales. Scales are constants, so a row does not
 * depend on its neighbours in a batch, and no step is left to a runtime's choice.
 */
export function quantiseModel(model: OnnxModel, ranges: ReadonlyMap<string, Range>, limit = WEIGHT_LIMIT): OnnxModel {
  const weights = new Map(model.constants.map((constant) => [constant.name, constant]));
  const replaced = new Set(products(model));
  const constants: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const steps = new Map<string, number>();
  const dropped = new Set<string>();
  for (const each of model.nodes) {
    const [input, weight] = each.inputs as [string, string];
    const output = each.outputs[0] as string;
    if (!replaced.has(each)) {
      nodes.push(each);
      continue;
    }
    if (!steps.has(input)) {
      const { scale, zero } = activationScale(ranges.get(input) ?? { low: 0, high: 0 });
      steps.set(input, scale);
      constants.push(floats(`${input}.scale`, [], [scale]), bytes(`${input}.zero`, [], 'uint8', [zero]));
      nodes.push(node('QuantizeLinear', [input, `${input}.scale`, `${input}.zero`], `${input}.uint8`));
    }
    const { data, scales } = integerWeights(weights.get(weight) as OnnxTensor, limit);
    const { dims } = weights.get(weight) as OnnxTensor;
    const step = steps.get(input) as number;
    dropped.add(weight);
    constants.push(bytes(`${weight}.int8`, dims, 'int8', data));
    constants.push(
      floats(
        `${weight}.scale`,
        [scales.length],
        scales.map((scale) => scale * step),
      ),
    );
    nodes.push(
      node('MatMulInteger', [`${input}.uint8`, `${weight}.int8`, `${input}.zero`], `${output}.int32`),
      node('Cast', [`${output}.int32`], `${output}.whole`, { to: 1 }),
      node('Mul', [`${output}.whole`, `${weight}.scale`], output),
    );
  }
  const kept = model.constants.filter(({ name }) => !dropped.has(name));
  return { ...model, constants: [...kept, ...constants], nodes };
}

/** Widens a range by the values of a tensor; of one with candidates [B, K, n] only those that exist count. */
export function widen(range: Range, { dims, data }: Tensor, count: ArrayLike<number>): void {
  const [, second, third] = dims;
  const rowSize = data.length / (dims[0] as number);
  data.forEach((value, i) => {
    const candidate = third === undefined ? 0 : Math.floor((i % rowSize) / third);
    if (third !== undefined && second !== undefined && candidate >= (count[Math.floor(i / rowSize)] as number)) return;
    range.low = Math.min(range.low, value);
    range.high = Math.max(range.high, value);
  });
}

/** Ranges of the named tensors, widened by one evaluation. */
export function widenAll(
  ranges: Map<string, Range>,
  names: readonly string[],
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const count = named(tensors, 'count').data;
  for (const name of names) {
    const range = ranges.get(name) ?? { low: 0, high: 0 };
    widen(range, named(tensors, name), count);
    ranges.set(name, range);
  }
}

function products({ nodes, constants }: OnnxModel): readonly OnnxNode[] {
  const matrices = new Set(constants.filter(({ dims }) => dims.length === 2).map(({ name }) => name));
  return nodes.filter(({ op, inputs }) => op === 'MatMul' && matrices.has(inputs[1] as string));
}

/** Scale and zero point by which 0 is met exactly, and both ends are met. */
function activationScale({ low, high }: Range): { scale: number; zero: number } {
  const scale = high > low ? Math.fround((high - low) / ACTIVATION_STEPS) : 1;
  return { scale, zero: roundHalfToEven(-low / scale) };
}

/** Weights [rows, columns] as whole numbers of at most `limit`, and the scale of each column. */
function integerWeights({ dims, data }: OnnxTensor, limit: number): { data: number[]; scales: number[] } {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const columns = dims[1] as number;
  const values = Array.from({ length: data.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
  const scales = Array.from({ length: columns }, (_, column) => {
    const largest = values.reduce(
      (max, value, i) => (i % columns === column ? Math.max(max, Math.abs(value)) : max),
      0,
    );
    return largest === 0 ? 1 : largest / limit;
  });
  return { data: values.map((value, i) => roundHalfToEven(value / (scales[i % columns] as number))), scales };
}
