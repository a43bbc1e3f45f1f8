import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  ATTRIBUTE,
  GRAPH,
  MODEL,
  NODE,
  OPERATOR_SET,
  STRING_ENTRY,
  TENSOR,
  TENSOR_SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
  DIMENSION,
} from './fields.ts';

/** What a graph computes and on which shapes, without the values of its constants. */
export interface OnnxOutline {
  readonly irVersion: number;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly OnnxOperation[];
  /** Shapes of the constants by name. */
  readonly constants: ReadonlyMap<string, readonly number[]>;
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly OnnxInput[];
}

export interface OnnxOperation {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are integers or lists of them. */
  readonly attributes: Readonly<Record<string, readonly number[]>>;
}

export interface OnnxInput {
  readonly name: string;
  /** A text stands for a dimension that is free until the graph runs. */
  readonly dims: readonly (number | string)[];
}

/**
 * Reads the outline of an ONNX file as {@link encodeOnnx} writes it: raw constants, integer attributes.
 *
 * @throws SpaceCloudError FILE_READ for bytes that are no ONNX model
 */
export function readOnnxOutline(bytes: Uint8Array): OnnxOutline {
  try {
    return readModel(bytes);
  } catch (cause) {
    if (cause instanceof SpaceCloudError) throw cause;
    const got = `bytes that are none: ${(cause as Error).message}`;
    throw new SpaceCloudError('FILE_READ', `Expected an ONNX model, got ${got}.`, {
      hint: 'Name an .onnx file.',
      cause,
    });
  }
}

function readModel(bytes: Uint8Array): OnnxOutline {
  const metadata: Record<string, string> = {};
  const nodes: OnnxOperation[] = [];
  const constants = new Map<string, readonly number[]>();
  const inputs: OnnxInput[] = [];
  const outputs: OnnxInput[] = [];
  let irVersion = 0;
  let opset = 0;
  eachField(bytes, (field, reader, wire) => {
    if (field === MODEL.irVersion) irVersion = integer(reader);
    else if (field === MODEL.opsetImport) opset = integerField(reader.bytes(), OPERATOR_SET.version);
    else if (field === MODEL.metadataProps) {
      const entry = reader.bytes();
      metadata[textField(entry, STRING_ENTRY.key)] = textField(entry, STRING_ENTRY.value);
    } else if (field === MODEL.graph) {
      eachField(reader.bytes(), (part, inner, innerWire) => {
        if (part === GRAPH.node) nodes.push(readNode(inner.bytes()));
        else if (part === GRAPH.initializer) constants.set(...readConstant(inner.bytes()));
        else if (part === GRAPH.input) inputs.push(readValue(inner.bytes()));
        else if (part === GRAPH.output) outputs.push(readValue(inner.bytes()));
        else inner.skip(innerWire);
      });
    } else reader.skip(wire);
  });
  if (opset === 0 || nodes.length === 0) {
    throw new SpaceCloudError('FILE_READ', 'Expected an ONNX model, got one without operators.', {
      hint: 'Name an .onnx file.',
    });
  }
  return { irVersion, opset, metadata, nodes, constants, inputs, outputs };
}

function readNode(bytes: Uint8Array): OnnxOperation {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, readonly number[]> = {};
  let op = '';
  eachField(bytes, (field, reader, wire) => {
    if (field === NODE.input) inputs.push(reader.string());
    else if (field === NODE.output) outputs.push(reader.string());
    else if (field === NODE.opType) op = reader.string();
    else if (field === NODE.attribute) {
      const attribute = reader.bytes();
      attributes[textField(attribute, ATTRIBUTE.name)] = readIntegers(attribute, [ATTRIBUTE.i, ATTRIBUTE.ints]);
    } else reader.skip(wire);
  });
  return { op, inputs, outputs, attributes };
}

function readConstant(bytes: Uint8Array): [name: string, dims: readonly number[]] {
  return [textField(bytes, TENSOR.name), readIntegers(bytes, [TENSOR.dims])];
}

function readValue(bytes: Uint8Array): OnnxInput {
  const dims: (number | string)[] = [];
  const shape = [VALUE_INFO.type, TYPE.tensorType, TENSOR_TYPE.shape].reduce(bytesField, bytes);
  eachField(shape, (field, reader, wire) => {
    if (field !== TENSOR_SHAPE.dim) {
      reader.skip(wire);
      return;
    }
    const dimension = reader.bytes();
    const name = textField(dimension, DIMENSION.param);
    dims.push(name === '' ? integerField(dimension, DIMENSION.value) : name);
  });
  return { name: textField(bytes, VALUE_INFO.name), dims };
}

/** Calls `read` for each field; it must read or skip the field's value. */
function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader, wire: WireType) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    read(field, reader, wire);
  }
}

function integer(reader: BinaryReader): number {
  return Number(reader.int64());
}

/** Integers of the named fields in their order, packed or one by one. */
function readIntegers(bytes: Uint8Array, fields: readonly number[]): number[] {
  const values: number[] = [];
  eachField(bytes, (field, reader, wire) => {
    if (!fields.includes(field)) reader.skip(wire);
    else if (wire === WireType.LengthDelimited) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) values.push(integer(reader));
    } else values.push(integer(reader));
  });
  return values;
}

function integerField(bytes: Uint8Array, wanted: number): number {
  return readIntegers(bytes, [wanted])[0] ?? 0;
}

function textField(bytes: Uint8Array, wanted: number): string {
  return new TextDecoder().decode(bytesField(bytes, wanted));
}

function bytesField(bytes: Uint8Array, wanted: number): Uint8Array {
  let found: Uint8Array = new Uint8Array(0);
  eachField(bytes, (field, reader, wire) => {
    if (field === wanted && wire === WireType.LengthDelimited) found = reader.bytes();
    else reader.skip(wire);
  });
  return found;
}
