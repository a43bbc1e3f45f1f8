import type { Contact } from './contact.ts';
import type { ContactGraph } from './graph.ts';
import { volumeBits } from './graph.ts';
import type { SearchColumns } from './search-columns.ts';

/** One contact of a route, and when the bundle passes it; s of the plan's clock. */
export interface RouteHop {
  readonly contact: Contact;
  /** Position in `plan.contacts`. */
  readonly contactIndex: number;
  /** The bundle is at the sender. */
  readonly readyS: number;
  /** Sending begins. */
  readonly beginS: number;
  /** The last bit leaves. */
  readonly sentS: number;
  /** The last bit arrives. */
  readonly arrivalS: number;
}

/** A way from one node to another over a contact plan. */
export interface Route {
  /** The last bit arrives at the last node, s. */
  readonly arrivalS: number;
  /** Earliest end of its contacts, s: after it the route no longer exists. */
  readonly terminationS: number;
  /** What the route can still carry, bits: the least, over its contacts, of what fits from `beginS` to the end and is not booked. */
  readonly capacityBits: number;
  readonly hops: readonly RouteHop[];
}

/** Times a bundle over the given contacts of the graph; they must be passable in this order. */
export function timeRoute(
  graph: ContactGraph,
  columns: SearchColumns,
  contacts: readonly number[],
  options: { readonly atS: number; readonly bookedBits: Float64Array | undefined },
): Route {
  let readyS = options.atS;
  let terminationS = Infinity;
  let capacityBits = Infinity;
  const hops = contacts.map((c): RouteHop => {
    const contactIndex = graph.planIndex[c] as number;
    const contact = graph.plan.contacts[contactIndex] as Contact;
    const beginS = Math.max(readyS, columns.openS[c] as number) + (columns.queueS[c] as number);
    const sentS = beginS + (columns.sendS[c] as number);
    const hop = { contact, contactIndex, readyS, beginS, sentS, arrivalS: sentS + contact.owltS };
    const leftBits = volumeBits(graph, c) - (options.bookedBits?.[c] ?? 0);
    terminationS = Math.min(terminationS, contact.endS);
    capacityBits = Math.min(capacityBits, leftBits, (contact.endS - beginS) * contact.rateBps);
    readyS = hop.arrivalS;
    return hop;
  });
  return { arrivalS: readyS, terminationS, capacityBits, hops };
}
