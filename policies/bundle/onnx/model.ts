import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  type DataTypeName,
  DIMENSION,
  GRAPH,
  MODEL,
  NODE,
  ONNX_IR_VERSION,
  ONNX_OPSET,
  OPERATOR_SET,
  STRING_ENTRY,
  TENSOR,
  TENSOR_SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './fields.ts';

/** One operator; `attributes` are integers or lists of them (the only sorts the network needs). */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A constant of the graph; `data` is raw little-endian content, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: DataTypeName;
  readonly data: Uint8Array;
}

/** An input or output; a text in `dims` names a dimension that is free until the graph runs. */
export interface OnnxValue {
  readonly name: string;
  readonly type: DataTypeName;
  readonly dims: readonly (number | string)[];
  readonly doc: string;
}

export interface OnnxModel {
  readonly name: string;
  readonly doc: string;
  readonly producer: string;
  readonly modelVersion: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

/** The bytes of an ONNX file. Same model, same bytes: fields go out in a fixed order, metadata sorted by key. */
export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const out = new BinaryWriter();
  int(out, MODEL.irVersion, ONNX_IR_VERSION);
  text(out, MODEL.producerName, model.producer);
  int(out, MODEL.modelVersion, model.modelVersion);
  text(out, MODEL.docString, model.doc);
  message(out, MODEL.graph, () => {
    writeGraph(out, model);
  });
  message(out, MODEL.opsetImport, () => {
    text(out, OPERATOR_SET.domain, '');
    int(out, OPERATOR_SET.version, ONNX_OPSET);
  });
  for (const key of Object.keys(model.metadata).sort()) {
    message(out, MODEL.metadataProps, () => {
      text(out, STRING_ENTRY.key, key);
      text(out, STRING_ENTRY.value, model.metadata[key] as string);
    });
  }
  return out.finish();
}

function writeGraph(out: BinaryWriter, model: OnnxModel): void {
  model.nodes.forEach((node, index) => {
    message(out, GRAPH.node, () => {
      writeNode(out, node, index);
    });
  });
  text(out, GRAPH.name, model.name);
  for (const tensor of model.constants) {
    message(out, GRAPH.initializer, () => {
      for (const dim of tensor.dims) int(out, TENSOR.dims, dim);
      int(out, TENSOR.dataType, DATA_TYPE[tensor.type]);
      text(out, TENSOR.name, tensor.name);
      out.tag(TENSOR.rawData, WireType.LengthDelimited).bytes(tensor.data);
    });
  }
  for (const value of model.inputs) writeValue(out, GRAPH.input, value);
  for (const value of model.outputs) writeValue(out, GRAPH.output, value);
}

function writeNode(out: BinaryWriter, node: OnnxNode, index: number): void {
  for (const input of node.inputs) text(out, NODE.input, input);
  for (const output of node.outputs) text(out, NODE.output, output);
  text(out, NODE.name, `${node.op.toLowerCase()}-${index}`);
  text(out, NODE.opType, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    message(out, NODE.attribute, () => {
      text(out, ATTRIBUTE.name, name);
      if (typeof value === 'number') int(out, ATTRIBUTE.i, value);
      else for (const each of value) int(out, ATTRIBUTE.ints, each);
      int(out, ATTRIBUTE.type, typeof value === 'number' ? ATTRIBUTE_TYPE.int : ATTRIBUTE_TYPE.ints);
    });
  }
}

function writeValue(out: BinaryWriter, field: number, value: OnnxValue): void {
  message(out, field, () => {
    text(out, VALUE_INFO.name, value.name);
    message(out, VALUE_INFO.type, () => {
      message(out, TYPE.tensorType, () => {
        int(out, TENSOR_TYPE.elemType, DATA_TYPE[value.type]);
        message(out, TENSOR_TYPE.shape, () => {
          for (const dim of value.dims) {
            message(out, TENSOR_SHAPE.dim, () => {
              if (typeof dim === 'number') int(out, DIMENSION.value, dim);
              else text(out, DIMENSION.param, dim);
            });
          }
        });
      });
    });
    text(out, VALUE_INFO.docString, value.doc);
  });
}

function int(out: BinaryWriter, field: number, value: number): void {
  out.tag(field, WireType.Varint).int64(value);
}

function text(out: BinaryWriter, field: number, value: string): void {
  out.tag(field, WireType.LengthDelimited).string(value);
}

function message(out: BinaryWriter, field: number, write: () => void): void {
  out.tag(field, WireType.LengthDelimited).fork();
  write();
  out.join();
}
