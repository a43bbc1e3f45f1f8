import { RAD_PER_DEG } from '../../core/index.ts';
import type { PassRecorder } from '../geometry/pass-recorder.ts';
import type { ConstellationConfig, Scenario } from '../scenario/schema.ts';
import { laserSteps, rateSteps } from './ground-rate.ts';
import type { RateSteps } from './ground-rate.ts';
import { createPassLists, recordSite } from './pass-lists.kernel.ts';
import { createSatelliteBands, sortIntoBands } from './satellite-bands.kernel.ts';
import { type Reach, satellitesInView } from './site-view.kernel.ts';
import { type Radio, type Sites, radiosOf } from './sites.ts';

/** Satellites of one constellation among all. */
export interface Shell {
  readonly config: ConstellationConfig;
  readonly firstSatellite: number;
  readonly count: number;
}

/** Watches which satellites each site reaches. */
export interface PassObserver {
  /**
   * Takes the sites to boundary `k` = 0, 1, ... T, in order, and records the passes of tick `k - 1`: a satellite must be in reach
   * at both ends of a tick. Earth-fixed: `rEcefKm` [S * 3], `siteEcef` [ground nodes * 6] (position, km, then vertical),
   * `moonEcefKm` [3], without which nothing is hidden by the Moon.
   */
  step(k: number, rEcefKm: Float64Array, siteEcef: Float64Array, moonEcefKm?: Float64Array): void;
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
  return { sinMask: Math.sin(radio.minElevationDeg * RAD_PER_DEG), maxRangeKm: farthestKm };
}

/** A site sees the satellites of constellations that serve its radio. */
export function createPassObserver(
  scenario: Scenario,
  sites: Sites,
  shells: readonly Shell[],
  recorder: PassRecorder,
): PassObserver {
  const radios = radiosOf(scenario);
  const reaches = radios.map(reachOf);
  const bands = shells.map(({ firstSatellite, count }) => createSatelliteBands(firstSatellite, count));
  const serving = radios.map(({ name }) => bands.filter((_, c) => (shells[c] as Shell).config.radios.includes(name)));
  const lists = createPassLists(sites.siteCount);
  const inView = new Int32Array(shells.reduce((sum, { count }) => sum + count, 0));
  return {
    step(k, rEcefKm, siteEcef, moonEcefKm) {
      for (const band of bands) sortIntoBands(band, rEcefKm);
      for (let u = 0; u < sites.siteCount; u++) {
        const radio = sites.siteRadio[u] as number;
        const at = 6 * ((sites.siteNode[u] as number) - sites.firstGroundNode);
        let n = 0;
        for (const band of serving[radio] as typeof bands) {
          n = satellitesInView(band, siteEcef, at, reaches[radio] as Reach, moonEcefKm, inView, n);
        }
        recordSite(lists, u, inView.subarray(0, n).sort(), k, recorder);
      }
    },
  };
}
