import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import type { PassRecorder } from '../geometry/pass-recorder.ts';
import type { ConstellationConfig, Scenario } from '../scenario/schema.ts';
import { laserSteps, rateSteps } from './ground-rate.ts';
import type { RateSteps } from './ground-rate.ts';
import { createPassLists, recordSite } from './pass-lists.kernel.ts';
import { createSatelliteBands, sortIntoBands } from './satellite-bands.kernel.ts';
import { type Reach, satellitesInView, sortRange } from './site-view.kernel.ts';
import { type Radio, type Sites, radiosOf } from './sites.ts';

/** Satellites of one constellation among all. */
export interface Shell {
  readonly config: ConstellationConfig;
  readonly firstSatellite: number;
  readonly count: number;
}

/** Lists of satellites, one after the other, in a column that grows. */
export interface ViewLists {
  column: Int32Array;
  /** Numbers used. */
  n: number;
}

/** What sites have in view at one boundary; boundaries do not depend on each other, so that threads can share the work. */
export interface SiteViews {
  /**
   * Appends to `views`, site by site, the number of satellites in reach and then their indices, rising. Earth-fixed: `rEcefKm`
   * [S * 3], `siteEcef` [ground nodes * 6] (position, km, then vertical), `moonEcefKm` [3], without which nothing is hidden by
   * the Moon.
   */
  append(views: ViewLists, rEcefKm: Float64Array, siteEcef: Float64Array, moonEcefKm?: Float64Array): void;
}

/** Records passes from what sites have in view. */
export interface PassObserver {
  /**
   * Takes the sites to boundary `k` = 0, 1, ... T, in order, and records the passes of tick `k - 1`: a satellite must be in reach
   * at both ends of a tick. The views of the boundary stand in `column` from `from` on, as `SiteViews` writes them. Returns where
   * those of the next one begin.
   */
  step(k: number, column: Int32Array, from: number): number;
}

/** Steps of rate against range of a radio under a clear sky, and where it reaches. */
export function stepsOf(radio: Radio): RateSteps {
  if (radio.kind === 'laser') return laserSteps(radio.maxRateBps, radio.maxSlantRangeKm ?? radio.fullRateRangeKm);
  return rateSteps(radio.maxRateBps, radio.fullRateRangeKm);
}

/**
 * Where a radio reaches: at or above its elevation mask or, when it has a greatest slant range, up to that and at any
 * elevation (as simulators do that derive the range from the mask); in either case as far as its rate is above 0.
 */
export function reachOf(radio: Radio): Reach {
  const { maxRangeKm } = stepsOf(radio);
  const farthestKm = maxRangeKm[maxRangeKm.length - 1] as number;
  if (radio.maxSlantRangeKm !== undefined) {
    return { sinMask: -2, maxRangeKm: Math.min(radio.maxSlantRangeKm, farthestKm) };
  }
  return { sinMask: StrictMath.sin(radio.minElevationDeg * RAD_PER_DEG), maxRangeKm: farthestKm };
}

/** Satellites in view from which on sorting by the engine is faster than by insertion. */
const MANY = 64;

/** A site sees the satellites of constellations that serve its radio. */
export function createSiteViews(scenario: Scenario, sites: Sites, shells: readonly Shell[]): SiteViews {
  const radios = radiosOf(scenario);
  const reaches = radios.map(reachOf);
  const bands = shells.map(({ firstSatellite, count }) => createSatelliteBands(firstSatellite, count));
  const serving = radios.map(({ name }) => bands.filter((_, c) => (shells[c] as Shell).config.radios.includes(name)));
  const satelliteCount = shells.reduce((sum, { count }) => sum + count, 0);
  return {
    append(views, rEcefKm, siteEcef, moonEcefKm) {
      for (const band of bands) sortIntoBands(band, rEcefKm);
      for (let u = 0; u < sites.siteCount; u++) {
        views.column = withRoom(views.column, views.n + 1 + satelliteCount);
        const { column } = views;
        const radio = sites.siteRadio[u] as number;
        const at = 6 * ((sites.siteNode[u] as number) - sites.firstGroundNode);
        const first = views.n + 1;
        let end = first;
        for (const band of serving[radio] as typeof bands) {
          end = satellitesInView(band, siteEcef, at, reaches[radio] as Reach, moonEcefKm, column, end);
        }
        if (end - first < MANY) sortRange(column, first, end);
        else column.subarray(first, end).sort();
        column[views.n] = end - first;
        views.n = end;
      }
    },
  };
}

function withRoom(column: Int32Array, needed: number): Int32Array {
  if (needed <= column.length) return column;
  const larger = new Int32Array(2 * needed);
  larger.set(column);
  return larger;
}

export function createPassObserver(siteCount: number, recorder: PassRecorder): PassObserver {
  const lists = createPassLists(siteCount);
  return {
    step(k, column, from) {
      let at = from;
      for (let u = 0; u < siteCount; u++) {
        const end = at + 1 + (column[at] as number);
        recordSite(lists, u, column.subarray(at + 1, end), k, recorder);
        at = end;
      }
      return at;
    },
  };
}
