import type { Architecture } from '../../runtime/index.ts';
import { DATA_TYPE } from './fields.ts';
import type { OnnxNode, OnnxTensor, OnnxValue } from './model.ts';
import { integers, node } from './parts.ts';

/** The state goes in, and comes out as the next decision of the same agent and kind must put it in. */
export const MEMORY_INPUT = 'memory';
export const MEMORY_OUTPUT = 'nextMemory';

export function memoryInput({ memory }: Architecture): OnnxValue {
  return {
    name: MEMORY_INPUT,
    type: 'float',
    dims: ['B', memory],
    doc: 'State before the decision, one per agent and decision kind; zeros at the start of an episode.',
  };
}

export function memoryOutput({ memory }: Architecture): OnnxValue {
  return { name: MEMORY_OUTPUT, type: 'float', dims: ['B', memory], doc: 'State after the decision.' };
}

/**
 * `stepMemory`: from `context.normal`, `candidates.normal`, the mask and the state to the next state, and what it adds to
 * policy and value as `memory.to.policy` and `memory.to.value` [B, H].
 */
export function memoryNodes(): OnnxNode[] {
  return [
    node('Unsqueeze', ['mask', 'axis.2'], 'mask.column'),
    node('Where', ['mask.column', 'candidates.normal', 'zero'], 'candidates.allowed'),
    node('ReduceSum', ['candidates.allowed', 'axis.1'], 'allowed.sum', { keepdims: 0 }),
    node('Cast', ['mask'], 'mask.float', { to: DATA_TYPE.float }),
    node('ReduceSum', ['mask.float', 'axis.1'], 'allowed.count', { keepdims: 1 }),
    node('Max', ['allowed.count', 'one'], 'allowed.divisor'),
    node('Div', ['allowed.sum', 'allowed.divisor'], 'allowed.average'),
    node('MatMul', ['context.normal', 'memory.context.w'], 'memory.context'),
    node('MatMul', ['allowed.average', 'memory.candidate.w'], 'memory.candidate'),
    node('Add', ['memory.context', 'memory.candidate'], 'memory.sum'),
    node('Add', ['memory.sum', 'memory.encoder.b'], 'memory.encoder.in'),
    node('Relu', ['memory.encoder.in'], 'memory.encoder'),
    node('MatMul', ['memory.encoder', 'memory.input.w'], 'memory.input.product'),
    node('Add', ['memory.input.product', 'memory.gate.b'], 'memory.input'),
    node('MatMul', [MEMORY_INPUT, 'memory.state.w'], 'memory.state'),
    split('memory.input'),
    split('memory.state'),
    node('Add', ['memory.input.reset', 'memory.state.reset'], 'memory.reset.in'),
    node('Sigmoid', ['memory.reset.in'], 'memory.reset'),
    node('Add', ['memory.input.update', 'memory.state.update'], 'memory.update.in'),
    node('Sigmoid', ['memory.update.in'], 'memory.update'),
    node('Mul', ['memory.reset', 'memory.state.new'], 'memory.new.state'),
    node('Add', ['memory.input.new', 'memory.new.state'], 'memory.new.in'),
    node('Tanh', ['memory.new.in'], 'memory.new'),
    node('Sub', [MEMORY_INPUT, 'memory.new'], 'memory.difference'),
    node('Mul', ['memory.update', 'memory.difference'], 'memory.kept'),
    node('Add', ['memory.new', 'memory.kept'], MEMORY_OUTPUT),
    node('MatMul', [MEMORY_OUTPUT, 'policy.memory.w'], 'memory.to.policy'),
    node('MatMul', [MEMORY_OUTPUT, 'value.memory.w'], 'memory.to.value'),
  ];
}

export function memoryConstants({ memory }: Architecture): OnnxTensor[] {
  return [integers('gate.sizes', [3], [memory, memory, memory])];
}

/** [B, 3M] into its gates. */
function split(name: string): OnnxNode {
  const outputs = ['reset', 'update', 'new'].map((gate) => `${name}.${gate}`);
  return { op: 'Split', inputs: [name, 'gate.sizes'], outputs, attributes: { axis: 1 } };
}
