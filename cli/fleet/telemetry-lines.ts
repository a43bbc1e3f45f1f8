import { z } from 'zod';

/** Changes when a field changes its meaning or goes; new fields and kinds may come within one format. */
export const TELEMETRY_FORMAT = 'spacecloud-fleet-telemetry/1';

const count = z.int().min(0);
const timeS = z.number().describe('simulated time, s since the start of the scenario');
const wallS = z.number().min(0).describe('wall clock, s since the file was begun');
const satellite = z.string().describe('name of the satellite');
const quantileMs = z.number().min(0).nullable();

const runLine = z.strictObject({
  kind: z.literal('run'),
  format: z.literal(TELEMETRY_FORMAT),
  version: z.string().describe('version of spacecloud'),
  scenario: z.string(),
  policy: z.string(),
  fleet: z.string().describe('name of the fleet on the bus'),
  seed: count,
  periodS: z.number().positive().describe('simulated time between two samples, s'),
  satellites: z.array(z.string()).describe('all satellites of the scenario'),
  nodes: z.array(z.string()).describe('those that have a node process'),
});

const sampleLine = z.strictObject({
  kind: z.literal('sample'),
  timeS,
  wallS,
  rounds: count.describe('batches of decisions so far'),
  decisions: count.describe('decisions so far'),
  fallbackDecisions: count.describe('decisions so far that no node, and no learned policy, made'),
  joined: count.describe('nodes that are there'),
  absent: count.describe('nodes that are not there'),
  restarts: count.describe('node processes started again so far'),
  late: count.describe('requests so far that were not answered within the deadline'),
  rejected: count.describe('messages so far that were dropped: corrupt, stale or illegal'),
  answers: z
    .strictObject({ count, p50Ms: quantileMs, p99Ms: quantileMs, maxMs: quantileMs })
    .describe('requests to nodes since the last sample, and how long they took, ms; null: none'),
  fallback: z.array(z.string()).describe('satellites that decide by their fallback now'),
  satellites: z
    .array(z.strictObject({ satellite, decisions: count, fallbackDecisions: count }))
    .describe('the same counts by satellite'),
});

const modeLine = z.strictObject({
  kind: z.literal('mode'),
  timeS,
  node: z.string().describe('satellite or ground node'),
  region: z.string().describe('service, power, thermal, trust or autonomy; of ground nodes link, service or radio-N'),
  from: z.string(),
  to: z.string(),
  reason: z.string().nullable().describe('why a satellite fell back'),
});

const processLine = z.strictObject({
  kind: z.literal('process'),
  wallS,
  satellite,
  phase: z.enum(['waiting', 'starting', 'ready', 'restarting', 'ended', 'failed']),
  restarts: count,
  lastEnd: z.string().nullable().describe('exit status or signal of the process before; null: it is the first'),
});

const endLine = z.strictObject({
  kind: z.literal('end'),
  timeS,
  wallS,
  outcome: z.enum(['finished', 'stopped']),
  decisions: count,
  fallbackDecisions: count,
  trajectoryHash: z.string().nullable().describe('null when the run was stopped'),
});

/** One line of a telemetry file; the first is `run`, the last `end`. */
export const telemetryLineSchema = z.discriminatedUnion('kind', [runLine, sampleLine, modeLine, processLine, endLine]);

export type TelemetryLine = z.infer<typeof telemetryLineSchema>;

/** JSON Schema of one line. */
export function telemetryJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(telemetryLineSchema, { target: 'draft-2020-12' });
  return { $schema, title: 'one line of spacecloud fleet telemetry', ...rest };
}
