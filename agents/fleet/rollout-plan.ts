import { SpaceCloudError } from '../../core/index.ts';

export const WHEN_UNCLEAR = ['rollBack', 'hold', 'proceed'] as const;
export type WhenUnclear = (typeof WHEN_UNCLEAR)[number];

/** When a new release counts as healthy. Shares are of decisions of satellites that fly it. */
export interface GateLimits {
  /**
   * Over all looks of one gate: chance that a release which is worse by exactly `outcomeLossFrac` is taken for harmless, and that one which
   * is not worse than that is taken for harmful.
   */
  readonly alpha: number;
  /** Tolerated loss of the share of the value at stake that decisions earn, as a share of the fleet's mean before. */
  readonly outcomeLossFrac: number;
  /** Decisions with known outcome that a satellite needs before and after, to count. */
  readonly leastDecisions: number;
  /** Satellites that need so many, with the release and without. At least 2. */
  readonly leastSatellites: number;
  /** Decided by the fallback for whatever reason; too late; not at all. */
  readonly fallbackFrac: number;
  readonly lateFrac: number;
  readonly abstainedFrac: number;
  /** Satellites whose observations were reported as unknown to the policy, of those that fly it. */
  readonly outOfDistributionFrac: number;
  /** Breaches of constraints anywhere in the window. */
  readonly breaches: number;
  /** From the begin of the observation to the last look, s. */
  readonly deadlineS: number;
  /**
   * What happens when the last look cannot tell either: back, stay as it is until a person decides (limits are still watched), or go on.
   * Default: back. Where outcomes could not be compared for want of reports, it goes back also with `proceed`.
   */
  readonly whenUnclear?: WhenUnclear;
}

/** Who gets a release when, and what must hold before it goes on. Times are simulated, s; shares of the fleet in (0, 1]. */
export interface RolloutPlan {
  /** First order, since the start of the run; before it the fleet is observed as it is. */
  readonly baselineS: number;
  /** Share of the fleet in the first stage. */
  readonly canaryShare: number;
  /** Satellites in the first stage at least; the comparison of outcomes needs some. */
  readonly leastCanaries: number;
  /** Share of the fleet that has the release after each further stage, growing; the last is usually 1. */
  readonly waves: readonly number[];
  /** Acknowledged share of a stage at which the observation begins. */
  readonly acknowledgedFrac: number;
  /** From the order of a stage to failing for want of acknowledgements. */
  readonly stageDeadlineS: number;
  /** Length of the observation before the first look that may pass the release, and between such looks. Harm is looked for every `reportS`. */
  readonly observeS: number;
  /** Period that one report of a satellite covers. */
  readonly reportS: number;
  /** From the end of that period to sending the report: outcomes that are known by then count. */
  readonly settleS: number;
  /** From the order of a roll-back to counting it as incomplete. */
  readonly rollBackDeadlineS: number;
  readonly gate: GateLimits;
  /** Sizes on the link, bytes. A roll-back is an order: satellites keep the release that they flew before. */
  readonly orderBytes: number;
  readonly acknowledgementBytes: number;
  readonly reportBytes: number;
  readonly revocationBytes: number;
  /** When the new release is revoked, since the start of the run; default: never. */
  readonly revokeAtS?: number;
}

export const ROLLOUT_DEFAULTS: RolloutPlan = {
  baselineS: 120,
  canaryShare: 0.2,
  leastCanaries: 4,
  waves: [0.5, 1],
  acknowledgedFrac: 0.8,
  stageDeadlineS: 3600,
  observeS: 120,
  reportS: 30,
  settleS: 15,
  rollBackDeadlineS: 3600,
  gate: {
    alpha: 0.05,
    outcomeLossFrac: 0.03,
    leastDecisions: 20,
    leastSatellites: 3,
    fallbackFrac: 0.05,
    lateFrac: 0.01,
    abstainedFrac: 0.01,
    outOfDistributionFrac: 0.1,
    breaches: 0,
    deadlineS: 900,
    whenUnclear: 'rollBack',
  },
  orderBytes: 1024,
  acknowledgementBytes: 512,
  reportBytes: 512,
  revocationBytes: 1024,
};

/** One look of a gate at what was heard, at a time that was fixed before. */
export interface GateLook {
  /** Since the begin of the observation, s. */
  readonly atS: number;
  /** Chance of this look to take a release for harmful that is not worse than tolerated. */
  readonly harmAlpha: number;
  /** Chance of this look to take one for harmless that is just as bad as tolerated; null: this look passes none. */
  readonly passAlpha: number | null;
}

/**
 * The looks of a gate, in order: after each report for harm, after each `observeS` also for harmlessness, the last at the deadline. Each of
 * both questions has `alpha`, shared equally among the looks that ask it (Bonferroni: right however looks depend on each other).
 */
export function looksOf({
  gate: { alpha, deadlineS },
  observeS,
  reportS,
  settleS,
}: Pick<RolloutPlan, 'gate' | 'observeS' | 'reportS' | 'settleS'>): GateLook[] {
  const passing = Math.max(1, Math.floor(deadlineS / observeS + 1e-9));
  const passTimes = Array.from({ length: passing }, (_, i) =>
    i + 1 === passing ? deadlineS : Math.min(deadlineS, (i + 1) * observeS + settleS),
  );
  const reports = Math.max(0, Math.ceil((deadlineS - settleS) / reportS - 1e-9) - 1);
  const reportTimes = Array.from({ length: reports }, (_, i) => (i + 1) * reportS + settleS);
  const times = [...new Set([...reportTimes, ...passTimes])].sort((a, b) => a - b);
  return times.map((atS) => ({
    atS,
    harmAlpha: alpha / times.length,
    passAlpha: passTimes.includes(atS) ? alpha / passing : null,
  }));
}

/** Refuses a plan whose parts contradict each other. Errors: MISUSE. */
export function expectPlan(plan: RolloutPlan): void {
  const problem = planProblem(plan);
  if (problem === undefined) return;
  throw new SpaceCloudError('MISUSE', `Expected ${problem.expected} in the roll-out plan, got ${problem.found}.`, {
    hint: 'See docs/UPDATES.md.',
  });
}

/** The first contradiction within a plan whose fields are each in range; undefined if there is none. */
export function planProblem(
  plan: RolloutPlan,
): { readonly path: readonly (string | number)[]; readonly expected: string; readonly found: string } | undefined {
  const { waves, canaryShare, gate, observeS, reportS, settleS, leastCanaries } = plan;
  const shares = [canaryShare, ...waves];
  const falling = shares.findIndex((share, i) => i > 0 && share <= (shares[i - 1] as number));
  if (falling > 0) {
    const expected = `waves that grow from the canary share of ${canaryShare} on`;
    return { path: ['waves', falling - 1], expected, found: `${shares[falling]} after ${shares[falling - 1]}` };
  }
  if (gate.deadlineS < observeS + settleS) {
    const expected = `a gate deadline of observeS + settleS = ${observeS + settleS} s or more`;
    return { path: ['gate', 'deadlineS'], expected, found: `${gate.deadlineS} s` };
  }
  if (observeS < reportS) {
    return { path: ['observeS'], expected: `a report of ${reportS} s or more to observe`, found: `${observeS} s` };
  }
  if (plan.baselineS < reportS + settleS) {
    const expected = `reportS + settleS = ${reportS + settleS} s or more, so that there is a report before`;
    return { path: ['baselineS'], expected, found: `${plan.baselineS} s` };
  }
  if (leastCanaries < gate.leastSatellites) {
    const expected = `at least gate.leastSatellites = ${gate.leastSatellites} canaries`;
    return { path: ['leastCanaries'], expected, found: String(leastCanaries) };
  }
  return undefined;
}
