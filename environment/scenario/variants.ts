import type { Draft } from 'immer';
import { SpaceCloudError } from '../../core/index.ts';
import { varyScenario } from './load.ts';
import type { Scenario } from './schema.ts';

/** Quantities that sweeps and randomised training vary; what is absent stays as the scenario has it. */
export interface ScenarioVariation {
  /** `traffic.load`: factor on every rate, above 0. */
  readonly load?: number;
  /** Share of laser links out at any time, in [0, 1), beside the faults of the scenario. */
  readonly linkFailureShare?: number;
  /** Share of satellites out at any time, in [0, 1), beside the faults of the scenario. */
  readonly satelliteFailureShare?: number;
  /** Mean length of one outage of the two shares above, s; default {@link OUTAGE_S}. */
  readonly outageS?: number;
  /** Factor on the age of all news: periods of beacons and reports, and the time a report takes; above 0. */
  readonly stateAgeFactor?: number;
}

/** Long enough to outlast the report that tells of it, short enough to end within a run. Project choice. */
const OUTAGE_S = 30;
const YEAR_S = 365.25 * 86_400;

/**
 * The scenario with some quantities changed, validated and frozen; the same object for an empty variation. Its geometry is
 * that of the original: orbits, links and antennas do not change.
 *
 * Shares are long-run shares. Each terminal (or satellite) fails and recovers by itself, exponential in both; the run begins
 * amid such faults, so the share is expected at every instant of it. A link needs the terminals at both its ends: each is out
 * with the share q for which 1 - (1 - q)^2 is the share of links.
 *
 * @throws SpaceCloudError MISUSE for a share outside [0, 1) or a factor that is not above 0, SCENARIO_FIELD for a load that
 * is not
 * @example
 * const heavy = scenarioVariant(scenario, { load: 1.5, linkFailureShare: 0.05, stateAgeFactor: 2 });
 */
export function scenarioVariant(scenario: Scenario, variation: ScenarioVariation): Scenario {
  const { load, linkFailureShare, satelliteFailureShare, outageS = OUTAGE_S, stateAgeFactor } = variation;
  if (Object.values(variation).every((value) => value === undefined)) return scenario;
  requireAboveZero('outageS', outageS);
  return varyScenario(scenario, (draft) => {
    if (load !== undefined) draft.traffic.load = load;
    if (linkFailureShare !== undefined) {
      requireShare('linkFailureShare', linkFailureShare);
      addOutages(draft, 'link-loss', 1 - Math.sqrt(1 - linkFailureShare), outageS);
    }
    if (satelliteFailureShare !== undefined) {
      requireShare('satelliteFailureShare', satelliteFailureShare);
      addOutages(draft, 'satellite-loss', satelliteFailureShare, outageS);
    }
    if (stateAgeFactor !== undefined) {
      requireAboveZero('stateAgeFactor', stateAgeFactor);
      draft.knowledge.beaconPeriodS *= stateAgeFactor;
      draft.knowledge.linkStatePeriodS *= stateAgeFactor;
      draft.knowledge.floodS *= stateAgeFactor;
    }
  });
}

/** Out for the share s of the time at rate r and mean duration d: r d = s / (1 - s). */
function addOutages(
  draft: Draft<Scenario>,
  kind: 'link-loss' | 'satellite-loss',
  share: number,
  meanDurationS: number,
): void {
  if (share === 0) return;
  const ratePerYear = (YEAR_S / meanDurationS) * (share / (1 - share));
  draft.faults.hazards.push({ kind, ratePerYear, weibullShape: 1, meanDurationS, inProgress: true });
}

function requireShare(name: string, share: number): void {
  if (share >= 0 && share < 1) return;
  throw new SpaceCloudError('MISUSE', `Expected ${name} from 0 to less than 1, got ${share}.`, {
    hint: 'A share of 0.05 is 5 %.',
  });
}

function requireAboveZero(name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new SpaceCloudError('MISUSE', `Expected ${name} above 0, got ${value}.`);
}
