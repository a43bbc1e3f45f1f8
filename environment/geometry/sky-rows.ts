import { SpaceCloudError } from '../../core/index.ts';
import { type ViewLists, createSiteViews } from '../network/pass-observer.ts';
import {
  R_MOON_KM,
  ecefFromTemeInto,
  gmstRad,
  moonPositionInto,
  sunPositionInto,
  sunlitFracInto,
} from '../orbit/index.ts';
import { mayMeetMoon } from './constellations.ts';
import { SITE_LENGTH } from './ground-nodes.ts';
import type { GeometryPlan } from './plan.ts';
import { rowsOfChunk } from './sky-shape.ts';

/** Writes positions, light and views at the boundaries of chunk `c`; chunks do not depend on each other. */
export interface SkyRows {
  /**
   * `rows` [rowsOfChunk * rowLength] as in `Sky`; `rTemeKm` [rowsOfChunk * S * 3] the satellites at full precision, inertial.
   * Returns what sites have in view, boundary by boundary as `SiteViews` writes it; good until the next call.
   */
  chunkInto(c: number, rows: Float32Array, rTemeKm: Float64Array): Int32Array;
}

/** Throws ELEMENTS_UNUSABLE on a row for which a satellite has no position. */
export function createSkyRows(plan: GeometryPlan): SkyRows {
  const { fleet, ground, sites, epoch, scenario, sky: shape } = plan;
  const { satelliteCount } = fleet;
  const rEcefKm = new Float64Array(3 * satelliteCount);
  const sunlitFrac = new Float64Array(satelliteCount);
  const rSunKm = new Float64Array(3);
  const siteEcef = new Float64Array(SITE_LENGTH * ground.count);

  const besideMoon = fleet.constellations.filter(({ config }) => mayMeetMoon(config));
  const rMoonKm = new Float64Array(3);
  const rMoonEcefKm = new Float64Array(3);
  const shells = fleet.constellations.map(({ config, firstSatellite, ephemeris }) => ({
    ...{ config, firstSatellite, count: ephemeris.count },
  }));
  const siteViews = createSiteViews(scenario, sites, shells);
  const views: ViewLists = { column: new Int32Array(0), n: 0 };
  const rFromMoonKm = new Float64Array(3 * satelliteCount);
  const rSunFromMoonKm = new Float64Array(3);
  const byMoon = new Float64Array(satelliteCount);

  /** Takes off what the Moon covers of the Sun; the discs of Moon and Earth count as apart, which they nearly always are. */
  const shadeByMoon = (rTemeKm: Float64Array, first: number, count: number): void => {
    for (let i = 0; i < 3 * count; i++) {
      rFromMoonKm[i] = (rTemeKm[3 * first + i] as number) - (rMoonKm[i % 3] as number);
    }
    for (let axis = 0; axis < 3; axis++) {
      rSunFromMoonKm[axis] = (rSunKm[axis] as number) - (rMoonKm[axis] as number);
    }
    sunlitFracInto(rFromMoonKm, count, rSunFromMoonKm, byMoon, 0, R_MOON_KM);
    for (let i = 0; i < count; i++) {
      sunlitFrac[first + i] = Math.max(0, (sunlitFrac[first + i] as number) + (byMoon[i] as number) - 1);
    }
  };

  const rowInto = (k: number, row: Float32Array, rTemeKm: Float64Array): void => {
    const timeS = k * scenario.tickS;
    for (const { ephemeris, firstSatellite } of fleet.constellations) {
      const lost = ephemeris.positionsInto(timeS, rTemeKm, firstSatellite);
      if (lost >= 0) throw lostSatellite(ephemeris.names[lost] as string, timeS);
    }
    const gmst = gmstRad(epoch, timeS);
    ecefFromTemeInto(rTemeKm, satelliteCount, gmst, rEcefKm);
    row.set(rEcefKm);
    ground.sitesInto(timeS, siteEcef);
    for (let g = 0; g < ground.count; g++) {
      row.set(siteEcef.subarray(g * SITE_LENGTH, g * SITE_LENGTH + 3), 3 * (satelliteCount + g));
    }
    sunPositionInto(epoch, timeS, rSunKm);
    sunlitFracInto(rTemeKm, satelliteCount, rSunKm, sunlitFrac, 0);
    if (besideMoon.length > 0) moonPositionInto(epoch, timeS, rMoonKm);
    for (const { firstSatellite, ephemeris } of besideMoon) shadeByMoon(rTemeKm, firstSatellite, ephemeris.count);
    row.set(sunlitFrac, 3 * (satelliteCount + ground.count));
    ecefFromTemeInto(rMoonKm, 1, gmst, rMoonEcefKm);
    siteViews.append(views, rEcefKm, siteEcef, besideMoon.length > 0 ? rMoonEcefKm : undefined);
  };

  return {
    chunkInto(c, rows, rTemeKm) {
      const { chunkRows, rowLength } = shape;
      const width = 3 * satelliteCount;
      views.n = 0;
      for (let i = 0; i < rowsOfChunk(shape, c); i++) {
        const row = rows.subarray(i * rowLength, (i + 1) * rowLength);
        rowInto(c * chunkRows + i, row, rTemeKm.subarray(i * width, (i + 1) * width));
      }
      return views.column.subarray(0, views.n);
    },
  };
}

/** Sets are checked beforehand, sparsely where the perigee is high; this is what remains between two checks. */
function lostSatellite(name: string, timeS: number): SpaceCloudError {
  return new SpaceCloudError(
    'ELEMENTS_UNUSABLE',
    `Expected a position of '${name}' throughout the horizon, got none ${timeS} s after scenario start.`,
    { hint: `Leave '${name}' out with elements.include, or use newer element sets.` },
  );
}
