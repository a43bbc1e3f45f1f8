import type { IslPlan } from './isl-plan.ts';
import { islRangeKm } from './visibility.kernel.ts';

/** Boundary index of a link that is not visible: it is never ready. */
const NEVER = 0x7fffffff;

/** Terminals of one constellation at a tick boundary. Link `s * D + d` is terminal `d` of satellite `s` (local index). */
export interface IslState {
  readonly n: number;
  readonly slots: number;
  readonly maxRangeKm: number;
  readonly blockRadiusKm: number;
  /** Boundaries from becoming visible to being usable. */
  readonly acquisitionTicks: number;
  readonly plan: IslPlan;
  /** [n * D] satellite the terminal points at, -1 = idle; and that satellite's terminal. */
  readonly peer: Int32Array;
  readonly peerSlot: Int32Array;
  /** [n * D] first boundary at which the link is usable; NEVER while it is not visible. */
  readonly readyAt: Int32Array;
  /** [n * D] 1 = held for a fixed link, also while that is not visible. */
  readonly fixed: Uint8Array;
  /** [n] scratch: nearest free partner of this round and the range to it. */
  readonly partner: Int32Array;
  readonly partnerKm: Float64Array;
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
    peer: new Int32Array(n * slots).fill(-1),
    peerSlot: new Int32Array(n * slots).fill(-1),
    readyAt: new Int32Array(n * slots).fill(NEVER),
    fixed: new Uint8Array(n * slots),
    partner: new Int32Array(n),
    partnerKm: new Float64Array(n),
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
  linkNearest(state, ready, rKm);
}

/**
 * Gives idle terminals the nearest visible partner, shortest links first. In every round each satellite names its nearest
 * free partner and those that name each other link: the same result as going through all pairs in order of range, without
 * listing them.
 */
function linkNearest(state: IslState, ready: number, rKm: Float64Array): void {
  const { n, slots, peer, peerSlot, readyAt, partner, partnerKm } = state;
  const side = state.plan.side;
  for (let linked = 1; linked > 0;) {
    linked = 0;
    for (let s = 0; s < n; s++) {
      partner[s] = -1;
      partnerKm[s] = Infinity;
    }
    for (let a = 0; a < n; a++) {
      if (side[a] === 0 || idleSlot(peer, slots, a) < 0) continue;
      for (let b = a + 1; b < n; b++) {
        if ((side[a]! | side[b]!) !== 3 || side[b] === 0 || idleSlot(peer, slots, b) < 0) continue;
        const limit = Math.min(state.maxRangeKm, Math.max(partnerKm[a]!, partnerKm[b]!));
        const range = islRangeKm(rKm, a, b, limit, state.blockRadiusKm);
        if (range === Infinity || isLinked(peer, slots, a, b)) continue;
        if (range < partnerKm[a]!) {
          partnerKm[a] = range;
          partner[a] = b;
        }
        if (range < partnerKm[b]!) {
          partnerKm[b] = range;
          partner[b] = a;
        }
      }
    }
    for (let a = 0; a < n; a++) {
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
      linked++;
    }
  }
}

function idleSlot(peer: Int32Array, slots: number, s: number): number {
  for (let d = 0; d < slots; d++) if (peer[s * slots + d]! < 0) return d;
  return -1;
}

function isLinked(peer: Int32Array, slots: number, a: number, b: number): boolean {
  for (let d = 0; d < slots; d++) if (peer[a * slots + d] === b) return true;
  return false;
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
