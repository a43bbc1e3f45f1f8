import fc from 'fast-check';
import { SpaceCloudError } from '../../core/index.ts';
import { type WorldModel, buildGeometry, createWorldModel, parseScenario } from '../../environment/index.ts';
import { BASELINE_NAMES } from '../../policies/index.ts';

export const RUN_S = 40;
const TICK_S = 5;

/** A scenario file's content, and how to run it. JSON is YAML, so it goes through the real loader. */
export interface RandomScenario {
  readonly content: Record<string, unknown>;
  readonly policy: string;
  readonly seed: number;
}

const NATIONS = ['norland', 'sudria'];
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const label = optional(
  fc.record({ level: fc.constantFrom('open', 'restricted'), releasableTo: fc.constantFrom(['norland'], NATIONS) }),
);
const standing = fc.constantFrom({}, { owner: 'norland' }, { owner: 'sudria' }, { accreditation: 'open' });
const satellite = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }))
  .map(([plane, index]) => `low-p${plane}-s${index}`);
/** To the millisecond; doubles would mostly be next to nothing. */
const atS = fc.integer({ min: 0, max: RUN_S * 1000 }).map((ms) => ms / 1000);
const durationS = fc.integer({ min: 1000, max: RUN_S * 1000 }).map((ms) => ms / 1000);

/** An entry of the scenario's `faults.scheduled`; what else it holds depends on its kind. */
export interface RandomFault {
  readonly kind: string;
  readonly target?: string;
  readonly atS: number;
  readonly durationS?: number;
}

export const fault: fc.Arbitrary<RandomFault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('satellite-loss', 'link-loss', 'storage-failure'),
    target: satellite,
    atS,
    durationS,
  }),
  fc.record({ kind: fc.constant('satellite-loss'), target: satellite, atS }),
  fc.record({ kind: fc.constant('accelerator-reset'), target: satellite, atS }),
  fc.record({
    kind: fc.constant('capture'),
    target: satellite,
    atS,
    dropFrac: fc.constantFrom(0, 0.5, 1),
    delayS: fc.constantFrom(0, 0.5),
    lies: fc.boolean(),
  }),
  fc.record({
    ...{ kind: fc.constant('jamming'), atS, durationS, latDeg: fc.integer({ min: -40, max: 60 }) },
    ...{ lonDeg: fc.integer({ min: -20, max: 120 }), radiusKm: fc.constantFrom(500, 5000) },
    fadeDb: fc.constantFrom(3, 60),
  }),
  fc.record({ kind: fc.constant('gateway-loss'), target: fc.constant('gw-a'), atS, durationS }),
  fc.record({ kind: fc.constant('data-centre-loss'), target: fc.constant('dc-a'), atS, durationS }),
);

const content = fc
  .record({
    orbit: fc.record({
      pattern: fc.constantFrom('star', 'delta'),
      planes: fc.integer({ min: 5, max: 7 }),
      satellitesPerPlane: fc.integer({ min: 7, max: 9 }),
      altitudeKm: fc.integer({ min: 1100, max: 1500 }),
      inclinationDeg: fc.integer({ min: 60, max: 88 }),
    }),
    isl: fc.record({
      topology: fc.constantFrom('grid', 'nearest', 'none'),
      terminals: fc.integer({ min: 3, max: 5 }),
      maxRangeKm: fc.constantFrom(5000, 7500),
      acquisitionS: fc.constantFrom(0, 6),
      rateBps: fc.constantFrom(2e7, 1e9),
    }),
    owner: standing,
    relays: fc.boolean(),
    groundBeams: fc.integer({ min: 1, max: 16 }),
    antennaScheduler: fc.constantFrom('nearest', 'longest', 'fair'),
    beaconPeriodS: fc.constantFrom(0.5, 2),
    watch: fc.boolean(),
    rain: fc.constantFrom(0, 0.4),
    faults: fc.array(fault, { maxLength: 6 }),
    hazard: optional(fc.constantFrom('link-loss', 'satellite-loss')),
    labels: fc.tuple(label, label, label),
    tight: fc.boolean(),
    backups: fc.boolean(),
    load: fc.constantFrom(0.3, 1, 3),
    weibullShape: fc.constantFrom(0.5, 1),
    carryHorizonS: fc.constantFrom(0, 10, 600),
    gatewaysRelay: fc.boolean(),
  })
  .map((c) => ({
    ...{ schema: 1, name: 'random', epoch: '2026-11-22T00:00:00Z', durationS: RUN_S, tickS: TICK_S },
    constellations: [
      { name: 'low', walker: c.orbit, isl: c.isl, groundBeams: c.groundBeams, ...c.owner },
      ...(c.relays
        ? [
            {
              name: 'geo',
              geostationary: { longitudesDeg: [0, 90, -120] },
              isl: { topology: 'none' },
              radios: ['wide'],
            },
          ]
        : []),
    ],
    ...(c.relays && {
      relays: [{ name: 'up', from: 'low', to: 'geo', acquisitionS: 2 }],
      radios: [{ name: 'wide', maxRateBps: 50e6, minElevationDeg: 1, fullRateRangeKm: 40000 }],
    }),
    antennaScheduler: c.antennaScheduler,
    carryHorizonS: c.carryHorizonS,
    wan: { relays: c.gatewaysRelay },
    gatewayLink: { minElevationDeg: 1 },
    terminalLink: { minElevationDeg: 1, fullRateRangeKm: 2000, maxRateBps: 1e8 },
    knowledge: { beaconPeriodS: c.beaconPeriodS, linkStatePeriodS: 4, floodS: 0.4 },
    security: { nations: NATIONS, levels: ['open', 'restricted'], watch: { enabled: c.watch, quarantineS: 10 } },
    weather: { rainFrac: c.rain, rainMeanS: 8 },
    faults: {
      scheduled: c.faults,
      hazards: c.hazard === undefined ? [] : [hazardOf(c.hazard, c.weibullShape)],
    },
    gateways: [
      { name: 'gw-a', latDeg: 36.7, lonDeg: -4.4, antennas: 2 },
      { name: 'gw-b', latDeg: 51.5, lonDeg: 10 },
    ],
    dataCentres: [
      { name: 'dc-a', latDeg: 50, lonDeg: 8, servers: 2 },
      { name: 'dc-b', latDeg: 40, lonDeg: -3, servers: 2 },
    ],
    terminals: [
      { name: 'london', latDeg: 51.5, lonDeg: 0, population: 9, ...(c.relays && { radios: ['terminal', 'wide'] }) },
      { name: 'cairo', latDeg: 30, lonDeg: 31, population: 20 },
    ],
    ...(c.tight && {
      satellite: { bufferBytes: 5e6, cacheBytes: 3e6, batteryWh: 20, heatCapacityJK: 500, accelerators: 1 },
    }),
    traffic: {
      load: c.load,
      messages: [withLabel({ name: 'm', ratePerS: 6, sizeBytes: 2e5, sizeSpread: 0.8, deadlineS: 8 }, c.labels[0])],
      contents: [
        withLabel({ name: 'c', ratePerS: 6, objects: 30, sizeBytes: 1e5, freshnessS: 5, deadlineS: 8 }, c.labels[1]),
      ],
      observations: [
        withLabel(
          { name: 'o', ratePerS: 3, rawBytes: 8e5, workTflop: 30, reduction: 20, value: 3, deadlineS: 12 },
          c.labels[2],
        ),
      ],
      jobs: [{ name: 'j', ratePerS: 2, inputBytes: 1e4, outputBytes: 3e5, workTflop: 40, deadlineS: 12 }],
      ...(c.backups && {
        backups: [
          {
            ...{ name: 'b', dataCentre: 'dc-a', objects: 4, objectBytes: 2e5, periodS: 10, replicas: 2 },
            ...{ deadlineS: 10, restoreTo: 'dc-b' },
            ...(c.load > 1 && { mirror: { dataCentre: 'dc-b', rateBps: 1e6 } }),
          },
        ],
      }),
    },
  }));

function hazardOf(kind: string, weibullShape: number): object {
  return { kind, ratePerYear: 50_000, weibullShape, meanDurationS: 6 };
}

function withLabel(traffic: object, value: object | undefined): object {
  return value === undefined ? traffic : { ...traffic, label: value };
}

const part = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...names.filter((n) => !n.startsWith('oracle')));

export const randomScenario: fc.Arbitrary<RandomScenario> = fc.record({
  content,
  policy: fc
    .tuple(part(BASELINE_NAMES.forward), part(BASELINE_NAMES.place), part(BASELINE_NAMES.cache))
    .map((parts) => parts.join('+')),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

/** The world of a scenario's content; a scenario that the loader or the geometry refuses is no case. */
export function modelOf(scenario: object): WorldModel {
  try {
    const parsed = parseScenario(JSON.stringify(scenario), 'random.yaml');
    return createWorldModel(parsed, buildGeometry(parsed));
  } catch (error) {
    if (error instanceof SpaceCloudError && error.code.startsWith('SCENARIO_')) fc.pre(false);
    throw error;
  }
}
