import { z } from 'zod';
import { DECISION_KINDS } from '../../core/index.ts';
import type { JsonSchema } from '../../environment/index.ts';
import { LEARNING_ENGINE_NAMES, PPO_DEFAULTS } from '../ppo/index.ts';
import { TRAIN_DEFAULTS } from '../train-config.ts';

const positive = z.number().positive();
const nonNegative = z.number().nonnegative();
const count = z.number().int().positive();
const share = z.number().min(0).max(0.99);
const range = (value: z.ZodNumber) => z.array(value).length(2).optional();

/** Fields of `randomise` and of the stages of a curriculum: the lowest and the highest value. */
const varied = {
  load: range(positive).describe('[low, high] of traffic.load, uniform; loads a scenario holds out are left out'),
  linkFailureShare: range(share).describe('[low, high] share of laser links out at any time, uniform'),
  satelliteFailureShare: range(share).describe('[low, high] share of satellites out at any time, uniform'),
  outageS: range(positive).describe('[low, high] mean length of such an outage, log-uniform; default 30 s'),
  hazardFactor: range(nonNegative).describe("[low, high] factor on the rates of the scenario's hazards, log-uniform"),
  stateAgeFactor: range(positive).describe('[low, high] factor on the age of all news, log-uniform'),
  startS: range(nonNegative).describe('[low, high] start of an episode since scenario start; default anywhere'),
};

const { network, rowsPerIteration, workers, worldsPerWorker, episodeS, discountUnitS } = TRAIN_DEFAULTS;

/**
 * The training file. One schema: it validates, gives the types and emits the JSON Schema for editors. All but `schema` and
 * `scenarios` has a default; the whole resolved configuration stands in the run's `run.json`.
 */
export const trainingSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  description: z.string().default('').describe('for readers'),
  scenarios: z
    .array(
      z.strictObject({
        scenario: z.string().min(1).describe('file, relative to this one, or the name of a shipped scenario'),
        weight: positive.default(1).describe('share of the episodes, relative to the others'),
        load: positive.optional().describe("traffic.load; default the scenario's"),
      }),
    )
    .min(1)
    .describe('what episodes are drawn from'),
  seeds: z
    .array(z.number().int().min(1).max(1000))
    .min(1)
    .default([TRAIN_DEFAULTS.seed])
    .describe('one training run each; several run one after another, in folders of their own'),
  decisions: count.default(TRAIN_DEFAULTS.decisions).describe('to learn from'),
  engine: z
    .enum(['auto', ...LEARNING_ENGINE_NAMES])
    .default('auto')
    .describe('learning engine'),
  algorithm: z
    .enum(['ippo', 'mappo'])
    .default(TRAIN_DEFAULTS.algorithm)
    .describe('ippo: the critic sees what the actor sees; mappo: also true global state, in training only'),
  network: z
    .strictObject({
      hidden: count.max(512).default(network.hidden).describe('units per hidden layer'),
      prior: z
        .enum(['added', 'input', 'hidden'])
        .default(network.prior)
        .describe("the heuristic's logit: the network adds to it, sees it only, or does not see it"),
      attention: z.number().int().min(0).max(256).default(0).describe('width of attention across candidates; 0: none'),
      memory: z.number().int().min(0).max(256).default(0).describe('units carried from decision to decision; 0: none'),
    })
    .prefault({})
    .describe('the policy and its critic'),
  from: z.string().min(1).optional().describe('run folder whose policy is the start, relative to this file'),
  imitate: z
    .strictObject({
      policy: z.string().min(1).describe('baseline forward+place+cache whose choices the network is taught'),
      decisions: count.default(100_000).describe('to imitate, at most'),
      untilAgreement: share.optional().describe('or until it agrees with the baseline this often'),
    })
    .optional()
    .describe('behaviour cloning before learning; default none'),
  rollout: z
    .strictObject({
      rowsPerIteration: count.min(64).default(rowsPerIteration).describe('decisions per iteration'),
      workers: count.max(64).default(workers).describe('threads that collect'),
      worldsPerWorker: count.max(256).default(worldsPerWorker).describe('worlds in lock-step'),
      episodeS: positive.default(episodeS).describe('simulated time of an episode'),
      discountUnitS: positive.default(discountUnitS).describe('time unit of ppo.gamma'),
      overlap: z
        .enum(['auto', 'on', 'off'])
        .default('auto')
        .describe('collect while learning, with weights one update older; auto: on where the learner has one thread'),
      calibrationDecisions: count
        .default(TRAIN_DEFAULTS.calibrationDecisions)
        .describe('of the untrained policy, to measure the inputs'),
      fallback: z.string().min(1).default(TRAIN_DEFAULTS.fallback).describe('baseline of satellites in fallback'),
    })
    .prefault({})
    .describe('how decisions are collected'),
  ppo: z
    .strictObject({
      gamma: positive.max(1).default(PPO_DEFAULTS.gamma).describe('discount per time unit'),
      gaeLambda: z.number().min(0).max(1).default(PPO_DEFAULTS.gaeLambda).describe('weight of longer returns'),
      epochs: count.max(1000).default(PPO_DEFAULTS.epochs).describe('passes over an iteration'),
      minibatchRows: count.default(PPO_DEFAULTS.minibatchRows).describe('rows per gradient step, aimed at'),
      learningRate: z.number().min(0).max(1).default(PPO_DEFAULTS.learningRate).describe('at the start'),
      scaleRateByShare: z.boolean().default(PPO_DEFAULTS.scaleRateByShare).describe('rarer kinds learn slower'),
      annealLearningRate: z.boolean().default(PPO_DEFAULTS.annealLearningRate).describe('linear to 0'),
      adamBeta1: z.number().min(0).lt(1).default(PPO_DEFAULTS.adamBeta1).describe('decay of the mean gradient'),
      adamBeta2: z.number().min(0).lt(1).default(PPO_DEFAULTS.adamBeta2).describe('decay of its square'),
      adamEpsilon: positive.max(1).default(PPO_DEFAULTS.adamEpsilon).describe('outside the root'),
      clipCoef: positive.max(1).default(PPO_DEFAULTS.clipCoef).describe('ratios are clipped to 1 +- this'),
      annealClip: z.boolean().default(PPO_DEFAULTS.annealClip).describe('clipCoef falls linearly to 0'),
      valueClip: positive.nullable().default(PPO_DEFAULTS.valueClip).describe('null: values move freely'),
      huberDelta: positive.nullable().default(PPO_DEFAULTS.huberDelta).describe('null: squared value errors'),
      valueCoef: nonNegative.default(PPO_DEFAULTS.valueCoef).describe('weight of the value loss'),
      entropyCoef: nonNegative.default(PPO_DEFAULTS.entropyCoef).describe('weight of the entropy'),
      maxGradNorm: positive.nullable().default(PPO_DEFAULTS.maxGradNorm).describe('null: no bound'),
      separateGradNorms: z.boolean().default(PPO_DEFAULTS.separateGradNorms).describe('actor and critic apart'),
      normaliseAdvantages: z.boolean().default(PPO_DEFAULTS.normaliseAdvantages).describe('per minibatch and kind'),
      valueNormBeta: z.number().min(0).lt(1).default(PPO_DEFAULTS.valueNormBeta).describe('decay per iteration'),
      learnKinds: z
        .array(z.enum(DECISION_KINDS))
        .min(1)
        .nullable()
        .default(null)
        .describe('kinds whose policy learns, the others decide greedily as they are; null: all'),
      sequenceLength: count
        .max(1000)
        .default(PPO_DEFAULTS.sequenceLength)
        .describe('networks with memory: derivatives run back through so many decisions'),
      targetKl: positive.nullable().default(PPO_DEFAULTS.targetKl).describe('ends the epochs early; null: never'),
    })
    .prefault({})
    .describe('how the policy learns; training/ppo/CHECKLIST.md has the sources'),
  randomise: z.strictObject(varied).prefault({}).describe('what differs from episode to episode; default nothing'),
  curriculum: z
    .array(
      z.strictObject({
        decisions: count.describe('the stage ends after so many'),
        utility: z.number().optional().describe('or once the mean utility of training episodes reaches this'),
        ...varied,
      }),
    )
    .default([])
    .describe('stages before `randomise` alone holds; what a stage does not name is as there'),
  evaluation: z
    .strictObject({
      everyDecisions: count.describe('decisions between evaluations'),
      episodes: count.max(1000).default(8).describe('per scenario, on seeds kept for that'),
      arrivalsS: positive.default(10).describe('tasks arrive for so long'),
      drainS: nonNegative.default(60).describe('until all have ended, at most'),
    })
    .optional()
    .describe('of the policy while it learns: curves, and which policy was the best; default none'),
  checkpointEveryIterations: count.default(TRAIN_DEFAULTS.checkpointEveryIterations).describe('and at the end'),
});

/** A validated training file with all defaults filled in. */
export type TrainingFile = Readonly<z.infer<typeof trainingSchema>>;

let emitted: JsonSchema | undefined;

/** JSON Schema of the training file as users write it; `docs/training.schema.json` is this object. */
export function trainingJsonSchema(): JsonSchema {
  if (emitted) return emitted;
  const { $schema, ...rest } = z.toJSONSchema(trainingSchema, { io: 'input', target: 'draft-2020-12' });
  emitted = { $schema, title: 'spacecloud training', ...rest } as JsonSchema;
  return emitted;
}
