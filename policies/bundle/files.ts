import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';
import { NORMALISED_CLIP, Scorer, weightCount } from '../runtime/index.ts';
import type { Architecture, DecisionColumns, Normaliser } from '../runtime/index.ts';
import { decodeNormaliser, decodeWeights, encodeNormaliser, encodeWeights } from './arrays.ts';
import { type BundleContent, checkNetwork, networkProblem } from './content.ts';
import { decodeGolden, encodeGolden, type GoldenVectors, recordGolden } from './golden.ts';
import { type Int8Agreement, int8Graphs, int8Vectors, type RecordedDecisions } from './int8.ts';
import { BUNDLE_FILES, type BundleManifest, int8File, manifestOf, onnxFile, parseManifest } from './manifest.ts';
import { encodeOnnx } from './onnx/model.ts';
import { networkToOnnx } from './onnx/network.ts';
import { readmeOf } from './readme.ts';
import { refuse } from './signing/refuse.ts';
import { readableJson } from './text.ts';

/**
 * The files of a bundle by name, the signature aside. The same content gives the same bytes.
 *
 * Golden vectors are what `Scorer` computes for the recorded decisions. Throws MISUSE for a content that does not hang
 * together, naming the member.
 */
export function renderBundle(content: BundleContent): ReadonlyMap<string, Uint8Array> {
  const { spec, architecture, weights, normaliser } = content;
  checkNetwork(content);
  const scorer = new Scorer(spec, architecture, weights, normaliser);
  const golden = recordGolden(spec, content.golden, scorer, architecture.memory);
  const int8 = int8Graphs(content, content.recorded ?? asRecorded(content.golden));
  const manifest = checkedManifest(
    content,
    int8.map(({ agreement }) => agreement),
  );
  const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
  const files = new Map<string, Uint8Array>([
    [BUNDLE_FILES.manifest, text(readableJson(manifest))],
    [BUNDLE_FILES.weights, encodeWeights(weights)],
    [BUNDLE_FILES.normaliser, text(encodeNormaliser(spec, normaliser, NORMALISED_CLIP))],
    [BUNDLE_FILES.golden, text(encodeGolden(spec, golden, int8Vectors(spec, int8, golden)))],
    [BUNDLE_FILES.evaluation, text(readableJson(content.evaluation))],
    [BUNDLE_FILES.readme, text(readmeOf(manifest))],
  ]);
  spec.kinds.forEach(({ kind }, index) => {
    files.set(onnxFile(kind), networkToOnnx(content, index));
    files.set(int8File(kind), encodeOnnx((int8[index] as (typeof int8)[number]).model));
  });
  return files;
}

/** Golden rows as decisions of one satellite. */
function asRecorded(golden: DecisionColumns): RecordedDecisions {
  return { ...golden, agent: new Int32Array(golden.n) };
}

/** The parts of a bundle that a runtime needs, read from its files. */
export interface DecodedBundle {
  readonly manifest: BundleManifest;
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
  readonly golden: GoldenVectors;
}

/** The inverse of `renderBundle` for what a runtime needs. `place(name)` is the path shown in errors. BUNDLE_MALFORMED. */
export function decodeBundle(files: ReadonlyMap<string, Uint8Array>, place: (name: string) => string): DecodedBundle {
  const manifest = parseManifest(place(BUNDLE_FILES.manifest), fileOf(files, BUNDLE_FILES.manifest, place));
  const { spec, architecture } = manifest;
  for (const { kind } of spec.kinds) {
    fileOf(files, onnxFile(kind), place);
    fileOf(files, int8File(kind), place);
  }
  fileOf(files, BUNDLE_FILES.evaluation, place);
  const weights = decodeWeights(
    place(BUNDLE_FILES.weights),
    fileOf(files, BUNDLE_FILES.weights, place),
    weightCount(architecture),
  );
  const normaliser = decodeNormaliser(
    place(BUNDLE_FILES.normaliser),
    fileOf(files, BUNDLE_FILES.normaliser, place),
    spec,
    manifest.choice.clip,
  );
  const problem = networkProblem({ spec, architecture, weights, normaliser });
  if (problem !== undefined) throw refuse('BUNDLE_MALFORMED', place(BUNDLE_FILES.manifest), problem);
  const goldenBytes = fileOf(files, BUNDLE_FILES.golden, place);
  const golden = decodeGolden(place(BUNDLE_FILES.golden), goldenBytes, spec, architecture.memory);
  return { manifest, spec, architecture, weights, normaliser, golden };
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string, place: (name: string) => string): Uint8Array {
  const bytes = files.get(name);
  if (bytes !== undefined) return bytes;
  throw refuse('BUNDLE_MALFORMED', place(name), `Expected '${name}' among the signed files, got a folder without it.`);
}

function checkedManifest(content: BundleContent, int8: readonly Int8Agreement[]): BundleManifest {
  try {
    return manifestOf(content, int8);
  } catch (cause) {
    throw new SpaceCloudError('MISUSE', `Expected a content a bundle can carry, got: ${problemOf(cause)}.`, { cause });
  }
}

function problemOf(cause: unknown): string {
  const issue = (cause as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] }).issues?.[0];
  if (issue === undefined) return cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  return `${issue.path.map(String).join('.')}: ${issue.message}`;
}
