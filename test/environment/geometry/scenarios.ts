import { type Scenario, scenarioSchema } from '../../../environment/scenario/schema.ts';

/** Where the traffic would be: places spread over latitudes and longitudes. */
const PLACES = [
  ['quito', -0.2, -78.5],
  ['lima', -12.0, -77.0],
  ['madrid', 40.4, -3.7],
  ['oslo', 59.9, 10.8],
  ['nairobi', -1.3, 36.8],
  ['delhi', 28.7, 77.2],
  ['perth', -31.9, 115.9],
  ['tokyo', 35.7, 139.7],
] as const;

/** The Iridium-like star of 66 satellites with a few ground nodes; `changes` replace whole top-level fields. */
export function star66(changes: Record<string, unknown> = {}): Scenario {
  return scenarioSchema.parse({
    schema: 1,
    name: 'star-66',
    epoch: '2026-11-22T00:00:00Z',
    durationS: 6000,
    tickS: 10,
    constellations: [star66Constellation()],
    gateways: [
      { name: 'svalbard', latDeg: 78.33, lonDeg: 15.99, antennas: 4 },
      { name: 'singapore', latDeg: 1.34, lonDeg: 103.83 },
    ],
    dataCentres: [
      { name: 'frankfurt', latDeg: 50.11, lonDeg: 8.68 },
      { name: 'ashburn', latDeg: 39.04, lonDeg: -77.49 },
    ],
    terminals: PLACES.map(([name, latDeg, lonDeg]) => ({ name, latDeg, lonDeg })),
    ...changes,
  });
}

export function star66Constellation(isl: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'iridium',
    walker: {
      pattern: 'star',
      planes: 6,
      satellitesPerPlane: 11,
      altitudeKm: 780,
      inclinationDeg: 86.4,
      raanSpacingDeg: 31.6,
      phasingDeg: 16.36,
    },
    isl,
  };
}
