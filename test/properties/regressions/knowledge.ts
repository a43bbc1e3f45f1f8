import type { RandomFault, RandomScenario } from '../random-scenario.ts';

/** A scenario with one more fault, at `atS`. */
interface Case {
  readonly scenario: RandomScenario;
  readonly one: RandomFault;
  readonly atS: number;
}

/** Scenarios in which satellites once knew what nobody could have told them, each with what it showed. */
const cases: readonly Case[] = [
  // At the next tick all knew where antennas had gone, and which of them rain had cut off.
  {
    scenario: {
      content: {
        schema: 1,
        name: 'random',
        epoch: '2026-11-22T00:00:00Z',
        durationS: 40,
        tickS: 5,
        constellations: [
          {
            name: 'low',
            walker: { pattern: 'star', planes: 5, satellitesPerPlane: 7, altitudeKm: 1100, inclinationDeg: 60 },
            isl: { topology: 'grid', terminals: 3, maxRangeKm: 5000, acquisitionS: 0, rateBps: 20000000 },
            groundBeams: 1,
          },
        ],
        antennaScheduler: 'nearest',
        gatewayLink: { minElevationDeg: 1 },
        terminalLink: { minElevationDeg: 1, fullRateRangeKm: 2000, maxRateBps: 100000000 },
        knowledge: { beaconPeriodS: 0.5, linkStatePeriodS: 4, floodS: 0.4 },
        security: {
          nations: ['norland', 'sudria'],
          levels: ['open', 'restricted'],
          watch: { enabled: false, quarantineS: 10 },
        },
        weather: { rainFrac: 0.4, rainMeanS: 8 },
        faults: { scheduled: [], hazards: [] },
        gateways: [
          { name: 'gw-a', latDeg: 36.7, lonDeg: -4.4, antennas: 2 },
          { name: 'gw-b', latDeg: 51.5, lonDeg: 10 },
        ],
        dataCentres: [
          { name: 'dc-a', latDeg: 50, lonDeg: 8, servers: 2 },
          { name: 'dc-b', latDeg: 40, lonDeg: -3, servers: 2 },
        ],
        terminals: [
          { name: 'london', latDeg: 51.5, lonDeg: 0, population: 9 },
          { name: 'cairo', latDeg: 30, lonDeg: 31, population: 20 },
        ],
        traffic: {
          load: 0.3,
          messages: [{ name: 'm', ratePerS: 6, sizeBytes: 200000, sizeSpread: 0.8, deadlineS: 8 }],
          contents: [{ name: 'c', ratePerS: 6, objects: 30, sizeBytes: 100000, freshnessS: 5, deadlineS: 8 }],
          observations: [
            { name: 'o', ratePerS: 3, rawBytes: 800000, workTflop: 30, reduction: 20, value: 3, deadlineS: 12 },
          ],
          jobs: [{ name: 'j', ratePerS: 2, inputBytes: 10000, outputBytes: 300000, workTflop: 40, deadlineS: 12 }],
        },
      },
      policy: 'random+random+random',
      seed: 193300715,
    },
    one: { kind: 'satellite-loss', target: 'low-p1-s1', atS: 0 },
    atS: 8.000318309886184,
  },
  // All saw at once, in the delays of products behind a data centre, that a gateway had failed.
  {
    scenario: {
      content: {
        schema: 1,
        name: 'random',
        epoch: '2026-11-22T00:00:00Z',
        durationS: 40,
        tickS: 5,
        constellations: [
          {
            name: 'low',
            walker: { pattern: 'star', planes: 5, satellitesPerPlane: 7, altitudeKm: 1100, inclinationDeg: 60 },
            isl: { topology: 'grid', terminals: 3, maxRangeKm: 5000, acquisitionS: 0, rateBps: 20000000 },
            groundBeams: 1,
          },
        ],
        antennaScheduler: 'nearest',
        gatewayLink: { minElevationDeg: 1 },
        terminalLink: { minElevationDeg: 1, fullRateRangeKm: 2000, maxRateBps: 100000000 },
        knowledge: { beaconPeriodS: 0.5, linkStatePeriodS: 4, floodS: 0.4 },
        security: {
          nations: ['norland', 'sudria'],
          levels: ['open', 'restricted'],
          watch: { enabled: false, quarantineS: 10 },
        },
        weather: { rainFrac: 0, rainMeanS: 8 },
        faults: { scheduled: [], hazards: [] },
        gateways: [
          { name: 'gw-a', latDeg: 36.7, lonDeg: -4.4, antennas: 2 },
          { name: 'gw-b', latDeg: 51.5, lonDeg: 10 },
        ],
        dataCentres: [
          { name: 'dc-a', latDeg: 50, lonDeg: 8, servers: 2 },
          { name: 'dc-b', latDeg: 40, lonDeg: -3, servers: 2 },
        ],
        terminals: [
          { name: 'london', latDeg: 51.5, lonDeg: 0, population: 9 },
          { name: 'cairo', latDeg: 30, lonDeg: 31, population: 20 },
        ],
        traffic: {
          load: 0.3,
          messages: [{ name: 'm', ratePerS: 6, sizeBytes: 200000, sizeSpread: 0.8, deadlineS: 8 }],
          contents: [{ name: 'c', ratePerS: 6, objects: 30, sizeBytes: 100000, freshnessS: 5, deadlineS: 8 }],
          observations: [
            { name: 'o', ratePerS: 3, rawBytes: 800000, workTflop: 30, reduction: 20, value: 3, deadlineS: 12 },
          ],
          jobs: [{ name: 'j', ratePerS: 2, inputBytes: 10000, outputBytes: 300000, workTflop: 40, deadlineS: 12 }],
        },
      },
      policy: 'random+random+random',
      seed: 0,
    },
    one: { kind: 'gateway-loss', target: 'gw-a', atS: 0, durationS: 1 },
    atS: 8.000318309886184,
  },
];
export default cases;
