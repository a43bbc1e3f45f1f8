import { C_KM_S } from '../../core/index.ts';
import { type Geometry, skyReader } from '../geometry/index.ts';
import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import type { TerminalSession } from './session.ts';

/** One-way delay between a terminal and the satellites of one constellation that it had, at the ticks at which it had them, s. */
export interface AccessDelay {
  readonly leastS: number;
  readonly meanS: number;
  readonly greatestS: number;
}

/** By constellation; those that the terminal never had at a tick are left out. `node`: the terminal. */
export function accessDelays(
  geometry: Geometry,
  node: number,
  { stretches }: TerminalSession,
): ReadonlyMap<number, AccessDelay> {
  const sky = skyReader(geometry.sky);
  const { tickS, tickCount, constellation } = geometry;
  const sums = new Map<number, { n: number; sum: number; least: number; greatest: number }>();
  for (const { satellite, fromS, toS } of stretches) {
    const of = constellation[satellite] as number;
    const known = sums.get(of) ?? { n: 0, sum: 0, least: Infinity, greatest: 0 };
    sums.set(of, known);
    for (let tick = Math.ceil(fromS / tickS); tick <= tickCount && tick * tickS < toS; tick++) {
      const delayS = rangeBetweenKm(sky.row(tick), node, satellite) / C_KM_S;
      known.n++;
      known.sum += delayS;
      known.least = Math.min(known.least, delayS);
      known.greatest = Math.max(known.greatest, delayS);
    }
  }
  return new Map(
    [...sums]
      .filter(([, { n }]) => n > 0)
      .map(([of, { n, sum, least, greatest }]) => [of, { leastS: least, meanS: sum / n, greatestS: greatest }]),
  );
}
