import { z } from 'zod';
import { fraction, latDeg, lonDeg, name, nonNegative, positive } from './common.ts';

const faultTarget = z.string().min(1);
const during = {
  atS: nonNegative.describe('since the start of the run'),
  durationS: positive.optional().describe('default: for good'),
};
export const scheduledFault = z.discriminatedUnion('kind', [
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
export const hazard = z
  .strictObject({
    kind: z
      .enum(['satellite-loss', 'link-loss', 'gateway-loss', 'data-centre-loss', 'accelerator-reset', 'storage-failure'])
      .describe('as in scheduled faults'),
    of: name.optional().describe('constellation, gateway or data centre; default all of that kind'),
    ratePerYear: positive.describe('of one satellite, terminal, gateway, data centre, accelerator set or store'),
    weibullShape: positive
      .default(1)
      .describe('1: constant rate; below 1: infant mortality (Castet and Saleh 2009: 0.45 for satellites)'),
    meanDurationS: positive.optional().describe('exponential; default: for good'),
    inProgress: z
      .boolean()
      .optional()
      .describe(
        'runs begin amid such faults, as many as the rate and the duration keep up; default: all is well at first',
      ),
  })
  .describe('faults at random, drawn from the seed of the run');
