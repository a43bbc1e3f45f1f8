import type { ConstellationConfig } from '../scenario/schema.ts';
import { type OrbitalPlane, elementPlanes, facingSlots, isSeam } from './isl-planes.ts';

export type IslConfig = ConstellationConfig['isl'];

/** Links of one constellation: fixed ones, and satellites that may take up others with the terminals left over. */
export interface IslPlan {
  /** Terminals a satellite may use, slots `d` in [0, D). */
  readonly slots: number;
  /** [E] fixed links between satellites `fixedA` and `fixedB` and the slots they occupy there. */
  readonly fixedA: Int32Array;
  readonly fixedB: Int32Array;
  readonly fixedSlotA: Int32Array;
  readonly fixedSlotB: Int32Array;
  /**
   * [n] side of a satellite in links made by range: links join side 1 to side 2, or any two of side 3; 0 takes no part.
   */
  readonly side: Uint8Array;
  /** [n] orbital plane, counted from 0. */
  readonly plane: Int32Array;
}

/** Of a regular constellation, satellite `plane * satellitesPerPlane + slot`. */
export interface WalkerShape {
  readonly planes: number;
  readonly satellitesPerPlane: number;
  readonly star: boolean;
  /** Angle between neighbours in a plane, and shift from plane to plane, rad. */
  readonly slotSpacing: number;
  readonly phasing: number;
}

/** Neighbours of a +grid: two in the plane, one in each neighbouring plane. */
const GRID_SLOTS = 4;

/**
 * +grid of a Walker constellation: the next and the previous slot of the plane, and the same slot of the next and previous
 * plane. From the last plane of a delta to the first, `planes * phasing` has added up: the slot that faces it is taken, or with
 * `gridWrap: same-slot` the same slot, as Hypatia does. Across the seam of a star, where planes move in opposite directions, there is no fixed link; with `crossSeam` the satellites along
 * the seam link to the nearest on the other side.
 */
export function walkerGridPlan(shape: WalkerShape, isl: IslConfig): IslPlan {
  const { planes, satellitesPerPlane: perPlane, star } = shape;
  const plan = createPlanner(planes * perPlane, Math.min(isl.terminals, GRID_SLOTS));
  for (let plane = 0; plane < planes; plane++)
    plan.ring(Array.from({ length: perPlane }, (_, j) => plane * perPlane + j));
  for (let plane = 0; plane + 1 < planes; plane++) {
    for (let j = 0; j < perPlane; j++) plan.link(plane * perPlane + j, (plane + 1) * perPlane + j);
  }
  const last = (planes - 1) * perPlane;
  if (star) {
    if (isl.crossSeam && planes > 1) {
      for (let j = 0; j < perPlane; j++) plan.seam(j, last + j);
    }
  } else if (planes > 2) {
    const shift = isl.gridWrap === 'same-slot' ? 0 : Math.round((planes * shape.phasing) / shape.slotSpacing);
    for (let j = 0; j < perPlane; j++) plan.link(last + j, modulo(j + shift, perPlane));
  }
  return plan.finish(Int32Array.from({ length: planes * perPlane }, (_, s) => Math.floor(s / perPlane)));
}

/**
 * +grid of real satellites, from positions `rTemeKm` at scenario start and `rLaterKm` one second later, [n * 3]: planes are
 * found by right ascension of the node, slots by argument of latitude; the neighbour in the next plane is the nearest slot.
 * Links between planes whose satellites move in opposite directions are treated as the seam of a star.
 */
export function elementGridPlan(rTemeKm: Float64Array, rLaterKm: Float64Array, isl: IslConfig): IslPlan {
  const plan = createPlanner(rTemeKm.length / 3, Math.min(isl.terminals, GRID_SLOTS));
  const planes = elementPlanes(rTemeKm, rLaterKm);
  for (const plane of planes) plan.ring(plane.satellites);
  const pairs = planes.length > 2 ? planes.length : planes.length - 1;
  for (let p = 0; p < pairs; p++) {
    const here = planes[p] as OrbitalPlane;
    const next = planes[(p + 1) % planes.length] as OrbitalPlane;
    if (!isSeam(here, next)) {
      for (const [a, b] of facingSlots(here, next)) plan.link(a, b);
    } else if (isl.crossSeam) {
      for (const a of here.satellites) plan.seam(-1, a);
      for (const b of next.satellites) plan.seam(b, -1);
    }
  }
  return plan.finish(planeOfEach(planes, rTemeKm.length / 3));
}

/** Satellites in one plane, each linked to the next and the last to the first. */
export function ringPlan(n: number, isl: IslConfig): IslPlan {
  const plan = createPlanner(n, Math.min(isl.terminals, GRID_SLOTS));
  plan.ring(Array.from({ length: n }, (_, s) => s));
  return plan.finish(new Int32Array(n));
}

/** Any two satellites may link; the nearest do. `plane` [n] matters only where links between planes are limited. */
export function nearestPlan(n: number, isl: IslConfig, plane: Int32Array = new Int32Array(n)): IslPlan {
  return { ...createPlanner(n, isl.terminals).finish(plane), side: new Uint8Array(n).fill(3) };
}

/** No links. */
export function noLinksPlan(n: number): IslPlan {
  return createPlanner(n, 0).finish(new Int32Array(n));
}

/**
 * Links by range between `users` satellites (members [0, users)) and `relays` others (the members after them); with `relays` 0,
 * among the users themselves. `slots`: the most terminals of any of them.
 */
export function relayPlan(users: number, relays: number, slots: number): IslPlan {
  const n = users + relays;
  const side = new Uint8Array(n).fill(relays === 0 ? 3 : 1);
  side.fill(2, relays === 0 ? n : users);
  return { ...createPlanner(n, slots).finish(new Int32Array(n)), side };
}

/** [n] plane of each satellite. */
export function planeOfEach(planes: readonly OrbitalPlane[], n: number): Int32Array {
  const plane = new Int32Array(n);
  planes.forEach(({ satellites }, p) => {
    for (const satellite of satellites) plane[satellite] = p;
  });
  return plane;
}

interface Planner {
  /** Links each satellite to the next, and the last to the first. */
  ring(satellites: readonly number[]): void;
  /** Links two satellites if both have a terminal left and are not linked yet. */
  link(a: number, b: number): void;
  /** Puts satellites on side 1 and side 2 of a seam; -1 = none. */
  seam(one: number, two: number): void;
  finish(plane: Int32Array): IslPlan;
}

function createPlanner(n: number, slots: number): Planner {
  const used = new Int32Array(n);
  const linked = new Set<number>();
  const side = new Uint8Array(n);
  const columns: [number[], number[], number[], number[]] = [[], [], [], []];
  const link = (a: number, b: number): void => {
    const pair = Math.min(a, b) * n + Math.max(a, b);
    const slotA = used[a] as number;
    const slotB = used[b] as number;
    if (a === b || slotA >= slots || slotB >= slots || linked.has(pair)) return;
    linked.add(pair);
    used[a] = slotA + 1;
    used[b] = slotB + 1;
    [a, b, slotA, slotB].forEach((value, column) => columns[column]?.push(value));
  };
  return {
    ring(satellites) {
      satellites.forEach((satellite, j) => link(satellite, satellites[(j + 1) % satellites.length] as number));
    },
    link,
    seam(one, two) {
      if (one >= 0) side[one] = 1;
      if (two >= 0) side[two] = 2;
    },
    finish(plane) {
      const [fixedA, fixedB, fixedSlotA, fixedSlotB] = columns.map((column) => Int32Array.from(column)) as [
        Int32Array,
        Int32Array,
        Int32Array,
        Int32Array,
      ];
      return { slots, fixedA, fixedB, fixedSlotA, fixedSlotB, side, plane };
    },
  };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
