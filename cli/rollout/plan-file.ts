import { z } from 'zod';
import { ROLLOUT_DEFAULTS, type RolloutPlan, WHEN_UNCLEAR, planProblem } from '../../agents/fleet/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { type JsonSchema, parseOtherFile } from '../../environment/index.ts';
import { readText } from '../files.ts';

const { gate: limits, waves, ...defaults } = ROLLOUT_DEFAULTS;
const seconds = z.number().positive();
const share = z.number().min(0).max(1);
const partOfFleet = z.number().gt(0).max(1);
const bytes = z.number().int().min(0);
const count = z.number().int().min(0);

const gateSchema = z.strictObject({
  alpha: z
    .number()
    .gt(0)
    .max(0.5)
    .default(limits.alpha)
    .describe('chance that a release as bad as tolerated is taken for harmless, and one not worse for harmful'),
  outcomeLossFrac: share
    .default(limits.outcomeLossFrac)
    .describe("tolerated loss of what decisions earn of the value at stake, share of the fleet's mean before"),
  leastDecisions: count
    .min(1)
    .default(limits.leastDecisions)
    .describe('decisions of a satellite before and after, to count'),
  leastSatellites: count
    .min(2)
    .default(limits.leastSatellites)
    .describe('satellites that count, with the release and without'),
  fallbackFrac: share.default(limits.fallbackFrac).describe('decisions made by the fallback, at most'),
  lateFrac: share.default(limits.lateFrac).describe('answers too late, at most'),
  abstainedFrac: share.default(limits.abstainedFrac).describe('decisions not answered, at most'),
  outOfDistributionFrac: share
    .default(limits.outOfDistributionFrac)
    .describe('satellites reported out of distribution, at most'),
  breaches: count.default(limits.breaches).describe('breaches of constraints while observing, at most'),
  deadlineS: seconds.default(limits.deadlineS).describe('from the begin of the observation to the last look'),
  whenUnclear: z
    .enum(WHEN_UNCLEAR)
    .default('rollBack')
    .describe('when the last look cannot tell: back, stay until a person decides, or go on'),
});

const planSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  description: z.string().default('').describe('for readers'),
  baselineS: seconds.default(defaults.baselineS).describe('observed before the first order'),
  canaryShare: partOfFleet.default(defaults.canaryShare).describe('of the fleet, first stage'),
  leastCanaries: count.min(1).default(defaults.leastCanaries).describe('satellites in the first stage at least'),
  waves: z
    .array(partOfFleet)
    .default([...waves])
    .describe('share of the fleet that has the release after each further stage'),
  acknowledgedFrac: partOfFleet.default(defaults.acknowledgedFrac).describe('of a stage, at which observation begins'),
  stageDeadlineS: seconds.default(defaults.stageDeadlineS).describe('for the acknowledgements of a stage'),
  observeS: seconds.default(defaults.observeS).describe('before the first look that may pass, and between such looks'),
  reportS: seconds.default(defaults.reportS).describe('period of one report of a satellite'),
  settleS: z
    .number()
    .min(0)
    .default(defaults.settleS)
    .describe('from its end to sending it: outcomes known by then count'),
  rollBackDeadlineS: seconds.default(defaults.rollBackDeadlineS).describe('for a roll-back to be acknowledged by all'),
  gate: gateSchema.prefault({}).describe('what must hold before a stage is passed'),
  orderBytes: bytes.default(defaults.orderBytes).describe('size of an order on the link'),
  acknowledgementBytes: bytes.default(defaults.acknowledgementBytes),
  reportBytes: bytes.default(defaults.reportBytes),
  revocationBytes: bytes.default(defaults.revocationBytes),
});

/** Reads a roll-out plan (YAML); what is left out has its default. Errors: FILE_*, ROLLOUT_FILE with file, line and column. */
export function loadRolloutPlan(file: string): RolloutPlan {
  return parseRolloutPlan(readText(file), file);
}

/** As `loadRolloutPlan`, from text; `file` names it in errors. */
export function parseRolloutPlan(text: string, file: string): RolloutPlan {
  const { $schema, ...rest } = z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' });
  const { value } = parseOtherFile(text, file, {
    name: 'roll-out plan',
    code: 'ROLLOUT_FILE',
    schema: planSchema,
    jsonSchema: { $schema, title: 'spacecloud roll-out plan', ...rest } as JsonSchema,
    problems: (plan) => {
      const problem = planProblem(plan);
      return problem === undefined ? [] : [problem];
    },
  });
  const fields = Object.entries(value).filter(([field]) => field !== 'schema' && field !== 'description');
  return Object.fromEntries(fields) as unknown as RolloutPlan;
}

/** A run that ends before its roll-out begins, or is revoked, would say nothing. Errors: USAGE. */
export function expectTimeFor({ baselineS, revokeAtS = 0 }: RolloutPlan, arrivalsS: number): void {
  const neededS = Math.max(baselineS, revokeAtS);
  if (arrivalsS > neededS) return;
  const what = revokeAtS > baselineS ? 'revokes at' : 'watches the fleet before its first order for';
  throw new SpaceCloudError(
    'USAGE',
    `Expected --arrivals above ${neededS} s, as the plan ${what} ${neededS} s, got ${arrivalsS} s.`,
    {
      hint: 'Let tasks arrive for longer, or give a --plan with a shorter baselineS.',
    },
  );
}
