import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';
import { type Normaliser, architectureOf } from './architecture.ts';
import { checkNormaliser } from './checks.ts';
import type { DecisionColumns } from './columns.ts';

/** A spread below this part of the mean's size is rounding, not information: the feature counts as constant. */
const RELATIVE_STD_FLOOR = 1e-6;

/** Leaves features as they are (but for the clip). */
export function identityNormaliser(spec: DecisionSpec, global = 0): Normaliser {
  return {
    kinds: spec.kinds.map((kind) => ({
      contextMean: new Float32Array(kind.context.length),
      contextStd: new Float32Array(kind.context.length).fill(1),
      candidateMean: new Float32Array(kind.candidate.length),
      candidateStd: new Float32Array(kind.candidate.length).fill(1),
      ...(global === 0 ? {} : { globalMean: new Float32Array(global), globalStd: new Float32Array(global).fill(1) }),
    })),
  };
}

/** Mean and standard deviation of every feature over the batches; see `NormaliserMeter`. */
export function measureNormaliser(spec: DecisionSpec, batches: Iterable<DecisionColumns>, global = 0): Normaliser {
  const meter = new NormaliserMeter(spec, global);
  for (const batch of batches) meter.add(batch);
  return meter.finish();
}

/**
 * Measures a normaliser batch by batch, in float64 (Welford 1962). Candidates that do not exist are left out; masked ones
 * that exist count, because the critic reads them. A constant feature, or one of a kind never seen, gets std 1: it
 * normalises to 0, or to itself minus 0.
 */
export class NormaliserMeter {
  private readonly spec: DecisionSpec;
  private readonly context: readonly ColumnMoments[];
  private readonly candidate: readonly ColumnMoments[];
  private readonly global: readonly ColumnMoments[];

  /** `global`: features of global state per row, which `add` then expects in `batch.global`. */
  constructor(spec: DecisionSpec, global = 0) {
    this.spec = spec;
    this.global = global > 0 ? spec.kinds.map(() => new ColumnMoments(global)) : [];
    this.context = spec.kinds.map((kind) => new ColumnMoments(kind.context.length));
    this.candidate = spec.kinds.map((kind) => new ColumnMoments(kind.candidate.length));
  }

  /** Adds rows [0, n). @throws SpaceCloudError `MISUSE` on a feature that is not finite. */
  add(batch: DecisionColumns): void {
    for (let row = 0; row < batch.n; row++) {
      const kind = batch.kind[row] as number;
      this.context[kind]?.add(batch.context, row * batch.contextStride);
      const global = this.global[kind];
      if (global !== undefined) global.add(batch.global ?? NOTHING, row * global.mean.length);
      for (let k = 0; k < (batch.candidateCount[row] as number); k++) {
        this.candidate[kind]?.add(batch.candidates, (row * batch.maxCandidates + k) * batch.candidateStride);
      }
    }
  }

  /** Decisions of a kind seen so far. */
  rowsOfKind(kindIndex: number): number {
    return this.context[kindIndex]?.count ?? 0;
  }

  finish(): Normaliser {
    return {
      kinds: this.spec.kinds.map((_, kind) => {
        const [context, candidate] = [this.context[kind] as ColumnMoments, this.candidate[kind] as ColumnMoments];
        const global = this.global[kind];
        return {
          contextMean: Float32Array.from(context.mean),
          contextStd: context.std(),
          candidateMean: Float32Array.from(candidate.mean),
          candidateStd: candidate.std(),
          ...(global === undefined ? {} : { globalMean: Float32Array.from(global.mean), globalStd: global.std() }),
        };
      }),
    };
  }
}

const NOTHING = new Float32Array();

class ColumnMoments {
  count = 0;
  readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(width: number) {
    this.mean = new Float64Array(width);
    this.squares = new Float64Array(width);
  }

  add(source: Float32Array, from: number): void {
    this.count++;
    for (let i = 0; i < this.mean.length; i++) {
      const x = source[from + i] as number;
      if (!Number.isFinite(x)) {
        throw new SpaceCloudError('MISUSE', `Expected finite features to normalise, got ${x} in column ${i}.`);
      }
      const before = this.mean[i] as number;
      const after = before + (x - before) / this.count;
      this.mean[i] = after;
      this.squares[i] = (this.squares[i] as number) + (x - before) * (x - after);
    }
  }

  /** Population standard deviation; 1 where the feature is constant. */
  std(): Float32Array {
    return Float32Array.from(this.squares, (squares, i) => {
      const std = Math.sqrt(squares / Math.max(1, this.count));
      return std > RELATIVE_STD_FLOOR * Math.max(1, Math.abs(this.mean[i] as number)) ? std : 1;
    });
  }
}

/** A normaliser as JSON: one entry per decision kind, numbers in column order. */
export interface NormaliserJson {
  readonly version: 1;
  readonly kinds: readonly {
    readonly kind: string;
    readonly contextMean: readonly number[];
    readonly contextStd: readonly number[];
    readonly candidateMean: readonly number[];
    readonly candidateStd: readonly number[];
    readonly globalMean?: readonly number[];
    readonly globalStd?: readonly number[];
  }[];
}

/** JSON that `normaliserFromJson` turns back into the same bits: every float32 is exact as a decimal double. */
export function normaliserToJson(spec: DecisionSpec, normaliser: Normaliser): NormaliserJson {
  checkNormaliser(architectureOf(spec), normaliser);
  return {
    version: 1,
    kinds: normaliser.kinds.map((kind, i) => ({
      kind: spec.kinds[i]?.kind ?? '',
      contextMean: Array.from(kind.contextMean),
      contextStd: Array.from(kind.contextStd),
      candidateMean: Array.from(kind.candidateMean),
      candidateStd: Array.from(kind.candidateStd),
      ...(kind.globalMean === undefined || kind.globalStd === undefined
        ? {}
        : { globalMean: Array.from(kind.globalMean), globalStd: Array.from(kind.globalStd) }),
    })),
  };
}

/** @throws SpaceCloudError `MISUSE` when the JSON is not a normaliser of this specification. */
export function normaliserFromJson(spec: DecisionSpec, json: unknown): Normaliser {
  const kinds = recordOf(json)['kinds'];
  const version = recordOf(json)['version'];
  if (version !== 1 || !Array.isArray(kinds)) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a normaliser of version 1 with 'kinds', got version ${String(version)}.`,
    );
  }
  kinds.forEach((kind, i) => {
    const [got, expected] = [recordOf(kind)['kind'], spec.kinds[i]?.kind];
    if (got === expected) return;
    throw new SpaceCloudError('MISUSE', `Expected normaliser kind ${i} to be '${expected}', got '${String(got)}'.`);
  });
  const numbers = (kind: unknown, name: string): Float32Array => {
    const values = recordOf(kind)[name];
    if (!Array.isArray(values) || !values.every((value) => typeof value === 'number')) {
      throw new SpaceCloudError('MISUSE', `Expected a list of numbers in '${name}' of the normaliser.`);
    }
    return Float32Array.from(values);
  };
  const normaliser: Normaliser = {
    kinds: kinds.map((kind) => ({
      contextMean: numbers(kind, 'contextMean'),
      contextStd: numbers(kind, 'contextStd'),
      candidateMean: numbers(kind, 'candidateMean'),
      candidateStd: numbers(kind, 'candidateStd'),
      ...('globalMean' in recordOf(kind)
        ? { globalMean: numbers(kind, 'globalMean'), globalStd: numbers(kind, 'globalStd') }
        : {}),
    })),
  };
  checkNormaliser(architectureOf(spec), normaliser);
  return normaliser;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
