import type { Architecture } from '../../runtime/index.ts';
import type { OnnxNode, OnnxTensor } from './model.ts';
import { floats, node } from './parts.ts';

/** `attendInto` on all candidates of a row: from `policy.encoder` [B, K, H] to `policy.attended`. */
export function attentionNodes(): OnnxNode[] {
  return [
    node('MatMul', ['policy.encoder', 'attention.query.w'], 'attention.query'),
    node('MatMul', ['policy.encoder', 'attention.key.w'], 'attention.key'),
    node('MatMul', ['policy.encoder', 'attention.value.w'], 'attention.value'),
    node('Transpose', ['attention.key'], 'attention.key.columns', { perm: [0, 2, 1] }),
    node('MatMul', ['attention.query', 'attention.key.columns'], 'attention.product'),
    node('Mul', ['attention.product', 'attention.scale'], 'attention.scores'),
    node('Unsqueeze', ['mask', 'axis.1'], 'mask.row'),
    node('Where', ['mask.row', 'attention.scores', 'masked.logit'], 'attention.allowed'),
    node('Softmax', ['attention.allowed'], 'attention.shares', { axis: 2 }),
    node('MatMul', ['attention.shares', 'attention.value'], 'attention.seen'),
    node('MatMul', ['attention.seen', 'attention.merge.w'], 'attention.added'),
    node('Add', ['policy.encoder', 'attention.added'], 'policy.attended'),
  ];
}

export function attentionConstants({ attention }: Architecture): OnnxTensor[] {
  return [floats('attention.scale', [], [1 / Math.sqrt(attention)])];
}
