import type { ContactRecorder } from '../geometry/contact-recorder.kernel.ts';
import type { IslPlan } from './isl-plan.ts';
import { type SightLimits, type SightSky, sightKm } from './laser-sight.kernel.ts';
import { type PointingSky, angleBetween, pointingInto } from './pointing.kernel.ts';

/** Boundary index of a link that is not visible: it is never ready. */
const NEVER = 0x7fffffff;

/** Partner of a satellite that finds none, and of one that has not looked yet. */
const NO_PARTNER = -1;
const UNKNOWN = -2;

/** New pointing directions of the two ends of a link; scratch of `readyBoundary`. */
const aim = new Float64Array(6);

/**
 * Satellites whose laser terminals link to each other: those of a constellation, or those on both sides of a relay. Index:
 * member `m` in [0, n); link `m * slots + d` is its terminal `d`.
 */
export interface LaserGroup extends SightSky, PointingSky {
  readonly n: number;
  readonly slots: number;
  readonly limits: SightLimits;
  readonly acquisitionS: number;
  readonly slewRadS: number;
  readonly tickS: number;
  /** [n] satellite of each member; track of its terminal 0; terminals it has. */
  readonly node: Int32Array;
  readonly firstTrack: Int32Array;
  readonly capacity: Uint8Array;
  /** [n] see `IslPlan`. */
  readonly side: Uint8Array;
  /** Whether any member takes up links by range. */
  readonly dynamic: boolean;
  rBeforeKm: Float64Array;
  rKm: Float64Array;
  moonBeforeKm: Float64Array;
  moonKm: Float64Array;
  /** Whether the Moon has a known place; it then blocks. */
  moonKnown: boolean;
  /** [n * slots] member the terminal points at, -1 = idle; and that member's terminal. */
  readonly peer: Int32Array;
  readonly peerSlot: Int32Array;
  /** [n * slots] first boundary at which the link is usable; NEVER while it is not visible. */
  readonly readyAt: Int32Array;
  /** [n * slots] 1 = held for a fixed link, also while that is not visible; 1 = a contact of it is open in the recorder. */
  readonly fixed: Uint8Array;
  readonly recorded: Uint8Array;
  /** [n * slots * 3] where the terminal pointed when it lost its last partner, local orbital frame; zeros = nowhere yet. */
  readonly pointing: Float64Array;
  /** Rate of the contacts open in the recorder, bit/s. */
  recordedBps: number;
  /** [n] members in order of z, kept from boundary to boundary, in which they hardly change places. */
  readonly order: Int32Array;
  /** [n] scratch: members with an idle terminal, in order of z; and the nearest free partner of each member. */
  readonly free: Int32Array;
  readonly partner: Int32Array;
}

export interface LaserGroupOptions {
  readonly plan: IslPlan;
  readonly limits: SightLimits;
  readonly acquisitionS: number;
  readonly slewRadS: number;
  readonly tickS: number;
  readonly node: Int32Array;
  readonly firstTrack: Int32Array;
  readonly capacity: Uint8Array;
  readonly aroundMoon: Uint8Array;
}

export function createLaserGroup(options: LaserGroupOptions): LaserGroup {
  const { plan, node } = options;
  const n = node.length;
  const slots = plan.slots;
  const group: LaserGroup = {
    n,
    slots,
    limits: options.limits,
    acquisitionS: options.acquisitionS,
    slewRadS: options.slewRadS,
    tickS: options.tickS,
    node,
    firstTrack: options.firstTrack,
    capacity: options.capacity,
    side: plan.side,
    plane: plan.plane,
    dynamic: plan.side.some((side) => side !== 0),
    aroundMoon: options.aroundMoon,
    rBeforeKm: new Float64Array(3 * n),
    rKm: new Float64Array(3 * n),
    vKmS: new Float64Array(options.limits.maxTrackingRadS < Infinity ? 3 * n : 0),
    moonBeforeKm: new Float64Array(3),
    moonKm: new Float64Array(3),
    moonKnown: false,
    peer: new Int32Array(n * slots).fill(-1),
    peerSlot: new Int32Array(n * slots).fill(-1),
    readyAt: new Int32Array(n * slots).fill(NEVER),
    fixed: new Uint8Array(n * slots),
    recorded: new Uint8Array(n * slots),
    pointing: new Float64Array(3 * n * slots),
    recordedBps: 0,
    order: Int32Array.from({ length: n }, (_, m) => m),
    free: new Int32Array(n),
    partner: new Int32Array(n),
  };
  for (let e = 0; e < plan.fixedA.length; e++) {
    const a = plan.fixedA[e]! * slots + plan.fixedSlotA[e]!;
    const b = plan.fixedB[e]! * slots + plan.fixedSlotB[e]!;
    group.peer[a] = plan.fixedB[e]!;
    group.peer[b] = plan.fixedA[e]!;
    group.peerSlot[a] = plan.fixedSlotB[e]!;
    group.peerSlot[b] = plan.fixedSlotA[e]!;
    group.fixed[a] = 1;
    group.fixed[b] = 1;
  }
  return group;
}

/** Brings positions [S * 3] (and velocities, when a tracking rate limits links) of the next boundary into the group. */
export function moveGroup(
  group: LaserGroup,
  rTemeKm: Float64Array,
  vTemeKmS: Float64Array,
  moonTemeKm: Float64Array | undefined,
): void {
  const { n, node, vKmS } = group;
  const rKm = group.rBeforeKm;
  group.rBeforeKm = group.rKm;
  group.rKm = rKm;
  for (let m = 0; m < n; m++) {
    const at = 3 * node[m]!;
    rKm[3 * m] = rTemeKm[at]!;
    rKm[3 * m + 1] = rTemeKm[at + 1]!;
    rKm[3 * m + 2] = rTemeKm[at + 2]!;
    if (vKmS.length === 0) continue;
    vKmS[3 * m] = vTemeKmS[at]!;
    vKmS[3 * m + 1] = vTemeKmS[at + 1]!;
    vKmS[3 * m + 2] = vTemeKmS[at + 2]!;
  }
  const moonKm = group.moonBeforeKm;
  group.moonBeforeKm = group.moonKm;
  group.moonKm = moonKm;
  group.moonKnown = moonTemeKm !== undefined;
  if (moonTemeKm !== undefined) moonKm.set(moonTemeKm);
}

/**
 * Takes the group to boundary `k` (0, 1, 2, ... in order), after `moveGroup`. Records the links usable during tick `k - 1`:
 * acquired by its start, visible at both ends, at `rateBps` (0 = closed by schedule; terminals then stay on their partners).
 * Links that have gone out of sight are dropped or, if fixed, wait; links that come into sight start turning and acquiring. At
 * k = 0 all links in sight count as acquired.
 */
export function advanceGroup(group: LaserGroup, k: number, rateBps: number, recorder: ContactRecorder): void {
  const { n, slots, peer, peerSlot, readyAt, fixed, pointing, limits } = group;
  const sky = skyOf(group);
  const rateChanged = rateBps !== group.recordedBps;
  group.recordedBps = rateBps;
  for (let a = 0; a < n; a++) {
    for (let d = 0; d < slots; d++) {
      const link = a * slots + d;
      const b = peer[link]!;
      if (b <= a) continue; // idle, or done from the other side
      const back = b * slots + peerSlot[link]!;
      const visible = sightKm(sky, limits, a, b, limits.maxRangeKm) < Infinity;
      if (k > 0) {
        const usable = visible && rateBps > 0 && readyAt[link]! <= k - 1;
        recordLink(group, link, back, b, usable, k - 1, rateChanged, recorder);
      }
      if (visible) {
        if (readyAt[link] === NEVER) readyAt[link] = readyAt[back] = readyBoundary(group, k, a, link, b, back);
        continue;
      }
      if (readyAt[link] !== NEVER) {
        pointingInto(group, true, a, b, pointing, 3 * link);
        pointingInto(group, true, b, a, pointing, 3 * back);
        readyAt[link] = readyAt[back] = NEVER;
      }
      if (fixed[link] === 0) peer[link] = peer[back] = peerSlot[link] = peerSlot[back] = -1;
    }
  }
  if (group.dynamic) linkNearest(group, sky, k);
}

/** Without the Moon where it is not known: it then blocks nothing. */
function skyOf(group: LaserGroup): SightSky {
  return {
    rKm: group.rKm,
    vKmS: group.vKmS,
    plane: group.plane,
    moonKm: group.moonKnown ? group.moonKm : undefined,
  };
}

/** Opens, changes or closes both directions of a link in the recorder at `tick`. */
function recordLink(
  group: LaserGroup,
  link: number,
  back: number,
  b: number,
  usable: boolean,
  tick: number,
  rateChanged: boolean,
  recorder: ContactRecorder,
): void {
  const { slots, node, firstTrack, recorded, recordedBps } = group;
  if (!usable && recorded[link] === 0) return;
  const a = (link - (link % slots)) / slots;
  const track = firstTrack[a]! + (link % slots);
  const backTrack = firstTrack[b]! + (back % slots);
  if (!usable) {
    recorder.close(track, tick);
    recorder.close(backTrack, tick);
  } else if (recorded[link] === 0) {
    recorder.open(track, node[b]!, backTrack, tick, recordedBps);
    recorder.open(backTrack, node[a]!, track, tick, recordedBps);
  } else if (rateChanged) {
    recorder.changeRate(track, tick, recordedBps);
    recorder.changeRate(backTrack, tick, recordedBps);
  }
  recorded[link] = recorded[back] = usable ? 1 : 0;
}

/** Boundary at which a link that starts turning and acquiring at `k` is usable: the end that has to turn farther decides. */
function readyBoundary(group: LaserGroup, k: number, a: number, link: number, b: number, back: number): number {
  if (k === 0) return 0;
  pointingInto(group, false, a, b, aim, 0);
  pointingInto(group, false, b, a, aim, 3);
  const turnRad = Math.max(
    angleBetween(group.pointing, 3 * link, aim, 0),
    angleBetween(group.pointing, 3 * back, aim, 3),
  );
  return k + Math.ceil((group.acquisitionS + turnRad / group.slewRadS) / group.tickS - 1e-9);
}

/**
 * Gives idle terminals the nearest visible partner, shortest links first. In every round each member names its nearest
 * free partner and those that name each other link: the same result as going through all pairs in order of range, without
 * listing them. Of equal ranges the one with the lower index counts as nearer.
 */
function linkNearest(group: LaserGroup, sky: SightSky, k: number): void {
  const { n, slots, peer, peerSlot, readyAt, order, free, partner, rKm, side } = group;
  sortByZ(order, rKm);
  let m = 0;
  let sides = 0;
  for (let i = 0; i < n; i++) {
    const s = order[i]!;
    if (side[s] === 0 || idleSlot(group, s) < 0) continue;
    free[m++] = s;
    sides |= side[s]!;
    partner[s] = UNKNOWN;
  }
  if (sides !== 3) return;
  for (let linked = 1; linked > 0;) {
    linked = 0;
    for (let i = 0; i < m; i++) {
      const a = free[i]!;
      const b = partner[a]!;
      // Who is free only gets fewer: a partner still free is still the nearest, and who found none finds none.
      if (b === NO_PARTNER || (b >= 0 && canLink(group, a, b))) continue;
      partner[a] = nearestFree(group, sky, m, i);
    }
    for (let i = 0; i < m; i++) {
      const a = free[i]!;
      const b = partner[a]!;
      if (b <= a || partner[b] !== a) continue;
      const da = idleSlot(group, a);
      const db = idleSlot(group, b);
      const link = a * slots + da;
      const back = b * slots + db;
      peer[link] = b;
      peer[back] = a;
      peerSlot[link] = db;
      peerSlot[back] = da;
      readyAt[link] = readyAt[back] = readyBoundary(group, k, a, link, b, back);
      partner[a] = partner[b] = UNKNOWN;
      linked++;
    }
  }
}

/** Nearest member that `free[i]` can link to, or NO_PARTNER; looks along z both ways until that alone is too far. */
function nearestFree(group: LaserGroup, sky: SightSky, m: number, i: number): number {
  const { free, limits, rKm } = group;
  const a = free[i]!;
  if (idleSlot(group, a) < 0) return NO_PARTNER;
  const z = rKm[3 * a + 2]!;
  let best = NO_PARTNER;
  let bestKm = Infinity;
  let limit = limits.maxRangeKm;
  for (let step = -1; step <= 1; step += 2) {
    for (let j = i + step; j >= 0 && j < m; j += step) {
      const b = free[j]!;
      if (Math.abs(rKm[3 * b + 2]! - z) > limit) break;
      if (!canLink(group, a, b)) continue;
      const range = sightKm(sky, limits, Math.min(a, b), Math.max(a, b), limit);
      if (range < bestKm || (range === bestKm && range < Infinity && b < best)) {
        best = b;
        bestKm = range;
        limit = Math.min(limit, range * (1 + 1e-9)); // so that an equal range still counts after rounding
      }
    }
  }
  return best;
}

/** Whether both have an idle terminal, stand on sides that may link, and are not linked yet. */
function canLink(group: LaserGroup, a: number, b: number): boolean {
  const { slots, peer, side } = group;
  if ((side[a]! | side[b]!) !== 3 || idleSlot(group, a) < 0 || idleSlot(group, b) < 0) return false;
  for (let d = 0; d < slots; d++) if (peer[a * slots + d] === b) return false;
  return true;
}

/** Insertion sort: satellites move little between two boundaries. */
function sortByZ(order: Int32Array, rKm: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const s = order[i]!;
    const z = rKm[3 * s + 2]!;
    let j = i - 1;
    for (; j >= 0 && rKm[3 * order[j]! + 2]! > z; j--) order[j + 1] = order[j]!;
    order[j + 1] = s;
  }
}

function idleSlot(group: LaserGroup, m: number): number {
  const { slots, peer, capacity } = group;
  for (let d = 0; d < capacity[m]!; d++) if (peer[m * slots + d]! < 0) return d;
  return -1;
}
