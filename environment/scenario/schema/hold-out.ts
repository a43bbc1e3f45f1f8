import { z } from 'zod';
import { nonNegative, positive } from './common.ts';

/** What training leaves alone, so that an evaluation can ask for what a policy has never met. */
export const holdOut = z.strictObject({
  startWindows: z
    .array(z.strictObject({ fromS: nonNegative.describe('since scenario start'), toS: positive.describe('end') }))
    .default([])
    .describe('stretches of the scenario that no training run touches'),
  loads: z
    .array(z.strictObject({ from: positive.describe('lowest load'), to: positive.describe('highest load') }))
    .default([])
    .describe('ranges of traffic.load that training refuses'),
});
