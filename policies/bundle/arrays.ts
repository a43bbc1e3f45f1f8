import { z } from 'zod';
import type { DecisionSpec } from '../../core/index.ts';
import type { Normaliser } from '../runtime/index.ts';
import { parseJsonWith } from './signing/dsse.ts';
import { refuse } from './signing/refuse.ts';
import { float32Texts, readableJson } from './text.ts';

/** `weights.bin`: float32, little-endian, in the order of `weightLayout`, nothing else. */
export function encodeWeights(weights: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(weights.length * 4));
  weights.forEach((weight, index) => {
    view.setFloat32(index * 4, weight, true);
  });
  return new Uint8Array(view.buffer);
}

/** The inverse; throws BUNDLE_MALFORMED unless there are `count` numbers. */
export function decodeWeights(file: string, bytes: Uint8Array, count: number): Float32Array {
  if (bytes.length !== count * 4) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected ${count} float32 weights (${count * 4} bytes), got ${bytes.length} bytes.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, index) => view.getFloat32(index * 4, true));
}

const statistic = z.strictObject({ name: z.string(), mean: z.number(), std: z.number().positive() });
const normaliserSchema = z.strictObject({
  formula: z.string(),
  clip: z.number(),
  kinds: z.array(z.strictObject({ kind: z.string(), context: z.array(statistic), candidate: z.array(statistic) })),
});

/** `normaliser.json`: mean and standard deviation of each feature, beside its name. */
export function encodeNormaliser(spec: DecisionSpec, normaliser: Normaliser, clip: number): string {
  const value: z.input<typeof normaliserSchema> = {
    formula: 'clip((x - mean) / std, -clip, clip)',
    clip,
    kinds: spec.kinds.map((kind, index) => {
      const statistics = normaliser.kinds[index] as Normaliser['kinds'][number];
      return {
        kind: kind.kind,
        context: named(kind.context, statistics.contextMean, statistics.contextStd),
        candidate: named(kind.candidate, statistics.candidateMean, statistics.candidateStd),
      };
    }),
  };
  return readableJson(value);
}

/** The inverse; throws BUNDLE_MALFORMED unless kinds and features are those of `spec`, in order. */
export function decodeNormaliser(file: string, bytes: Uint8Array, spec: DecisionSpec, clip: number): Normaliser {
  const value = parseJsonWith(file, bytes, normaliserSchema);
  if (value.clip !== clip) throw refuse('BUNDLE_MALFORMED', file, `Expected clip ${clip}, got ${value.clip}.`);
  const names = (kinds: readonly { kind: string; context: readonly Named[]; candidate: readonly Named[] }[]): string =>
    kinds
      .map(({ kind, context, candidate }) => [kind, ...context.map(nameOf), '/', ...candidate.map(nameOf)].join(' '))
      .join('; ');
  if (names(value.kinds) !== names(spec.kinds)) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      'Expected statistics for the features of the decision specification, in its order.',
    );
  }
  return {
    kinds: value.kinds.map(({ context, candidate }) => ({
      contextMean: Float32Array.from(context, (entry) => entry.mean),
      contextStd: Float32Array.from(context, (entry) => entry.std),
      candidateMean: Float32Array.from(candidate, (entry) => entry.mean),
      candidateStd: Float32Array.from(candidate, (entry) => entry.std),
    })),
  };
}

interface Named {
  readonly name: string;
}

function nameOf(entry: Named): string {
  return entry.name;
}

function named(features: readonly Named[], mean: Float32Array, std: Float32Array): z.input<typeof statistic>[] {
  const means = float32Texts(mean);
  const stds = float32Texts(std);
  return features.map((feature, i) => ({ name: feature.name, mean: means[i] as number, std: stds[i] as number }));
}
