import { R_EARTH_WGS84_KM, RAD_PER_DEG, SpaceCloudError, StrictMath } from '../../core/index.ts';
import { type Ephemeris, walkerAngles } from '../orbit/index.ts';
import type { ConstellationConfig, RelayConfig, Scenario } from '../scenario/schema.ts';
import {
  type IslPlan,
  elementGridPlan,
  nearestPlan,
  noLinksPlan,
  planeOfEach,
  relayPlan,
  ringPlan,
  walkerGridPlan,
} from './isl-plan.ts';
import { elementPlanes } from './isl-planes.ts';
import type { SightLimits } from './laser-sight.kernel.ts';

/** Constellations and where their satellites stand among all. */
export interface LaserFleet {
  readonly satelliteCount: number;
  readonly constellations: readonly {
    readonly config: ConstellationConfig;
    readonly ephemeris: Ephemeris;
    readonly firstSatellite: number;
  }[];
}

/** What constellations and relays say alike about their links. */
type LaserConfig = Pick<
  RelayConfig,
  | 'rateBps'
  | 'maxRangeKm'
  | 'earthClearanceKm'
  | 'acquisitionS'
  | 'slewDegS'
  | 'maxTrackingDegS'
  | 'terminalPowerW'
  | 'rateSchedule'
>;

/** Satellites that link to each other, and by which rules. Members are those of `plan`. */
export interface LaserPlan {
  /** Constellation or relay. */
  readonly name: string;
  readonly kind: 'laser' | 'relay';
  readonly link: LaserConfig;
  readonly limits: SightLimits;
  readonly plan: IslPlan;
  /** [n] satellite of each member, and terminals it has for this. */
  readonly node: Int32Array;
  readonly capacity: Uint8Array;
}

/**
 * The laser links of a scenario: those within each constellation, then the relays.
 *
 * Throws SCENARIO_FIELD when a relay names a constellation that does not exist.
 */
export function laserPlans(scenario: Scenario, fleet: LaserFleet): LaserPlan[] {
  return [
    ...fleet.constellations.map((constellation) => constellationPlan(constellation)),
    ...scenario.relays.map((relay) => planOfRelay(relay, fleet)),
  ];
}

function limitsOf(link: LaserConfig, maxInterPlaneLatDeg: number): SightLimits {
  return {
    maxRangeKm: link.maxRangeKm,
    blockRadiusKm: R_EARTH_WGS84_KM + link.earthClearanceKm,
    sinMaxLat: maxInterPlaneLatDeg === 90 ? 1 : StrictMath.sin(maxInterPlaneLatDeg * RAD_PER_DEG),
    // At 180 deg/s the limit is off: nothing in orbit turns as fast.
    maxTrackingRadS: link.maxTrackingDegS >= 180 ? Infinity : link.maxTrackingDegS * RAD_PER_DEG,
  };
}

function constellationPlan(constellation: LaserFleet['constellations'][number]): LaserPlan {
  const { config, ephemeris, firstSatellite } = constellation;
  const plan = islPlanOf(config, ephemeris.count, (timeS) => positionsAt(ephemeris, timeS));
  return {
    name: config.name,
    kind: 'laser',
    link: config.isl,
    limits: limitsOf(config.isl, config.isl.maxInterPlaneLatDeg),
    plan,
    node: satellites(firstSatellite, ephemeris.count),
    capacity: new Uint8Array(ephemeris.count).fill(plan.slots),
  };
}

function planOfRelay(relay: RelayConfig, fleet: LaserFleet): LaserPlan {
  const from = constellationOf(relay, 'from', fleet);
  const to = constellationOf(relay, 'to', fleet);
  const users = from.ephemeris.count;
  const relays = from === to ? 0 : to.ephemeris.count;
  const ofUser = from === to ? relay.terminals + relay.relayTerminals : relay.terminals;
  const node = new Int32Array(users + relays);
  node.set(satellites(from.firstSatellite, users), 0);
  node.set(satellites(to.firstSatellite, relays), users);
  const capacity = new Uint8Array(users + relays).fill(ofUser);
  capacity.fill(relay.relayTerminals, users);
  const plan = relayPlan(users, relays, Math.max(ofUser, relays === 0 ? 0 : relay.relayTerminals));
  return { name: relay.name, kind: 'relay', link: relay, limits: limitsOf(relay, 90), plan, node, capacity };
}

function constellationOf(
  relay: RelayConfig,
  end: 'from' | 'to',
  fleet: LaserFleet,
): LaserFleet['constellations'][number] {
  const found = fleet.constellations.find(({ config }) => config.name === relay[end]);
  if (found !== undefined) return found;
  throw new SpaceCloudError(
    'SCENARIO_FIELD',
    `Expected '${end}' of relay '${relay.name}' to name a constellation, got '${relay[end]}'.`,
    { hint: `There are ${fleet.constellations.map(({ config }) => `'${config.name}'`).join(', ')}.` },
  );
}

/**
 * Which links a constellation plans. Planes and slots of element sets and ephemerides are found from positions at two nearby
 * times, 0 and 1 s; satellites around the Moon share one plane.
 */
function islPlanOf(config: ConstellationConfig, n: number, positionsAtS: (timeS: number) => Float64Array): IslPlan {
  const { isl, walker, lunar } = config;
  if (isl.topology === 'none') return noLinksPlan(n);
  if (isl.topology === 'nearest') {
    if (isl.maxInterPlaneLatDeg === 90 || lunar !== undefined) return nearestPlan(n, isl);
    if (walker === undefined)
      return nearestPlan(n, isl, planeOfEach(elementPlanes(positionsAtS(0), positionsAtS(1)), n));
    return nearestPlan(n, isl, walkerPlan(walker, isl).plane);
  }
  if (lunar !== undefined) return ringPlan(n, isl);
  if (walker === undefined) return elementGridPlan(positionsAtS(0), positionsAtS(1), isl);
  return walkerPlan(walker, isl);
}

function walkerPlan(walker: NonNullable<ConstellationConfig['walker']>, isl: ConstellationConfig['isl']): IslPlan {
  const { planes, satellitesPerPlane, pattern } = walker;
  return walkerGridPlan({ planes, satellitesPerPlane, star: pattern === 'star', ...walkerAngles(walker) }, isl);
}

function satellites(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => first + i);
}

function positionsAt(ephemeris: Ephemeris, timeS: number): Float64Array {
  const rTemeKm = new Float64Array(3 * ephemeris.count);
  ephemeris.positionsInto(timeS, rTemeKm, 0);
  return rTemeKm;
}
