import { createContactRecorder } from '../../../environment/geometry/contact-recorder.kernel.ts';
import { createPassRecorder } from '../../../environment/geometry/pass-recorder.ts';
import type { ContactColumns, PassColumns } from '../../../environment/geometry/geometry.ts';
import { SITE_LENGTH } from '../../../environment/geometry/ground-nodes.ts';
import { type GeometryPlan, planGeometry } from '../../../environment/geometry/plan.ts';
import { scheduleAntennas } from '../../../environment/network/antenna-schedule.ts';
import { createLaserLinks } from '../../../environment/network/laser-links.ts';
import { createPassObserver, createSiteViews } from '../../../environment/network/pass-observer.ts';
import { type Sites, createSites } from '../../../environment/network/sites.ts';
import { ecefFromTemeInto, gmstRad } from '../../../environment/orbit/index.ts';
import type { Scenario } from '../../../environment/scenario/schema.ts';

/** What the network makes of a scenario, positions kept at full precision. */
export interface Network {
  readonly plan: GeometryPlan;
  readonly sites: Sites;
  readonly slots: number;
  readonly powerW: Float64Array;
  readonly passes: PassColumns;
  readonly contacts: ContactColumns;
  /** [T + 1] rows [N * 3] Earth-fixed, km; [T + 1] rows [S * 3] TEME, km. */
  readonly rows: readonly Float64Array[];
  readonly temeRows: readonly Float64Array[];
}

export function networkOf(scenario: Scenario): Network {
  const plan = planGeometry(scenario, '.');
  const { fleet, ground, tickCount, epoch } = plan;
  const { satelliteCount } = fleet;
  const contactRecorder = createContactRecorder();
  const passRecorder = createPassRecorder();
  const lasers = createLaserLinks(scenario, fleet, contactRecorder);
  const sites = createSites(scenario, satelliteCount);
  const shells = fleet.constellations.map(({ config, firstSatellite, ephemeris }) => ({
    config,
    firstSatellite,
    count: ephemeris.count,
  }));
  const siteViews = createSiteViews(scenario, sites, shells);
  const observer = createPassObserver(sites.siteCount, passRecorder);
  const views = { column: new Int32Array(0), n: 0 };
  const rows: Float64Array[] = [];
  const temeRows: Float64Array[] = [];
  const siteEcef = new Float64Array(SITE_LENGTH * ground.count);
  for (let k = 0; k <= tickCount; k++) {
    const rTemeKm = new Float64Array(3 * satelliteCount);
    for (const { ephemeris, firstSatellite } of fleet.constellations) {
      ephemeris.positionsInto(k * scenario.tickS, rTemeKm, firstSatellite);
    }
    const row = new Float64Array(3 * (satelliteCount + ground.count));
    ecefFromTemeInto(rTemeKm, satelliteCount, gmstRad(epoch, k * scenario.tickS), row);
    ground.sitesInto(k * scenario.tickS, siteEcef);
    for (let g = 0; g < ground.count; g++) {
      row.set(siteEcef.subarray(SITE_LENGTH * g, SITE_LENGTH * g + 3), 3 * (satelliteCount + g));
    }
    lasers.step(k, rTemeKm);
    views.n = 0;
    siteViews.append(views, row, siteEcef);
    observer.step(k, views.column, 0);
    rows.push(row);
    temeRows.push(rTemeKm);
  }
  const passes = passRecorder.finish({ tickCount, siteCount: sites.siteCount });
  const firstAntennaTrack = satelliteCount * lasers.slots;
  const beams = new Int32Array(satelliteCount);
  fleet.constellations.forEach(({ config, ephemeris, firstSatellite }) => {
    beams.fill(config.groundBeams ?? scenario.satellite.groundBeams, firstSatellite, firstSatellite + ephemeris.count);
  });
  scheduleAntennas(
    { scenario, sites, passes, beams, tickCount, firstAntennaTrack, row: (k) => rows[k] as Float64Array },
    contactRecorder,
  );
  const contacts = contactRecorder.finish({ tickCount, antennaCount: sites.antennaCount, firstAntennaTrack });
  return { plan, sites, slots: lasers.slots, powerW: lasers.powerW, passes, contacts, rows, temeRows };
}
