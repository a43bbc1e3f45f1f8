import { z } from 'zod';

/**
 * The scenario file. One schema: it validates, gives the TypeScript types and emits the JSON Schema for editors. Units stand
 * in the names; degrees and hours exist only here. Defaults cite DOMAIN (the project's sheet of sourced numbers).
 */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/i, 'letters, digits and dashes, starting with a letter or digit');
const positive = z.number().positive().finite();
const nonNegative = z.number().nonnegative().finite();
const fraction = z.number().min(0).max(1);
const count = z.number().int().positive();
const latDeg = z.number().min(-90).max(90);
const lonDeg = z.number().min(-180).max(180);

const walker = z.strictObject({
  pattern: z.enum(['star', 'delta']).describe('star: planes over 180 deg of RAAN; delta: over 360 deg'),
  planes: count.max(1000),
  satellitesPerPlane: count.max(1000),
  altitudeKm: z.number().finite().describe('mean altitude above the WGS-84 equatorial radius'),
  inclinationDeg: z.number().min(0).max(180),
  eccentricity: z.number().min(0).max(0.9).default(0),
  raanSpacingDeg: positive.max(360).optional().describe('between neighbouring planes; default 180/planes (star) or 360/planes (delta)'),
  phasingDeg: z.number().finite().optional().describe('in-plane shift from plane to plane; default 360/(number of satellites)'),
  raanOffsetDeg: z.number().finite().default(0),
});

const elements = z.strictObject({
  file: z.string().min(1).describe('OMM (JSON, CSV) or TLE file, relative to the scenario'),
  include: z.string().optional().describe('regular expression on object names'),
});

const isl = z.strictObject({
  topology: z.enum(['grid', 'nearest', 'none']).default('grid'),
  terminals: count.max(8).default(4).describe('laser terminals per satellite'),
  rateBps: positive.default(10e9).describe('DOMAIN 3.1 optical-commercial'),
  maxRangeKm: positive.default(5000).describe('DOMAIN 3.1 optical-commercial'),
  earthClearanceKm: nonNegative.default(80).describe('DOMAIN 2.3'),
  acquisitionS: nonNegative.default(30).describe('DOMAIN 3.1, typical'),
  crossSeam: z.boolean().default(false).describe('links between the counter-rotating planes of a star'),
  terminalPowerW: nonNegative.default(40).describe('DOMAIN 3.1'),
});

const constellation = z
  .strictObject({
    name,
    walker: walker.optional(),
    elements: elements.optional(),
    isl: isl.prefault({}),
  })
  .refine((c) => (c.walker === undefined) !== (c.elements === undefined), 'give exactly one of walker and elements');

const groundLink = z.strictObject({
  maxRateBps: positive,
  minElevationDeg: z.number().min(0).max(90),
  /** Rate falls with the square of range beyond this one, in MODCOD-like steps. */
  fullRateRangeKm: positive.describe('full rate up to here; beyond, the rate falls with range squared, in the steps of the MODCOD table'),
});

const gateway = z.strictObject({ name, latDeg, lonDeg, heightM: z.number().finite().default(0), antennas: count.max(16).default(2) });
const dataCentre = z.strictObject({
  name,
  latDeg,
  lonDeg,
  servers: count.default(64),
  tflopsPerServer: positive.default(91.6),
});
const terminal = z.strictObject({
  name,
  latDeg,
  lonDeg,
  heightM: z.number().finite().default(0),
  population: positive.default(1).describe('weight in traffic between terminals'),
});

const satellite = z.strictObject({
  accelerators: count.max(64).default(3).describe('DOMAIN 4.1: 3 L40S class = 275 TFLOPS FP32'),
  tflopsPerAccelerator: positive.default(91.6),
  acceleratorPowerW: nonNegative.default(350),
  busPowerW: nonNegative.default(1000).describe('DOMAIN 4.2'),
  transmitPowerW: nonNegative.default(50).describe('DOMAIN 4.2, radio while sending to the ground'),
  arrayPowerW: nonNegative.default(4590).describe('DOMAIN 4.2, end of life, sized for 2.05 kW'),
  batteryWh: positive.default(4900).describe('DOMAIN 4.2'),
  initialChargeFrac: fraction.default(0.9),
  chargeEfficiency: fraction.default(0.9).describe('DOMAIN 4.2'),
  dischargeEfficiency: fraction.default(0.95).describe('DOMAIN 4.2'),
  savingBelowFrac: fraction.default(0.75).describe('below: no new compute'),
  safeBelowFrac: fraction.default(0.6).describe('DOMAIN 4.2: hard floor, 40 % depth of discharge; below: no forwarding for others'),
  heatCapacityJK: positive.default(50e3).describe('DOMAIN 4.2'),
  radiatorM2: positive.default(4).describe('DOMAIN 4.2'),
  emissivity: fraction.default(0.9).describe('DOMAIN 4.2'),
  sinkK: nonNegative.default(200).describe('DOMAIN 4.2'),
  initialC: z.number().finite().default(20),
  throttleAboveC: z.number().finite().default(75).describe('DOMAIN 4.2'),
  maxC: z.number().finite().default(85).describe('DOMAIN 4.2'),
  throttledRateFrac: fraction.default(0.5),
  bufferBytes: positive.default(50e9).describe('data in transit'),
  cacheBytes: positive.default(100e9).describe('DOMAIN 5, StarCDN'),
  archiveBytes: positive.default(100e12).describe('DOMAIN 1.1'),
  groundBeams: count.max(64).default(16).describe('terminals and gateways served at once'),
});

const traffic = {
  name,
  ratePerS: positive.describe('tasks per second over the whole scenario, at load 1'),
  priority: z.number().int().min(0).max(2).default(1).describe('0 is served first'),
  value: positive.default(1).describe('utility when delivered at once; falls linearly to 0 at the deadline'),
  deadlineS: positive,
};
const message = z.strictObject({ ...traffic, sizeBytes: positive, sizeSpread: nonNegative.default(0).describe('sigma of the log-normal factor') });
const content = z.strictObject({
  ...traffic,
  objects: count.max(1_000_000),
  zipfAlpha: nonNegative.default(0.8).describe('DOMAIN 5'),
  sizeBytes: positive.describe('mean object'),
  sizeSpread: nonNegative.default(1),
  requestBytes: positive.default(1000),
  freshnessS: positive.optional().describe('navigation data: cached copies older than this are not served'),
});
const observation = z.strictObject({
  ...traffic,
  rawBytes: positive,
  workTflop: positive,
  reduction: z.number().min(1).describe('raw bytes / product bytes'),
  consumer: z.enum(['terminal', 'data-centre']).default('terminal'),
});
const job = z.strictObject({ ...traffic, inputBytes: positive, outputBytes: positive, workTflop: positive });

const reward = z.strictObject({
  dropCost: nonNegative.default(0.5),
  downlinkCostPerGB: nonNegative.default(0.01),
  energyCostPerMJ: nonNegative.default(0.01),
  imposedDelayCostPerS: nonNegative.default(1).describe('per second of delay imposed on each task queued behind'),
});

export const scenarioSchema = z.strictObject({
  schema: z.literal(1),
  name,
  description: z.string().default(''),
  epoch: z.iso.datetime().describe('UTC; scenario time 0'),
  durationS: positive.max(30 * 86400).describe('span of the geometry; runs are windows of it'),
  tickS: positive.max(600).default(10),
  constellations: z.array(constellation).min(1),
  satellite: satellite.prefault({}),
  gatewayLink: groundLink.prefault({ maxRateBps: 5e9, minElevationDeg: 10, fullRateRangeKm: 1250 }).describe('DOMAIN 3.1 Ka gateway'),
  terminalLink: groundLink.prefault({ maxRateBps: 1e9, minElevationDeg: 10, fullRateRangeKm: 1250 }).describe('DOMAIN 3.1 LEO access'),
  handoverFactor: z.number().min(1).default(1.1).describe('DOMAIN 10: a new satellite must be this much better'),
  handoverS: nonNegative.default(0.5).describe('no transmission while an antenna changes satellite'),
  gateways: z.array(gateway).default([]),
  dataCentres: z.array(dataCentre).default([]),
  terminals: z.array(terminal).default([]),
  wan: z.strictObject({ fixedMs: nonNegative.default(10), fibreFactor: z.number().min(1).default(1.5).describe('path length over great circle') }).prefault({}),
  knowledge: z
    .strictObject({
      beaconPeriodS: positive.default(0.5).describe('queue reports to neighbours'),
      linkStatePeriodS: positive.default(5).describe('queue reports flooded to all'),
      floodS: nonNegative.default(0.3).describe('until a flooded report is everywhere'),
    })
    .prefault({}),
  traffic: z
    .strictObject({
      load: positive.default(1),
      messages: z.array(message).default([]),
      contents: z.array(content).default([]),
      observations: z.array(observation).default([]),
      jobs: z.array(job).default([]),
    })
    .prefault({}),
  reward: reward.prefault({}),
  maxHops: count.max(255).default(32),
});

/** A validated scenario with all defaults filled in. Deeply frozen once loaded. */
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;
export type ConstellationConfig = Scenario['constellations'][number];
export type SatelliteConfig = Scenario['satellite'];
export type GroundLinkConfig = Scenario['gatewayLink'];
