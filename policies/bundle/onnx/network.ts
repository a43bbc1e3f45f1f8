import type { DecisionSpec } from '../../../core/index.ts';
import { candidateColumn, decisionSpecHash } from '../../../core/index.ts';
import type { Architecture, Normaliser, PriorUse } from '../../runtime/index.ts';
import { MASKED_LOGIT, RESIDUAL_BOUND, NORMALISED_CLIP, kindSlots } from '../../runtime/index.ts';
import { attentionConstants, attentionNodes } from './attention.ts';
import { DATA_TYPE } from './fields.ts';
import { MEMORY_INPUT, MEMORY_OUTPUT, memoryConstants, memoryInput, memoryNodes, memoryOutput } from './memory.ts';
import { encodeOnnx, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from './model.ts';
import { floats, integers, node } from './parts.ts';

/** What an exported graph is made from, and the names it carries in its metadata. */
export interface NetworkToExport {
  readonly policyName: string;
  readonly version: number;
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
}

/** Names of the inputs of the exported graphs, in order. */
export function onnxInputs({ memory }: Pick<Architecture, 'memory'>): readonly string[] {
  return ['context', 'candidates', 'mask', 'count', ...(memory > 0 ? [MEMORY_INPUT] : [])];
}

/** Names of the outputs of the exported graphs, in order. */
export function onnxOutputs({ memory }: Pick<Architecture, 'memory'>): readonly string[] {
  return ['logits', 'value', 'choice', ...(memory > 0 ? [MEMORY_OUTPUT] : [])];
}

/**
 * The network of one decision kind as an ONNX file (opset 17, IR 8), computing what `policies/runtime` computes
 * (see `Architecture`), with normalisation, prior and mask inside the graph.
 *
 * Inputs, raw physical units as in the decision specification; B is free, K, C and F are the kind's own widths:
 * `context` float [B, C], `candidates` float [B, K, F], `mask` bool [B, K] (true = allowed), `count` int64 [B]
 * (candidates in use; masked candidates count, padding does not). Outputs: `logits` float [B, K], masked ones -1e9;
 * `value` float [B]; `choice` int64 [B], the best logit, the lowest index on ties. A network with memory also takes the
 * state `memory` float [B, M] and gives `nextMemory` float [B, M]: whoever runs the graph carries it, one state per agent and
 * decision kind, from one decision to the next, and starts every episode with zeros.
 */
export function networkToOnnx(network: NetworkToExport, kindIndex: number): Uint8Array<ArrayBuffer> {
  return encodeOnnx(networkModel(network, kindIndex));
}

/** The graph that {@link networkToOnnx} writes. */
export function networkModel(network: NetworkToExport, kindIndex: number): OnnxModel {
  const { spec, architecture } = network;
  const kind = architecture.kinds[kindIndex];
  if (kind === undefined) throw new RangeError(`The architecture has no decision kind ${kindIndex}.`);
  const batch = 'B';
  const k = architecture.maxCandidates;
  const inputs: OnnxValue[] = [
    { name: 'context', type: 'float', dims: [batch, kind.context], doc: 'Context features, raw units.' },
    { name: 'candidates', type: 'float', dims: [batch, k, kind.candidate], doc: 'Candidate features, raw units.' },
    { name: 'mask', type: 'bool', dims: [batch, k], doc: 'True = allowed. At least one per row.' },
    { name: 'count', type: 'int64', dims: [batch], doc: 'Candidates in use, 1..K; the rest is padding.' },
    ...(architecture.memory > 0 ? [memoryInput(architecture)] : []),
  ];
  const outputs: OnnxValue[] = [
    { name: 'logits', type: 'float', dims: [batch, k], doc: `Score per candidate; ${MASKED_LOGIT} where masked.` },
    { name: 'value', type: 'float', dims: [batch], doc: 'Expected discounted reward, in the units training used.' },
    { name: 'choice', type: 'int64', dims: [batch], doc: 'Best candidate; the lowest index on ties.' },
    ...(architecture.memory > 0 ? [memoryOutput(architecture)] : []),
  ];
  return {
    name: kind.name,
    doc: `Decision '${kind.name}' of policy '${network.policyName}', version ${network.version}.`,
    producer: 'spacecloud',
    modelVersion: network.version,
    metadata: {
      policy: network.policyName,
      version: String(network.version),
      kind: kind.name,
      decisionSpecHash: decisionSpecHash(spec),
    },
    inputs,
    outputs,
    constants: constantsOf(network, kindIndex),
    nodes: [
      ...normalisation(architecture.prior),
      ...(architecture.memory > 0 ? memoryNodes() : []),
      ...policyHead(architecture),
      ...valueHead(architecture),
    ],
  };
}

function normalisation(prior: PriorUse): OnnxNode[] {
  const scaled = (name: string, output: string): OnnxNode[] => [
    node('Sub', [name, `${name}.mean`], `${name}.centred`),
    node('Div', [`${name}.centred`, `${name}.std`], `${name}.scaled`),
    node('Clip', [`${name}.scaled`, 'clip.low', 'clip.high'], output),
  ];
  if (prior !== 'hidden') return [...scaled('context', 'context.normal'), ...scaled('candidates', 'candidates.normal')];
  return [
    ...scaled('context', 'context.normal'),
    ...scaled('candidates', 'candidates.all'),
    node('Mul', ['candidates.all', 'candidates.shown'], 'candidates.normal'),
  ];
}

function policyHead({ prior, attention, memory }: Architecture): OnnxNode[] {
  return [
    node('MatMul', ['context.normal', 'policy.context.w'], 'policy.context'),
    ...(memory > 0 ? [node('Add', ['policy.context', 'memory.to.policy'], 'policy.remembered')] : []),
    node('Unsqueeze', [memory > 0 ? 'policy.remembered' : 'policy.context', 'axis.1'], 'policy.context.row'),
    node('MatMul', ['candidates.normal', 'policy.candidate.w'], 'policy.candidate'),
    node('Add', ['policy.candidate', 'policy.context.row'], 'policy.sum'),
    node('Add', ['policy.sum', 'policy.encoder.b'], 'policy.encoder.in'),
    node('Relu', ['policy.encoder.in'], 'policy.encoder'),
    ...(attention > 0 ? attentionNodes() : []),
    node('MatMul', [attention > 0 ? 'policy.attended' : 'policy.encoder', 'policy.hidden.w'], 'policy.hidden.product'),
    node('Add', ['policy.hidden.product', 'policy.hidden.b'], 'policy.hidden.in'),
    node('Relu', ['policy.hidden.in'], 'policy.hidden'),
    node('MatMul', ['policy.hidden', 'policy.out.w'], 'residual.column'),
    node('Squeeze', ['residual.column', 'axis.2'], 'residual'),
    ...(prior === 'added' ? priorAdded() : []),
    node('Where', ['mask', prior === 'added' ? 'scores' : 'residual', 'masked.logit'], 'logits'),
    node('ArgMax', ['logits'], 'choice', { axis: 1, keepdims: 0, select_last_index: 0 }),
  ];
}

/** The prior logit and the residual within its bound, as `scores`. */
function priorAdded(): OnnxNode[] {
  return [
    node('Gather', ['candidates', 'prior.column'], 'prior', { axis: 2 }),
    node('Abs', ['residual'], 'residual.size'),
    node('Div', ['residual.size', 'residual.bound'], 'residual.share'),
    node('Add', ['residual.share', 'one'], 'residual.divisor'),
    node('Div', ['residual', 'residual.divisor'], 'residual.bounded'),
    node('Add', ['prior', 'residual.bounded'], 'scores'),
  ];
}

function valueHead({ memory }: Architecture): OnnxNode[] {
  return [
    node('Unsqueeze', ['count', 'axis.1'], 'count.column'),
    node('Less', ['candidate.index', 'count.column'], 'exists.flag'),
    node('Unsqueeze', ['exists.flag', 'axis.2'], 'exists.column'),
    node('Where', ['exists.column', 'candidates.normal', 'zero'], 'candidates.existing'),
    node('ReduceSum', ['candidates.existing', 'axis.1'], 'candidates.sum', { keepdims: 0 }),
    node('Cast', ['count.column'], 'count.float', { to: DATA_TYPE.float }),
    node('Max', ['count.float', 'one'], 'count.divisor'),
    node('Div', ['candidates.sum', 'count.divisor'], 'candidates.average'),
    node('MatMul', ['context.normal', 'value.context.w'], 'value.context'),
    node('MatMul', ['candidates.average', 'value.candidate.w'], 'value.candidate'),
    node('Add', ['value.context', 'value.candidate'], 'value.sum'),
    ...(memory > 0 ? [node('Add', ['value.sum', 'memory.to.value'], 'value.remembered')] : []),
    node('Add', [memory > 0 ? 'value.remembered' : 'value.sum', 'value.encoder.b'], 'value.encoder.in'),
    node('Relu', ['value.encoder.in'], 'value.encoder'),
    node('MatMul', ['value.encoder', 'value.hidden.w'], 'value.hidden.product'),
    node('Add', ['value.hidden.product', 'value.hidden.b'], 'value.hidden.in'),
    node('Relu', ['value.hidden.in'], 'value.hidden'),
    node('MatMul', ['value.hidden', 'value.out.w'], 'value.out.product'),
    node('Add', ['value.out.product', 'value.out.b'], 'value.column'),
    node('Squeeze', ['value.column', 'axis.1'], 'value'),
  ];
}

function constantsOf(network: NetworkToExport, kindIndex: number): OnnxTensor[] {
  const { spec, architecture, weights } = network;
  const kind = architecture.kinds[kindIndex] as Architecture['kinds'][number];
  const statistics = network.normaliser.kinds[kindIndex] as Normaliser['kinds'][number];
  const learned = kindSlots(architecture, kindIndex).map(({ name, shape, offset, size }) =>
    floats(name.slice(name.indexOf('/') + 1), shape, weights.subarray(offset, offset + size)),
  );
  return [
    ...learned,
    floats('context.mean', [kind.context], statistics.contextMean),
    floats('context.std', [kind.context], statistics.contextStd),
    floats('candidates.mean', [kind.candidate], statistics.candidateMean),
    floats('candidates.std', [kind.candidate], statistics.candidateStd),
    ...(architecture.prior === 'hidden'
      ? [floats('candidates.shown', [kind.candidate], allButLast(kind.candidate))]
      : []),
    floats('clip.low', [], [-NORMALISED_CLIP]),
    floats('clip.high', [], [NORMALISED_CLIP]),
    floats('masked.logit', [], [MASKED_LOGIT]),
    floats('zero', [], [0]),
    floats('one', [], [1]),
    ...(architecture.prior === 'added'
      ? [
          floats('residual.bound', [], [RESIDUAL_BOUND]),
          integers('prior.column', [], [candidateColumn(spec, kindIndex, 'prior')]),
        ]
      : []),
    integers(
      'candidate.index',
      [architecture.maxCandidates],
      Array.from({ length: architecture.maxCandidates }, (_, index) => index),
    ),
    ...(architecture.attention > 0 ? attentionConstants(architecture) : []),
    ...(architecture.memory > 0 ? memoryConstants(architecture) : []),
    integers('axis.1', [1], [1]),
    integers('axis.2', [1], [2]),
  ];
}

/** Ones, and 0 for the prior, the last feature. */
function allButLast(features: number): number[] {
  return Array.from({ length: features }, (_, i) => (i < features - 1 ? 1 : 0));
}
