import { R_EARTH_WGS84_KM, RAD_PER_DEG, SpaceCloudError } from '../../core/index.ts';
import type { ContactRecorder } from '../geometry/contact-recorder.kernel.ts';
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
import { type LaserGroup, advanceGroup, createLaserGroup, moveGroup } from './laser-group.kernel.ts';
import { velocitiesInto } from './laser-velocities.kernel.ts';
import { followSchedule } from './rate-schedule.ts';

/** Constellations and where their satellites stand among all. */
export interface LaserFleet {
  readonly satelliteCount: number;
  readonly constellations: readonly {
    readonly config: ConstellationConfig;
    readonly ephemeris: Ephemeris;
    readonly firstSatellite: number;
  }[];
}

/** All laser links of a scenario, boundary by boundary. */
export interface LaserLinks {
  /** D, terminals of the best equipped satellite, those for relays included; at least 1 so that columns exist. */
  readonly slots: number;
  /** [S * D] power of a working terminal, W; 0 where there is none. */
  readonly powerW: Float64Array;
  /**
   * Takes the links to boundary `k` = 0, 1, ... T, in order, and records those of tick `k - 1`. `rTemeKm` [S * 3] and
   * `moonTemeKm` [3], both TEME, are not kept; without the Moon nothing is hidden by it.
   */
  step(k: number, rTemeKm: Float64Array, moonTemeKm?: Float64Array): void;
}

/**
 * Laser links within constellations and relays between them. A satellite's terminals are those of its constellation, then those
 * of each relay it takes part in, in the order of the scenario. A relay from a constellation to itself gives every satellite
 * `terminals + relayTerminals` more, and any two may link.
 *
 * Rules: a link is in range, clear of the Earth and the Moon, and within its limits of latitude (between planes) and of
 * tracking rate at both ends of a tick, or it is not used in that tick. Fixed links wait out of sight; links by range go to the
 * nearest partner with an idle terminal, shortest first, and are kept while visible. Before a link can be used both terminals
 * turn to each other, at `slewDegS` through the angle between where they last lost a partner and where the new one stands, both
 * in the local orbital frame (nothing the first time), and acquire; all links in sight at the start count as acquired. Where a
 * rate schedule changes within a tick the least share counts; at share 0 a link is closed, but need not be acquired anew.
 *
 * Throws SCENARIO_FIELD when a relay names a constellation that does not exist.
 */
export function createLaserLinks(scenario: Scenario, fleet: LaserFleet, recorder: ContactRecorder): LaserLinks {
  const drafts = [
    ...fleet.constellations.map((constellation) => constellationDraft(constellation)),
    ...scenario.relays.map((relay) => relayDraft(relay, fleet)),
  ];
  const used = new Int32Array(fleet.satelliteCount);
  const firstSlots = drafts.map(({ node, capacity }) =>
    Int32Array.from(node, (satellite, m) => {
      const first = used[satellite] as number;
      used[satellite] = first + (capacity[m] as number);
      return first;
    }),
  );
  const slots = Math.max(1, ...used);
  const powerW = new Float64Array(fleet.satelliteCount * slots);
  const aroundMoon = new Uint8Array(fleet.satelliteCount);
  for (const { config, ephemeris, firstSatellite } of fleet.constellations) {
    if (config.lunar !== undefined) aroundMoon.fill(1, firstSatellite, firstSatellite + ephemeris.count);
  }
  const groups = drafts.map((draft, g) => {
    const firstSlot = firstSlots[g] as Int32Array;
    const firstTrack = Int32Array.from(draft.node, (satellite, m) => satellite * slots + (firstSlot[m] as number));
    firstTrack.forEach((track, m) =>
      powerW.fill(draft.link.terminalPowerW, track, track + (draft.capacity[m] as number)),
    );
    return {
      rateBps: draft.link.rateBps,
      shares: followSchedule(draft.link.rateSchedule),
      group: createGroup(draft, {
        scenario,
        firstTrack,
        aroundMoon: Uint8Array.from(draft.node, (s) => aroundMoon[s] as number),
      }),
    };
  });
  const velocities = createVelocities(scenario, fleet, groups);
  return {
    slots,
    powerW,
    step(k, rTemeKm, moonTemeKm) {
      const vTemeKmS = velocities(k * scenario.tickS);
      for (const { group, rateBps, shares } of groups) {
        moveGroup(group, rTemeKm, vTemeKmS, moonTemeKm);
        const share = k === 0 ? 0 : shares.leastFrac((k - 1) * scenario.tickS, k * scenario.tickS);
        advanceGroup(group, k, rateBps * share, recorder);
      }
    },
  };
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

/** A group before it is known where its terminals stand among those of each satellite. */
interface Draft {
  readonly link: LaserConfig;
  readonly maxInterPlaneLatDeg: number;
  readonly plan: IslPlan;
  readonly node: Int32Array;
  readonly capacity: Uint8Array;
}

function constellationDraft(constellation: LaserFleet['constellations'][number]): Draft {
  const { config, ephemeris, firstSatellite } = constellation;
  const plan = islPlanOf(config, ephemeris.count, (timeS) => positionsAt(ephemeris, timeS));
  return {
    link: config.isl,
    maxInterPlaneLatDeg: config.isl.maxInterPlaneLatDeg,
    plan,
    node: satellites(firstSatellite, ephemeris.count),
    capacity: new Uint8Array(ephemeris.count).fill(plan.slots),
  };
}

function relayDraft(relay: RelayConfig, fleet: LaserFleet): Draft {
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
  return { link: relay, maxInterPlaneLatDeg: 90, plan, node, capacity };
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
export function islPlanOf(
  config: ConstellationConfig,
  n: number,
  positionsAtS: (timeS: number) => Float64Array,
): IslPlan {
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

interface Placement {
  readonly scenario: Scenario;
  readonly firstTrack: Int32Array;
  readonly aroundMoon: Uint8Array;
}

function createGroup(draft: Draft, placement: Placement): LaserGroup {
  const { link, plan, node, capacity, maxInterPlaneLatDeg } = draft;
  return createLaserGroup({
    plan,
    node,
    capacity,
    firstTrack: placement.firstTrack,
    aroundMoon: placement.aroundMoon,
    limits: {
      maxRangeKm: link.maxRangeKm,
      blockRadiusKm: R_EARTH_WGS84_KM + link.earthClearanceKm,
      sinMaxLat: maxInterPlaneLatDeg === 90 ? 1 : Math.sin(maxInterPlaneLatDeg * RAD_PER_DEG),
      // At 180 deg/s the limit is off: nothing in orbit turns as fast.
      maxTrackingRadS: link.maxTrackingDegS >= 180 ? Infinity : link.maxTrackingDegS * RAD_PER_DEG,
    },
    acquisitionS: link.acquisitionS,
    slewRadS: link.slewDegS * RAD_PER_DEG,
    tickS: placement.scenario.tickS,
  });
}

/** Span over which velocities are taken as differences, s; at orbital accelerations it is off by 1e-7 of the velocity. */
const DIFFERENCE_S = 1;

/** Velocities [S * 3] at a time, km/s, TEME; computed only for constellations with a group that limits the tracking rate. */
function createVelocities(
  scenario: Scenario,
  fleet: LaserFleet,
  groups: readonly { readonly group: LaserGroup }[],
): (timeS: number) => Float64Array {
  const asked = new Set(
    groups.flatMap(({ group }) => (group.limits.maxTrackingRadS < Infinity ? [...group.node] : [])),
  );
  const moving = fleet.constellations.filter(({ firstSatellite }) => asked.has(firstSatellite));
  if (moving.length === 0) return () => NO_VELOCITIES;
  const horizonS = Math.ceil(scenario.durationS / scenario.tickS - 1e-9) * scenario.tickS;
  const earlierKm = new Float64Array(3 * fleet.satelliteCount);
  const vTemeKmS = new Float64Array(3 * fleet.satelliteCount);
  return (timeS) => {
    // Tabulated positions end with the horizon.
    const fromS = Math.max(0, timeS - DIFFERENCE_S / 2);
    const toS = Math.min(horizonS, timeS + DIFFERENCE_S / 2);
    for (const { ephemeris, firstSatellite } of moving) {
      ephemeris.positionsInto(fromS, earlierKm, firstSatellite);
      ephemeris.positionsInto(toS, vTemeKmS, firstSatellite);
    }
    velocitiesInto(earlierKm, toS - fromS, vTemeKmS);
    return vTemeKmS;
  };
}

const NO_VELOCITIES = new Float64Array(0);

function satellites(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => first + i);
}

function positionsAt(ephemeris: Ephemeris, timeS: number): Float64Array {
  const rTemeKm = new Float64Array(3 * ephemeris.count);
  ephemeris.positionsInto(timeS, rTemeKm, 0);
  return rTemeKm;
}
