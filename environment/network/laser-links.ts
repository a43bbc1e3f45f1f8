import { RAD_PER_DEG } from '../../core/index.ts';
import type { ContactRecorder } from '../geometry/contact-recorder.kernel.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type LaserGroup, advanceGroup, createLaserGroup, moveGroup } from './laser-group.kernel.ts';
import { type LaserFleet, type LaserPlan, laserPlans } from './laser-plans.ts';
import { followSchedule } from './rate-schedule.ts';

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
  const plans = laserPlans(scenario, fleet);
  const used = new Int32Array(fleet.satelliteCount);
  const firstSlots = plans.map(({ node, capacity }) =>
    Int32Array.from(node, (satellite, m) => {
      const first = used[satellite] as number;
      used[satellite] = first + (capacity[m] as number);
      return first;
    }),
  );
  const slots = used.reduce((most, terminals) => Math.max(most, terminals), 1);
  const powerW = new Float64Array(fleet.satelliteCount * slots);
  const aroundMoon = new Uint8Array(fleet.satelliteCount);
  for (const { config, ephemeris, firstSatellite } of fleet.constellations) {
    if (config.lunar !== undefined) aroundMoon.fill(1, firstSatellite, firstSatellite + ephemeris.count);
  }
  const groups = plans.map((laser, g) => {
    const firstSlot = firstSlots[g] as Int32Array;
    const firstTrack = Int32Array.from(laser.node, (satellite, m) => satellite * slots + (firstSlot[m] as number));
    firstTrack.forEach((track, m) =>
      powerW.fill(laser.link.terminalPowerW, track, track + (laser.capacity[m] as number)),
    );
    return {
      rateBps: laser.link.rateBps,
      shares: followSchedule(laser.link.rateSchedule),
      group: createGroup(laser, {
        scenario,
        firstTrack,
        aroundMoon: Uint8Array.from(laser.node, (s) => aroundMoon[s] as number),
      }),
    };
  });
  const velocities = createVelocities(fleet, groups);
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

interface Placement {
  readonly scenario: Scenario;
  readonly firstTrack: Int32Array;
  readonly aroundMoon: Uint8Array;
}

function createGroup(laser: LaserPlan, placement: Placement): LaserGroup {
  const { link, plan, limits, node, capacity } = laser;
  const { scenario, firstTrack, aroundMoon } = placement;
  return createLaserGroup({
    ...{ plan, limits, node, capacity, firstTrack, aroundMoon },
    acquisitionS: link.acquisitionS,
    slewRadS: link.slewDegS * RAD_PER_DEG,
    tickS: scenario.tickS,
  });
}

/** Velocities [S * 3] at a time, km/s, TEME; computed only for constellations with a group that limits the tracking rate. */
function createVelocities(
  fleet: LaserFleet,
  groups: readonly { readonly group: LaserGroup }[],
): (timeS: number) => Float64Array {
  const asked = new Set(
    groups.flatMap(({ group }) => (group.limits.maxTrackingRadS < Infinity ? [...group.node] : [])),
  );
  const moving = fleet.constellations.filter(({ firstSatellite }) => asked.has(firstSatellite));
  if (moving.length === 0) return () => NO_VELOCITIES;
  const rTemeKm = new Float64Array(3 * fleet.satelliteCount);
  const vTemeKmS = new Float64Array(3 * fleet.satelliteCount);
  return (timeS) => {
    for (const { ephemeris, firstSatellite } of moving) ephemeris.statesInto(timeS, rTemeKm, vTemeKmS, firstSatellite);
    return vTemeKmS;
  };
}

const NO_VELOCITIES = new Float64Array(0);
