import type { ContactRecorder } from '../geometry/contact-recorder.kernel.ts';
import type { PassColumns } from '../geometry/geometry.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type AntennaScheduler, antennaSchedulerOptions, createAntennaScheduler } from './antenna-scheduler.ts';
import {
  type AntennaContacts,
  type CandidateLists,
  candidateTick,
  createCandidateLists,
  listCandidates,
  recordAntennas,
} from './antenna-schedule.kernel.ts';
import { indexPasses } from './pass-index.kernel.ts';
import { reachOf, stepsOf } from './pass-observer.ts';
import { followSchedule } from './rate-schedule.ts';
import { type Sites, radiosOf } from './sites.ts';

export interface AntennaSchedule {
  readonly scenario: Scenario;
  readonly sites: Sites;
  readonly passes: PassColumns;
  readonly tickCount: number;
  /** [S] antennas a satellite serves at once. */
  readonly beams: Int32Array;
  /** Track of antenna 0: S * D. */
  readonly firstAntennaTrack: number;
  /** Row of boundary `k` as in `Sky`: it begins with the Earth-fixed positions of all nodes, km. Asked for in order. */
  readonly row: (k: number) => Float32Array | Float64Array;
}

/**
 * Points the antennas of all sites at satellites, tick by tick, by the scheduler that the scenario names, and records the
 * contacts. The rate of a tick is that of its farther end, times the share of the radio's rate schedule; at share 0 the antenna
 * stays on its satellite without contact.
 */
export function scheduleAntennas(schedule: AntennaSchedule, recorder: ContactRecorder): void {
  const { scenario, sites, passes, beams, tickCount, firstAntennaTrack } = schedule;
  const { antennaCount } = sites;
  const satelliteCount = beams.length;
  const radios = radiosOf(scenario);
  const shares = radios.map(({ rateSchedule }) => followSchedule(rateSchedule));
  const scheduler: AntennaScheduler = createAntennaScheduler(
    scenario.antennaScheduler,
    antennaSchedulerOptions(scenario, { satelliteCount, antennaCount }),
  );
  const lists: CandidateLists = createCandidateLists(indexPasses(passes), sites.siteCount);
  const contacts: AntennaContacts = {
    firstTrack: firstAntennaTrack,
    satellite: new Int32Array(antennaCount).fill(-1),
    rateBps: new Float64Array(antennaCount),
    steps: radios.map(stepsOf),
    reachKm: Float64Array.from(radios, (radio) => reachOf(radio).maxRangeKm),
    shareFrac: new Float64Array(radios.length),
  };
  const freeBeams = new Int32Array(satelliteCount);
  const assignment = new Int32Array(antennaCount).fill(-1);
  const antenna = Int32Array.from({ length: antennaCount }, (_, q) => q);
  for (let k = 0; k < tickCount; k++) {
    listCandidates(lists, sites, k, schedule.row(k));
    freeBeams.set(beams);
    scheduler.assign({
      ...candidateTick(lists, k),
      n: antennaCount,
      antenna,
      ...ofSites(sites),
      freeBeams,
      assignment,
    });
    shares.forEach((share, radio) => {
      contacts.shareFrac[radio] = share.leastFrac(k * scenario.tickS, (k + 1) * scenario.tickS);
    });
    recordAntennas(contacts, sites, assignment, { k, start: schedule.row(k), end: schedule.row(k + 1) }, recorder);
  }
}

function ofSites(sites: Sites): { readonly node: Int32Array; readonly list: Int32Array } {
  return { node: sites.antennaNode, list: sites.antennaSite };
}
