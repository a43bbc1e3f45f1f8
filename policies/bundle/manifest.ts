import { z } from 'zod';
import { canonicalJson, DECISION_KINDS, type DecisionSpec, decisionSpecHash } from '../../core/index.ts';
import { MASKED_LOGIT, NORMALISED_CLIP, PRIOR_USES, type PriorUse, weightLayout } from '../runtime/index.ts';
import { type BundleContent, DEFAULT_LIMITS } from './content.ts';
import {
  INSIDE_GRAPH,
  INT8_RULES,
  actionRules,
  actionSchema,
  int8Schema,
  memoryRules,
  memorySchema,
  observationRules,
  observationSchema,
  outsideGraph,
} from './decision-rules.ts';
import { GOLDEN_TOLERANCE } from './golden.ts';
import { ONNX_IR_VERSION, ONNX_OPSET } from './onnx/fields.ts';
import { onnxInputs, onnxOutputs } from './onnx/network.ts';
import type { Int8Agreement } from './int8.ts';
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
const FORMAT_VERSION = 2;

const hex64 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');

/** What `logits` of the graph are made of; `network` where the prior is an input or hidden. */
const LOGIT_RULES = ['prior-plus-residual', 'network'] as const;

const text = z.string().min(1);
const count = z.int().min(0);
const feature = z.strictObject({ name: text, unit: text });
const instant = z.iso.datetime();
const program = z.strictObject({
  name: text,
  version: text,
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/, 'expected a commit of 40 or more hex digits')
    .nullable(),
});
const previousSchema = z.strictObject({ policyName: text, version: z.int().min(1), rootDigest: hex64 });

/** What is read first: a file of another format version need not have anything else in common. */
const formatSchema = z.looseObject({ format: z.literal(FORMAT), formatVersion: z.int() });

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  policyName: text,
  version: z.int().min(1),
  /** The release this one replaces; null = none. */
  previous: previousSchema.nullable(),
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
    prior: z.enum(PRIOR_USES),
    attention: count,
    memory: count,
    global: z.literal(0),
  }),
  observation: observationSchema,
  action: actionSchema,
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
  /** How the state of a policy with memory is carried; null = it has none. */
  memory: memorySchema.nullable(),
  onnx: z.strictObject({
    opset: z.literal(ONNX_OPSET),
    irVersion: z.literal(ONNX_IR_VERSION),
    files: z.partialRecord(z.enum(DECISION_KINDS), text),
    inputs: z.array(text),
    outputs: z.array(text),
    inside: z.array(text),
    outside: z.array(text),
  }),
  int8: int8Schema,
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
    scenarios: z
      .array(
        z.strictObject({
          name: text,
          hash: text,
          weight: z.number().positive().exactOptional(),
          load: z.number().positive().exactOptional(),
        }),
      )
      .min(1),
    checkpointSha256: hex64,
    startedFrom: text.nullable(),
    seeds: z.array(z.int()),
    engine: text,
    simulator: program,
    exporter: program,
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

/** Name of the int8 graph of a decision kind. */
export function int8File(kind: string): string {
  return `${kind}.int8.onnx`;
}

/** The manifest of a content; throws a ZodError, with the member at fault, or a RangeError for a content no bundle can carry. */
export function manifestOf(content: BundleContent, int8: readonly Int8Agreement[]): BundleManifest {
  const { spec, architecture } = content;
  const manifest = manifestSchema.parse({
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    policyName: content.policyName,
    version: content.version,
    previous: content.previous ?? null,
    licence: content.licence,
    specHash: decisionSpecHash(spec),
    spec,
    architecture,
    observation: observationRules(spec),
    action: actionRules(spec),
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
    memory: memoryRules(architecture.memory),
    onnx: {
      opset: ONNX_OPSET,
      irVersion: ONNX_IR_VERSION,
      files: filesOf(spec, onnxFile),
      inputs: onnxInputs(architecture),
      outputs: onnxOutputs(architecture),
      inside: INSIDE_GRAPH,
      outside: outsideGraph(architecture.memory),
    },
    int8: { ...INT8_RULES, files: filesOf(spec, int8File), agreement: int8 },
    goldenTolerance: GOLDEN_TOLERANCE,
    fallback: content.fallback,
    limits: content.limits ?? DEFAULT_LIMITS,
    validity: content.validity,
    lineage: content.lineage,
  });
  const problem = contradictionIn(manifest);
  if (problem !== undefined) throw new RangeError(problem);
  return manifest;
}

/** Reads `policy.json`; throws BUNDLE_MALFORMED when its parts contradict each other, or it is of another format version. */
export function parseManifest(file: string, bytes: Uint8Array): BundleManifest {
  const { format, formatVersion } = parseJsonWith(file, bytes, formatSchema);
  if (format === FORMAT && formatVersion !== FORMAT_VERSION) {
    throw refuse(
      'BUNDLE_MALFORMED',
      file,
      `Expected a bundle of format version ${FORMAT_VERSION}, got version ${formatVersion}: ${formatVersion < FORMAT_VERSION ? 'export the policy again' : 'it was made by a newer spacecloud'}.`,
    );
  }
  const manifest = parseJsonWith(file, bytes, manifestSchema);
  const problem = contradictionIn(manifest);
  if (problem !== undefined) throw refuse('BUNDLE_MALFORMED', file, problem);
  return manifest;
}

/** What its parts contradict each other in, or undefined. */
function contradictionIn(manifest: BundleManifest): string | undefined {
  const { spec, architecture, specHash, weights, version, previous } = manifest;
  const hash = decisionSpecHash(spec);
  if (hash !== specHash) return `Expected specHash ${hash} for the specification inside, got ${specHash}.`;
  if (!isSame(weights.tensors, weightLayout(architecture))) {
    return 'Expected the weight tensors of the stated architecture, got another layout.';
  }
  const rule = logitRule(architecture.prior);
  if (manifest.choice.logit !== rule) {
    return `Expected choice.logit '${rule}' for prior '${architecture.prior}', got '${manifest.choice.logit}'.`;
  }
  if ((manifest.memory?.units ?? 0) !== architecture.memory) {
    return `Expected the rules of a memory of ${architecture.memory} units, got ${manifest.memory?.units ?? 0}.`;
  }
  if (previous !== null && previous.version >= version) {
    return `Expected a version above that of the previous release, ${previous.version}, got ${version}.`;
  }
  if (!isSame(manifest.onnx.files, filesOf(spec, onnxFile))) {
    return "Expected one ONNX file '<kind>.onnx' for each decision kind of the specification.";
  }
  if (!isSame(manifest.int8.files, filesOf(spec, int8File))) {
    return "Expected one int8 file '<kind>.int8.onnx' for each decision kind of the specification.";
  }
  const kinds = spec.kinds.map(({ kind }) => kind);
  if (
    !isSame(
      manifest.int8.agreement.map(({ kind }) => kind),
      kinds,
    )
  ) {
    return `Expected int8.agreement for ${kinds.join(', ')}, in this order.`;
  }
  for (const [name, stated, expected] of [
    ['observation', manifest.observation, observationRules(spec)],
    ['action', manifest.action, actionRules(spec)],
    ['memory', manifest.memory, memoryRules(architecture.memory)],
    ['onnx.inputs', manifest.onnx.inputs, onnxInputs(architecture)],
    ['onnx.outputs', manifest.onnx.outputs, onnxOutputs(architecture)],
    ['onnx.inside', manifest.onnx.inside, INSIDE_GRAPH],
    ['onnx.outside', manifest.onnx.outside, outsideGraph(architecture.memory)],
  ] as const) {
    if (!isSame(stated, expected)) {
      return `Expected '${name}' to say what this format version means by it, got something else.`;
    }
  }
  return undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function logitRule(prior: PriorUse): (typeof LOGIT_RULES)[number] {
  return prior === 'added' ? 'prior-plus-residual' : 'network';
}

function filesOf(spec: DecisionSpec, nameOf: (kind: string) => string): Record<string, string> {
  return Object.fromEntries(spec.kinds.map(({ kind }) => [kind, nameOf(kind)]));
}
