import type { OnnxNode, OnnxTensor } from './model.ts';

/** One operator with one output. */
export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes?: OnnxNode['attributes'],
): OnnxNode {
  return attributes === undefined ? { op, inputs, outputs: [output] } : { op, inputs, outputs: [output], attributes };
}

export function floats(name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  const data = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) data.setFloat32(i * 4, values[i] as number, true);
  return { name, dims, type: 'float', data: new Uint8Array(data.buffer) };
}

export function integers(name: string, dims: readonly number[], values: readonly number[]): OnnxTensor {
  const data = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => {
    data.setBigInt64(i * 8, BigInt(value), true);
  });
  return { name, dims, type: 'int64', data: new Uint8Array(data.buffer) };
}

/** Constants of one byte each. */
export function bytes(
  name: string,
  dims: readonly number[],
  type: 'uint8' | 'int8',
  values: readonly number[],
): OnnxTensor {
  const data = type === 'uint8' ? Uint8Array.from(values) : Int8Array.from(values);
  return { name, dims, type, data: new Uint8Array(data.buffer) };
}
