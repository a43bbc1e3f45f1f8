import type { IslPlan } from './isl-plan.ts';
import { islRangeKm } from './visibility.kernel.ts';

/** Boundary index of a link that is not visible: it is never ready. */
const NEVER = 0x7fffffff;

/** Partner of a satellite that finds none, and of one that has not looked yet. */
const NO_PARTNER = -1;
const UNKNOWN = -2;

/** Terminals of one constellation at a tick boundary. Link `s * D + d` is terminal `d` of satellite `s` (local index). */
export interface IslState {
  readonly n: number;
  readonly slots: number;
  readonly maxRangeKm: number;
  readonly blockRadiusKm: number;
  /** Boundaries from becoming visible to being usable. */
  readonly acquisitionTicks: number;
  readonly plan: IslPlan;
  /** Whether any satellite takes up links by range. */
  readonly dynamic: boolean;
  /** [n * D] satellite the terminal points at, -1 = idle; and that satellite's terminal. */
  readonly peer: Int32Array;
  readonly peerSlot: Int32Array;
  /** [n * D] first boundary at which the link is usable; NEVER while it is not visible. */
  readonly readyAt: Int32Array;
  /** [n * D] 1 = held for a fixed link, also while that is not visible. */
  readonly fixed: Uint8Array;
  /** [n] satellites in order of z, kept from boundary to boundary, in which they hardly change places. */
  readonly order: Int32Array;
  /** [n] scratch: satellites with an idle terminal, in order of z; and the nearest free partner of each satellite. */
  readonly free: Int32Array;
  readonly partner: Int32Array;
}

export interface IslLimits {
  readonly maxRangeKm: number;
  readonly blockRadiusKm: number;
  readonly acquisitionS: number;
  readonly tickS: number;
}

export function createIslState(n: number, plan: IslPlan, limits: IslLimits): IslState {
  const slots = plan.slots;
  const state: IslState = {
    n,
    slots,
    maxRangeKm: limits.maxRangeKm,
    blockRadiusKm: limits.blockRadiusKm,
    acquisitionTicks: Math.ceil(limits.acquisitionS / limits.tickS - 1e-9),
    plan,
    dynamic: plan.side.some((side) => side !== 0),
    peer: new Int32Array(n * slots).fill(-1),
    peerSlot: new Int32Array(n * slots).fill(-1),
    readyAt: new Int32Array(n * slots).fill(NEVER),
    fixed: new Uint8Array(n * slots),
    order: Int32Array.from({ length: n }, (_, s) => s),
    free: new Int32Array(n),
    partner: new Int32Array(n),
  };
  for (let e = 0; e < plan.fixedA.length; e++) {
    const a = plan.fixedA[e]! * slots + plan.fixedSlotA[e]!;
    const b = plan.fixedB[e]! * slots + plan.fixedSlotB[e]!;
    state.peer[a] = plan.fixedB[e]!;
    state.peer[b] = plan.fixedA[e]!;
    state.peerSlot[a] = plan.fixedSlotB[e]!;
    state.peerSlot[b] = plan.fixedSlotA[e]!;
    state.fixed[a] = 1;
    state.fixed[b] = 1;
  }
  return state;
}

/**
 * Brings the terminals to boundary `k` (0, 1, 2, ... in order) with positions `rKm` [n * 3]. Links that have gone out of sight
 * are dropped or, if fixed, wait; links that come into sight start acquiring. At k = 0 all links in sight count as acquired.
 */
export function advanceIsls(state: IslState, k: number, rKm: Float64Array): void {
  const { n, slots, peer, peerSlot, readyAt, fixed } = state;
  const ready = k === 0 ? 0 : k + state.acquisitionTicks;
  for (let s = 0; s < n; s++) {
    for (let d = 0; d < slots; d++) {
      const link = s * slots + d;
      const other = peer[link]!;
      if (other <= s) continue; // idle, or done from the other side
      const back = other * slots + peerSlot[link]!;
      if (islRangeKm(rKm, s, other, state.maxRangeKm, state.blockRadiusKm) < Infinity) {
        if (readyAt[link] === NEVER) readyAt[link] = readyAt[back] = ready;
      } else {
        readyAt[link] = readyAt[back] = NEVER;
        if (fixed[link] === 0) peer[link] = peer[back] = peerSlot[link] = peerSlot[back] = -1;
      }
    }
  }
  if (state.dynamic) linkNearest(state, ready, rKm);
}

/**
 * Gives idle terminals the nearest visible partner, shortest links first. In every round each satellite names its nearest
 * free partner and those that name each other link: the same result as going through all pairs in order of range, without
 * listing them. Of equal ranges the one with the lower index counts as nearer.
 */
function linkNearest(state: IslState, ready: number, rKm: Float64Array): void {
  const { n, slots, peer, peerSlot, readyAt, order, free, partner } = state;
  const side = state.plan.side;
  sortByZ(order, rKm);
  let m = 0;
  for (let i = 0; i < n; i++) {
    const s = order[i]!;
    if (side[s] === 0 || idleSlot(peer, slots, s) < 0) continue;
    free[m++] = s;
    partner[s] = UNKNOWN;
  }
  for (let linked = 1; linked > 0;) {
    linked = 0;
    for (let i = 0; i < m; i++) {
      const a = free[i]!;
      const b = partner[a]!;
      // Who is free only gets fewer: a partner still free is still the nearest, and who found none finds none.
      if (b === NO_PARTNER || (b >= 0 && canLink(state, a, b))) continue;
      partner[a] = nearestFree(state, m, i, rKm);
    }
    for (let i = 0; i < m; i++) {
      const a = free[i]!;
      const b = partner[a]!;
      if (b <= a || partner[b] !== a) continue;
      const da = idleSlot(peer, slots, a);
      const db = idleSlot(peer, slots, b);
      const link = a * slots + da;
      const back = b * slots + db;
      peer[link] = b;
      peer[back] = a;
      peerSlot[link] = db;
      peerSlot[back] = da;
      readyAt[link] = readyAt[back] = ready;
      partner[a] = partner[b] = UNKNOWN;
      linked++;
    }
  }
}

/** Nearest satellite that `free[i]` can link to, or NO_PARTNER; looks along z both ways until that alone is too far. */
function nearestFree(state: IslState, m: number, i: number, rKm: Float64Array): number {
  const { free, blockRadiusKm, peer, slots } = state;
  const a = free[i]!;
  if (idleSlot(peer, slots, a) < 0) return NO_PARTNER;
  const z = rKm[3 * a + 2]!;
  let best = NO_PARTNER;
  let bestKm = Infinity;
  let limit = state.maxRangeKm;
  for (let step = -1; step <= 1; step += 2) {
    for (let j = i + step; j >= 0 && j < m; j += step) {
      const b = free[j]!;
      if (Math.abs(rKm[3 * b + 2]! - z) > limit) break;
      if (!canLink(state, a, b)) continue;
      const range = islRangeKm(rKm, Math.min(a, b), Math.max(a, b), limit, blockRadiusKm);
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
function canLink(state: IslState, a: number, b: number): boolean {
  const { slots, peer } = state;
  const side = state.plan.side;
  if ((side[a]! | side[b]!) !== 3 || idleSlot(peer, slots, a) < 0 || idleSlot(peer, slots, b) < 0) return false;
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

function idleSlot(peer: Int32Array, slots: number, s: number): number {
  for (let d = 0; d < slots; d++) if (peer[s * slots + d]! < 0) return d;
  return -1;
}

/** Columns over all ticks and constellations that the links are written to, as in `Geometry`. */
export interface IslColumns {
  readonly islNeighbour: Int32Array;
  readonly islRangeStartKm: Float32Array;
  readonly islRangeEndKm: Float32Array;
  readonly satelliteCount: number;
  readonly islSlots: number;
}

/**
 * Writes the links usable during tick `k` (state at boundary `k`, positions at both ends): acquired by its start and visible
 * at its end. `firstSatellite` is the index of satellite 0 of this constellation among all.
 */
export function writeIslTick(
  state: IslState,
  k: number,
  rStartKm: Float64Array,
  rEndKm: Float64Array,
  firstSatellite: number,
  out: IslColumns,
): void {
  const { n, slots, peer, peerSlot, readyAt, maxRangeKm, blockRadiusKm } = state;
  const { islNeighbour, islRangeStartKm, islRangeEndKm, islSlots } = out;
  const base = (k * out.satelliteCount + firstSatellite) * islSlots;
  for (let s = 0; s < n; s++) {
    for (let d = 0; d < slots; d++) {
      const link = s * slots + d;
      const other = peer[link]!;
      if (other <= s || readyAt[link]! > k) continue;
      const end = islRangeKm(rEndKm, s, other, maxRangeKm, blockRadiusKm);
      if (end === Infinity) continue;
      const start = islRangeKm(rStartKm, s, other, maxRangeKm, blockRadiusKm);
      const at = base + s * islSlots + d;
      const back = base + other * islSlots + peerSlot[link]!;
      islNeighbour[at] = firstSatellite + other;
      islNeighbour[back] = firstSatellite + s;
      islRangeStartKm[at] = islRangeStartKm[back] = start;
      islRangeEndKm[at] = islRangeEndKm[back] = end;
    }
  }
}
