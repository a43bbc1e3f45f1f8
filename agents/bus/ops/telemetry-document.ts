import { z } from 'zod';
import { BUNDLE_REFUSALS, type SatelliteModes } from '../../satellite.machine.ts';

/** Changes when a field changes its meaning or goes. */
const TELEMETRY_FORMAT = 'spacecloud-node-telemetry/1';

const count = z.int().min(0);

/** Modes of a satellite by region. */
export const modesSchema = z.strictObject({
  service: z.enum(['up', 'down']),
  power: z.enum(['nominal', 'saving', 'safe']),
  thermal: z.enum(['nominal', 'throttled']),
  trust: z.enum(['trusted', 'suspect', 'quarantined']),
  autonomy: z.enum(['learned', 'fallback']),
}) satisfies z.ZodType<SatelliteModes>;

/** What a node tells the ground of itself; documents of one boot are numbered from 1 on. */
const documentSchema = z.strictObject({
  format: z.literal(TELEMETRY_FORMAT),
  satellite: z.string(),
  /** Drawn when the process begins. */
  boot: z.string().regex(/^[0-9a-f]{8}$/),
  sequence: z.int().min(1),
  /** The last of its boot. */
  isLast: z.boolean(),
  /** Simulated time of the last request, s; null before the first. */
  timeS: z.number().nullable(),
  requests: count,
  decisions: count,
  abstentions: count,
  sessions: count,
  dropped: z.strictObject({ corrupt: count, stale: count }),
  policy: z.string(),
  bundleVersion: z.string(),
  /** Of the bundle it flies, where it keeps bundles. */
  rootDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  refusal: z.enum(BUNDLE_REFUSALS).nullable(),
  /** Null before it heard of them. */
  modes: modesSchema.nullable(),
});

export type NodeDocument = z.output<typeof documentSchema>;

/** A document as sent. */
export function encodeNodeDocument(document: Omit<NodeDocument, 'format'>): Uint8Array {
  return Buffer.from(JSON.stringify({ format: TELEMETRY_FORMAT, ...document }), 'utf8');
}

/** Undefined for what is no document of this format. */
export function decodeNodeDocument(bytes: Uint8Array): NodeDocument | undefined {
  try {
    return documentSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/** By which repeats of a document are known. */
export function documentId({ satellite, boot, sequence }: NodeDocument | Omit<NodeDocument, 'format'>): string {
  return `${satellite}.${boot}.${sequence}`;
}
