import type { Architecture, Normaliser } from '../architecture.ts';
import type { DecisionColumns } from '../columns.ts';
import { BINARY } from './forward-binary.ts';
import { KIND_WORDS, type KindAddresses, type KindBlock, kindBlocks, scaleOf, writeKind } from './kind-block.ts';
import { packWeights } from './pack-weights.kernel.ts';
import { type KernelMemory, PAGE_BYTES, decodeBase64, webAssembly } from './web-assembly.ts';

/** Rows that go to the kernel at a time. */
const ROWS = 64;
/** The kernel reads up to three numbers behind each row. */
const BEHIND = 16;

/** What policies/kernels/forward.ts exports; addresses and sizes in bytes. */
interface ForwardExports {
  scratchBytes(kind: number, most: number): number;
  // prettier-ignore
  decide(kinds: number, kindCount: number, kindBytes: number, rows: number, kindOf: number, countOf: number,
    context: number, contextStride: number, features: number, featureStride: number, mask: number, most: number,
    out: number, scratch: number): void;
}

/**
 * The kernel and its memory, one per thread: every instance reserves gigabytes of addresses, so scorers take turns in one.
 * Whoever used it last owns what stands in it.
 */
class SharedKernel {
  readonly exports: ForwardExports;
  bytes: Uint8Array = new Uint8Array(0);
  floats: Float32Array = new Float32Array(0);
  owner: unknown = undefined;
  private readonly memory: KernelMemory;

  constructor(exports: ForwardExports, memory: KernelMemory) {
    this.exports = exports;
    this.memory = memory;
    this.reserve(1);
  }

  /** Makes room; views of the memory are new afterwards. */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.floats = new Float32Array(this.memory.buffer);
  }
}

let shared: SharedKernel | null | undefined;

/** Null where this runtime has no WebAssembly SIMD. */
function sharedKernel(): SharedKernel | null {
  if (shared !== undefined) return shared;
  const binary = decodeBase64(BINARY);
  if (webAssembly?.validate(binary) !== true) return (shared = null);
  const memory = new webAssembly.Memory({ initial: 1 });
  const instance = new webAssembly.Instance(new webAssembly.Module(binary), { env: { memory } });
  return (shared = new SharedKernel(instance.exports as ForwardExports, memory));
}

/** The forward pass in WebAssembly for one network, or undefined where the network or the runtime is not served. */
export function createWasmForward(architecture: Architecture, normaliser: Normaliser): WasmForward | undefined {
  if (architecture.attention > 0 || architecture.memory > 0) return undefined;
  const kernel = sharedKernel();
  return kernel === null ? undefined : new WasmForward(kernel, architecture, normaliser);
}

/** Logits by policies/kernels/forward.ts. Results of a row depend on that row alone, bit for bit, on every machine. */
export class WasmForward {
  private readonly kernel: SharedKernel;
  private readonly kindCount: number;
  private readonly maxCandidates: number;
  private readonly contextStride: number;
  private readonly candidateStride: number;
  /** [kinds] features that a row of the kind has. */
  private readonly contextWidths: readonly number[];
  private readonly candidateWidths: readonly number[];
  /** What stands at the start of the kernel's memory while this network owns it: kinds, statistics, weights. */
  private readonly image: Uint8Array;
  private readonly inputsEnd: number;
  private readonly blocks: readonly KindBlock[];
  private readonly addresses: readonly KindAddresses[];
  private readonly at: Readonly<Record<'kind' | 'count' | 'mask' | 'context' | 'features' | 'out' | 'scratch', number>>;

  constructor(kernel: SharedKernel, architecture: Architecture, normaliser: Normaliser) {
    this.kernel = kernel;
    this.kindCount = architecture.kinds.length;
    this.maxCandidates = architecture.maxCandidates;
    this.contextWidths = architecture.kinds.map((kind) => kind.context);
    this.candidateWidths = architecture.kinds.map((kind) => kind.candidate);
    this.contextStride = Math.max(...this.contextWidths);
    this.candidateStride = Math.max(...this.candidateWidths);
    // An actor reads no global state; whatever the critic has for it is left out here.
    this.blocks = kindBlocks(architecture);
    let end = 4 * KIND_WORDS * this.kindCount;
    const take = (bytes: number): number => {
      const at = end;
      end = Math.ceil((end + bytes) / 16) * 16;
      return at;
    };
    take(0);
    this.addresses = this.blocks.map((block, k) => ({
      words: 4 * KIND_WORDS * k,
      weights: take(4 * block.weights),
      transposed: 0,
      scale: take(4 * block.scale),
    }));
    this.image = new Uint8Array(end);
    this.blocks.forEach((block, k) => {
      const features = this.candidateWidths[k] as number;
      const addsPrior = architecture.prior === 'added';
      const scale = scaleOf(architecture, normaliser, k, block);
      writeKind(this.image.buffer, this.addresses[k] as KindAddresses, block, { features, addsPrior, scale });
    });
    const slots = ROWS * architecture.maxCandidates;
    const at = {
      kind: take(ROWS),
      count: take(ROWS),
      mask: take(slots),
      context: take(4 * ROWS * this.contextStride + BEHIND),
      features: take(4 * slots * this.candidateStride + BEHIND),
      out: take(4 * slots),
    };
    // The kernel must see the kinds to tell the size of its scratch.
    this.inputsEnd = end;
    kernel.reserve(end);
    this.own();
    const { maxCandidates } = this;
    const scratch = this.addresses.map(({ words }) => kernel.exports.scratchBytes(words, maxCandidates));
    this.at = { ...at, scratch: take(Math.max(...scratch)) };
    kernel.reserve(end);
  }

  /** Copies the flat weights in (`weightLayout` order). */
  setWeights(weights: Float32Array): void {
    for (let k = 0; k < this.blocks.length; k++) {
      const block = this.blocks[k]!;
      packWeights(weights, block, new Float32Array(this.image.buffer, this.addresses[k]!.weights, block.weights));
    }
    if (this.kernel.owner === this) this.kernel.owner = undefined;
  }

  /** Writes `logits[r * K + k]` for rows [0, n), `MASKED_LOGIT` where masked or absent. Allocates nothing. */
  logitsInto(batch: DecisionColumns, logits: Float32Array): void {
    const { kernel, at, maxCandidates, contextStride, candidateStride, kindCount } = this;
    if (kernel.owner !== this) this.own();
    const { floats } = kernel;
    const out = at.out >> 2;
    for (let first = 0; first < batch.n; first += ROWS) {
      const rows = Math.min(ROWS, batch.n - first);
      this.copyIn(batch, first, rows);
      // prettier-ignore
      kernel.exports.decide(0, kindCount, 4 * KIND_WORDS, rows, at.kind, at.count, at.context, contextStride, at.features,
        candidateStride, at.mask, maxCandidates, at.out, at.scratch);
      const to = first * maxCandidates;
      const slots = rows * maxCandidates;
      for (let i = 0; i < slots; i++) logits[to + i] = floats[out + i]!;
    }
  }

  /** Copies what carries meaning of rows [first, first + rows). */
  private copyIn(batch: DecisionColumns, first: number, rows: number): void {
    const { kernel, at, maxCandidates, contextStride, candidateStride } = this;
    const { bytes, floats } = kernel;
    const { kind, candidateCount, actionMask, context, candidates } = batch;
    const { contextStride: fromContext, candidateStride: fromCandidate } = batch;
    for (let r = 0; r < rows; r++) {
      const row = first + r;
      const rowKind = kind[row]!;
      const count = candidateCount[row]!;
      bytes[at.kind + r] = rowKind;
      bytes[at.count + r] = count;
      let from = row * fromContext;
      let to = (at.context >> 2) + r * contextStride;
      const contextWidth = this.contextWidths[rowKind]!;
      for (let i = 0; i < contextWidth; i++) floats[to + i] = context[from + i]!;
      const slot = row * maxCandidates;
      const toSlot = r * maxCandidates;
      const width = this.candidateWidths[rowKind]!;
      for (let k = 0; k < count; k++) {
        const allowed = actionMask[slot + k]!;
        bytes[at.mask + toSlot + k] = allowed;
        if (allowed === 0) continue;
        from = (slot + k) * fromCandidate;
        to = (at.features >> 2) + (toSlot + k) * candidateStride;
        for (let i = 0; i < width; i++) floats[to + i] = candidates[from + i]!;
      }
    }
  }

  /** Inputs start as zeros: what the owner before left there may be no number, and what stands behind a row is read too. */
  private own(): void {
    this.kernel.bytes.set(this.image);
    this.kernel.bytes.fill(0, this.image.length, this.inputsEnd);
    this.kernel.owner = this;
  }
}
