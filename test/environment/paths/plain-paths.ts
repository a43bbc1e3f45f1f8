import type { Geometry } from '../../../environment/geometry/geometry.ts';
import { planGeometry } from '../../../environment/geometry/plan.ts';
import { instantOf } from '../../../environment/network/explain-sky.ts';
import { wanDelayS } from '../../../environment/network/ground-site.ts';
import { laserPlans } from '../../../environment/network/laser-plans.ts';
import type { Scenario } from '../../../environment/scenario/schema.ts';
import { at } from '../../present.ts';

const C_KM_S = 299792.458;

/** Directed links of one instant: from, to, delay in s. Nodes by index, as in `Geometry`. */
export type Links = (readonly [from: number, to: number, delayS: number])[];

/** Every link with a satellite at one or both ends. */
export function plainLinks(scenario: Scenario, geometry: Geometry, timeS: number, asScheduled: boolean): Links {
  return asScheduled ? scheduledLinks(scenario, geometry, timeS) : linksInSight(scenario, geometry, timeS);
}

/**
 * Delay from one node to another over `space`, the slow and obvious way: all links are relaxed until nothing changes (Bellman
 * 1958). Ground nodes other than the ends do not relay, but for the gateways of a data centre at an end.
 */
export function plainDelayS(
  scenario: Scenario,
  geometry: Geometry,
  { from, to, space }: { readonly from: number; readonly to: number; readonly space: Links },
): number {
  const { satelliteCount: S, nodeCount, gatewayCount, dataCentreCount } = geometry;
  const isCentre = (node: number): boolean => node >= S + gatewayCount && node < S + gatewayCount + dataCentreCount;
  const wan: Links = [];
  for (let g = 0; g < gatewayCount; g++) {
    for (let c = 0; c < dataCentreCount; c++) {
      const delayS = wanDelayS(at(scenario.gateways, g), at(scenario.dataCentres, c), scenario.wan);
      wan.push([S + g, S + gatewayCount + c, delayS], [S + gatewayCount + c, S + g, delayS]);
    }
  }
  const links = [...space, ...wan].filter(([a, b]) => {
    if (isCentre(a) || isCentre(b)) return [a, b].every((node) => !isCentre(node) || node === from || node === to);
    const ofEnd = (node: number, end: number): boolean =>
      node < S || node === end || (isCentre(end) && node < S + gatewayCount);
    // Up from the gateways of a data centre at the start only, down to those of one at the end only.
    return ofEnd(a, from) && ofEnd(b, to);
  });
  const delayS = new Float64Array(nodeCount).fill(Infinity);
  delayS[from] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (const [a, b, linkS] of links) {
      if (at(delayS, a) + linkS >= at(delayS, b)) continue;
      delayS[b] = at(delayS, a) + linkS;
      changed = true;
    }
  }
  return at(delayS, to);
}

function places(scenario: Scenario, timeS: number): (node: number) => readonly number[] {
  const { rEcefKm, siteEcef } = instantOf(planGeometry(scenario, '.'), timeS);
  const satellites = Array.from({ length: rEcefKm.length / 3 }, (_, s) => [...rEcefKm.subarray(3 * s, 3 * s + 3)]);
  const sites = Array.from({ length: siteEcef.length / 6 }, (_, g) => [...siteEcef.subarray(6 * g, 6 * g + 6)]);
  const all = [...satellites, ...sites];
  return (node) => at(all, node);
}

const minus = (a: readonly number[], b: readonly number[]): number[] => [0, 1, 2].map((i) => at(a, i) - at(b, i));
const dot = (a: readonly number[], b: readonly number[]): number =>
  at(a, 0) * at(b, 0) + at(a, 1) * at(b, 1) + at(a, 2) * at(b, 2);

/** Fixed links in range and clear of the Earth, those by range as scheduled, satellites above the masks of radios. */
function linksInSight(scenario: Scenario, geometry: Geometry, timeS: number): Links {
  const place = places(scenario, timeS);
  const links: Links = [];
  const add = (a: number, b: number): void => {
    const km = Math.sqrt(dot(minus(place(b), place(a)), minus(place(b), place(a))));
    links.push([a, b, km / C_KM_S], [b, a, km / C_KM_S]);
  };
  const fixed = new Set<string>();
  for (const { plan, node, link } of laserPlans(scenario, planGeometry(scenario, '.').fleet)) {
    plan.fixedA.forEach((m, e) => {
      const [a, b] = [at(node, m), at(node, at(plan.fixedB, e))];
      fixed.add(`${a} ${b}`).add(`${b} ${a}`);
      const way = minus(place(b), place(a));
      const km = Math.sqrt(dot(way, way));
      // Heights along the light path, in steps of a thousandth of it.
      const lowestKm = Math.min(
        ...Array.from({ length: 1001 }, (_, i) => {
          const point = place(a).map((value, axis) => value + (at(way, axis) * i) / 1000);
          return Math.sqrt(dot(point, point));
        }),
      );
      if (km <= link.maxRangeKm && lowestKm >= 6378.137 + link.earthClearanceKm) add(a, b);
    });
  }
  for (const [a, b] of scheduledLinks(scenario, geometry, timeS)) {
    if (a < b && b < geometry.satelliteCount && !fixed.has(`${a} ${b}`)) add(a, b);
  }
  const radios = [
    { name: 'gateway', ...scenario.gatewayLink },
    { name: 'terminal', ...scenario.terminalLink },
    ...scenario.radios,
  ];
  geometry.siteNode.forEach((ground, u) => {
    const radio = at(radios, at(geometry.siteRadio, u));
    for (let s = 0; s < geometry.satelliteCount; s++) {
      if (!at(scenario.constellations, at(geometry.constellation, s)).radios.includes(radio.name)) continue;
      const way = minus(place(s), place(ground));
      const sine = dot(way, place(ground).slice(3)) / Math.sqrt(dot(way, way));
      if (Math.asin(sine) >= (radio.minElevationDeg * Math.PI) / 180) add(ground, s);
    }
  });
  return links;
}

/** All contacts of the tick, each row looked at. */
function scheduledLinks(scenario: Scenario, geometry: Geometry, timeS: number): Links {
  const place = places(scenario, timeS);
  const { contacts, islSlots, satelliteCount, antennaNode, tickS, tickCount } = geometry;
  const k = Math.min(tickCount - 1, Math.floor(timeS / tickS));
  const links: Links = [];
  for (let row = 0; row < contacts.n; row++) {
    if (at(contacts.startTick, row) > k || at(contacts.endTick, row) <= k) continue;
    const track = at(contacts.track, row);
    const isLaser = track < satelliteCount * islSlots;
    const here = isLaser ? Math.floor(track / islSlots) : at(antennaNode, track - satelliteCount * islSlots);
    const there = at(contacts.peer, row);
    const way = minus(place(there), place(here));
    const delayS = Math.sqrt(dot(way, way)) / C_KM_S;
    links.push([here, there, delayS]);
    if (!isLaser) links.push([there, here, delayS]);
  }
  return links;
}
