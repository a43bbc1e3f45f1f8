import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import { SITE_LENGTH } from '../geometry/ground-nodes.ts';
import type { ExplainTick } from './explain-lasers.ts';
import type { Instant } from './explain-sky.ts';
import { type Verdict, figure } from './explain-types.ts';
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
  for (const instant of [tick.start, tick.end]) {
    const verdict = viewVerdict(tick, instant, u, { radio, s });
    if (verdict !== undefined) return verdict;
  }
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

function viewVerdict(
  { geometry }: ExplainTick,
  instant: Instant,
  u: number,
  { radio, s }: { readonly radio: Radio; readonly s: number },
): Verdict | undefined {
  const at = SITE_LENGTH * ((geometry.siteNode[u] as number) - geometry.satelliteCount);
  const site = instant.siteEcef.subarray(at, at + SITE_LENGTH);
  const { sinMask, maxRangeKm } = reachOf(radio);
  const range = new Float64Array(1);
  const sine = slantRangesInto(instant.rEcefKm.subarray(3 * s, 3 * s + 3), 1, site, -1, range, 0);
  if (sine < sinMask) {
    const elevation = (StrictMath.asin(sine) / RAD_PER_DEG).toFixed(1);
    return { reason: 'elevation', text: `at ${elevation} deg elevation, the mask is ${radio.minElevationDeg} deg` };
  }
  const km = range[0] as number;
  if (km > maxRangeKm)
    return { reason: 'range', text: `${figure(km)} km away, the radio reaches ${figure(maxRangeKm)} km` };
  if (passesMoon(instant.siteEcef, at, instant.rEcefKm, 3 * s, instant.moonEcefKm)) {
    return { reason: 'moon', text: 'Moon in the way' };
  }
  return undefined;
}
