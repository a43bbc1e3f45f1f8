/**
 * Satellites sorted into cubes of space, so that pairs within a range are found without looking at all pairs. Space is wrapped
 * around `SIDE` cubes per axis: any coordinates fit, and distant satellites that share a cube are told apart by their distance.
 */
export interface NeighbourGrid {
  readonly capacity: number;
  /** Satellites sorted in, and the edge of a cube, km. */
  n: number;
  cellKm: number;
  /** [CELLS + 1] first place of each cube. */
  readonly start: Int32Array;
  /** [capacity] cube of a satellite; satellites in order of their cubes. */
  readonly cellOf: Int32Array;
  readonly order: Int32Array;
  /** [capacity * 3] positions in that order, km. */
  readonly rKm: Float64Array;
}

/** Cubes per axis, a power of 2 and more than 3, so that the neighbours of a cube are 26 others. */
const SHIFT = 5;
const SIDE = 1 << SHIFT;
const MASK = SIDE - 1;
export const CELLS = SIDE * SIDE * SIDE;
/** Cubes that touch a cube, itself in the middle; those after the middle are the mirror images of those before. */
export const TOUCHING = 27;
const MIDDLE = 13;

export function createNeighbourGrid(capacity: number): NeighbourGrid {
  return {
    capacity,
    n: 0,
    cellKm: 0,
    start: new Int32Array(CELLS + 1),
    cellOf: new Int32Array(capacity),
    order: new Int32Array(capacity),
    rKm: new Float64Array(3 * capacity),
  };
}

/** Sorts `n` satellites at `rKm` [n * 3] into cubes of edge `cellKm`; pairs up to that range can then be asked for. */
export function sortIntoGrid(grid: NeighbourGrid, rKm: Float64Array, n: number, cellKm: number): void {
  const { start, cellOf, order } = grid;
  grid.n = n;
  grid.cellKm = cellKm;
  start.fill(0);
  // A little coarser than asked, so that rounding cannot part two satellites by more than one cube.
  const perKm = (1 - 1e-9) / cellKm;
  for (let i = 0; i < n; i++) {
    const x = Math.floor(rKm[3 * i]! * perKm) & MASK;
    const y = Math.floor(rKm[3 * i + 1]! * perKm) & MASK;
    const z = Math.floor(rKm[3 * i + 2]! * perKm) & MASK;
    const cell = (z * SIDE + y) * SIDE + x;
    cellOf[i] = cell;
    start[cell]!++;
  }
  let sum = 0;
  for (let cell = 0; cell <= CELLS; cell++) {
    sum += start[cell]!;
    start[cell] = sum;
  }
  // Filled from the back: `start` ends up at the first place, and satellites of a cube stay in order of index.
  for (let i = n - 1; i >= 0; i--) {
    const at = --start[cellOf[i]!]!;
    order[at] = i;
    grid.rKm[3 * at] = rKm[3 * i]!;
    grid.rKm[3 * at + 1] = rKm[3 * i + 1]!;
    grid.rKm[3 * at + 2] = rKm[3 * i + 2]!;
  }
}

/** Pairs of satellites, [count] used of what there is room for. */
export interface SatellitePairs {
  count: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

export function createSatellitePairs(capacity: number): SatellitePairs {
  return { count: 0, a: new Int32Array(capacity), b: new Int32Array(capacity) };
}

/**
 * Lists every pair of satellites of the grid whose distance is at most `maxRangeKm` (not above the grid's `cellKm`) in `pairs`,
 * a < b, cube by cube. Returns how many there are; only as many as `pairs` has room for are written and counted there.
 */
export function pairsInRangeInto(grid: NeighbourGrid, maxRangeKm: number, pairs: SatellitePairs): number {
  const { start, order, rKm } = grid;
  const { a, b } = pairs;
  const room = a.length;
  const limit2 = maxRangeKm * maxRangeKm;
  let count = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const first = start[cell]!;
    const end = start[cell + 1]!;
    if (first === end) continue;
    for (let side = MIDDLE; side < TOUCHING; side++) {
      const other = cellBeside(cell, side);
      const otherEnd = start[other + 1]!;
      if (start[other] === otherEnd) continue;
      for (let i = first; i < end; i++) {
        const x = rKm[3 * i]!;
        const y = rKm[3 * i + 1]!;
        const z = rKm[3 * i + 2]!;
        const s = order[i]!;
        for (let j = side === MIDDLE ? i + 1 : start[other]!; j < otherEnd; j++) {
          const dx = rKm[3 * j]! - x;
          const dy = rKm[3 * j + 1]! - y;
          const dz = rKm[3 * j + 2]! - z;
          if (dx * dx + dy * dy + dz * dz > limit2) continue;
          if (count < room) {
            const t = order[j]!;
            a[count] = s < t ? s : t;
            b[count] = s < t ? t : s;
          }
          count++;
        }
      }
    }
  }
  pairs.count = count < room ? count : room;
  return count;
}

/** Cube `side` in [0, 27) of those that touch a cube, around the edge of wrapped space; 13 is the cube itself. */
export function cellBeside(cell: number, side: number): number {
  const x = ((cell & MASK) + (side % 3) - 1) & MASK;
  const y = (((cell >> SHIFT) & MASK) + (Math.floor(side / 3) % 3) - 1) & MASK;
  const z = ((cell >> (2 * SHIFT)) + Math.floor(side / 9) - 1) & MASK;
  return (z * SIDE + y) * SIDE + x;
}
