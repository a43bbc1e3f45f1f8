import { C_KM_S, RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { farthestView, groundVerdict } from './explain-ground.ts';
import { type ExplainTick, laserVerdict, partnersOf } from './explain-lasers.ts';
import type { Instant } from './explain-sky.ts';
import type { LinkState, Verdict, WorldLinks } from './explain-types.ts';
import { wanDelayS } from './ground-site.ts';
import { laserPlans } from './laser-plans.ts';
import { reachOf } from './pass-observer.ts';
import { type Radio, radiosOf } from './sites.ts';

/**
 * Gives the links that a node could have, those that are up first, then the nearest. Two satellites that no one plans to link
 * are told so: `to` is the node that is asked about.
 */
export function createLinkStates(
  tick: ExplainTick,
  world: WorldLinks | undefined,
): (node: number, to: number) => LinkState[] {
  const { plan, geometry, k } = tick;
  const { scenario, fleet } = plan;
  const { satelliteCount, nodeNames, siteNode, siteRadio, gatewayCount, dataCentreCount } = geometry;
  const radios = radiosOf(scenario);
  const lasers = laserPlans(scenario, fleet);
  const { lasersUp, use } = contactsOf(geometry, k);

  const state = (
    from: number,
    to: number,
    { kind, by, limitKm, minElevationDeg = NaN }: LinkKind,
    verdict: Verdict,
  ): LinkState => {
    const { reason, text } = worldVerdict(world, [from, to], nodeNames) ?? verdict;
    const names = { from: nodeNames[from] as string, to: nodeNames[to] as string };
    return {
      ...names,
      kind,
      by,
      up: reason === 'up',
      reason,
      text,
      limitKm,
      minElevationDeg,
      ...worstOf(tick, from, to),
    };
  };
  const groundLink = (u: number, s: number, downwards: boolean): LinkState => {
    const radio = radios[siteRadio[u] as number] as Radio;
    const tracked = use.some((satellite, q) => satellite === s && geometry.antennaSite[q] === u);
    const verdict = tracked ? UP : groundVerdict(tick, u, radio, { s, use });
    const node = siteNode[u] as number;
    const minElevationDeg = radio.maxSlantRangeKm === undefined ? radio.minElevationDeg : NaN;
    const by = { kind: 'radio', by: radio.name, limitKm: reachOf(radio).maxRangeKm, minElevationDeg } as const;
    return downwards ? state(s, node, by, verdict) : state(node, s, by, verdict);
  };
  const laserLinks = (s: number): LinkState[] =>
    lasers.flatMap((laser) => {
      const m = laser.node.indexOf(s);
      if (m < 0) return [];
      return partnersOf(laser, m).map((p) => {
        const other = laser.node[p] as number;
        const verdict = lasersUp.has(s * satelliteCount + other) ? UP : laserVerdict(tick, laser, m, p);
        return state(s, other, { kind: laser.kind, by: laser.name, limitKm: laser.limits.maxRangeKm }, verdict);
      });
    });
  const terrestrial = (node: number): LinkState[] => {
    const g = node - satelliteCount;
    const isGateway = g < gatewayCount;
    const first = satelliteCount + (isGateway ? gatewayCount : 0);
    return Array.from({ length: isGateway ? dataCentreCount : gatewayCount }, (_, i) =>
      state(node, first + i, { kind: 'terrestrial', by: 'wan', limitKm: NaN }, UP),
    );
  };
  return (node, to) => {
    const links: LinkState[] = [];
    for (let u = 0; u < siteNode.length; u++) {
      if (siteNode[u] === node) for (let s = 0; s < satelliteCount; s++) links.push(groundLink(u, s, false));
      else if (node < satelliteCount) links.push(groundLink(u, node, true));
    }
    if (node < satelliteCount) links.push(...laserLinks(node));
    else if (node < satelliteCount + gatewayCount + dataCentreCount) links.push(...terrestrial(node));
    if (
      node < satelliteCount &&
      to < satelliteCount &&
      !links.some((link) => link.to === nodeNames[to]) &&
      node !== to
    ) {
      links.push(
        state(
          node,
          to,
          { kind: 'laser', by: 'none', limitKm: NaN },
          { reason: 'not-planned', text: 'no constellation or relay plans this link' },
        ),
      );
    }
    return links.sort((a, b) => Number(b.up) - Number(a.up) || a.rangeKm - b.rangeKm || a.delayS - b.delayS || 0);
  };
}

type LinkKind = Pick<LinkState, 'kind' | 'by' | 'limitKm'> & Partial<Pick<LinkState, 'minElevationDeg'>>;

const UP: Verdict = { reason: 'up', text: 'up' };

const NODE_TEXT = { down: 'is down', quarantined: 'is in quarantine', label: 'may not hold such data' } as const;
const LINK_TEXT = { down: 'a terminal is down', jammed: 'jammed', weather: 'cut by the weather' } as const;

function worldVerdict(
  world: WorldLinks | undefined,
  [from, to]: readonly [number, number],
  nodeNames: readonly string[],
): Verdict | undefined {
  if (world === undefined) return undefined;
  for (const node of [from, to]) {
    const reason = world.nodeFault(node);
    if (reason !== undefined) return { reason, text: `${nodeNames[node]} ${NODE_TEXT[reason]}` };
  }
  const reason = world.linkFault(from, to);
  return reason === undefined ? undefined : { reason, text: LINK_TEXT[reason] };
}

/** Pairs of satellites linked in tick `k`, as `a * S + b`, and the satellite of each antenna. */
function contactsOf(geometry: Geometry, k: number): { readonly lasersUp: Set<number>; readonly use: number[] } {
  const { contacts, satelliteCount, islSlots, antennaCount } = geometry;
  const firstAntenna = satelliteCount * islSlots;
  const lasersUp = new Set<number>();
  const use = new Array<number>(antennaCount).fill(-1);
  for (let i = 0; i < contacts.n; i++) {
    if ((contacts.startTick[i] as number) > k || (contacts.endTick[i] as number) <= k) continue;
    const track = contacts.track[i] as number;
    const peer = contacts.peer[i] as number;
    if (track >= firstAntenna) use[track - firstAntenna] = peer;
    else lasersUp.add(Math.floor(track / islSlots) * satelliteCount + peer);
  }
  return { lasersUp, use };
}

/** Of a link, at the worse end of the tick. */
function worstOf(tick: ExplainTick, a: number, b: number): Pick<LinkState, 'rangeKm' | 'elevationDeg' | 'delayS'> {
  const S = tick.geometry.satelliteCount;
  if (a >= S && b >= S) return { rangeKm: NaN, elevationDeg: NaN, delayS: linkDelayS(tick, tick.start, a, b) };
  const rangeKm = Math.max(rangeAt(tick.geometry, tick.start, a, b), rangeAt(tick.geometry, tick.end, a, b));
  const delayS = rangeKm / C_KM_S;
  if (a < S && b < S) return { rangeKm, elevationDeg: NaN, delayS };
  const { sine } = farthestView(tick, Math.max(a, b), Math.min(a, b));
  return { rangeKm, elevationDeg: StrictMath.asin(sine) / RAD_PER_DEG, delayS };
}

/** One-way delay of a link at an instant, s: light time, or between ground nodes that of the terrestrial network. */
export function linkDelayS({ geometry, plan }: ExplainTick, instant: Instant, a: number, b: number): number {
  const S = geometry.satelliteCount;
  if (a < S || b < S) return rangeAt(geometry, instant, a, b) / C_KM_S;
  const { gateways, dataCentres, wan } = plan.scenario;
  const [g, c] = [Math.min(a, b) - S, Math.max(a, b) - S - gateways.length];
  const [gateway, centre] = [gateways[g], dataCentres[c]];
  return gateway === undefined || centre === undefined ? Infinity : wanDelayS(gateway, centre, wan);
}

function rangeAt(geometry: Geometry, { rEcefKm, siteEcef }: Instant, a: number, b: number): number {
  const place = (node: number, axis: number): number =>
    (node < geometry.satelliteCount
      ? rEcefKm[3 * node + axis]
      : siteEcef[SITE_LENGTH * (node - geometry.satelliteCount) + axis]) as number;
  return Math.hypot(...[0, 1, 2].map((axis) => place(a, axis) - place(b, axis)));
}
