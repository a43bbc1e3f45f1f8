import { z } from 'zod';

/**
 * The scenario file. One schema: it validates, gives the TypeScript types and emits the JSON Schema for editors. Units
 * stand in the names; degrees and hours exist only here. Each default names the public source it follows, or says
 * `project choice`; all of them can be overridden.
 */

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/)
  .describe('letters, digits and dashes');
const finite = z.number();
const positive = z.number().positive();
const nonNegative = z.number().nonnegative();
const fraction = z.number().min(0).max(1);
const efficiency = z.number().positive().max(1);
const count = z.number().int().positive();
const latDeg = z.number().min(-90).max(90).describe('geodetic latitude, WGS-84, north positive');
const lonDeg = z.number().min(-180).max(180).describe('longitude, east positive');
const heightM = finite.default(0).describe('above the WGS-84 ellipsoid');

const walker = z.strictObject({
  pattern: z.enum(['star', 'delta']).describe('star: planes over 180 deg of RAAN; delta: over 360 deg'),
  planes: count.max(1000).describe('number of orbital planes'),
  satellitesPerPlane: count.max(1000).describe('evenly spaced in each plane'),
  altitudeKm: finite.describe('mean altitude above the WGS-84 equatorial radius'),
  inclinationDeg: z.number().min(0).max(180).describe('of every plane'),
  eccentricity: z.number().min(0).max(0.9).default(0).describe('of every orbit'),
  raanSpacingDeg: positive
    .max(360)
    .optional()
    .describe('between neighbouring planes; default 180/planes (star) or 360/planes (delta)'),
  phasingDeg: finite
    .optional()
    .describe('in-plane shift from plane to plane; default 360/(number of satellites), Walker phase factor 1'),
  raanOffsetDeg: finite.default(0).describe('right ascension of the ascending node of the first plane at the epoch'),
});

const elements = z.strictObject({
  file: z.string().min(1).describe('OMM (JSON, CSV) or TLE file, relative to the scenario'),
  include: z.string().optional().describe('regular expression on object names'),
});

const isl = z.strictObject({
  topology: z
    .enum(['grid', 'nearest', 'none'])
    .default('grid')
    .describe('grid: two neighbours in the plane and one in each neighbouring plane; nearest: the closest in range'),
  terminals: count.max(8).default(4).describe('laser terminals per satellite'),
  rateBps: positive.default(10e9).describe('each way; default Tesat SCOT80 (maker, via news)'),
  maxRangeKm: positive.default(5000).describe('default a cautious reading of the Tesat SCOT80 (maker: 8,000 km)'),
  earthClearanceKm: nonNegative
    .default(80)
    .describe('lowest height of the light path; default Hypatia, PASEOS (6,451 km blocking radius)'),
  acquisitionS: nonNegative
    .default(30)
    .describe('from pointing to first data; default project choice (SDA OCT 3.2.0 allows 100 s)'),
  crossSeam: z.boolean().default(false).describe('links between the counter-rotating planes of a star'),
  terminalPowerW: nonNegative.default(40).describe('one working laser terminal; default project choice'),
});

const constellation = z
  .strictObject({
    name,
    walker: walker.optional().describe('a regular constellation'),
    elements: elements.optional().describe('real element sets'),
    isl: isl.prefault({}).describe('laser links between satellites'),
  })
  .refine((c) => (c.walker === undefined) !== (c.elements === undefined), 'exactly one of walker and elements')
  .meta({ oneOf: [{ required: ['walker'] }, { required: ['elements'] }] });

const groundLink = (defaultRateBps: number, source: string) =>
  z.strictObject({
    maxRateBps: positive.default(defaultRateBps).describe(`each way and antenna; default ${source}`),
    minElevationDeg: z
      .number()
      .min(0)
      .max(90)
      .default(10)
      .describe(
        'elevation mask; default BSK-RL, orbital-compute (25 in the Starlink filing, 30 in Hypatia for Kuiper)',
      ),
    fullRateRangeKm: positive
      .default(1250)
      .describe(
        'full rate up to here, then falling with range squared in the steps of the MODCOD table; default NodalArc, Ka gateway',
      ),
  });

const gateway = z.strictObject({
  name,
  latDeg,
  lonDeg,
  heightM,
  antennas: count.max(16).default(2).describe('satellites tracked at once; default project choice'),
});
const dataCentre = z.strictObject({
  name,
  latDeg,
  lonDeg,
  servers: count.default(64).describe('jobs in parallel; default project choice'),
  tflopsPerServer: positive.default(91.6).describe('FP32; default NVIDIA L40S'),
});
const terminal = z.strictObject({
  name,
  latDeg,
  lonDeg,
  heightM,
  population: positive.default(1).describe('weight in traffic between terminals, any unit'),
});

const satellite = z.strictObject({
  accelerators: count
    .max(64)
    .default(3)
    .describe('default 3 NVIDIA L40S = 275 TFLOPS FP32, above the 250 announced for MILSCA'),
  tflopsPerAccelerator: positive.default(91.6).describe('FP32; default NVIDIA L40S'),
  acceleratorPowerW: nonNegative.default(350).describe('one accelerator at work; default NVIDIA L40S'),
  busPowerW: nonNegative.default(1000).describe('always on; default project choice'),
  transmitPowerW: nonNegative.default(50).describe('radio while sending to the ground; default CosmicBeats'),
  arrayPowerW: nonNegative
    .default(4590)
    .describe('in full sun, end of life; default sized for 2.05 kW at 550 km (path efficiencies 0.6 and 0.8)'),
  batteryWh: positive.default(4900).describe('default 1.22 kWh of eclipse load at 25 % depth of discharge'),
  initialChargeFrac: fraction.default(0.9).describe('default project choice'),
  chargeEfficiency: efficiency.default(0.9).describe('default orbital-compute'),
  dischargeEfficiency: efficiency.default(0.95).describe('default orbital-compute'),
  savingBelowFrac: fraction.default(0.75).describe('below: no new compute; default project choice'),
  safeBelowFrac: fraction
    .default(0.6)
    .describe('below: no forwarding for others; default project choice, 40 % depth of discharge'),
  heatCapacityJK: positive.default(50e3).describe('of the lumped thermal node, J/K; default orbital-compute'),
  radiatorM2: positive.default(4).describe('default orbital-compute'),
  emissivity: efficiency.default(0.9).describe('of the radiator; default orbital-compute'),
  sinkK: nonNegative.default(200).describe('temperature the radiator sees; default project choice'),
  initialC: finite.min(-273.15).default(20).describe('default project choice'),
  throttleAboveC: finite.default(75).describe('above: throttled compute; default orbital-compute'),
  maxC: finite.default(85).describe('above: a breach; default orbital-compute'),
  throttledRateFrac: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe('share of the compute rate left when throttled; default project choice'),
  bufferBytes: positive.default(50e9).describe('data in transit; default project choice'),
  cacheBytes: positive.default(100e9).describe('default StarCDN-Simulator'),
  archiveBytes: positive.default(100e12).describe('default MILSCA announcement (more than 100 TB)'),
  groundBeams: count.max(64).default(16).describe('terminals and gateways served at once; default project choice'),
});

const traffic = {
  name,
  ratePerS: positive.describe('tasks per second over the whole scenario, at load 1'),
  priority: z.number().int().min(0).max(2).default(1).describe('0 is served first'),
  value: positive.default(1).describe('utility when delivered at once; falls linearly to 0 at the deadline'),
  deadlineS: positive.describe('from creation to delivery'),
};
const message = z
  .strictObject({
    ...traffic,
    sizeBytes: positive.describe('mean message'),
    sizeSpread: nonNegative.max(4).default(0).describe('sigma of the log-normal factor'),
  })
  .describe('terminal to terminal, weighted by population');
const content = z
  .strictObject({
    ...traffic,
    objects: count.max(1_000_000).describe('catalogue size'),
    zipfAlpha: nonNegative
      .max(4)
      .default(0.8)
      .describe('popularity of rank r is r^-alpha; default Breslau et al. 1999 (web, 0.64 to 0.83)'),
    sizeBytes: positive.describe('mean object'),
    sizeSpread: nonNegative.max(4).default(1).describe('sigma of the log-normal factor'),
    requestBytes: positive.default(1000).describe('default project choice'),
    freshnessS: positive.optional().describe('navigation data: cached copies older than this are not served'),
  })
  .describe('objects of a data centre, asked for by terminals');
const observation = z
  .strictObject({
    ...traffic,
    rawBytes: positive.describe('one capture'),
    workTflop: positive.describe('to turn raw data into the product, 10^12 FP32 operations'),
    reduction: z.number().min(1).describe('raw bytes / product bytes'),
    consumer: z.enum(['terminal', 'data-centre']).default('terminal').describe('who receives the product'),
  })
  .describe('capture on a satellite, processed somewhere, product to the consumer');
const job = z
  .strictObject({
    ...traffic,
    inputBytes: positive.describe('from the terminal'),
    outputBytes: positive.describe('back to the terminal'),
    workTflop: positive.describe('10^12 FP32 operations'),
  })
  .describe('compute for a remote user: input, work, output');

const reward = z.strictObject({
  dropCost: nonNegative.default(0.5).describe('per task not delivered'),
  downlinkCostPerGB: nonNegative.default(0.01).describe('per 10^9 bytes sent to gateways'),
  energyCostPerMJ: nonNegative.default(0.01).describe('per 10^6 J spent on compute and transmission'),
  imposedDelayFactor: nonNegative
    .default(1)
    .describe('share of the value that tasks waiting behind lose, charged to the decision'),
});

export const scenarioSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  name: name.describe('letters, digits and dashes; names runs and reports'),
  description: z.string().default('').describe('for reports'),
  epoch: z.iso.datetime().describe('UTC, as in 2026-11-22T00:00:00Z; scenario time 0'),
  durationS: positive.max(30 * 86400).describe('span of the geometry; runs are windows of it'),
  tickS: positive.max(600).default(10).describe('step of geometry, energy and heat; default project choice'),
  constellations: z.array(constellation).min(1),
  satellite: satellite.prefault({}).describe('the satellite flown, the same in every constellation'),
  gatewayLink: groundLink(5e9, 'NodalArc, Ka gateway').prefault({}).describe('radio between satellites and gateways'),
  terminalLink: groundLink(1e9, 'NodalArc, LEO access').prefault({}).describe('radio between satellites and terminals'),
  handoverFactor: z.number().min(1).default(1.1).describe('a new satellite must be this much better; default NodalArc'),
  handoverS: nonNegative
    .default(0.5)
    .describe('no transmission while an antenna changes satellite; default project choice'),
  gateways: z.array(gateway).default([]).describe('ground stations with backhaul to the data centres'),
  dataCentres: z.array(dataCentre).default([]).describe('reached through gateways over the terrestrial network'),
  terminals: z.array(terminal).default([]).describe('users'),
  wan: z
    .strictObject({
      fixedMs: nonNegative.default(10).describe('equipment, per gateway and data centre pair; default project choice'),
      fibreFactor: z.number().min(1).default(1.5).describe('path length over great circle; default project choice'),
    })
    .prefault({})
    .describe('terrestrial network between gateways and data centres'),
  knowledge: z
    .strictObject({
      beaconPeriodS: positive.default(0.5).describe('queue reports to neighbours; default project choice'),
      linkStatePeriodS: positive.default(5).describe('queue reports flooded to all; default project choice'),
      floodS: nonNegative.default(0.3).describe('until a flooded report is everywhere; default project choice'),
    })
    .prefault({})
    .describe('how old the news of other satellites is'),
  traffic: z
    .strictObject({
      load: positive.default(1).describe('factor on every rate'),
      messages: z.array(message).default([]),
      contents: z.array(content).default([]),
      observations: z.array(observation).default([]),
      jobs: z.array(job).default([]),
    })
    .prefault({})
    .describe('work offered, by family'),
  reward: reward.prefault({}).describe('what a delivery is worth and what it costs; defaults project choice'),
  maxHops: count.max(255).default(32).describe('a task forwarded this often is dropped; default project choice'),
});

/** A validated scenario with all defaults filled in. Deeply frozen once loaded. */
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;
export type ConstellationConfig = Scenario['constellations'][number];
export type SatelliteConfig = Scenario['satellite'];
export type GroundLinkConfig = Scenario['gatewayLink'];
