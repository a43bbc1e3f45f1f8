import {
  F_EARTH_WGS72,
  F_EARTH_WGS84,
  R_EARTH_WGS72_KM,
  R_EARTH_WGS84_KM,
  RAD_PER_DEG,
  SpaceCloudError,
  StrictMath,
} from '../../core/index.ts';
import type { Scenario, TerminalConfig } from '../scenario/schema.ts';

/** Numbers per ground node: Earth-fixed position, km, then the unit vector of the local vertical. */
export const SITE_LENGTH = 6;

/** Ground nodes (gateways, data centres, terminals) and where they are. */
export interface GroundNodes {
  readonly count: number;
  readonly names: readonly string[];
  /** Writes [count * SITE_LENGTH] for `timeS`, s since scenario start. Nodes that stand still are written only once. */
  sitesInto(timeS: number, sites: Float64Array): void;
}

interface Ellipsoid {
  readonly equatorKm: number;
  readonly poleKm: number;
}

const ELLIPSOIDS: Readonly<Record<Scenario['groundEllipsoid'], Ellipsoid>> = {
  wgs84: { equatorKm: R_EARTH_WGS84_KM, poleKm: R_EARTH_WGS84_KM * (1 - F_EARTH_WGS84) },
  wgs72: { equatorKm: R_EARTH_WGS72_KM, poleKm: R_EARTH_WGS72_KM * (1 - F_EARTH_WGS72) },
};

type Vector = readonly [number, number, number];

/**
 * The ground nodes of a scenario. Terminals with a track move along great circles of the sphere of geodetic verticals, at
 * constant angular speed and with linear height between two waypoints (K. Gade, A Non-singular Horizontal Position
 * Representation, Journal of Navigation 63, 2010); before the first waypoint and after the last they stand still.
 *
 * Throws SCENARIO_FIELD for waypoints on opposite sides of the Earth, between which no great circle is the shortest.
 */
export function groundNodes(scenario: Scenario): GroundNodes {
  const ellipsoid = ELLIPSOIDS[scenario.groundEllipsoid];
  const fixed = [...scenario.gateways, ...scenario.dataCentres].map((node) => standing(node, ellipsoid));
  const terminals = scenario.terminals.map((terminal) => placeOf(terminal, ellipsoid));
  const places = [...fixed, ...terminals];
  const written = new WeakSet<Float64Array>();
  return {
    count: places.length,
    names: [...scenario.gateways, ...scenario.dataCentres, ...scenario.terminals].map((node) => node.name),
    sitesInto(timeS, sites) {
      const first = !written.has(sites);
      written.add(sites);
      places.forEach((place, g) => {
        if (first || place.moves) place.writeInto(timeS, sites, g * SITE_LENGTH);
      });
    },
  };
}

interface Place {
  readonly moves: boolean;
  writeInto(timeS: number, sites: Float64Array, at: number): void;
}

interface Point {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly heightM?: number;
}

function standing(point: Point, ellipsoid: Ellipsoid): Place {
  const vertical = verticalOf(point);
  const heightKm = (point.heightM ?? 0) / 1000;
  return { moves: false, writeInto: (_, sites, at) => siteInto(vertical, heightKm, ellipsoid, { sites, at }) };
}

function placeOf(terminal: TerminalConfig, ellipsoid: Ellipsoid): Place {
  const { name, latDeg = 0, lonDeg = 0, heightM, track } = terminal; // the schema asks for both or for a track
  if (track === undefined) return standing({ latDeg, lonDeg, heightM }, ellipsoid);
  const legs = track.slice(1).map((to, i) => legBetween(name, track[i] as Waypoint, to));
  return {
    moves: true,
    writeInto(timeS, sites, at) {
      const leg = (legs.find(({ endS }) => timeS <= endS) ?? legs[legs.length - 1]) as Leg; // two waypoints, one leg
      const share = Math.min(1, Math.max(0, (timeS - leg.startS) / (leg.endS - leg.startS)));
      const heightKm = leg.startHeightKm + share * (leg.endHeightKm - leg.startHeightKm);
      siteInto(verticalAlong(leg, share), heightKm, ellipsoid, { sites, at });
    },
  };
}

type Waypoint = NonNullable<TerminalConfig['track']>[number];

interface Leg {
  readonly startS: number;
  readonly endS: number;
  readonly startHeightKm: number;
  readonly endHeightKm: number;
  /** Vertical at its start, the unit vector 90 deg ahead on the great circle, and the angle between its ends, rad. */
  readonly start: Vector;
  readonly ahead: Vector;
  readonly angle: number;
}

/** Closer to the opposite side than this a great circle has no direction worth the name, rad (6 m). */
const OPPOSITE = 1e-6;

function legBetween(terminalName: string, from: Waypoint, to: Waypoint): Leg {
  const start = verticalOf(from);
  const end = verticalOf(to);
  const cross: Vector = [
    start[1] * end[2] - start[2] * end[1],
    start[2] * end[0] - start[0] * end[2],
    start[0] * end[1] - start[1] * end[0],
  ];
  const sine = Math.hypot(...cross);
  const cosine = start[0] * end[0] + start[1] * end[1] + start[2] * end[2];
  const angle = StrictMath.atan2(sine, cosine);
  if (Math.PI - angle < OPPOSITE) {
    throw new SpaceCloudError(
      'SCENARIO_FIELD',
      `Expected a way between the waypoints of terminal '${terminalName}' at ${from.atS} s and ${to.atS} s, got opposite sides of the Earth.`,
      { hint: 'Put a waypoint between them.' },
    );
  }
  const ahead = [0, 1, 2].map((axis) =>
    sine === 0 ? 0 : ((end[axis] as number) - cosine * (start[axis] as number)) / sine,
  ) as unknown as Vector;
  return {
    startS: from.atS,
    endS: to.atS,
    startHeightKm: from.heightM / 1000,
    endHeightKm: to.heightM / 1000,
    start,
    ahead,
    angle,
  };
}

function verticalAlong({ start, ahead, angle }: Leg, share: number): Vector {
  const c = StrictMath.cos(share * angle);
  const s = StrictMath.sin(share * angle);
  return [c * start[0] + s * ahead[0], c * start[1] + s * ahead[1], c * start[2] + s * ahead[2]];
}

function verticalOf(point: Point): Vector {
  const lat = point.latDeg * RAD_PER_DEG;
  const lon = point.lonDeg * RAD_PER_DEG;
  return [StrictMath.cos(lat) * StrictMath.cos(lon), StrictMath.cos(lat) * StrictMath.sin(lon), StrictMath.sin(lat)];
}

/** Point of the ellipsoid with the given vertical n, (a^2 n_x, a^2 n_y, b^2 n_z) / |(a n_x, a n_y, b n_z)|, raised along it. */
function siteInto(
  vertical: Vector,
  heightKm: number,
  { equatorKm, poleKm }: Ellipsoid,
  { sites, at }: { readonly sites: Float64Array; readonly at: number },
): void {
  const [x, y, z] = vertical;
  const norm = Math.sqrt(equatorKm ** 2 * (x * x + y * y) + (poleKm * z) ** 2);
  const across = equatorKm ** 2 / norm + heightKm;
  sites[at] = across * x;
  sites[at + 1] = across * y;
  sites[at + 2] = (poleKm ** 2 / norm + heightKm) * z;
  sites.set(vertical, at + 3);
}
