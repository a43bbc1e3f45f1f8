import { R_EARTH_WGS84_KM, RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import type { Geometry } from '../geometry/geometry.ts';
import type { GeometryPlan } from '../geometry/plan.ts';
import { instantOf, type Instant } from './explain-sky.ts';
import { type Verdict, figure, figureNear, limitFigure } from './explain-types.ts';
import type { LaserPlan } from './laser-plans.ts';
import { passesMoon, sinLatitude, trackingRadS } from './laser-sight.kernel.ts';
import { followSchedule } from './rate-schedule.ts';
import { lowestRadiusKm } from './visibility.kernel.ts';

/** The tick asked about, positions at both its ends, and what to look further up in. */
export interface ExplainTick {
  readonly plan: GeometryPlan;
  readonly geometry: Geometry;
  readonly k: number;
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * Members that member `m` could link to: the partners of its fixed links, and everyone that links made by range may join it to.
 */
export function partnersOf(laser: LaserPlan, m: number): number[] {
  const { fixedA, fixedB, side } = laser.plan;
  const partners = new Set<number>();
  fixedA.forEach((a, e) => {
    const b = fixedB[e] as number;
    if (a === m) partners.add(b);
    if (b === m) partners.add(a);
  });
  side.forEach((other, p) => {
    if (p !== m && side[m] !== 0 && other !== 0 && ((side[m] as number) | other) === 3) partners.add(p);
  });
  return [...partners];
}

/** Why a planned link between members `a` and `b` that has no contact in the tick has none. */
export function laserVerdict(tick: ExplainTick, laser: LaserPlan, a: number, b: number): Verdict {
  const hidden = sightVerdict(laser, [tick.start, tick.end], a, b);
  if (hidden !== undefined) return hidden;
  const { k, geometry } = tick;
  const { tickS } = geometry;
  const share = followSchedule(laser.link.rateSchedule).leastFrac(k * tickS, (k + 1) * tickS);
  if (share === 0) return { reason: 'closed', text: 'closed by its rate schedule' };
  return acquisitionVerdict(tick, laser, a, b);
}

/** What keeps the light from passing at any of the instants, with the figure of the worst of them. */
function sightVerdict(laser: LaserPlan, instants: readonly Instant[], a: number, b: number): Verdict | undefined {
  const { limits, link } = laser;
  const [s, p] = [laser.node[a] as number, laser.node[b] as number];
  const worst = (of: (instant: Instant) => number): number => Math.max(...instants.map(of));
  const km = worst((instant) => separationKm(instant, s, p));
  if (km > limits.maxRangeKm) {
    const most = limitFigure(km, limits.maxRangeKm);
    return { reason: 'range', text: `${figureNear(km, limits.maxRangeKm)} km apart, terminals reach ${most} km` };
  }
  const heightKm = -worst(({ rTemeKm }) => -lowestRadiusKm(rTemeKm, s, p)) - R_EARTH_WGS84_KM;
  if (heightKm < link.earthClearanceKm) {
    const height = figureNear(heightKm, link.earthClearanceKm);
    const asked = figure(link.earthClearanceKm);
    return { reason: 'earth', text: `Earth in the way: the light would pass at ${height} km, ${asked} km are asked` };
  }
  for (const { rTemeKm, moonTemeKm } of instants) {
    if (passesMoon(rTemeKm, 3 * s, rTemeKm, 3 * p, moonTemeKm)) return { reason: 'moon', text: 'Moon in the way' };
  }
  if (limits.sinMaxLat < 1 && laser.plan.plane[a] !== laser.plan.plane[b]) {
    const lat = worst(({ rTemeKm }) => Math.max(sinLatitude(rTemeKm, s), sinLatitude(rTemeKm, p)));
    if (lat > limits.sinMaxLat) {
      const [atDeg, mostDeg] = [lat, limits.sinMaxLat].map((sine) => StrictMath.asin(sine) / RAD_PER_DEG) as [
        number,
        number,
      ];
      const at = figureNear(atDeg, mostDeg);
      return { reason: 'latitude', text: `at ${at} deg latitude, links between planes end at ${figure(mostDeg)} deg` };
    }
  }
  const turn = worst(({ rTemeKm, vTemeKmS }) => trackingRadS({ rKm: rTemeKm, vKmS: vTemeKmS }, s, p));
  if (turn > limits.maxTrackingRadS) {
    const text = `the line of sight turns by ${(turn / RAD_PER_DEG).toFixed(2)} deg/s, terminals follow ${link.maxTrackingDegS} deg/s`;
    return { reason: 'tracking', text };
  }
  return undefined;
}

function separationKm({ rTemeKm }: Instant, s: number, p: number): number {
  return Math.hypot(...[0, 1, 2].map((i) => (rTemeKm[3 * p + i] as number) - (rTemeKm[3 * s + i] as number)));
}

/** In sight without contact: it is being acquired, or its terminals are on others. */
function acquisitionVerdict(tick: ExplainTick, laser: LaserPlan, a: number, b: number): Verdict {
  const { plan, geometry, k } = tick;
  const { tickS } = geometry;
  const longestS = laser.link.acquisitionS + 180 / laser.link.slewDegS;
  const lastTick = Math.min(geometry.tickCount, k + Math.ceil(longestS / tickS) + 1);
  const next = nextContact(geometry, laser.node[a] as number, laser.node[b] as number, k);
  if (next !== undefined && next <= lastTick) {
    return { reason: 'acquiring', text: `turning and acquiring, usable from ${next * tickS} s` };
  }
  if (laser.plan.side[a] !== 0 && laser.plan.side[b] !== 0) {
    return { reason: 'no-terminal', text: 'in sight, but the terminals of one end are on nearer partners' };
  }
  for (let ahead = k + 2; ahead <= lastTick; ahead++) {
    const sky = instantOf(plan, ahead * tickS);
    if (sightVerdict(laser, [sky], a, b) === undefined) continue;
    return { reason: 'acquiring', text: `turning and acquiring, but out of sight again by ${ahead * tickS} s` };
  }
  return { reason: 'acquiring', text: 'turning and acquiring until the end of the scenario' };
}

/** First tick after `k` in which satellites `s` and `p` have a contact. */
function nextContact(
  { contacts, islSlots, satelliteCount }: Geometry,
  s: number,
  p: number,
  k: number,
): number | undefined {
  for (let i = 0; i < contacts.n; i++) {
    const track = contacts.track[i] as number;
    if (track >= satelliteCount * islSlots || (contacts.startTick[i] as number) <= k) continue;
    if (Math.floor(track / islSlots) === s && contacts.peer[i] === p) return contacts.startTick[i];
  }
  return undefined;
}
