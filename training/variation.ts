import { Rng, SpaceCloudError, StrictMath } from '../core/index.ts';
import {
  type Scenario,
  type ScenarioVariation,
  scenarioVariant,
  startTicks,
  varyScenario,
} from '../environment/index.ts';

/** Lowest and highest value, both possible. */
export type Range = readonly [low: number, high: number];

/** What may differ from episode to episode; what is absent stays as the scenario has it. */
export interface Variation {
  /** `traffic.load`, uniform; loads that the scenario holds out are left out. */
  readonly load?: Range;
  /** Share of laser links and of satellites out at any time, uniform, and mean length of an outage, s. */
  readonly linkFailureShare?: Range;
  readonly satelliteFailureShare?: Range;
  readonly outageS?: Range;
  /** Factor on the rates of the scenario's hazards, log-uniform (uniform from 0); 0 = none of them. */
  readonly hazardFactor?: Range;
  /** Factor on the age of all news, log-uniform. */
  readonly stateAgeFactor?: Range;
  /** Start of the episode, s since scenario start, uniform over the ticks; default: anywhere that fits. */
  readonly startS?: Range;
}

/** What one episode is played in. */
export interface EpisodeVariant {
  /** Index of the scenario. */
  readonly scenario: number;
  readonly quantities: Partial<Readonly<Record<Exclude<keyof Variation, 'startS'>, number>>>;
  readonly startS: number | undefined;
}

export interface VariedScenario {
  readonly scenario: Scenario;
  /** Share of the episodes, relative to the others'. */
  readonly weight: number;
}

export interface VariantDraw {
  readonly scenarios: readonly VariedScenario[];
  readonly variation: Variation;
  readonly episodeS: number;
}

/** Draws stand in this order, one number each, whatever is varied: adding a quantity leaves the others as they were. */
const QUANTITIES = [
  'load',
  'linkFailureShare',
  'satelliteFailureShare',
  'outageS',
  'hazardFactor',
  'stateAgeFactor',
] as const;
const FACTORS: ReadonlySet<string> = new Set(['hazardFactor', 'stateAgeFactor', 'outageS']);

/**
 * The variant of the episode with this seed: a function of seed and draw alone, so that it is the same whichever worker plays
 * the episode, and needs no generator in checkpoints.
 *
 * Errors: HELD_OUT when the scenario holds out every load or start asked for; MISUSE when no start in the range fits.
 */
export function drawVariant(seed: number, draw: VariantDraw): EpisodeVariant {
  const rng = new Rng(seed, 'variant');
  const index = pick(draw.scenarios, rng.uniform());
  const { scenario } = draw.scenarios[index] as VariedScenario;
  const quantities: Partial<Record<(typeof QUANTITIES)[number], number>> = {};
  for (const quantity of QUANTITIES) {
    const u = rng.uniform();
    const range = draw.variation[quantity];
    if (range === undefined) continue;
    if (quantity === 'load') quantities.load = loadAt(scenario, range, u);
    else quantities[quantity] = FACTORS.has(quantity) ? factorAt(range, u) : range[0] + (range[1] - range[0]) * u;
  }
  const startS = draw.variation.startS === undefined ? undefined : startAt(scenario, draw, rng.uniform());
  return { scenario: index, quantities, startS };
}

/** The scenario of a variant; the same object when nothing is varied. Errors: as `scenarioVariant`. */
export function variantScenario(scenario: Scenario, { quantities }: EpisodeVariant): Scenario {
  const { hazardFactor, ...rest } = quantities;
  const variation: ScenarioVariation = rest;
  // First: the outages that the variation adds are no hazards of the scenario.
  const scaled = hazardFactor === undefined ? scenario : withHazards(scenario, hazardFactor);
  return scenarioVariant(scaled, variation);
}

function withHazards(scenario: Scenario, factor: number): Scenario {
  if (scenario.faults.hazards.length === 0 || factor === 1) return scenario;
  return varyScenario(scenario, (draft) => {
    if (factor === 0) draft.faults.hazards = [];
    for (const hazard of draft.faults.hazards) hazard.ratePerYear *= factor;
  });
}

function pick(scenarios: readonly VariedScenario[], u: number): number {
  const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  let left = u * total;
  for (const [i, { weight }] of scenarios.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return scenarios.length - 1;
}

/** Equal steps of u multiply by equal factors, so that half and double are equally likely. */
function factorAt([low, high]: Range, u: number): number {
  if (low === 0) return high * u;
  return low * StrictMath.pow(high / low, u);
}

/** Uniform over what the range leaves beside the held-out loads. */
function loadAt({ name, holdOut }: Scenario, [low, high]: Range, u: number): number {
  let free: Range[] = [[low, high]];
  for (const { from, to } of holdOut?.loads ?? []) {
    free = free.flatMap(([a, b]): Range[] => {
      if (to < a || from > b) return [[a, b]];
      // The ends of a held-out range are held out, too.
      return [...(a < from ? [[a, from] as const] : []), ...(to < b ? [[to, b] as const] : [])];
    });
  }
  const total = free.reduce((sum, [a, b]) => sum + b - a, 0);
  if (free.length > 0 && total === 0) return (free[0] as Range)[0];
  // Half a step of the generator off both ends: the end of a held-out range is never drawn.
  let left = (u + 2 ** -33) * total;
  for (const [a, b] of free) {
    if (left < b - a) return a + left;
    left -= b - a;
  }
  throw new SpaceCloudError(
    'HELD_OUT',
    `Expected a load that scenario '${name}' does not hold out, got ${low} to ${high}.`,
    {
      hint: 'Train at other loads; these are for evaluations.',
    },
  );
}

function startAt(scenario: Scenario, { variation, episodeS }: VariantDraw, u: number): number {
  const [low, high] = variation.startS as Range;
  const { tickS, durationS } = scenario;
  const ticks = Math.ceil(episodeS / tickS);
  const last = Math.ceil(durationS / tickS) - ticks;
  const allowed = startTicks(scenario, { part: 'training', ticks, last }).filter(
    (tick) => tick * tickS >= low && tick * tickS <= high,
  );
  if (allowed.length > 0) return (allowed[Math.floor(u * allowed.length)] as number) * tickS;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected room for an episode of ${episodeS} s of scenario '${scenario.name}' that starts at ${low} to ${high} s, got none.`,
    { hint: `The scenario lasts ${durationS} s; widen startS or shorten the episodes.` },
  );
}
