import type { GeometryPlan } from '../geometry/plan.ts';
import type { LaserPlan } from '../network/laser-plans.ts';
import type { SightSky } from '../network/laser-sight.kernel.ts';
import { followSchedule } from '../network/rate-schedule.ts';
import type { ContactsAt } from './contacts-at.ts';
import { type LaserNetwork, addFixedLinks, addLink, clearLinks, createLaserNetwork } from './laser-network.kernel.ts';
import type { MovingSky } from './moving-sky.ts';

/** The laser links of a scenario, instant by instant, in the order of time. */
export interface LaserInstants {
  readonly network: LaserNetwork;
  /** Brings the links to `timeS`, where the sky stands already. */
  linkAt(timeS: number): void;
}

/** Whether any link is made by range: which ones there are then depends on what was linked before. */
export function linksByRange(lasers: readonly LaserPlan[]): boolean {
  return lasers.some(({ plan }) => plan.side.some((side) => side !== 0));
}

/** Whether a limit needs velocities. */
export function limitsTracking(lasers: readonly LaserPlan[]): boolean {
  return lasers.some(({ limits }) => limits.maxTrackingRadS < Infinity);
}

/**
 * Fixed links count whenever they are in sight and not closed by their schedule; links made by range as `contacts` has them.
 */
export function laserInstants(
  { fleet }: GeometryPlan,
  lasers: readonly LaserPlan[],
  sky: MovingSky,
  contacts: ContactsAt | undefined,
): LaserInstants {
  const S = fleet.satelliteCount;
  const network = createLaserNetwork(S, mostTerminals(lasers, S), sky.rEcefKm);
  const fixed = lasers
    .filter(({ plan }) => plan.fixedA.length > 0)
    .map((laser) => ({ laser, share: followSchedule(laser.link.rateSchedule), ...membersOf(laser, sky) }));
  const isFixed = new Set(fixed.flatMap(({ laser, first }) => pairsOf(laser, first, S)));
  return {
    network,
    linkAt(timeS) {
      clearLinks(network);
      for (const { laser, share, first, members } of fixed) {
        if (share.leastFrac(timeS, timeS) > 0) addFixedLinks(network, laser.plan, laser.limits, members, first);
      }
      contacts?.lasers(timeS, (a, b) => {
        if (!isFixed.has(a * S + b)) addLink(network, a, b);
      });
    },
  };
}

/** The laser links that `contacts` has, as they were scheduled. */
export function scheduledLasers(
  { fleet }: GeometryPlan,
  lasers: readonly LaserPlan[],
  sky: MovingSky,
  contacts: ContactsAt,
): LaserInstants {
  const network = createLaserNetwork(fleet.satelliteCount, mostTerminals(lasers, fleet.satelliteCount), sky.rEcefKm);
  return {
    network,
    linkAt(timeS) {
      clearLinks(network);
      contacts.lasers(timeS, (a, b) => addLink(network, a, b));
    },
  };
}

/** Most terminals of any satellite, at least 1. */
function mostTerminals(lasers: readonly LaserPlan[], satelliteCount: number): number {
  const terminals = new Int32Array(satelliteCount);
  for (const { node, capacity } of lasers) {
    node.forEach((s, m) => (terminals[s] = (terminals[s] as number) + (capacity[m] as number)));
  }
  return terminals.reduce((most, count) => Math.max(most, count), 1);
}

/** The members of a constellation's plan, which stand together among all satellites. */
function membersOf({ node, plan }: LaserPlan, sky: MovingSky): { readonly first: number; readonly members: SightSky } {
  const first = node[0] as number;
  const [start, end] = [3 * first, 3 * (first + node.length)];
  const members = {
    rKm: sky.rTemeKm.subarray(start, end),
    vKmS: sky.vTemeKmS.subarray(start, end),
    plane: plan.plane,
    moonKm: sky.moonTemeKm,
  };
  return { first, members };
}

function pairsOf({ plan }: LaserPlan, first: number, S: number): number[] {
  return Array.from(plan.fixedA, (m, e) => {
    const [a, b] = [first + m, first + (plan.fixedB[e] as number)];
    return Math.min(a, b) * S + Math.max(a, b);
  });
}
