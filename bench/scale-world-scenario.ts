import { join } from 'node:path';
import { type Scenario, loadScenario, scenarioSchema } from '../environment/index.ts';
import { CITIES_DEG } from './cities.ts';
import { projectRoot } from './fixture.ts';

/** Ground and traffic of the scenarios of scale. */
const TEMPLATE = 'scenarios/walker-176.yaml';
/** Tasks of a simulated hour, whatever the size. */
const TASKS_PER_HOUR = 200_000;
const HOUR_S = 3600;
/** Objects of the largest catalogue, so that memory for satellites times objects counts. */
const LARGEST = 'imagery';
const OBJECTS = 10_000;
/** Ways across the largest grid have up to (100 + 66) / 2 links, and detours. */
const MAX_HOPS = 128;

interface Shell {
  readonly walker: Readonly<Record<string, number | string>>;
  /** From which elevation ground nodes see satellites: cities are seen by one nearly always at each size. */
  readonly minElevationDeg: number;
}

const LOW_SHELL = { pattern: 'delta', altitudeKm: 550, inclinationDeg: 53, phasingDeg: 360 / 176 };
const STARLINK = { ...LOW_SHELL, planes: 72, satellitesPerPlane: 22 };

/** Shells by number of satellites: that of Iridium, the first of Starlink, and one with four times as many at the same height. */
const SHELLS = {
  66: {
    walker: {
      pattern: 'star',
      planes: 6,
      satellitesPerPlane: 11,
      altitudeKm: 780,
      inclinationDeg: 86.4,
      raanSpacingDeg: 31.6,
      phasingDeg: 360 / 66,
    },
    minElevationDeg: 8,
  },
  1584: { walker: STARLINK, minElevationDeg: 25 },
  6600: { walker: { ...LOW_SHELL, planes: 100, satellitesPerPlane: 66 }, minElevationDeg: 35 },
} satisfies Record<number, Shell>;

export type Size = keyof typeof SHELLS;
export const SIZES: readonly Size[] = [66, 1584, 6600];

/** The template's ground and traffic under a shell of `size` satellites, `TASKS_PER_HOUR` in all. */
export function scaleScenario(size: Size, durationS: number): Scenario {
  const base = loadScenario(join(projectRoot(), TEMPLATE));
  const { walker, minElevationDeg } = SHELLS[size];
  const { messages, contents, observations, jobs } = base.traffic;
  const perHour = [...messages, ...contents, ...observations, ...jobs].reduce((sum, c) => sum + c.ratePerS, 0) * HOUR_S;
  return scenarioSchema.parse({
    ...base,
    name: `scale-${size}`,
    durationS,
    maxHops: MAX_HOPS,
    constellations: [{ name: 'shell', walker, isl: { rateBps: 10e9, maxRangeKm: 5000 } }],
    gatewayLink: { ...base.gatewayLink, minElevationDeg },
    terminalLink: { ...base.terminalLink, minElevationDeg },
    traffic: {
      ...base.traffic,
      load: TASKS_PER_HOUR / perHour,
      contents: contents.map((c) => (c.name === LARGEST ? { ...c, objects: OBJECTS } : c)),
    },
  });
}

const GATEWAYS = 30;

/** The first Starlink shell at 10 s over 30 gateways and 100 terminals at the largest cities. */
export function geometryScenario(durationS: number): Scenario {
  const site =
    (kind: string) =>
    ([latDeg, lonDeg]: readonly [number, number], i: number): object => ({ name: `${kind}-${i + 1}`, latDeg, lonDeg });
  return scenarioSchema.parse({
    schema: 1,
    name: 'geometry-1584',
    epoch: '2026-11-22T00:00:00Z',
    durationS,
    tickS: 10,
    constellations: [{ name: 'shell', walker: STARLINK }],
    gateways: CITIES_DEG.slice(0, GATEWAYS).map(site('gateway')),
    terminals: CITIES_DEG.map(site('city')),
  });
}
