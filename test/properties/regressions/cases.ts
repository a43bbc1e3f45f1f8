import type { RandomScenario } from '../random-scenario.ts';

/** Scenarios that once broke conservation, each with what it showed. */
const cases: readonly RandomScenario[] = [
  // A failed gateway's beam was given to another antenna; when it worked again, the satellite served more than its beams.
  {
    content: {
      schema: 1,
      name: 'random',
      epoch: '2026-11-22T00:00:00Z',
      durationS: 40,
      tickS: 5,
      constellations: [
        {
          name: 'low',
          walker: { pattern: 'star', planes: 5, satellitesPerPlane: 7, altitudeKm: 1257, inclinationDeg: 60 },
          isl: { topology: 'grid', terminals: 3, maxRangeKm: 7500, acquisitionS: 0, rateBps: 20000000 },
          groundBeams: 1,
        },
        { name: 'geo', geostationary: { longitudesDeg: [0, 90, -120] }, isl: { topology: 'none' }, radios: ['wide'] },
      ],
      relays: [{ name: 'up', from: 'low', to: 'geo', acquisitionS: 2 }],
      radios: [{ name: 'wide', maxRateBps: 50000000, minElevationDeg: 1, fullRateRangeKm: 40000 }],
      antennaScheduler: 'nearest',
      gatewayLink: { minElevationDeg: 1 },
      terminalLink: { minElevationDeg: 1, fullRateRangeKm: 2000, maxRateBps: 100000000 },
      knowledge: { beaconPeriodS: 2, linkStatePeriodS: 4, floodS: 0.4 },
      security: {
        nations: ['norland', 'sudria'],
        levels: ['open', 'restricted'],
        watch: { enabled: true, quarantineS: 10 },
      },
      weather: { rainFrac: 0, rainMeanS: 8 },
      faults: { scheduled: [{ kind: 'gateway-loss', target: 'gw-a', atS: 0, durationS: 9.414 }], hazards: [] },
      gateways: [
        { name: 'gw-a', latDeg: 36.7, lonDeg: -4.4, antennas: 2 },
        { name: 'gw-b', latDeg: 51.5, lonDeg: 10 },
      ],
      dataCentres: [
        { name: 'dc-a', latDeg: 50, lonDeg: 8, servers: 2 },
        { name: 'dc-b', latDeg: 40, lonDeg: -3, servers: 2 },
      ],
      terminals: [
        { name: 'london', latDeg: 51.5, lonDeg: 0, population: 9, radios: ['terminal', 'wide'] },
        { name: 'cairo', latDeg: 30, lonDeg: 31, population: 20 },
      ],
      satellite: { bufferBytes: 5000000, cacheBytes: 3000000, batteryWh: 20, heatCapacityJK: 500, accelerators: 1 },
      traffic: {
        load: 3,
        messages: [{ name: 'm', ratePerS: 6, sizeBytes: 200000, sizeSpread: 0.8, deadlineS: 8 }],
        contents: [{ name: 'c', ratePerS: 6, objects: 30, sizeBytes: 100000, freshnessS: 5, deadlineS: 8 }],
        observations: [
          { name: 'o', ratePerS: 3, rawBytes: 800000, workTflop: 30, reduction: 20, value: 3, deadlineS: 12 },
        ],
        jobs: [{ name: 'j', ratePerS: 2, inputBytes: 10000, outputBytes: 300000, workTflop: 40, deadlineS: 12 }],
      },
    },
    policy: 'random+random+random',
    seed: 1211953083,
  },
];
export default cases;
