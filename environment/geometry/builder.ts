import { scheduleAntennas } from '../network/antenna-schedule.ts';
import { createLaserLinks } from '../network/laser-links.ts';
import { createPassObserver } from '../network/pass-observer.ts';
import type { Sites } from '../network/sites.ts';
import { wanDelayS } from '../network/ground-site.ts';
import { moonPositionInto } from '../orbit/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { createBuildProgress } from './build-progress.ts';
import { mayMeetMoon } from './constellations.ts';
import { createContactRecorder } from './contact-recorder.kernel.ts';
import type { Geometry, Sky } from './geometry.ts';
import { sharedFloat64, sharedInt32 } from './growing-columns.ts';
import { createPassRecorder } from './pass-recorder.ts';
import type { GeometryPlan } from './plan.ts';
import { checkReach } from './reach.ts';
import { skyReader } from './sky-reader.ts';

/** Decides links and passes from positions, boundary by boundary, and puts the geometry together. */
export interface GeometryBuilder {
  /** Goes on by `rows` boundaries; `rTemeKm` [rows * S * 3] and `views` as of `SkyRows`. */
  addChunk(rows: number, rTemeKm: Float64Array, views: Int32Array): void;
  /** After the last boundary: schedules the antennas. Throws SCENARIO_UNREACHABLE. */
  finish(key: string, sky: Sky): Geometry;
}

/** `onProgress` as of `BuildOptions`. */
export function createGeometryBuilder(
  plan: GeometryPlan,
  onProgress: ((doneTicks: number, totalTicks: number) => void) | undefined,
): GeometryBuilder {
  const { scenario, fleet, sites, tickCount, epoch } = plan;
  const { satelliteCount } = fleet;
  const contacts = createContactRecorder();
  const passRecorder = createPassRecorder();
  const lasers = createLaserLinks(scenario, fleet, contacts);
  const passes = createPassObserver(sites.siteCount, passRecorder);
  const rMoonKm = fleet.constellations.some(({ config }) => mayMeetMoon(config)) ? new Float64Array(3) : undefined;
  const progress = createBuildProgress(tickCount, onProgress);
  let k = 0;

  const step = (rTemeKm: Float64Array): void => {
    if (rMoonKm !== undefined) moonPositionInto(epoch, k * scenario.tickS, rMoonKm);
    lasers.step(k, rTemeKm, rMoonKm);
    progress.links(k);
    k++;
  };

  return {
    addChunk(rows, rTemeKm, views) {
      const width = 3 * satelliteCount;
      let at = 0;
      for (let i = 0; i < rows; i++) {
        at = passes.step(k, views, at);
        step(rTemeKm.subarray(i * width, (i + 1) * width));
      }
    },
    finish(key, sky) {
      const columns = fleetColumns(plan);
      const passColumns = passRecorder.finish({ tickCount, siteCount: sites.siteCount });
      const firstAntennaTrack = satelliteCount * lasers.slots;
      const reader = skyReader(sky);
      const row = (boundary: number): Float32Array => {
        progress.antennas(boundary);
        return reader.row(boundary);
      };
      scheduleAntennas(
        { scenario, sites, passes: passColumns, tickCount, beams: columns.beams, firstAntennaTrack, row },
        contacts,
      );
      const geometry: Omit<Geometry, 'notes'> = {
        key,
        tickS: scenario.tickS,
        tickCount,
        satelliteCount,
        gatewayCount: scenario.gateways.length,
        dataCentreCount: scenario.dataCentres.length,
        terminalCount: scenario.terminals.length,
        nodeCount: plan.nodeNames.length,
        nodeNames: plan.nodeNames,
        leftOut: fleet.leftOut,
        ...columns,
        islSlots: lasers.slots,
        islPowerW: shared(lasers.powerW),
        ...siteColumns(sites),
        contacts: contacts.finish({ tickCount, antennaCount: sites.antennaCount, firstAntennaTrack }),
        passes: passColumns,
        sky,
        wanDelayS: wanDelays(scenario),
      };
      const notes = [...fleet.notes, ...checkReach(plan, geometry)];
      progress.end();
      return { ...geometry, notes };
    },
  };
}

function fleetColumns({ scenario, fleet }: GeometryPlan): Pick<Geometry, 'constellation' | 'beams'> {
  const constellation = sharedInt32(fleet.satelliteCount);
  const beams = sharedInt32(fleet.satelliteCount);
  fleet.constellations.forEach(({ config, ephemeris, firstSatellite }, c) => {
    const end = firstSatellite + ephemeris.count;
    constellation.fill(c, firstSatellite, end);
    beams.fill(config.groundBeams ?? scenario.satellite.groundBeams, firstSatellite, end);
  });
  return { constellation, beams };
}

function siteColumns(sites: Sites): Omit<Sites, 'firstGroundNode'> {
  const { siteCount, antennaCount } = sites;
  return {
    siteCount,
    siteNode: shared(sites.siteNode),
    siteRadio: shared(sites.siteRadio),
    antennaCount,
    antennaSite: shared(sites.antennaSite),
    antennaNode: shared(sites.antennaNode),
  };
}

/** [gatewayCount * dataCentreCount] one-way terrestrial delays, s. */
function wanDelays({ gateways, dataCentres, wan }: Scenario): Float64Array {
  return shared(Float64Array.from(gateways.flatMap((gateway) => dataCentres.map((c) => wanDelayS(gateway, c, wan)))));
}

/** A copy in memory that threads share. */
function shared<T extends Int32Array | Float64Array>(column: T): T {
  const copy = column instanceof Int32Array ? sharedInt32(column.length) : sharedFloat64(column.length);
  copy.set(column);
  return copy as T;
}
