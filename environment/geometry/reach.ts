import { RAD_PER_DEG, SpaceCloudError, StrictMath } from '../../core/index.ts';
import { type Radio, radiosOf } from '../network/sites.ts';
import { nodePlace } from '../scenario/source.ts';
import type { Geometry } from './geometry.ts';
import { SITE_LENGTH } from './ground-nodes.ts';
import type { GeometryPlan } from './plan.ts';
import { skyReader } from './sky-reader.ts';

/**
 * Throws SCENARIO_UNREACHABLE for the first site without a pass: a gateway or terminal that no satellite could serve by one of
 * its radios in any tick. Returns a note for each site that could be served but never is, because others hold all beams.
 */
export function checkReach(plan: GeometryPlan, geometry: Omit<Geometry, 'notes'>): string[] {
  const { passes, contacts, antennaSite, siteCount } = geometry;
  const served = new Uint8Array(siteCount);
  antennaSite.forEach((site, q) => {
    if ((contacts.antennaFirst[q + 1] as number) > (contacts.antennaFirst[q] as number)) served[site] = 1;
  });
  const notes: string[] = [];
  for (let u = 0; u < siteCount; u++) {
    if (served[u] === 1) continue;
    const site = siteOf(plan, geometry, u);
    if (passes.siteFirst[u] === passes.siteFirst[u + 1]) throw unreachable(plan, geometry, site);
    notes.push(`${capital(site.label)} is never served: the beams of all satellites it sees are taken by others.`);
  }
  return notes;
}

interface Site {
  readonly ground: number;
  readonly name: string;
  readonly radio: Radio;
  /** `the gateway 'x'`, and with which radio when it is not the usual one. */
  readonly label: string;
  /** Field of the scenario that holds the radio. */
  readonly field: string;
}

function siteOf({ scenario }: GeometryPlan, geometry: Omit<Geometry, 'notes'>, u: number): Site {
  const { satelliteCount, siteNode, siteRadio, nodeNames, gatewayCount } = geometry;
  const node = siteNode[u] as number;
  const index = siteRadio[u] as number;
  const radio = radiosOf(scenario)[index] as Radio;
  const name = nodeNames[node] as string;
  const ground = node - satelliteCount;
  const kind = ground < gatewayCount ? 'gateway' : 'terminal';
  const by = radio.name === kind ? '' : ` by radio '${radio.name}'`;
  const field = ['gatewayLink', 'terminalLink'][index] ?? `radios[${index - 2}]`;
  return { ground, name, radio, label: `the ${kind} '${name}'${by}`, field };
}

function unreachable(plan: GeometryPlan, geometry: Omit<Geometry, 'notes'>, site: Site): SpaceCloudError {
  const { scenario } = plan;
  const { name, radio, label, field } = site;
  const { minElevationDeg, maxSlantRangeKm } = radio;
  const best = bestView(plan, geometry, site);
  const place = nodePlace(scenario, name);
  const limit = maxSlantRangeKm === undefined ? `${field}.minElevationDeg` : `${field}.maxSlantRangeKm`;
  const details = { name, bestElevationDeg: best?.elevationDeg, nearestKm: best?.nearestKm, minElevationDeg };
  return new SpaceCloudError(
    'SCENARIO_UNREACHABLE',
    `Expected a satellite to reach ${label}${whereOf(plan, site)} within ${scenario.durationS} s, got none: ${
      best === undefined ? `no constellation serves radio '${radio.name}'` : seen(best, radio, scenario.tickS)
    }.`,
    {
      ...(place === undefined ? {} : { place }),
      hint:
        best === undefined
          ? `Add '${radio.name}' to the radios of a constellation.`
          : `${maxSlantRangeKm === undefined ? 'Lower' : 'Raise'} ${limit}, lengthen durationS, move or remove '${name}', or choose orbits that pass over it.`,
      details,
    },
  );
}

function seen(best: View, { minElevationDeg, maxSlantRangeKm }: Radio, tickS: number): string {
  if (maxSlantRangeKm !== undefined) {
    return `the nearest one comes to ${best.nearestKm.toFixed(0)} km, and the greatest slant range is ${maxSlantRangeKm} km`;
  }
  const bestDeg = best.elevationDeg.toFixed(1);
  return best.elevationDeg < minElevationDeg
    ? `at best one stands ${bestDeg} deg above its horizon, and the mask is ${minElevationDeg} deg`
    : `one rises to ${bestDeg} deg, above the mask of ${minElevationDeg} deg, but never in reach for a whole tick of ${tickS} s`;
}

function whereOf({ scenario }: GeometryPlan, { name }: Site): string {
  const node = [...scenario.gateways, ...scenario.terminals].find((other) => other.name === name);
  return node?.latDeg === undefined ? '' : ` (${node.latDeg}, ${node.lonDeg})`;
}

interface View {
  readonly elevationDeg: number;
  readonly nearestKm: number;
}

/** Highest elevation and least range of the satellites that serve a site's radio, over all boundaries; undefined: none serves it. */
function bestView(
  { fleet, ground, scenario }: GeometryPlan,
  geometry: Omit<Geometry, 'notes'>,
  site: Site,
): View | undefined {
  const serving = fleet.constellations.filter(({ config }) => config.radios.includes(site.radio.name));
  if (serving.length === 0) return undefined;
  const reader = skyReader(geometry.sky);
  const sites = new Float64Array(SITE_LENGTH * ground.count);
  const here = sites.subarray(SITE_LENGTH * site.ground, SITE_LENGTH * (site.ground + 1));
  const [up, best] = [here.subarray(3), { sine: -1, km: Infinity }];
  for (let k = 0; k < geometry.sky.rows; k++) {
    ground.sitesInto(k * scenario.tickS, sites);
    const row = reader.row(k);
    for (const { firstSatellite, ephemeris } of serving) {
      for (let s = firstSatellite; s < firstSatellite + ephemeris.count; s++) {
        const line = [0, 1, 2].map((axis) => (row[3 * s + axis] as number) - (here[axis] as number));
        const km = Math.hypot(...line);
        best.km = Math.min(best.km, km);
        best.sine = Math.max(best.sine, line.reduce((sum, value, axis) => sum + value * (up[axis] as number), 0) / km);
      }
    }
  }
  return { elevationDeg: StrictMath.asin(best.sine) / RAD_PER_DEG, nearestKm: best.km };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
