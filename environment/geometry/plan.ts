import { SpaceCloudError } from '../../core/index.ts';
import { type Sites, createSites } from '../network/sites.ts';
import { type UtcInstant, parseUtc } from '../orbit/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Fleet, assembleFleet } from './constellations.ts';
import { type GroundNodes, groundNodes } from './ground-nodes.ts';
import { type SkyShape, skyShape } from './sky-shape.ts';

/** What a geometry is computed from: the scenario with its orbits read and its shapes known. */
export interface GeometryPlan {
  readonly scenario: Scenario;
  readonly epoch: UtcInstant;
  readonly tickCount: number;
  readonly fleet: Fleet;
  readonly ground: GroundNodes;
  readonly nodeNames: readonly string[];
  readonly sky: SkyShape;
  readonly sites: Sites;
}

/**
 * Throws SCENARIO_ORBIT, SCENARIO_EMPTY, SCENARIO_FIELD (an impossible epoch or track, repeated names), ELEMENTS_SYNTAX,
 * ELEMENTS_CHECKSUM, ELEMENTS_UNUSABLE, FILE_NOT_FOUND, FILE_READ.
 */
export function planGeometry(scenario: Scenario, scenarioDir: string): GeometryPlan {
  const epoch = epochOf(scenario);
  const tickCount = Math.max(1, Math.ceil(scenario.durationS / scenario.tickS - 1e-9));
  const fleet = assembleFleet(scenario, { epoch, horizonS: tickCount * scenario.tickS, scenarioDir });
  const ground = groundNodes(scenario);
  const nodeNames = unique([...fleet.names, ...ground.names]);
  const sky = skyShape(fleet.satelliteCount, ground.count, tickCount);
  const sites = createSites(scenario, fleet.satelliteCount);
  return { scenario, epoch, tickCount, fleet, ground, nodeNames, sky, sites };
}

function epochOf(scenario: Scenario): UtcInstant {
  const epoch = parseUtc(scenario.epoch);
  if (epoch !== undefined) return epoch;
  throw new SpaceCloudError('SCENARIO_FIELD', `Expected epoch to be a UTC date and time, got '${scenario.epoch}'.`, {
    hint: 'Write it as in 2026-11-22T00:00:00Z.',
  });
}

function unique(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new SpaceCloudError(
        'SCENARIO_FIELD',
        `Expected every node to have a name of its own, got '${name}' twice.`,
        { hint: 'Rename one of the two, or give constellations different names.' },
      );
    }
    seen.add(name);
  }
  return names;
}
