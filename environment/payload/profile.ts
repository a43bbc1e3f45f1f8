import { z } from 'zod';
import { PATCH_CLASSES } from '../scenes/index.ts';

/** Names the format of profile files and its version. */
export const PROFILE_FORMAT = 'spacecloud-payload-profile/1';

/** Scenes by what is to be seen in them: no target, a ship, a fire (with or without a ship). */
export const PROFILE_STRATA = ['none', 'ship', 'fire'] as const;
export type ProfileStratum = (typeof PROFILE_STRATA)[number];

const count = z.number().int().min(0);
const positive = z.number().positive();
const share = z.number().min(0).max(1);

const stratum = z
  .strictObject({
    scenes: count,
    discards: count,
    summaries: count,
    products: count.describe('scenes with a detection'),
    bytes: count.describe('of products, compressed, beyond the notes'),
    bytesSquared: count.describe('sum over scenes of the square'),
    falseBytes: z.number().min(0).describe('share of each product by its false detections'),
    falseBytesSquared: z.number().min(0),
    falseTimesBytes: z.number().min(0),
  })
  .describe('counts over the scenes of this sort');

export const payloadProfileSchema = z.strictObject({
  format: z.literal(PROFILE_FORMAT),
  model: z.strictObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    opset: count,
    runtime: z.string(),
  }),
  scenes: z.strictObject({
    seed: count,
    count: positive,
    pixels: positive,
    bands: positive,
    sampleBytes: positive,
    noteBytes: count.describe('sent for every scene'),
  }),
  prevalence: z
    .strictObject({ ship: share, fire: share, grade: z.string() })
    .describe('share of scenes with such a target in sight, where the satellite flies'),
  strata: z.strictObject({ none: stratum, ship: stratum, fire: stratum }),
  targets: z.strictObject({
    ship: z.strictObject({ inSight: count, found: count }),
    fire: z.strictObject({ inSight: count, found: count }),
  }),
  confusion: z
    .array(z.array(count).length(PATCH_CLASSES.length))
    .length(PATCH_CLASSES.length)
    .describe(`patches: a row per true class, a column per class found (${PATCH_CLASSES.join(', ')})`),
  work: z.strictObject({ flopsPerPixel: positive, bytesPerPixel: positive }),
  accelerator: z.strictObject({
    name: z.string(),
    peakTflops: positive.describe('FP32'),
    memoryGBps: positive,
    kernelEfficiency: share.describe('share of the peak that kernels reach when memory does not hold them back'),
    grade: z.string(),
  }),
  measured: z
    .strictObject({
      modelMsP50: positive,
      modelMsP95: positive,
      totalMsP50: positive,
      gflops: positive.describe('of the model, by the median'),
      denseGflops: positive.describe('of a dense layer on the same machine and runtime'),
      cpu: z.string(),
    })
    .optional()
    .describe(
      'times, which hang on the machine; of all else only compressed sizes do, on the zlib of the Node that ran',
    ),
});

/** A payload as it was measured: what a run over generated scenes gave, and what the figures of a scenario follow from. */
export type PayloadProfile = z.infer<typeof payloadProfileSchema>;
