import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';

/** Satellites that share an orbital plane, in order of argument of latitude. */
export interface OrbitalPlane {
  readonly satellites: readonly number[];
  /** Arguments of latitude, rad, rising; one per satellite. */
  readonly latitudeArguments: readonly number[];
  /** Mean unit normal of the orbits. */
  readonly normal: readonly [number, number, number];
}

/**
 * Neighbours in right ascension farther apart than this belong to different planes. Real planes keep within some tenths of
 * a degree; the densest shells set them 5 deg apart (Starlink, 72 planes).
 */
const PLANE_GAP = 2 * RAD_PER_DEG;

interface Placed {
  readonly satellite: number;
  readonly raan: number;
  readonly latitudeArgument: number;
  readonly normal: readonly [number, number, number];
}

/**
 * Groups satellites into planes by the right ascension of their ascending nodes, in rising order of it. Positions at one
 * instant and shortly later, [n * 3], km, inertial.
 */
export function elementPlanes(rKm: Float64Array, rLaterKm: Float64Array): OrbitalPlane[] {
  const placed = Array.from({ length: rKm.length / 3 }, (_, i) => place(rKm, rLaterKm, i)).sort(
    (a, b) => a.raan - b.raan,
  );
  // Start behind the widest gap, so that a plane at raan 0 is not cut in two.
  const gap = (k: number): number => {
    const before = placed[(k + placed.length - 1) % placed.length] as Placed;
    return positiveAngle((placed[k] as Placed).raan - before.raan);
  };
  let start = 0;
  for (let k = 1; k < placed.length; k++) if (gap(k) > gap(start)) start = k;
  const groups: Placed[][] = [];
  for (let step = 0; step < placed.length; step++) {
    const k = (start + step) % placed.length;
    if (step === 0 || gap(k) > PLANE_GAP) groups.push([]);
    groups[groups.length - 1]?.push(placed[k] as Placed);
  }
  return groups.map((group) => {
    const ordered = [...group].sort((a, b) => a.latitudeArgument - b.latitudeArgument);
    return {
      satellites: ordered.map((one) => one.satellite),
      latitudeArguments: ordered.map((one) => one.latitudeArgument),
      normal: unit(sum(ordered.map((one) => one.normal))),
    };
  });
}

/** Whether satellites of two neighbouring planes pass each other in opposite directions: their normals more than 90 deg apart. */
export function isSeam(a: OrbitalPlane, b: OrbitalPlane): boolean {
  return a.normal[0] * b.normal[0] + a.normal[1] * b.normal[1] + a.normal[2] * b.normal[2] < 0;
}

/**
 * Pairs of satellites of two planes, nearest in argument of latitude first; each satellite is in at most one pair.
 */
export function facingSlots(a: OrbitalPlane, b: OrbitalPlane): (readonly [number, number])[] {
  const candidates: { readonly i: number; readonly j: number; readonly apart: number }[] = [];
  a.latitudeArguments.forEach((ua, i) => {
    b.latitudeArguments.forEach((ub, j) => {
      const apart = positiveAngle(ua - ub);
      candidates.push({ i, j, apart: Math.min(apart, 2 * Math.PI - apart) });
    });
  });
  candidates.sort((x, y) => x.apart - y.apart || x.i - y.i || x.j - y.j);
  const takenA = new Set<number>();
  const takenB = new Set<number>();
  const pairs: (readonly [number, number])[] = [];
  for (const { i, j } of candidates) {
    if (takenA.has(i) || takenB.has(j)) continue;
    takenA.add(i);
    takenB.add(j);
    pairs.push([a.satellites[i] as number, b.satellites[j] as number]);
  }
  return pairs;
}

function place(rKm: Float64Array, rLaterKm: Float64Array, i: number): Placed {
  const [x, y, z] = rKm.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
  const [lx, ly, lz] = rLaterKm.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
  const normal = unit([y * lz - z * ly, z * lx - x * lz, x * ly - y * lx]);
  // The node lies along the vertical axis x normal; an equatorial orbit has none, its angles then count from the x axis.
  const raan = Math.hypot(normal[0], normal[1]) < 1e-9 ? 0 : StrictMath.atan2(normal[0], -normal[1]);
  const nx = StrictMath.cos(raan);
  const ny = StrictMath.sin(raan);
  const alongNode = x * nx + y * ny;
  // normal x node points 90 deg ahead of the node.
  const ahead = -normal[2] * ny * x + normal[2] * nx * y + (normal[0] * ny - normal[1] * nx) * z;
  const latitudeArgument = positiveAngle(StrictMath.atan2(ahead, alongNode));
  return { satellite: i, raan: positiveAngle(raan), latitudeArgument, normal };
}

function sum(vectors: readonly (readonly [number, number, number])[]): [number, number, number] {
  return vectors.reduce<[number, number, number]>((s, v) => [s[0] + v[0], s[1] + v[1], s[2] + v[2]], [0, 0, 0]);
}

function unit(v: readonly [number, number, number]): [number, number, number] {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

function positiveAngle(angle: number): number {
  const turn = 2 * Math.PI;
  return ((angle % turn) + turn) % turn;
}
