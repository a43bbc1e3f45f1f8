import { z } from 'zod';
import type { DecisionKind, DecisionSpec } from '../../core/index.ts';
import { candidateWidth, contextWidth, DECISION_KINDS } from '../../core/index.ts';
import { NORMALISED_CLIP } from '../runtime/index.ts';
import { MEMORY_INPUT, MEMORY_OUTPUT } from './onnx/memory.ts';
import { WEIGHT_LIMIT } from './onnx/quantise.ts';

/** What of a manifest says how decisions are asked and answered, and what quantisation means. */

const text = z.string().min(1);
const count = z.int().min(0);

export const observationSchema = z.strictObject({
  type: z.literal('float32'),
  /** Names and units stand in `spec`; columns follow its order. */
  features: z.literal('spec'),
  order: z.literal('as-listed'),
  units: z.literal('physical'),
  scale: z.strictObject({
    file: z.literal('normaliser.json'),
    formula: text,
    clip: z.literal(NORMALISED_CLIP),
    frozen: z.literal(true),
  }),
  /** A row is padded to the widest kind: so many candidates, so many columns of each. */
  padding: z.strictObject({
    candidates: count,
    contextColumns: count,
    candidateColumns: count,
    value: z.literal(0),
    mask: z.literal(0),
  }),
});

export const actionSchema = z.strictObject({
  type: z.literal('candidate-index'),
  mask: z.literal('1-allowed'),
  leastAllowed: z.literal(1),
  masked: z.literal('never-chosen'),
  kinds: z.array(
    z.strictObject({
      kind: z.enum(DECISION_KINDS),
      /** Groups of candidates in their order. */
      candidates: z.array(text).min(1),
      /** The candidate that changes nothing; null = there is none. */
      noop: z
        .strictObject({
          position: z.enum(['first', 'last']),
          feature: text,
          allowed: z.literal('always'),
          meaning: text,
        })
        .nullable(),
    }),
  ),
});

export const memorySchema = z.strictObject({
  units: z.int().min(1).max(4096),
  shape: z.tuple([z.literal('B'), count]),
  type: z.literal('float32'),
  input: z.literal(MEMORY_INPUT),
  output: z.literal(MEMORY_OUTPUT),
  start: z.literal('zeros'),
  owner: z.literal('satellite-and-decision-kind'),
  reset: z.literal('episode-start'),
  fallbackDecision: z.literal('unchanged'),
});

const loss = z.strictObject({ mean: z.number().min(0), largest: z.number().min(0) });

export const int8Schema = z.strictObject({
  files: z.partialRecord(z.enum(DECISION_KINDS), text),
  weights: z.strictObject({
    type: z.literal('int8'),
    bits: z.literal(7),
    largest: z.literal(WEIGHT_LIMIT),
    scale: z.literal('per-column'),
  }),
  activations: z.strictObject({
    type: z.literal('uint8'),
    scale: z.literal('constant-per-tensor'),
    from: z.literal('recorded-decisions'),
  }),
  products: z.literal('integer'),
  rest: z.literal('float32'),
  /** What flies in the product; the int8 graphs are for other runtimes. */
  flown: z.literal('float32'),
  agreement: z.array(
    z
      .strictObject({
        kind: z.enum(DECISION_KINDS),
        calibratedOn: count,
        decisions: count,
        same: count,
        logitLoss: loss,
        probabilityLoss: loss,
        logitDifference: loss,
      })
      .refine(({ same, decisions }) => same <= decisions, 'same must not be above decisions'),
  ),
});

export const INT8_RULES: Omit<z.output<typeof int8Schema>, 'files' | 'agreement'> = {
  weights: { type: 'int8', bits: 7, largest: WEIGHT_LIMIT, scale: 'per-column' },
  activations: { type: 'uint8', scale: 'constant-per-tensor', from: 'recorded-decisions' },
  products: 'integer',
  rest: 'float32',
  flown: 'float32',
};

/** Steps that the ONNX graphs take themselves, and those left to whoever runs them. */
export const INSIDE_GRAPH = ['normalisation', 'prior', 'mask', 'choice'];

export function outsideGraph(memory: number): readonly string[] {
  return ['features', 'padding', 'refusal-of-not-finite-features', ...(memory > 0 ? ['carrying-of-memory'] : [])];
}

/** `observation` of a manifest for this specification. */
export function observationRules(spec: DecisionSpec): z.output<typeof observationSchema> {
  return {
    type: 'float32',
    features: 'spec',
    order: 'as-listed',
    units: 'physical',
    scale: {
      file: 'normaliser.json',
      formula: 'clip((x - mean) / std, -clip, clip)',
      clip: NORMALISED_CLIP,
      frozen: true,
    },
    padding: {
      candidates: spec.maxCandidates,
      contextColumns: contextWidth(spec),
      candidateColumns: candidateWidth(spec),
      value: 0,
      mask: 0,
    },
  };
}

/** `memory` of a manifest; null without memory. */
export function memoryRules(units: number): z.output<typeof memorySchema> | null {
  if (units === 0) return null;
  return {
    units,
    shape: ['B', units],
    type: 'float32',
    input: MEMORY_INPUT,
    output: MEMORY_OUTPUT,
    start: 'zeros',
    owner: 'satellite-and-decision-kind',
    reset: 'episode-start',
    fallbackDecision: 'unchanged',
  };
}

type KindRules = z.output<typeof actionSchema>['kinds'][number];

/** Candidates as the worlds of `environment` write them. */
const CANDIDATES: Readonly<Record<DecisionKind, Omit<KindRules, 'kind'>>> = {
  forward: {
    candidates: ['inter-satellite links that are up, by slot', 'ground links that lead on', 'hold'],
    noop: {
      position: 'last',
      feature: 'isHold',
      allowed: 'always',
      meaning: 'the bundle stays, and is asked about again after a beacon period',
    },
  },
  place: {
    candidates: ['the satellite itself', 'linked satellites, by slot', 'data centres', 'satellites two links away'],
    noop: null,
  },
  cache: {
    candidates: ['bypass', 'admit; or, where there is no room, the entries that may be evicted'],
    noop: {
      position: 'first',
      feature: 'isBypass',
      allowed: 'always',
      meaning: 'the object passes and the cache stays as it is',
    },
  },
};

/** `action` of a manifest for this specification. */
export function actionRules(spec: DecisionSpec): z.output<typeof actionSchema> {
  return {
    type: 'candidate-index',
    mask: '1-allowed',
    leastAllowed: 1,
    masked: 'never-chosen',
    kinds: spec.kinds.map(({ kind }) => ({ kind: kind as DecisionKind, ...CANDIDATES[kind as DecisionKind] })),
  };
}
