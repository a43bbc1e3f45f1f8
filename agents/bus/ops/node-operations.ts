import type { NodeControl } from '../../node/index.ts';
import { bundleRefusalOf } from '../../bundle-refusal.ts';
import type { Bus } from '../bus.ts';
import { subjectsOf } from '../subjects.ts';
import { fetchBundle } from './bundle-transfer.ts';
import type { OnBoard } from './on-board.ts';
import { type GroundOrder, type NodeReport, decodeOrder, encodeDocument } from './orders.ts';
import { unpackFiles } from './pack.ts';

export interface NodeOperationsOptions {
  readonly bus: Bus;
  readonly fleet: string;
  readonly satellite: string;
  readonly onBoard: OnBoard;
  readonly control: Pick<NodeControl, 'install' | 'refuse'>;
  /** JetStream domain of the fleet's stores, where the node's own server is another. */
  readonly storeDomain?: string;
}

/**
 * What a node does for the ground: installs bundles and takes revocation lists, one order after another, and reports on each. Orders are heard
 * again when the ground has not heard the report; to carry one out twice changes nothing. Returns what ends it.
 */
export function serveGround(options: NodeOperationsOptions): () => void {
  const { bus, fleet, satellite } = options;
  const subjects = subjectsOf(fleet);
  let last = Promise.resolve();
  /** The order that was carried out last, and what was said of it. */
  let done: { readonly order: Buffer; readonly report: Uint8Array } | undefined;
  const listening = bus.messages$(subjects.opsIn(satellite)).subscribe(({ data }) => {
    const order = decodeOrder(data);
    if (order === undefined) return;
    last = last.then(async () => {
      if (done?.order.equals(data) !== true) {
        const report = await carryOut(order, options);
        done = report.type === 'failed' ? undefined : { order: Buffer.from(data), report: encodeDocument(report) };
        if (done === undefined) bus.publish(subjects.opsOut(satellite), encodeDocument(report));
      }
      if (done !== undefined) bus.publish(subjects.opsOut(satellite), done.report);
    });
  });
  return () => listening.unsubscribe();
}

async function carryOut(order: GroundOrder, options: NodeOperationsOptions): Promise<NodeReport> {
  try {
    return order.type === 'update' ? await update(order, options) : revoke(order, options);
  } catch (error) {
    const reason = bundleRefusalOf(error);
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
    if (reason === undefined) return { type: 'failed', order: order.order, message };
    return { type: 'refused', order: order.order, reason, message };
  }
}

async function update(
  { order, rootDigest, rollback }: Extract<GroundOrder, { type: 'update' }>,
  { bus, fleet, onBoard, control, storeDomain }: NodeOperationsOptions,
): Promise<NodeReport> {
  // What a satellite flew before it has kept: the order to go back is short.
  const kept = onBoard.keptFiles(rootDigest);
  const files = kept ?? unpackFiles(await fetchBundle(bus, fleet, rootDigest, storeDomain));
  const flight = onBoard.install(files, rootDigest, rollback);
  control.install(flight.policy, flight.bundleVersion, flight.refusalNow);
  return { type: 'installed', order, rootDigest, bundleVersion: flight.bundleVersion };
}

function revoke(
  { order, revocations }: Extract<GroundOrder, { type: 'revoke' }>,
  { onBoard, control }: NodeOperationsOptions,
): NodeReport {
  const sequence = onBoard.revoke(revocations);
  const refusal = onBoard.refusalNow();
  if (refusal !== null) control.refuse(refusal);
  return { type: 'revoked', order, sequence, mayDecide: refusal === null };
}
