import { z } from 'zod';
import { count, efficiency, finite, fraction, name, nonNegative, positive, rateSchedule, standing } from './common.ts';
import { ORBIT_KINDS, elements, ephemeris, geostationary, lunar, walker } from './orbits.ts';

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

export const constellation = z
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

export const relay = z
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

export const satellite = z.strictObject({
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
