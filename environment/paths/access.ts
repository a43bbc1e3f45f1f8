import { C_KM_S } from '../../core/index.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { GeometryPlan } from '../geometry/plan.ts';
import { type Exits, createExits } from '../network/delays.kernel.ts';
import { wanDelayS } from '../network/ground-site.ts';
import { reachOf } from '../network/pass-observer.ts';
import { followSchedule } from '../network/rate-schedule.ts';
import { type SatelliteBands, createSatelliteBands, sortIntoBands } from '../network/satellite-bands.kernel.ts';
import { satellitesInView } from '../network/site-view.kernel.ts';
import { type Radio, createSites, radiosOf } from '../network/sites.ts';
import type { ContactsAt } from './contacts-at.ts';
import type { MovingSky } from './moving-sky.ts';

/** By which satellites a node takes part in space: those over it, or itself when it is one. */
export interface Access {
  readonly kind: 'satellite' | 'ground' | 'data-centre';
  /** After `accessAt`: satellites, the node at which the data leaves the ground (`link`), and the delay up to there, s. */
  readonly exits: Exits;
  /** [3] where the node is, Earth-fixed, km; a view that moves with the sky. */
  readonly rEcefKm: Float64Array;
  /** Time by which delays may be shorter than light from `rEcefKm` takes, s: data centres have no height, gateways do. */
  readonly slackS: number;
  /** Brings the exits to `timeS`, where the sky stands already. */
  accessAt(timeS: number): void;
}

/** Satellites that a ground node may use at an instant; `visit` is called for each. */
type SatellitesOver = (node: number, timeS: number, visit: (satellite: number) => void) => void;

/**
 * Gives the access of nodes. With `contacts` a ground node may use the satellites that its antennas are on, without it every
 * satellite that one of its radios reaches. A data centre uses those of all gateways, over the terrestrial network.
 */
export function createAccess(
  plan: GeometryPlan,
  sky: MovingSky,
  contacts: ContactsAt | undefined,
): (node: number) => Access {
  const { scenario, fleet } = plan;
  const S = fleet.satelliteCount;
  const { gateways, dataCentres, wan } = scenario;
  const over: SatellitesOver =
    contacts === undefined
      ? satellitesInReach(plan, sky)
      : (node, timeS, visit) => contacts.satellitesOf(timeS, node).forEach(visit);
  const groundAccess = (
    kind: Access['kind'],
    node: number,
    through: readonly (readonly [node: number, wanS: number])[],
  ): Access => {
    const exits = createExits(Math.max(1, S * through.length * Math.max(1, radiosOf(scenario).length)));
    const heights = kind === 'data-centre' ? gateways.map(({ heightM }) => Math.abs(heightM) / 1000 / C_KM_S) : [];
    return {
      ...{ kind, exits, slackS: Math.max(0, ...heights) },
      rEcefKm: sky.siteEcef.subarray(SITE_LENGTH * (node - S), SITE_LENGTH * (node - S) + 3),
      accessAt(timeS) {
        exits.n = 0;
        for (const [ground, wanS] of through) {
          over(ground, timeS, (satellite) => {
            exits.satellite[exits.n] = satellite;
            exits.link[exits.n] = ground;
            exits.delayS[exits.n++] = wanS + rangeKm(sky, satellite, ground - S) / C_KM_S;
          });
        }
      },
    };
  };
  return (node) => {
    if (node < S) return ownAccess(node, sky);
    const centre = node - S - gateways.length;
    const config = centre < 0 || node >= S + gateways.length + dataCentres.length ? undefined : dataCentres[centre];
    if (config === undefined) return groundAccess('ground', node, [[node, 0]]);
    return groundAccess(
      'data-centre',
      node,
      gateways.map((gateway, g) => [S + g, wanDelayS(gateway, config, wan)] as const),
    );
  };
}

function ownAccess(satellite: number, sky: MovingSky): Access {
  const exits = createExits(1);
  exits.n = 1;
  exits.satellite[0] = satellite;
  exits.link[0] = satellite;
  const rEcefKm = sky.rEcefKm.subarray(3 * satellite, 3 * satellite + 3);
  return { kind: 'satellite', exits, slackS: 0, rEcefKm, accessAt: () => undefined };
}

/** By elevation or slant range at the instant, unless the radio is closed by its schedule. */
function satellitesInReach({ scenario, fleet }: GeometryPlan, sky: MovingSky): SatellitesOver {
  const S = fleet.satelliteCount;
  const sites = createSites(scenario, S);
  const inView = new Int32Array(S);
  const bands = fleet.constellations.map(({ config, firstSatellite, ephemeris }) => ({
    band: createSatelliteBands(firstSatellite, ephemeris.count),
    config,
  }));
  const radios = radiosOf(scenario).map((radio: Radio) => ({
    reach: reachOf(radio),
    share: followSchedule(radio.rateSchedule),
    serving: bands.filter(({ config }) => config.radios.includes(radio.name)).map(({ band }): SatelliteBands => band),
  }));
  let sortedS = NaN;
  return (node, timeS, visit) => {
    if (timeS !== sortedS) for (const { band } of bands) sortIntoBands(band, sky.rEcefKm);
    sortedS = timeS;
    for (let u = 0; u < sites.siteCount; u++) {
      if (sites.siteNode[u] !== node) continue;
      const { reach, share, serving } = radios[sites.siteRadio[u] as number] as (typeof radios)[number];
      if (share.leastFrac(timeS, timeS) === 0) continue;
      const at = SITE_LENGTH * (node - S);
      let n = 0;
      for (const band of serving) n = satellitesInView(band, sky.siteEcef, at, reach, sky.moonEcefKm, inView, n);
      for (let i = 0; i < n; i++) visit(inView[i] as number);
    }
  };
}

function rangeKm({ rEcefKm, siteEcef }: MovingSky, satellite: number, ground: number): number {
  const [i, j] = [3 * satellite, SITE_LENGTH * ground];
  const dx = (rEcefKm[i] as number) - (siteEcef[j] as number);
  const dy = (rEcefKm[i + 1] as number) - (siteEcef[j + 1] as number);
  const dz = (rEcefKm[i + 2] as number) - (siteEcef[j + 2] as number);
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}
