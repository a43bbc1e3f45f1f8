/** What a `study.json` must hold; the types are those of `result.ts`. Fields that this version does not know stay. */
import { z } from 'zod';
import type { StudyReport } from '../result.ts';

const mean = z.number().nullable();
const interval = z.looseObject({ lo: z.number(), hi: z.number() }).nullable();
const index = z.int().nonnegative();
const grade = z.enum(['primary', 'secondary', 'derived', 'memory', 'choice']);
const texts = z.array(z.string());

const spec = z.looseObject({
  key: z.string(),
  label: z.string(),
  unit: z.string(),
  better: z.enum(['higher', 'lower', 'none']),
});

const benefit = z.looseObject({
  first: index,
  second: index,
  difference: z.number(),
  interval,
  relative: mean,
  verdict: z.enum(['wins', 'loses', 'unclear']),
});

const point = z.looseObject({
  quantity: z.string().nullable(),
  value: mean,
  cells: z.array(z.record(z.string(), z.looseObject({ mean, interval, runs: index }))),
  bestComparator: index.nullable(),
  bestHeuristic: index.nullable(),
  bestLearned: index.nullable(),
  benefit: benefit.nullable(),
});

const end = z.looseObject({ value: z.number(), benefit: benefit.nullable() });

const record = z.looseObject({
  column: z.string(),
  quantity: z.string().nullable(),
  value: mean,
  scenario: z.string(),
  policy: z.string(),
  role: z.enum(['learned', 'baseline', 'oracle']),
  run: z.string().exactOptional(),
  seed: z.int(),
  kpis: z.record(
    z.string(),
    z
      .number()
      .nullable()
      .transform((value) => value ?? NaN),
  ),
  decisions: index,
  startS: z.number(),
  simulatedS: z.number(),
  trajectoryHash: z.string(),
});

const study = z.looseObject({
  study: z.string(),
  title: z.string(),
  claim: z.string(),
  announcement: z.string(),
  loses: z.string(),
  scenario: z.looseObject({ name: z.string(), hash: z.string(), changes: texts }),
  arrivalsS: z.number(),
  drainS: z.number(),
  seeds: z.array(z.int()),
  selection: z.looseObject({
    seeds: z.array(z.int()),
    heuristic: index.nullable(),
    learned: index.nullable(),
    orbit: index.nullable(),
  }),
  headline: spec,
  kpis: z.array(spec),
  columns: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string(),
      role: z.enum(['comparator', 'heuristic', 'learned', 'oracle']),
      policy: z.string(),
      changes: texts,
    }),
  ),
  points: z.array(point),
  attribution: z.array(
    z.looseObject({
      part: z.enum(['relay', 'stations', 'compression', 'compressed-relay', 'heuristics', 'learning']),
      benefit,
    }),
  ),
  sweeps: z.array(
    z.looseObject({
      quantity: z.string(),
      label: z.string(),
      values: z.array(z.number()),
      fails: z.array(z.number()),
      paysFrom: mean,
    }),
  ),
  sensitivity: z.array(
    z.looseObject({ parameter: z.string(), grade, source: z.string(), low: end, high: end, moves: mean }),
  ),
  parameters: z.array(
    z.looseObject({
      path: z.string(),
      value: z.union([z.number(), z.string(), z.null()]),
      grade,
      source: z.string(),
    }),
  ),
  bands: z.array(
    z.looseObject({ column: z.string(), kpi: z.string(), from: mean, to: mean, mean, holds: z.boolean() }),
  ),
  notes: texts,
  records: z.array(record),
});

/** Its output is checked by the compiler to be a `StudyReport`; `format` of the file is left out. */
export const studyReportSchema: z.ZodType<StudyReport> = z.object({
  version: z.string(),
  decisionSpec: z.string(),
  size: z.enum(['quick', 'full']),
  studies: z.array(study),
});
