import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';
import type { Architecture, Normaliser } from './architecture.ts';
import { checkArchitecture, checkMemory, checkNormaliser } from './checks.ts';
import type { DecisionColumns, MemoryColumns } from './columns.ts';
import { PlainForward } from './plain-forward.kernel.ts';
import { type WasmForward, createWasmForward } from './wasm/forward.kernel.ts';

/**
 * The forward pass of `architecture.ts`: what gathers experience and what flies. Results of a row depend on that row alone,
 * bit for bit, whatever else is in the batch and wherever its candidates stand.
 *
 * Logits come from WebAssembly SIMD (float32, the same bits on every machine) where the runtime has it and the network has
 * neither attention nor memory; else, and for all values, from plain typed arrays with float64 sums. The two differ by
 * rounding only. Nothing is allocated per call. Weights are copied: after the source changes (a shared buffer the learner writes
 * to), call `setWeights`.
 */
export class Scorer {
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  private readonly plain: PlainForward;
  /** Undefined where plain arrays compute the logits. */
  private wasm: WasmForward | undefined;

  /** @throws SpaceCloudError `MISUSE` when the parts do not belong together or a number in them is not finite. */
  constructor(spec: DecisionSpec, architecture: Architecture, weights: Float32Array, normaliser: Normaliser) {
    checkArchitecture(spec, architecture);
    checkNormaliser(architecture, normaliser);
    this.spec = spec;
    this.architecture = architecture;
    this.plain = new PlainForward(architecture, normaliser);
    this.wasm = createWasmForward(architecture, normaliser);
    this.setWeights(weights);
  }

  /** One that keeps WebAssembly out, for comparisons. */
  static plain(...parts: ConstructorParameters<typeof Scorer>): Scorer {
    const scorer = new Scorer(...parts);
    scorer.wasm = undefined;
    return scorer;
  }

  /** Copies the flat weights in (`weightLayout` order). @throws SpaceCloudError `MISUSE` on another length or NaN. */
  setWeights(weights: Float32Array): void {
    this.plain.setWeights(weights);
    this.wasm?.setWeights(weights);
  }

  /** What computes the logits here. */
  get kernel(): 'wasm' | 'plain' {
    return this.wasm === undefined ? 'plain' : 'wasm';
  }

  /**
   * Writes `logits[r * K + k]` for rows [0, n) and all K candidates: `MASKED_LOGIT` where masked or absent. A network with
   * memory reads and writes `memory`, row by row, so that a row sees what the rows before it left; without it every row
   * starts from zeros and leaves nothing.
   */
  logitsInto(batch: DecisionColumns, logits: Float32Array, memory?: MemoryColumns): void {
    this.checkBatch(batch, logits.length, batch.maxCandidates, 'logits');
    if (memory !== undefined) checkMemory(this.architecture, batch.n, memory);
    if (this.wasm === undefined) this.plain.logitsInto(batch, logits, memory);
    else this.wasm.logitsInto(batch, logits);
  }

  /**
   * Writes `values[r]`, the critic's estimate, for rows [0, n). `before` [n * M]: the states before the decisions, as
   * `logitsInto` records them; default zeros. A network with global state needs `batch.global`.
   */
  valuesInto(batch: DecisionColumns, values: Float32Array, before?: Float32Array): void {
    this.checkBatch(batch, values.length, 1, 'values');
    this.plain.valuesInto(batch, values, before, globalOf(batch, this.architecture.global));
  }

  private checkBatch(batch: DecisionColumns, length: number, perRow: number, name: string): void {
    const { architecture } = this;
    if (batch.maxCandidates !== architecture.maxCandidates) {
      const got = `${architecture.maxCandidates} candidates per row, got ${batch.maxCandidates}`;
      throw new SpaceCloudError('MISUSE', `Expected a batch with ${got}.`);
    }
    if (length < batch.n * perRow) {
      throw new SpaceCloudError('MISUSE', `Expected room for ${batch.n * perRow} ${name}, got ${length}.`);
    }
    for (let row = 0; row < batch.n; row++) {
      const kind = batch.kind[row] as number;
      if (kind >= architecture.kinds.length) {
        const got = `${architecture.kinds.length} decision kinds, got kind ${kind} in row ${row}`;
        throw new SpaceCloudError('MISUSE', `Expected one of ${got}.`);
      }
    }
  }
}

/** The global state of a batch, if the network reads any. */
function globalOf(batch: DecisionColumns, width: number): Float32Array | undefined {
  if (width === 0) return undefined;
  if (batch.global !== undefined && batch.global.length >= batch.n * width) return batch.global;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected ${width} features of global state per row, got ${batch.global?.length ?? 'none'}.`,
    {
      hint: 'A central critic is for training: policies that act are exported without it.',
    },
  );
}
