import { z } from 'zod';
import { count, label, name, nonNegative, positive } from './common.ts';

const traffic = {
  name,
  label: label.optional().describe('who may hold the data; default anybody'),
  ratePerS: positive.describe('tasks per second over the whole scenario, at load 1'),
  priority: z.number().int().min(0).max(2).default(1).describe('0 is served first'),
  value: positive.default(1).describe('utility when delivered at once; falls linearly to 0 at the deadline'),
  deadlineS: positive.describe('from creation to delivery'),
};
const profile = z.string().min(1).optional();
const measuredBy = z.string().optional().describe('profile that the values were taken from; written when it is read');
export const message = z
  .strictObject({
    ...traffic,
    sizeBytes: positive.describe('mean message'),
    sizeSpread: nonNegative.max(4).default(0).describe('sigma of the log-normal factor'),
  })
  .describe('terminal to terminal, weighted by population');
export const content = z
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
export const observation = z
  .strictObject({
    ...traffic,
    rawBytes: positive.describe('one capture'),
    workTflop: positive.describe('to turn raw data into the product, 10^12 FP32 operations'),
    reduction: z.number().min(1).describe('raw bytes / product bytes'),
    falseAlertFrac: z.number().min(0).max(1).optional().describe('share of product bytes that show nothing; default 0'),
    profile: profile.describe('payload profile (JSON), relative to this file, in place of workTflop and reduction'),
    measuredBy,
    consumer: z.enum(['terminal', 'data-centre']).default('terminal').describe('who receives the product'),
    productLabel: label
      .optional()
      .describe('label of the product, where its release was decided beforehand; default that of the raw data'),
  })
  .describe('capture on a satellite, processed somewhere, product to the consumer');
export const job = z
  .strictObject({
    ...traffic,
    inputBytes: positive.describe('from the terminal'),
    outputBytes: positive.describe('back to the terminal'),
    workTflop: positive.describe('10^12 FP32 operations'),
    profile: profile.describe('payload profile (JSON), relative to this file, in place of workTflop and outputBytes'),
    measuredBy,
  })
  .describe('compute for a remote user: input, work, output');
export const backup = z
  .strictObject({
    name,
    dataCentre: name.describe('whose data are kept in orbit'),
    objects: count.max(100_000).describe('data sets, each backed up by itself'),
    objectBytes: positive.describe('one version of one data set'),
    periodS: positive.describe('a new version of every data set is made this often, spread evenly over the period'),
    replicas: z
      .number()
      .int()
      .min(0)
      .max(8)
      .default(3)
      .describe('copies on different satellites; 0 only with a mirror; default project choice, as in HDFS'),
    mirror: z
      .strictObject({
        dataCentre: name.describe('second site, which also takes the data over where restoreTo is not said'),
        rateBps: positive.describe('of the fibre between the two, each way'),
      })
      .optional()
      .describe('copy of every version at another data centre, over one fibre; default none'),
    deadlineS: positive.describe('from the making of a version to its storage in orbit; also for a repair'),
    priority: z.number().int().min(0).max(2).default(2).describe('0 is served first'),
    value: positive.default(1).describe('of one replica stored at once; falls linearly to 0 at the deadline'),
    restoreTo: name.optional().describe('data centre that takes the data over when theirs is lost; default any other'),
    restoreDeadlineS: positive.default(86_400).describe('of a restored data set; default project choice'),
    label: label.optional().describe('who may hold the data; default anybody'),
  })
  .describe('replicas in orbit of the data of a data centre, and their return when it is lost');

export const reward = z.strictObject({
  dropCost: nonNegative.default(0.5).describe('per task not delivered'),
  downlinkCostPerGB: nonNegative.default(0.01).describe('per 10^9 bytes sent to gateways'),
  energyCostPerMJ: nonNegative.default(0.01).describe('per 10^6 J spent on compute and transmission'),
  fetchCostPerGB: nonNegative
    .default(3)
    .describe(
      'per 10^9 bytes that a satellite must fetch for lack of a cached copy; charged to decisions of caches only',
    ),
  imposedDelayFactor: nonNegative
    .default(1)
    .describe('share of the value that tasks waiting behind lose, charged to the decision'),
});
