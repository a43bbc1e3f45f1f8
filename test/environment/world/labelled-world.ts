import { World, type WorldOptions, createWorldModel } from '../../../environment/index.ts';
import type { Standing } from '../../../environment/scenario/index.ts';
import { type SmallSky, smallGeometry, smallScenario } from './small-world.ts';

/** Owner and accreditation of the nodes of a small sky, by kind and number; those left out are nobody's and may hold all. */
export interface Standings {
  readonly satellites?: readonly Standing[];
  readonly gateways?: readonly Standing[];
  readonly dataCentres?: readonly Standing[];
  readonly terminals?: readonly Standing[];
}

/** A world by hand in which every satellite is a constellation of its own, so that each has its own owner. */
export function labelledWorld(
  sky: SmallSky,
  standings: Standings,
  fields: Record<string, unknown>,
  options: Partial<WorldOptions> = {},
): World {
  const named = (kind: string, n = 0, of: readonly Standing[] = [], rest: object = {}): object[] =>
    Array.from({ length: n }, (_, i) => ({ name: `${kind}-${i}`, latDeg: 0, lonDeg: i, ...rest, ...of[i] }));
  const scenario = smallScenario(sky, {
    constellations: Array.from({ length: sky.satellites }, (_, s) => ({
      name: `hand-${s}`,
      walker: { pattern: 'star', planes: 1, satellitesPerPlane: 1, altitudeKm: 780, inclinationDeg: 90 },
      ...standings.satellites?.[s],
    })),
    gateways: named('gateway', sky.gateways, standings.gateways),
    dataCentres: named('centre', sky.dataCentres, standings.dataCentres, { servers: 2 }),
    terminals: named('terminal', sky.terminals, standings.terminals),
    ...fields,
  });
  const geometry = {
    ...smallGeometry(sky),
    constellation: Int32Array.from({ length: sky.satellites }, (_, s) => s),
  };
  return new World(createWorldModel(scenario, geometry), {
    seed: 1,
    runS: sky.ticks * sky.tickS,
    startS: 0,
    ...options,
  });
}
