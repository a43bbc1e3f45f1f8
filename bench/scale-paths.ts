import { join } from 'node:path';
import { C_KM_S, R_EARTH_WGS84_KM } from '../core/index.ts';
import {
  type Ephemeris,
  type Exits,
  type PathNetwork,
  type PathSearch,
  type UtcInstant,
  createExits,
  createPathSearch,
  ecefFromTemeInto,
  gmstRad,
  islRangeKm,
  loadScenario,
  parseUtc,
  shortestPath,
  siteEcef,
  slantRangesInto,
  walkerAngles,
  walkerEphemeris,
  walkerGridPlan,
} from '../environment/index.ts';
import { CITIES_DEG } from './cities.ts';
import { projectRoot } from './fixture.ts';

/** The run-time test of LEOCraft (github.com/suvambasak/LEOCraft): N x N satellites, polar, +grid, 50 pairs of 100 cities. */
const SIDE = 75;
const ALTITUDE_KM = 1000;
const STEP_S = 1;
export const PAIRS = 50;
/** Radius of the coverage cone at an elevation of 30 deg over flat ground, as LEOCraft and Hypatia limit ground links. */
const CONE_KM = ALTITUDE_KM / Math.tan(Math.PI / 6);
export const MAX_SLANT_KM = Math.hypot(CONE_KM, ALTITUDE_KM);
const MAX_ISL_KM = 5000;
const ISL_CLEAR_KM = R_EARTH_WGS84_KM + 80;
/** No link passes closer to the Earth's centre than the poles of the ground. */
const CLEAR_KM = 6356;

const WALKER = {
  pattern: 'delta',
  planes: SIDE,
  satellitesPerPlane: SIDE,
  altitudeKm: ALTITUDE_KM,
  inclinationDeg: 90,
  eccentricity: 0,
  raanOffsetDeg: 0,
} as const;

/** The sky both programs look at. */
export interface PathsSky {
  readonly ephemeris: Ephemeris;
  readonly epoch: UtcInstant;
  /** Earth-fixed position, km, and vertical of each city. */
  readonly sites: readonly Float64Array[];
  /** Links of the grid, `fixedA[e] - fixedB[e]` in slots `fixedSlotA[e]` and `fixedSlotB[e]`. */
  readonly grid: ReturnType<typeof walkerGridPlan>;
}

export function createPathsSky(): PathsSky {
  const ephemeris = walkerEphemeris(WALKER, 'grid');
  // A +grid without links across a seam, as Iridium's; of its terminals only the number counts here.
  const isl = loadScenario(join(projectRoot(), 'scenarios', 'iridium-66.yaml')).constellations[0]?.isl;
  if (isl === undefined) throw new Error('Expected iridium-66 to have a constellation.');
  const shape = { planes: SIDE, satellitesPerPlane: SIDE, star: false, ...walkerAngles(WALKER) };
  return {
    ephemeris,
    epoch: parseUtc('2026-01-01T00:00:00Z') as UtcInstant,
    sites: CITIES_DEG.map(([latDeg, lonDeg]) => siteEcef({ latDeg, lonDeg })),
    grid: walkerGridPlan(shape, isl),
  };
}

/** The shortest paths of all pairs at one step after another, by the product's kernels. */
export class PathsByKernels {
  /** Satellites expanded by all searches so far. */
  expanded = 0;
  private readonly sky: PathsSky;
  private readonly rTemeKm: Float64Array;
  private readonly network: PathNetwork;
  private readonly search: PathSearch;
  private readonly slantKm: Float64Array;
  private readonly seen: readonly Exits[];

  constructor(sky: PathsSky) {
    const { count } = sky.ephemeris;
    const { slots } = sky.grid;
    this.sky = sky;
    this.rTemeKm = new Float64Array(3 * count);
    this.network = {
      satelliteCount: count,
      islSlots: slots,
      to: new Int32Array(count * slots),
      costS: new Float64Array(count * slots),
      rKm: new Float64Array(3 * count),
    };
    this.search = createPathSearch(count, slots);
    this.slantKm = new Float64Array(count);
    this.seen = sky.sites.map(() => createExits(count));
  }

  /** Delays of the pairs at step `k`, s, written to `delayS`. */
  step(k: number, delayS: Float64Array): void {
    const { sky, rTemeKm, network, seen, search } = this;
    const { ephemeris, epoch } = sky;
    ephemeris.positionsInto(k * STEP_S, rTemeKm, 0);
    ecefFromTemeInto(rTemeKm, ephemeris.count, gmstRad(epoch, k * STEP_S), network.rKm);
    this.chargeLinks();
    for (let c = 0; c < 2 * PAIRS; c++) this.lookUp(c);
    for (let p = 0; p < PAIRS; p++) {
      const goal = sky.sites[p + PAIRS] as Float64Array;
      delayS[p] = shortestPath(search, network, seen[p] as Exits, seen[p + PAIRS] as Exits, goal, CLEAR_KM);
      this.expanded += search.expanded;
    }
  }

  private chargeLinks(): void {
    const { slots, fixedA, fixedB, fixedSlotA, fixedSlotB } = this.sky.grid;
    const { to, costS } = this.network;
    to.fill(-1);
    for (let e = 0; e < fixedA.length; e++) {
      const a = fixedA[e] as number;
      const b = fixedB[e] as number;
      const km = islRangeKm(this.rTemeKm, a, b, MAX_ISL_KM, ISL_CLEAR_KM);
      if (km === Infinity) continue;
      const there = a * slots + (fixedSlotA[e] as number);
      const back = b * slots + (fixedSlotB[e] as number);
      to[there] = b;
      to[back] = a;
      costS[there] = costS[back] = km / C_KM_S;
    }
  }

  private lookUp(city: number): void {
    const exits = this.seen[city] as Exits;
    const { slantKm } = this;
    slantRangesInto(this.network.rKm, slantKm.length, this.sky.sites[city] as Float64Array, 0, slantKm, 0);
    exits.n = 0;
    for (let s = 0; s < slantKm.length; s++) {
      const km = slantKm[s] as number;
      if (km > MAX_SLANT_KM) continue;
      exits.satellite[exits.n] = s;
      exits.delayS[exits.n] = km / C_KM_S;
      exits.n++;
    }
  }
}
