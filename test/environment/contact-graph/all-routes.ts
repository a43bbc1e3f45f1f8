import {
  type Contact,
  type ContactPlan,
  type RouteQuery,
  compareNodes,
} from '../../../environment/contact-graph/index.ts';
import { at } from '../../present.ts';

/** A route of the brute-force search: its four keys and its contacts, by position in the plan. */
export interface SlowRoute {
  readonly arrivalS: number;
  readonly terminationS: number;
  readonly entry: string;
  readonly contacts: readonly number[];
}

/** Every route that enters no node twice, tried one after the other and sorted by the four keys: the slow, obvious twin. */
export function allRoutes(plan: ContactPlan, query: RouteQuery): SlowRoute[] {
  const { fromNode, toNode, atS, sizeBits = 0, excludeNodes = [], excludeContacts = [] } = query;
  const routes: SlowRoute[] = [];
  const bookedBits = (index: number): number => {
    const { endS, startS, rateBps } = at(plan.contacts, index);
    return query.bookings === undefined ? 0 : (endS - startS) * rateBps - query.bookings.residualBits(index);
  };
  const visit = (node: string, readyS: number, passed: readonly string[], contacts: readonly number[]): void => {
    if (node === toNode) {
      const used = contacts.map((index) => at(plan.contacts, index));
      const terminationS = Math.min(...used.map(({ endS }) => endS));
      routes.push({ arrivalS: readyS, terminationS, entry: at(used, 0).toNode, contacts });
      return;
    }
    plan.contacts.forEach((contact, index) => {
      if (contact.fromNode !== node || passed.includes(contact.toNode)) return;
      if (excludeNodes.includes(contact.toNode) || excludeContacts.includes(index)) return;
      const arrivalS = passing(contact, {
        readyS,
        sizeBits,
        bookedBits: bookedBits(index),
        limitS: plan.retentionS?.[node],
      });
      if (arrivalS !== null) visit(contact.toNode, arrivalS, [...passed, contact.toNode], [...contacts, index]);
    });
  };
  if (fromNode !== toNode) visit(fromNode, atS, [fromNode], []);
  return routes.sort(compareKeys);
}

function compareKeys(a: SlowRoute, b: SlowRoute): number {
  return (
    a.arrivalS - b.arrivalS ||
    a.contacts.length - b.contacts.length ||
    b.terminationS - a.terminationS ||
    compareNodes(a.entry, b.entry)
  );
}

interface Bundle {
  readonly readyS: number;
  readonly sizeBits: number;
  readonly bookedBits: number;
  readonly limitS: number | undefined;
}

/** When the bundle is over the contact, or null. */
function passing(contact: Contact, { readyS, sizeBits, bookedBits, limitS = Infinity }: Bundle): number | null {
  const { startS, endS, rateBps, owltS, queueRule } = contact;
  if (sizeBits > 0 && sizeBits > (endS - startS) * rateBps - bookedBits) return null;
  const queueS = bookedBits / rateBps;
  let beginS = Math.max(readyS, queueRule === 'qd' ? startS + queueS : startS);
  if (queueRule === 'eto') beginS += queueS;
  const sentS = beginS + sizeBits / rateBps;
  return sentS > endS || beginS - readyS > limitS ? null : sentS + owltS;
}

/**
 * The search with a list of visited contacts, said plainly: take the best of all routes that wait; drop it if its last contact
 * has been visited, else mark that contact; at the target it is the answer, else add all its continuations. Ties in the four
 * keys go to the contact that comes first in the plan, then to the older route.
 */
export function visitedContactRoute(plan: ContactPlan, query: RouteQuery): SlowRoute | undefined {
  const { fromNode, toNode, atS, sizeBits = 0 } = query;
  const visited = new Set<number>();
  const waiting: SlowRoute[] = [];
  const extend = (node: string, readyS: number, route: SlowRoute | undefined): void => {
    plan.contacts.forEach((contact, index) => {
      const before = route?.contacts ?? [];
      const passed = [fromNode, ...before.map((each) => at(plan.contacts, each).toNode)];
      if (contact.fromNode !== node || passed.includes(contact.toNode)) return;
      const arrivalS = passing(contact, { readyS, sizeBits, bookedBits: 0, limitS: undefined });
      if (arrivalS === null) return;
      const terminationS = Math.min(route?.terminationS ?? Infinity, contact.endS);
      waiting.push({ arrivalS, terminationS, entry: route?.entry ?? contact.toNode, contacts: [...before, index] });
    });
  };
  extend(fromNode, atS, undefined);
  while (waiting.length > 0) {
    const best = waiting.reduce((a, b) => (compareLabels(b, a) < 0 ? b : a));
    waiting.splice(waiting.indexOf(best), 1);
    const last = at(best.contacts, best.contacts.length - 1);
    if (visited.has(last)) continue;
    visited.add(last);
    const { toNode: node } = at(plan.contacts, last);
    if (node === toNode) return best;
    extend(node, best.arrivalS, best);
  }
  return undefined;
}

function compareLabels(a: SlowRoute, b: SlowRoute): number {
  return compareKeys(a, b) || at(a.contacts, a.contacts.length - 1) - at(b.contacts, b.contacts.length - 1);
}
