import { SpaceCloudError } from '../../core/index.ts';
import type { WorldModel } from '../world/model.ts';
import { type DeliveryColumns, deliverInto } from './deliver.kernel.ts';
import { deliveryColumns } from './delivery-columns.ts';
import { type OperationsLink, operationsLinks } from './operations-contacts.ts';
import { type OperationsOptions, operationsOptions } from './options.ts';
import type { Outage } from './outages.ts';

const BITS_PER_BYTE = 8;

/** What operations can reach when: satellites [0, satelliteCount) and the ground, one node. Made once per run. */
export interface OperationsNetwork {
  readonly satelliteCount: number;
  readonly options: Required<OperationsOptions>;
  /** Node `satelliteCount` is the ground. */
  readonly links: readonly OperationsLink[];
  readonly columns: DeliveryColumns;
}

/** An object on its way from the ground. */
export interface DeliveryOrder {
  readonly sizeBytes: number;
  /** When it leaves the control centre, s since scenario start. */
  readonly startS: number;
  /** Satellites that it is for; default: all. */
  readonly satellites?: readonly number[];
}

export interface DeliveryPlan {
  /** [satellites] when the last bit is there, s since scenario start; Infinity: never within the geometry, or not asked for. */
  readonly arrivalS: Float64Array;
  /** Bytes sent over all links: each satellite on the way to one that it is for receives the object once. */
  readonly sentBytes: number;
}

/**
 * The links of operations in a scenario. Without `outages` it is what the ground plans with; with those of a run's faults it is what
 * happens.
 *
 * Errors: USAGE for options that do not fit the scenario
 */
export function operationsNetwork(
  model: WorldModel,
  options: OperationsOptions = {},
  outages: readonly Outage[] = [],
): OperationsNetwork {
  const complete = operationsOptions(model, options);
  const links = operationsLinks(model, complete, outages);
  const { satelliteCount } = model;
  return { satelliteCount, options: complete, links, columns: deliveryColumns(links, satelliteCount + 1) };
}

/**
 * Earliest arrival of an object from the ground at each satellite, over contacts that exist: a satellite has it when the last bit is
 * there, and only then sends it on. Objects do not compete for links.
 *
 * Errors: MISUSE for a size or time that cannot be
 */
export function planDelivery(network: OperationsNetwork, order: DeliveryOrder): DeliveryPlan {
  const { satelliteCount: ground } = network;
  const { arrivalS, via } = search(network, { from: ground, ...order }, -1);
  const wanted = order.satellites ?? Array.from({ length: ground }, (_, s) => s);
  const receivers = new Set<number>();
  const result = new Float64Array(ground).fill(Infinity);
  for (const satellite of wanted) {
    result[satellite] = arrivalS[satellite] as number;
    for (let node = satellite; (via[node] as number) >= 0; node = via[node] as number) receivers.add(node);
  }
  return { arrivalS: result, sentBytes: receivers.size * order.sizeBytes };
}

/**
 * A satellite's message to the ground: when its last bit is there, s since scenario start (Infinity: never), and bytes sent over all links on
 * the way. Errors: MISUSE.
 */
export function planReturn(
  network: OperationsNetwork,
  satellite: number,
  message: { readonly sizeBytes: number; readonly startS: number },
): { readonly arrivalS: number; readonly sentBytes: number } {
  const ground = network.satelliteCount;
  const { arrivalS, via } = search(network, { from: satellite, ...message }, ground);
  let hops = 0;
  for (let node = ground; (via[node] as number) >= 0; node = via[node] as number) hops++;
  return { arrivalS: arrivalS[ground] as number, sentBytes: hops * message.sizeBytes };
}

function search(
  { columns, options }: OperationsNetwork,
  object: { readonly from: number; readonly sizeBytes: number; readonly startS: number },
  target: number,
): { readonly arrivalS: Float64Array; readonly via: Int32Array } {
  const { from, sizeBytes, startS } = object;
  if (!(Number.isFinite(sizeBytes) && sizeBytes >= 0 && Number.isFinite(startS))) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected an object of 0 bytes or more that leaves at a time in s, got ${sizeBytes} bytes at ${startS} s.`,
    );
  }
  const arrivalS = new Float64Array(columns.nodeCount).fill(Infinity);
  const via = new Int32Array(columns.nodeCount);
  arrivalS[from] = startS;
  deliverInto(columns, { sizeBits: sizeBytes * BITS_PER_BYTE, resume: options.resume }, target, arrivalS, via);
  return { arrivalS, via };
}
