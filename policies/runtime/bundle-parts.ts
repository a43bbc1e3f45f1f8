import {
  type DecisionSpec,
  type Feature,
  type KindSpec,
  SpaceCloudError,
  contextWidth,
  decisionSpecHash,
} from '../../core/index.ts';
import type { NetworkParts } from './actor.ts';
import {
  type Architecture,
  NORMALISED_CLIP,
  type Normaliser,
  PRIOR_USES,
  type PriorUse,
  weightCount,
} from './architecture.ts';
import { checkArchitecture, checkNormaliser } from './checks.ts';

/** What a runtime needs of a bundle's files, read by whoever can read files there. */
export interface BundleParts {
  /** `policy.json`, parsed. */
  readonly policy: unknown;
  /** `normaliser.json`, parsed. */
  readonly normaliser: unknown;
  /** `weights.bin`. */
  readonly weights: Uint8Array;
}

/** A network and the decisions it was made for: `new Scorer(spec, architecture, weights, normaliser)`. */
export interface BundledNetwork extends NetworkParts {
  readonly spec: DecisionSpec;
}

/**
 * The network of a bundle, where only this runtime is at hand: a browser, a worker, a satellite. It checks that the parts
 * fit each other, not where they come from: signature, validity and golden vectors are checked before, with `loadBundle` or
 * `spacecloud verify`, and the files handed on as they were then.
 *
 * @throws SpaceCloudError `BUNDLE_MALFORMED` naming the file and what does not fit.
 */
export function networkOfBundle({ policy, normaliser, weights }: BundleParts): BundledNetwork {
  const manifest = recordOf(policy);
  const format = manifest['format'];
  if (format !== 'spacecloud-policy-bundle') throw malformed(POLICY, "format 'spacecloud-policy-bundle'", format);
  const spec = specOf(manifest['spec']);
  const hash = decisionSpecHash(spec);
  if (manifest['specHash'] !== hash) throw malformed(POLICY, `specHash ${hash} for its spec`, manifest['specHash']);
  const clip = recordOf(manifest['choice'])['clip'];
  if (clip !== NORMALISED_CLIP) throw malformed(POLICY, `choice.clip ${NORMALISED_CLIP}`, clip);
  const architecture = architectureIn(manifest['architecture']);
  const parts = { spec, architecture, normaliser: normaliserIn(normaliser, spec), weights: floatsIn(weights) };
  const count = weightCount(architecture);
  if (parts.weights.length !== count) throw malformed(WEIGHTS, `${count} float32 weights`, parts.weights.length);
  const bad = parts.weights.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0) throw malformed(WEIGHTS, `a finite number at index ${bad}`, parts.weights[bad]);
  asMalformed(POLICY, () => checkArchitecture(spec, architecture));
  asMalformed(NORMALISER, () => checkNormaliser(architecture, parts.normaliser));
  return parts;
}

const POLICY = 'policy.json';
const NORMALISER = 'normaliser.json';
const WEIGHTS = 'weights.bin';

function specOf(value: unknown): DecisionSpec {
  const { version, maxCandidates, kinds } = recordOf(value);
  const features = (list: unknown): readonly Feature[] =>
    listOf(POLICY, 'features', list).map((feature) => {
      const { name, unit } = recordOf(feature);
      return { name: String(name), unit: String(unit) };
    });
  const spec: DecisionSpec = {
    version: wholeNumber('spec.version', version, 0),
    maxCandidates: wholeNumber('spec.maxCandidates', maxCandidates, 1),
    kinds: listOf(POLICY, 'spec.kinds', kinds).map((kind): KindSpec => {
      const { kind: name, context, candidate } = recordOf(kind);
      return { kind: String(name), context: features(context), candidate: features(candidate) };
    }),
  };
  if (spec.kinds.length === 0 || contextWidth(spec) === 0)
    throw malformed(POLICY, 'decision kinds with features', 'none');
  return spec;
}

/** Bundles written before the options existed have none of them. */
function architectureIn(value: unknown): Architecture {
  const { hidden, maxCandidates, kinds, prior = 'added', attention = 0, memory = 0 } = recordOf(value);
  if (!PRIOR_USES.includes(prior as PriorUse)) throw malformed(POLICY, `prior one of ${PRIOR_USES.join(', ')}`, prior);
  return {
    hidden: wholeNumber('architecture.hidden', hidden, 1),
    maxCandidates: wholeNumber('architecture.maxCandidates', maxCandidates, 1),
    kinds: listOf(POLICY, 'architecture.kinds', kinds).map((kind) => {
      const { name, context, candidate } = recordOf(kind);
      return {
        name: String(name),
        context: wholeNumber('context', context, 1),
        candidate: wholeNumber('candidate', candidate, 1),
      };
    }),
    prior: prior as PriorUse,
    attention: wholeNumber('architecture.attention', attention, 0),
    memory: wholeNumber('architecture.memory', memory, 0),
    global: 0,
  };
}

/** Means and deviations by the names of the features, which must be those of the specification, in its order. */
function normaliserIn(value: unknown, spec: DecisionSpec): Normaliser {
  const kinds = listOf(NORMALISER, 'kinds', recordOf(value)['kinds']);
  const columns = (list: unknown, features: readonly Feature[]): { mean: Float32Array; std: Float32Array } => {
    const rows = listOf(NORMALISER, 'statistics', list).map(recordOf);
    const names = rows.map(({ name }) => String(name)).join(' ');
    const expected = features.map(({ name }) => name).join(' ');
    if (names !== expected) throw malformed(NORMALISER, `statistics of ${expected}`, names);
    return {
      mean: Float32Array.from(rows, ({ mean }) => Number(mean)),
      std: Float32Array.from(rows, ({ std }) => Number(std)),
    };
  };
  return {
    kinds: spec.kinds.map(({ kind: name, context, candidate }, k) => {
      const entry = recordOf(kinds[k]);
      if (entry['kind'] !== name) throw malformed(NORMALISER, `kind '${name}' at ${k}`, entry['kind']);
      const [own, others] = [columns(entry['context'], context), columns(entry['candidate'], candidate)];
      return { contextMean: own.mean, contextStd: own.std, candidateMean: others.mean, candidateStd: others.std };
    }),
  };
}

/** float32, little-endian, wherever the bytes stand in their buffer. */
function floatsIn(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

function wholeNumber(name: string, value: unknown, least: number): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw malformed(POLICY, `${name} to be a whole number >= ${least}`, value);
}

function listOf(file: string, name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw malformed(file, `a list of ${name}`, value);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asMalformed(file: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    throw new SpaceCloudError('BUNDLE_MALFORMED', (cause as Error).message, { place: { file }, cause });
  }
}

function malformed(file: string, expected: string, got: unknown): SpaceCloudError {
  const shown = JSON.stringify(got) ?? 'nothing';
  return new SpaceCloudError('BUNDLE_MALFORMED', `Expected ${expected}, got ${shown}.`, {
    place: { file },
    hint: 'Hand over the files of a verified bundle, unchanged.',
  });
}
