import { type KernelMemory, decodeBase64, webAssembly } from '../../../../policies/index.ts';
import { BINARY as FMA } from './learner-fma-binary.ts';
import { BINARY as PLAIN } from './learner-binary.ts';

/** `fused`: plain SIMD, the same bits on every machine; `fused-fma`: multiply-adds rounded once, where the machine has them. */
export type FusedName = 'fused' | 'fused-fma';

/** What policies/kernels/learner.ts exports; addresses and sizes in bytes, counts in elements. */
export interface LearnerKernels {
  scratchBytes(kind: number, most: number): number;
  setZeros(at: number): void;
  // prettier-ignore
  pack(kinds: number, kindBytes: number, rows: number, packed: number, kindOf: number, countOf: number, context: number,
    contextStride: number, features: number, featureStride: number, mask: number, most: number, global: number,
    globalStride: number): void;
  // prettier-ignore
  evaluate(kind: number, rows: number, count: number, packed: number, allowed: number, most: number, choice: number,
    values: number, logProbs: number, scratch: number): void;
  // prettier-ignore
  differentiate(kind: number, rows: number, count: number, packed: number, allowed: number, most: number, choice: number,
    oldLogProb: number, oldValue: number, target: number, weight: number, advantage: number, loss: number,
    gradient: number, terms: number, scratch: number): void;
  addInto(total: number, part: number, count: number): void;
}

/** Why the kernels of that name do not run here, or undefined if they do. */
export function fusedObstacle(name: FusedName): string | undefined {
  if (webAssembly === undefined) return 'there is no WebAssembly';
  if (webAssembly.validate(decodeBase64(name === 'fused' ? PLAIN : FMA))) return undefined;
  return name === 'fused' ? 'WebAssembly has no SIMD or no shared memory' : 'WebAssembly has no relaxed SIMD';
}

/** Compiles the kernels over a shared memory; every thread does so for itself. */
export function instantiateLearner(name: FusedName, memory: KernelMemory): LearnerKernels {
  if (webAssembly === undefined) throw new Error('WebAssembly is absent.');
  const module = new webAssembly.Module(decodeBase64(name === 'fused' ? PLAIN : FMA));
  return new webAssembly.Instance(module, { env: { memory } }).exports as LearnerKernels;
}

/** Pages that the kernels' memory may grow to: all that 32 bits address. */
export const MOST_PAGES = 65_536;
