/**
 * How a contact takes its queue into account, the three volume managers of A-SABR (CCSDS 734.3-B-1, 3.2.6):
 *
 * - `evl`, effective volume limit: what is booked uses up volume and delays nothing;
 * - `qd`, queue delay: what is booked is sent first, from the contact's start on;
 * - `eto`, earliest transmission opportunity: what is booked is in the queue at this moment, so it goes first whenever a bundle
 *   comes.
 */
export type QueueRule = 'evl' | 'qd' | 'eto';

export const QUEUE_RULES: readonly QueueRule[] = ['evl', 'qd', 'eto'];

/** A stretch of time in which one node can send to another at one rate. */
export interface Contact {
  readonly fromNode: string;
  readonly toNode: string;
  /** s of the plan's clock. */
  readonly startS: number;
  /** s of the plan's clock, itself part of the contact. */
  readonly endS: number;
  /** bit/s, above 0. */
  readonly rateBps: number;
  /** One-way light time, s. */
  readonly owltS: number;
  /** How likely the contact is to take place, from 0 to 1. Carried along; routes do not depend on it. Default 1. */
  readonly confidence?: number;
  /** Default `evl`. */
  readonly queueRule?: QueueRule;
}

/** Contacts, and what the nodes between them may keep. */
export interface ContactPlan {
  readonly contacts: readonly Contact[];
  /** Longest time for which a node may hold a bundle before sending it on, s; nodes that are not named hold it for ever. */
  readonly retentionS?: Readonly<Record<string, number>>;
}

const WHOLE_NUMBER = /^\d+$/;

/**
 * The order of node names: whole numbers first, by value (2 before 10), then all others by their characters. It is the last of
 * the four keys by which routes are compared.
 */
export function compareNodes(a: string, b: string): number {
  const aIsNumber = WHOLE_NUMBER.test(a);
  const bIsNumber = WHOLE_NUMBER.test(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && Number(a) !== Number(b)) return Number(a) - Number(b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Contacts in the order of files: by start, then sender, receiver and end. */
export function sortContacts(contacts: readonly Contact[]): Contact[] {
  const rank = new Map(nodesOf({ contacts }).map((name, index) => [name, index]));
  const rankOf = (name: string): number => rank.get(name) as number;
  return [...contacts].sort(
    (a, b) =>
      a.startS - b.startS ||
      rankOf(a.fromNode) - rankOf(b.fromNode) ||
      rankOf(a.toNode) - rankOf(b.toNode) ||
      a.endS - b.endS,
  );
}

/** All nodes that a plan names, in the order of {@link compareNodes}. */
export function nodesOf(plan: ContactPlan): string[] {
  const names = new Set(Object.keys(plan.retentionS ?? {}));
  for (const { fromNode, toNode } of plan.contacts) names.add(fromNode).add(toNode);
  return [...names].sort(compareNodes);
}
