import { z } from 'zod';
import { BUNDLE_REFUSALS } from '../../satellite.machine.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const orderId = z.int().min(1);

/** Ground to node. Documents are those that `policies/bundle` signs: the order itself gives no right that they do not give. */
const orderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('update'),
    order: orderId,
    rootDigest: digest,
    /** Signed roll-back order, where the bundle is older than the one in use. */
    rollback: z.string().max(100_000).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('revoke'),
    order: orderId,
    /** Signed revocation list. */
    revocations: z.string().max(1_500_000),
  }),
]);

/** Node to ground. */
const reportSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('installed'), order: orderId, rootDigest: digest, bundleVersion: z.string() }),
  z.strictObject({
    type: z.literal('refused'),
    order: orderId,
    reason: z.enum(BUNDLE_REFUSALS),
    message: z.string().max(2000),
  }),
  z.strictObject({ type: z.literal('revoked'), order: orderId, sequence: z.int().min(1), mayDecide: z.boolean() }),
  /** The order could not be carried out now: the store was out of reach, the disk full. It may be given again. */
  z.strictObject({ type: z.literal('failed'), order: orderId, message: z.string().max(2000) }),
  z.strictObject({ type: z.literal('auditHead'), head: digest, decisions: z.int().min(0) }),
]);

export type GroundOrder = z.output<typeof orderSchema>;
export type NodeReport = z.output<typeof reportSchema>;

export function encodeDocument(document: GroundOrder | NodeReport): Uint8Array {
  return Buffer.from(JSON.stringify(document), 'utf8');
}

/** Undefined for what is no order. */
export function decodeOrder(bytes: Uint8Array): GroundOrder | undefined {
  return decodeWith(orderSchema, bytes);
}

/** Undefined for what is no report. */
export function decodeReport(bytes: Uint8Array): NodeReport | undefined {
  return decodeWith(reportSchema, bytes);
}

function decodeWith<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array): z.output<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')));
  } catch {
    return undefined;
  }
}
