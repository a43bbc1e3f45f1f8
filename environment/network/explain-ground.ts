import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { ExplainTick } from './explain-lasers.ts';
import { type Verdict, figureNear, limitFigure } from './explain-types.ts';
import { passesMoon } from './laser-sight.kernel.ts';
import { reachOf } from './pass-observer.ts';
import { followSchedule } from './rate-schedule.ts';
import type { Radio } from './sites.ts';
import { slantRangesInto } from './visibility.kernel.ts';

/** Satellite of each antenna in the tick, -1 = none. */
export type AntennaUse = readonly number[];

/** Why site `u`, which has `radio`, has no contact with satellite `s` in the tick. */
export function groundVerdict(
  tick: ExplainTick,
  u: number,
  radio: Radio,
  { s, use }: { readonly s: number; readonly use: AntennaUse },
): Verdict {
  const { geometry, plan, k } = tick;
  const constellation = plan.scenario.constellations[geometry.constellation[s] as number];
  if (constellation?.radios.includes(radio.name) !== true) {
    return { reason: 'radio', text: `'${constellation?.name}' does not serve radio '${radio.name}'` };
  }
  const hidden = viewVerdict(tick, u, radio, s);
  if (hidden !== undefined) return hidden;
  const { tickS, antennaSite, nodeNames, beams } = geometry;
  if (followSchedule(radio.rateSchedule).leastFrac(k * tickS, (k + 1) * tickS) === 0) {
    return { reason: 'closed', text: 'closed by its rate schedule' };
  }
  const own = use.filter((_, q) => antennaSite[q] === u);
  if (own.every((satellite) => satellite >= 0)) {
    const on = own.map((satellite) => nodeNames[satellite]).join(', ');
    return {
      reason: 'no-antenna',
      text: `in sight, but ${own.length === 1 ? 'the antenna is' : 'all antennas are'} on ${on}`,
    };
  }
  const taken = use.filter((satellite) => satellite === s).length;
  const most = beams[s] as number;
  if (taken >= most) return { reason: 'no-beam', text: `in sight, but all its ${most} beams are taken` };
  return { reason: 'no-antenna', text: 'in sight, but another antenna of the node was given the satellite' };
}

function viewVerdict(tick: ExplainTick, u: number, radio: Radio, s: number): Verdict | undefined {
  const { geometry } = tick;
  const node = geometry.siteNode[u] as number;
  const { sinMask, maxRangeKm } = reachOf(radio);
  const { km, sine } = farthestView(tick, node, s);
  if (sine < sinMask) {
    const [elevation, mask] = [StrictMath.asin(sine) / RAD_PER_DEG, radio.minElevationDeg];
    return { reason: 'elevation', text: `at ${figureNear(elevation, mask)} deg elevation, the mask is ${mask} deg` };
  }
  if (km > maxRangeKm) {
    const text = `${figureNear(km, maxRangeKm)} km away, the radio reaches ${limitFigure(km, maxRangeKm)} km`;
    return { reason: 'range', text };
  }
  const at = SITE_LENGTH * (node - geometry.satelliteCount);
  for (const { siteEcef, rEcefKm, moonEcefKm } of [tick.start, tick.end]) {
    if (passesMoon(siteEcef, at, rEcefKm, 3 * s, moonEcefKm)) return { reason: 'moon', text: 'Moon in the way' };
  }
  return undefined;
}

/** What a ground node sees of a satellite at the worse end of the tick: greatest range, km, and sine of the least elevation. */
export function farthestView(
  { geometry, start, end }: ExplainTick,
  node: number,
  s: number,
): { readonly km: number; readonly sine: number } {
  const at = SITE_LENGTH * (node - geometry.satelliteCount);
  const range = new Float64Array(1);
  const views = [start, end].map(({ siteEcef, rEcefKm }) => {
    const site = siteEcef.subarray(at, at + SITE_LENGTH);
    const sine = slantRangesInto(rEcefKm.subarray(3 * s, 3 * s + 3), 1, site, -1, range, 0);
    return { km: range[0] as number, sine };
  });
  return { km: Math.max(...views.map(({ km }) => km)), sine: Math.min(...views.map(({ sine }) => sine)) };
}
