import { z } from 'zod';

/**
 * The scenario file. One schema: it validates, gives the TypeScript types and emits the JSON Schema for editors. Units
 * stand in the names; degrees and hours exist only here. Each default names the public source it follows, or says
 * `project choice`; all of them can be overridden.
 */

/** The ways to describe the orbits of a constellation; each constellation has exactly one. */
export const ORBIT_KINDS = ['walker', 'elements', 'geostationary', 'ephemeris', 'lunar'] as const;

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
const latDeg = z.number().min(-90).max(90).describe('geodetic latitude, north positive');
const lonDeg = z.number().min(-180).max(180).describe('longitude, east positive');
const heightM = finite.default(0).describe('above the ellipsoid');
/** Who owns a node and what it is accredited for; both matter only where labels do. */
const standing = {
  owner: name.optional().describe('nation, one of security.nations; default: releasable as if owned by all'),
  accreditation: name.optional().describe('one of security.levels; default the highest'),
};

const walker = z.strictObject({
  pattern: z.enum(['star', 'delta']).describe('star: planes over 180 deg of RAAN; delta: over 360 deg'),
  planes: count.max(1000).describe('number of orbital planes'),
  satellitesPerPlane: count.max(1000).describe('evenly spaced in each plane'),
  altitudeKm: finite.optional().describe('mean altitude above the WGS-84 equatorial radius'),
  meanMotionRevPerDay: positive.max(17).optional().describe('instead of altitudeKm, as element sets state it'),
  inclinationDeg: z.number().min(0).max(180).describe('of every plane'),
  eccentricity: z.number().min(0).max(0.9).default(0).describe('of every orbit'),
  argPerigeeDeg: finite.default(0).describe('argument of perigee of every orbit'),
  propagator: z
    .enum(['j2', 'sgp4'])
    .default('j2')
    .describe('j2: mean elements with secular J2 drift, WGS-84; sgp4: as element sets without drag, WGS-72'),
  elementsEpoch: z.iso.datetime().optional().describe('UTC at which the angles hold; default the epoch'),
  raanSpacingDeg: positive
    .max(360)
    .optional()
    .describe('between neighbouring planes; default 180/planes (star) or 360/planes (delta)'),
  phasingDeg: finite
    .optional()
    .describe('in-plane shift from plane to plane; default 360/(number of satellites), Walker phase factor 1'),
  oddPlanePhasingDeg: finite.default(0).describe('further shift of every second plane (Hypatia: half a slot)'),
  raanOffsetDeg: finite.default(0).describe('right ascension of the ascending node of the first plane at the epoch'),
});

const elements = z.strictObject({
  file: z.string().min(1).describe('OMM (JSON, CSV) or TLE file, relative to the scenario'),
  include: z.string().optional().describe('regular expression on object names'),
});

const geostationary = z.strictObject({
  longitudesDeg: z.array(lonDeg).min(1).max(1000).describe('station-kept above the equator, one satellite each'),
});

const ephemeris = z.strictObject({
  file: z.string().min(1).describe('CCSDS OEM file (KVN), relative to the scenario; it must span the whole scenario'),
});

const lunar = z.strictObject({
  satellites: count.max(1000).describe('evenly spaced in mean anomaly'),
  semiMajorKm: positive.describe('of the orbit around the Moon'),
  eccentricity: z.number().min(0).max(0.95).default(0).describe('of the orbit around the Moon'),
  inclinationDeg: z.number().min(0).max(180).describe("to the Earth's equator"),
  raanDeg: finite.default(0).describe('right ascension of the ascending node'),
  argPerigeeDeg: finite.default(0).describe('argument of perilune; 270 keeps apolune over the north'),
});

const rateSchedule = z
  .array(
    z.strictObject({
      fromS: nonNegative.describe('since scenario start; holds until the next entry'),
      frac: fraction.describe('of the rate that range allows; 0 closes the link'),
    }),
  )
  .default([])
  .describe('planned changes of rate over time');

const slewDegS = positive
  .default(2)
  .describe('turning rate to a new partner, before acquisition; default NodalArc, generic low-orbit terminal');

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
  slewDegS,
  crossSeam: z.boolean().default(false).describe('links between the counter-rotating planes of a star'),
  gridWrap: z
    .enum(['facing', 'same-slot'])
    .default('facing')
    .describe('from the last plane of a delta to the first: the slot that faces it, or the same slot (Hypatia)'),
  maxInterPlaneLatDeg: z
    .number()
    .min(0)
    .max(90)
    .default(90)
    .describe('links between planes are off while either end is poleward of this latitude'),
  maxTrackingDegS: positive
    .default(180)
    .describe('links whose line of sight turns faster are off; default none in practice'),
  rateSchedule,
  terminalPowerW: nonNegative.default(40).describe('one working laser terminal; default project choice'),
});

const constellation = z
  .strictObject({
    name,
    walker: walker.optional().describe('a regular constellation'),
    elements: elements.optional().describe('real element sets'),
    geostationary: geostationary.optional().describe('satellites that stand over the equator'),
    ephemeris: ephemeris.optional().describe('tabulated positions'),
    lunar: lunar.optional().describe('satellites around the Moon'),
    isl: isl.prefault({}).describe('laser links between satellites'),
    radios: z.array(name).default(['gateway', 'terminal']).describe('radios that its satellites serve on the ground'),
    groundBeams: count.max(4096).optional().describe('served at once; default satellite.groundBeams'),
    ...standing,
  })
  .refine(
    (c) => ORBIT_KINDS.filter((kind) => c[kind] !== undefined).length === 1,
    `exactly one of ${ORBIT_KINDS.join(', ')}`,
  )
  .meta({ oneOf: ORBIT_KINDS.map((kind) => ({ required: [kind] })) });

const relay = z
  .strictObject({
    name,
    from: name.describe('constellation that uses the relay'),
    to: name.describe('constellation that relays; may be the same'),
    terminals: count.max(4).default(1).describe('per satellite of `from`'),
    relayTerminals: count.max(16).default(4).describe('per satellite of `to`'),
    rateBps: positive.default(1.2e9).describe('each way; default LCRD optical'),
    maxRangeKm: positive.default(45_000).describe('default LCRD, low to geostationary orbit'),
    earthClearanceKm: nonNegative.default(80).describe('lowest height of the light path; default Hypatia, PASEOS'),
    acquisitionS: nonNegative.default(30).describe('from pointing to first data; default project choice'),
    slewDegS,
    maxTrackingDegS: positive.default(180).describe('as in isl'),
    terminalPowerW: nonNegative.default(40).describe('one working terminal; default project choice'),
    rateSchedule,
  })
  .describe('links between satellites of two constellations: each terminal takes the nearest partner it can see');

const groundLinkFields = (defaultRateBps: number, source: string) => ({
  maxRateBps: positive.default(defaultRateBps).describe(`each way and antenna; default ${source}`),
  minElevationDeg: z
    .number()
    .min(0)
    .max(90)
    .default(10)
    .describe('elevation mask; default BSK-RL, orbital-compute (25 in the Starlink filing, 30 in Hypatia for Kuiper)'),
  maxSlantRangeKm: positive.optional().describe('usable up to this range, instead of the elevation mask'),
  kind: z
    .enum(['rf', 'laser'])
    .default('rf')
    .describe('rf: fades in rain and can be jammed; laser: cut by cloud, cannot be jammed'),
  rateSchedule,
  fullRateRangeKm: positive
    .default(1250)
    .describe(
      'full rate up to here, then falling with range squared in the steps of the MODCOD table; default NodalArc, Ka gateway',
    ),
});
const groundLink = (defaultRateBps: number, source: string) => z.strictObject(groundLinkFields(defaultRateBps, source));
const radio = z.strictObject({ name, ...groundLinkFields(1e9, 'NodalArc, LEO access') });

/** Weather over a ground node; absent fields are those of the scenario. */
const weatherFields = {
  cloudFrac: fraction.describe('share of time under cloud that cuts laser links'),
  cloudMeanS: positive.describe('mean length of a cloudy spell'),
  rainFrac: fraction.describe('share of time in rain'),
  rainMeanS: positive.describe('mean length of a rainy spell'),
  rainFadeDb: nonNegative.describe('attenuation of rf links in rain, at the zenith'),
};
const weather = z.strictObject({
  cloudFrac: weatherFields.cloudFrac.default(0),
  cloudMeanS: weatherFields.cloudMeanS.default(3600),
  rainFrac: weatherFields.rainFrac.default(0),
  rainMeanS: weatherFields.rainMeanS.default(1200),
  rainFadeDb: weatherFields.rainFadeDb.default(6),
});
const weatherHere = z
  .strictObject(weatherFields)
  .partial()
  .optional()
  .describe('where it differs from the weather of the scenario');

const gateway = z.strictObject({
  name,
  latDeg,
  lonDeg,
  heightM,
  antennas: count.max(16).default(2).describe('satellites tracked at once by its radio; default project choice'),
  radio: name.default('gateway').describe('radio of these antennas'),
  moreRadios: z
    .array(z.strictObject({ radio: name, antennas: count.max(16).default(1).describe('satellites tracked at once') }))
    .default([])
    .describe('further radios'),
  weather: weatherHere,
  ...standing,
});
const dataCentre = z.strictObject({
  name,
  latDeg,
  lonDeg,
  servers: count.default(64).describe('jobs in parallel; default project choice'),
  tflopsPerServer: positive.default(91.6).describe('FP32; default NVIDIA L40S'),
  ...standing,
});
const waypoint = z.strictObject({
  atS: nonNegative.describe('since scenario start'),
  latDeg,
  lonDeg,
  heightM,
});
const terminal = z
  .strictObject({
    name,
    latDeg: latDeg.optional(),
    lonDeg: lonDeg.optional(),
    heightM,
    track: z
      .array(waypoint)
      .min(2)
      .optional()
      .describe('instead of latDeg and lonDeg: great circles at constant speed from one waypoint to the next'),
    population: positive.default(1).describe('weight in traffic between terminals, any unit'),
    radios: z.array(name).min(1).default(['terminal']).describe('one antenna each'),
    weather: weatherHere,
    ...standing,
  })
  .refine(
    (t) =>
      (t.track === undefined) === (t.latDeg !== undefined && t.lonDeg !== undefined) &&
      (t.latDeg === undefined) === (t.lonDeg === undefined),
    'either latDeg and lonDeg, or track',
  );

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

const label = z.strictObject({
  level: name.describe('one of security.levels; a node must be accredited for it or higher'),
  releasableTo: z.array(name).min(1).optional().describe('nations of security.nations; default all'),
});

const traffic = {
  name,
  label: label.optional().describe('who may hold the data; default anybody'),
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
    productLabel: label
      .optional()
      .describe('label of the product, where its release was decided beforehand; default that of the raw data'),
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
const backup = z
  .strictObject({
    name,
    dataCentre: name.describe('whose data are kept in orbit'),
    objects: count.max(100_000).describe('data sets, each backed up by itself'),
    objectBytes: positive.describe('one version of one data set'),
    periodS: positive.describe('a new version of every data set is made this often, spread evenly over the period'),
    replicas: count.max(8).default(3).describe('copies on different satellites; default project choice, as in HDFS'),
    deadlineS: positive.describe('from the making of a version to its storage in orbit; also for a repair'),
    priority: z.number().int().min(0).max(2).default(2).describe('0 is served first'),
    value: positive.default(1).describe('of one replica stored at once; falls linearly to 0 at the deadline'),
    restoreTo: name.optional().describe('data centre that takes the data over when theirs is lost; default any other'),
    restoreDeadlineS: positive.default(86_400).describe('of a restored data set; default project choice'),
    label: label.optional().describe('who may hold the data; default anybody'),
  })
  .describe('replicas in orbit of the data of a data centre, and their return when it is lost');

const reward = z.strictObject({
  dropCost: nonNegative.default(0.5).describe('per task not delivered'),
  downlinkCostPerGB: nonNegative.default(0.01).describe('per 10^9 bytes sent to gateways'),
  energyCostPerMJ: nonNegative.default(0.01).describe('per 10^6 J spent on compute and transmission'),
  imposedDelayFactor: nonNegative
    .default(1)
    .describe('share of the value that tasks waiting behind lose, charged to the decision'),
});

const faultTarget = z.string().min(1);
const during = {
  atS: nonNegative.describe('since the start of the run'),
  durationS: positive.optional().describe('default: for good'),
};
const scheduledFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('satellite-loss'), target: faultTarget.describe('satellite'), ...during }),
  z.strictObject({
    kind: z.literal('link-loss'),
    target: faultTarget.describe('satellite one of whose laser terminals fails'),
    towards: faultTarget.optional().describe('satellite at the other end; default: every terminal of the target'),
    ...during,
  }),
  z.strictObject({ kind: z.literal('gateway-loss'), target: faultTarget.describe('gateway'), ...during }),
  z.strictObject({
    kind: z.literal('data-centre-loss'),
    target: faultTarget.describe('data centre, with its data'),
    ...during,
  }),
  z.strictObject({
    kind: z.literal('jamming'),
    latDeg,
    lonDeg,
    radiusKm: positive.describe('ground nodes within this great-circle distance'),
    fadeDb: nonNegative.default(60).describe('loss of signal to noise on rf ground links; default: cut'),
    radios: z.array(name).optional().describe('radios jammed; default all of kind rf'),
    ...during,
  }),
  z.strictObject({
    kind: z.literal('accelerator-reset'),
    target: faultTarget.describe('satellite whose running jobs start anew'),
    ...during,
  }),
  z.strictObject({
    kind: z.literal('storage-failure'),
    target: faultTarget.describe('satellite that loses its cache and its replicas'),
    ...during,
  }),
  z.strictObject({
    kind: z.literal('capture'),
    target: faultTarget.describe('satellite that turns against the others'),
    dropFrac: fraction.default(0).describe("share of others' bundles it makes vanish"),
    delayS: nonNegative.default(0).describe("it holds others' bundles this long"),
    lies: z.boolean().default(false).describe('its beacons claim empty queues, full batteries and no backlog'),
    ...during,
  }),
]);
const hazard = z
  .strictObject({
    kind: z.enum([
      'satellite-loss',
      'link-loss',
      'gateway-loss',
      'data-centre-loss',
      'accelerator-reset',
      'storage-failure',
    ]),
    of: name.optional().describe('constellation, gateway or data centre; default all of that kind'),
    ratePerYear: positive.describe('of one satellite, terminal, gateway, data centre, accelerator set or store'),
    weibullShape: positive
      .default(1)
      .describe('1: constant rate; below 1: infant mortality (Castet and Saleh 2009: 0.45 for satellites)'),
    meanDurationS: positive.optional().describe('exponential; default: for good'),
  })
  .describe('faults at random, drawn from the seed of the run');

const security = z.strictObject({
  nations: z.array(name).max(30).default([]).describe('all nations there are'),
  levels: z.array(name).min(1).max(8).default(['open']).describe('classifications, lowest first'),
  watch: z
    .strictObject({
      enabled: z.boolean().default(false).describe('neighbours check what becomes of bundles they hand over'),
      honestFailureFrac: z
        .number()
        .positive()
        .max(0.5)
        .default(0.02)
        .describe('share of unconfirmed hand-overs to an honest neighbour; default project choice'),
      hostileFailureFrac: z
        .number()
        .positive()
        .max(1)
        .default(0.3)
        .describe('share above which a neighbour counts as hostile; default project choice'),
      falseAlarmFrac: z.number().positive().max(0.5).default(1e-4).describe('alpha of the sequential test (Wald 1945)'),
      missFrac: z.number().positive().max(0.5).default(1e-2).describe('beta of the sequential test (Wald 1945)'),
      toleranceS: positive.default(1).describe('a receipt this much later than the beacon promised is no receipt'),
      quorum: count.max(4).default(2).describe('accusing neighbours until a satellite is quarantined'),
      quarantineS: positive.default(3600).describe('until a quarantined satellite is tried again'),
    })
    .prefault({})
    .describe('detection of captured satellites by their neighbours'),
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
  radios: z.array(radio).default([]).describe('further radios beside `gateway` and `terminal`'),
  relays: z.array(relay).default([]).describe('links between constellations'),
  groundEllipsoid: z.enum(['wgs84', 'wgs72']).default('wgs84').describe('on which latitudes and heights count'),
  antennaScheduler: z
    .enum(['nearest', 'longest', 'fair'])
    .default('nearest')
    .describe('which satellite an antenna takes: the nearest, the one longest in sight, or who waited longest first'),
  weather: weather.prefault({}).describe('over ground nodes, drawn from the seed of the run; default none'),
  faults: z
    .strictObject({ scheduled: z.array(scheduledFault).default([]), hazards: z.array(hazard).default([]) })
    .prefault({})
    .describe('what breaks, and who turns hostile'),
  security: security.prefault({}).describe('labels, nations, and the watch on neighbours'),
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
      backups: z.array(backup).default([]),
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
export type WalkerConfig = NonNullable<ConstellationConfig['walker']>;
export type RelayConfig = Scenario['relays'][number];
export type TerminalConfig = Scenario['terminals'][number];
export type GatewayConfig = Scenario['gateways'][number];
export type ScheduledFault = Scenario['faults']['scheduled'][number];
export type Hazard = Scenario['faults']['hazards'][number];
export type LabelConfig = z.infer<typeof label>;
export type BackupConfig = Scenario['traffic']['backups'][number];
