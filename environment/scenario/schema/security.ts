import { z } from 'zod';
import { count, name, positive } from './common.ts';

export const security = z.strictObject({
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
