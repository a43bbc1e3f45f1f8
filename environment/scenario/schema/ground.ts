import { z } from 'zod';
import {
  count,
  fraction,
  heightM,
  latDeg,
  lonDeg,
  name,
  nonNegative,
  positive,
  rateSchedule,
  standing,
} from './common.ts';

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
  costPerGB: nonNegative
    .default(0)
    .describe('price of data of a terminal over this radio, either way, per 10^9 bytes, in any currency; default none'),
});
/** Radio between satellites and gateways. */
export const gatewayLink = z.strictObject(groundLinkFields(5e9, 'NodalArc, Ka gateway'));
/** Radio between satellites and terminals. */
export const terminalLink = z.strictObject(groundLinkFields(1e9, 'NodalArc, LEO access'));
export const radio = z.strictObject({ name, ...groundLinkFields(1e9, 'NodalArc, LEO access') });

/** Weather over a ground node; absent fields are those of the scenario. */
const weatherFields = {
  cloudFrac: fraction.describe('share of time under cloud that cuts laser links'),
  cloudMeanS: positive.describe('mean length of a cloudy spell'),
  rainFrac: fraction.describe('share of time in rain'),
  rainMeanS: positive.describe('mean length of a rainy spell'),
  rainFadeDb: nonNegative.describe('attenuation of rf links in rain, at the zenith'),
};
export const weather = z.strictObject({
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

export const gateway = z.strictObject({
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
export const dataCentre = z.strictObject({
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
export const terminal = z
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
    access: z
      .enum(['fastest', 'cheapest'])
      .default('fastest')
      .describe(
        'radio that sends: the one of least delay, or the one of least costPerGB that is up and meets the deadline',
      ),
    weather: weatherHere,
    ...standing,
  })
  .refine(
    (t) =>
      (t.track === undefined) === (t.latDeg !== undefined && t.lonDeg !== undefined) &&
      (t.latDeg === undefined) === (t.lonDeg === undefined),
    'either latDeg and lonDeg, or track',
  );
