import { z } from 'zod';
import { canonicalJson, DECISION_KINDS, type DecisionSpec, decisionSpecHash } from '../../core/index.ts';
import { MASKED_LOGIT, NORMALISED_CLIP, PRIOR_USES, type PriorUse, weightLayout } from '../runtime/index.ts';
import { type BundleContent, DEFAULT_LIMITS } from './content.ts';
import { GOLDEN_TOLERANCE } from './golden.ts';
import { ONNX_IR_VERSION, ONNX_OPSET } from './onnx/fields.ts';
import { MEMORY_INPUT, MEMORY_OUTPUT } from './onnx/memory.ts';
import { onnxInputs, onnxOutputs } from './onnx/network.ts';
import { parseJsonWith } from './signing/dsse.ts';
import { refuse } from './signing/refuse.ts';

/** Files of a bundle, the signature and the ONNX graphs (`<kind>.onnx`) aside. */
export const BUNDLE_FILES = {
  manifest: 'policy.json',
  weights: 'weights.bin',
  normaliser: 'normaliser.json',
  golden: 'golden.json',
  evaluation: 'evaluation.json',
  readme: 'README.txt',
} as const;

const FORMAT = 'spacecloud-policy-bundle';
const FORMAT_VERSION = 1;

/** What `logits` of the graph are made of; `network` where the prior is an input or hidden. */
const LOGIT_RULES = ['prior-plus-residual', 'network'] as const;

const text = z.string().min(1);
const count = z.int().min(0);
const feature = z.strictObject({ name: text, unit: text });
const instant = z.iso.datetime();

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  policyName: text,
  version: z.int().min(1),
  previous: text.exactOptional(),
  licence: text,
  specHash: z.string().regex(/^[0-9a-f]{32}$/),
  spec: z.strictObject({
    version: count,
    maxCandidates: z.int().min(1).max(255),
    kinds: z
      .array(
        z.strictObject({
          kind: z.enum(DECISION_KINDS),
          context: z.array(feature).min(1),
          candidate: z.array(feature).min(1),
        }),
      )
      .min(1),
  }),
  architecture: z.strictObject({
    hidden: z.int().min(1).max(4096),
    maxCandidates: z.int().min(1).max(255),
    kinds: z.array(z.strictObject({ name: text, context: count, candidate: count })).min(1),
    // Bundles written before these existed have none of them.
    prior: z.enum(PRIOR_USES).default('added'),
    attention: count.default(0),
    memory: count.default(0),
    global: z.literal(0).default(0),
  }),
  weights: z.strictObject({
    file: z.literal(BUNDLE_FILES.weights),
    type: z.literal('float32'),
    byteOrder: z.literal('little'),
    tensors: z.array(z.strictObject({ name: text, shape: z.array(count), offset: count, size: count })),
  }),
  choice: z.strictObject({
    rule: z.literal('greedy'),
    tieBreak: z.literal('lowest-index'),
    mask: z.literal('1-allowed'),
    maskedLogit: z.literal(MASKED_LOGIT),
    logit: z.enum(LOGIT_RULES),
    clip: z.literal(NORMALISED_CLIP),
  }),
  /** Only of a policy with memory. */
  memory: z
    .strictObject({
      units: z.int().min(1).max(4096),
      type: z.literal('float32'),
      input: z.literal(MEMORY_INPUT),
      output: z.literal(MEMORY_OUTPUT),
      start: z.literal('zeros'),
      owner: z.literal('satellite-and-decision-kind'),
      reset: z.literal('episode-start'),
      fallbackDecision: z.literal('unchanged'),
    })
    .exactOptional(),
  onnx: z.strictObject({
    opset: z.literal(ONNX_OPSET),
    irVersion: z.literal(ONNX_IR_VERSION),
    files: z.partialRecord(z.enum(DECISION_KINDS), text),
    inputs: z.array(text),
    outputs: z.array(text),
    inside: z.array(text),
  }),
  goldenTolerance: z.literal(GOLDEN_TOLERANCE),
  fallback: text,
  limits: z.strictObject({ decisionMs: z.number().positive(), memoryMB: z.number().positive() }),
  validity: z
    .strictObject({ notBefore: instant, notAfter: instant })
    .refine(
      ({ notBefore, notAfter }) => Date.parse(notBefore) < Date.parse(notAfter),
      'notBefore must be before notAfter',
    ),
  lineage: z.strictObject({
    scenario: text,
    scenarioHash: text,
    checkpointSha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
    seeds: z.array(z.int()),
    engine: text,
    versions: z.record(z.string(), z.string()),
    decisionsTrained: count,
    configuration: z.record(z.string(), z.unknown()).exactOptional(),
  }),
});

/** `policy.json`: what the policy is, how its files are read, how long and for what it may be used. */
export type BundleManifest = z.output<typeof manifestSchema>;

/** Name of the ONNX graph of a decision kind. */
export function onnxFile(kind: string): string {
  return `${kind}.onnx`;
}

/** The manifest of a content; throws a ZodError, with the member at fault, for a content no bundle can carry. */
export function manifestOf(content: BundleContent): BundleManifest {
  const { spec, architecture } = content;
  return manifestSchema.parse({
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    policyName: content.policyName,
    version: content.version,
    ...(content.previous === undefined ? {} : { previous: content.previous }),
    licence: content.licence,
    specHash: decisionSpecHash(spec),
    spec,
    architecture,
    weights: {
      file: BUNDLE_FILES.weights,
      type: 'float32',
      byteOrder: 'little',
      tensors: weightLayout(architecture),
    },
    choice: {
      rule: 'greedy',
      tieBreak: 'lowest-index',
      mask: '1-allowed',
      maskedLogit: MASKED_LOGIT,
      logit: logitRule(architecture.prior),
      clip: NORMALISED_CLIP,
    },
    ...(architecture.memory > 0 ? { memory: memoryRules(architecture.memory) } : {}),
    onnx: {
      opset: ONNX_OPSET,
      irVersion: ONNX_IR_VERSION,
      files: onnxFiles(spec),
      inputs: onnxInputs(architecture),
      outputs: onnxOutputs(architecture),
      inside: ['normalisation', 'prior', 'mask', 'choice'],
    },
    goldenTolerance: GOLDEN_TOLERANCE,
    fallback: content.fallback,
    limits: content.limits ?? DEFAULT_LIMITS,
    validity: content.validity,
    lineage: content.lineage,
  });
}

/** Reads `policy.json`; throws BUNDLE_MALFORMED when its parts contradict each other. */
export function parseManifest(file: string, bytes: Uint8Array): BundleManifest {
  const manifest = parseJsonWith(file, bytes, manifestSchema);
  const { spec, architecture, specHash, weights } = manifest;
  const hash = decisionSpecHash(spec);
  if (hash !== specHash) {
    throw refuse('BUNDLE_MALFORMED', file, `Expected specHash ${hash} for the specification inside, got ${specHash}.`);
  }
  if (canonicalJson(weights.tensors) !== canonicalJson(weightLayout(architecture))) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      'Expected the weight tensors of the stated architecture, got another layout.',
    );
  }
  const rule = logitRule(architecture.prior);
  if (manifest.choice.logit !== rule) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected choice.logit '${rule}' for prior '${architecture.prior}', got '${manifest.choice.logit}'.`,
    );
  }
  if ((manifest.memory?.units ?? 0) !== architecture.memory) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected the rules of a memory of ${architecture.memory} units, got ${manifest.memory?.units ?? 0}.`,
    );
  }
  if (canonicalJson(manifest.onnx.files) !== canonicalJson(onnxFiles(spec))) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      "Expected one ONNX file '<kind>.onnx' for each decision kind of the specification.",
    );
  }
  return manifest;
}

function logitRule(prior: PriorUse): (typeof LOGIT_RULES)[number] {
  return prior === 'added' ? 'prior-plus-residual' : 'network';
}

/** How the state of a policy with memory is carried. */
function memoryRules(units: number): BundleManifest['memory'] {
  return {
    units,
    type: 'float32',
    input: MEMORY_INPUT,
    output: MEMORY_OUTPUT,
    start: 'zeros',
    owner: 'satellite-and-decision-kind',
    reset: 'episode-start',
    fallbackDecision: 'unchanged',
  };
}

function onnxFiles(spec: DecisionSpec): Record<string, string> {
  return Object.fromEntries(spec.kinds.map(({ kind }) => [kind, onnxFile(kind)]));
}
