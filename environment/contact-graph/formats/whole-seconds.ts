import { type Contact, type ContactPlan, compareContacts, nodesOf } from '../contact.ts';

/** What a plan lost on its way into a format of whole seconds. */
export interface ExportLoss {
  /** Contacts of the plan that are not in the file at all. */
  readonly droppedContacts: number;
  /** Contacts of the plan that are in the file for less time. */
  readonly shortenedContacts: number;
  /** Contact time that is not in the file, s, over all contacts. */
  readonly lostS: number;
  /** Contacts whose light time was rounded up. */
  readonly roundedLightTimes: number;
  /** Contacts whose rate was rounded down to what the format can state. */
  readonly roundedRates: number;
  /** Nodes whose limit of retention the format cannot state. */
  readonly droppedRetentionLimits: number;
  /** Contacts whose confidence or queue rule the format cannot state. */
  readonly droppedAttributes: number;
}

/** A contact as it can be written: whole seconds, numbers for nodes. */
export interface WholeContact {
  readonly fromNode: number;
  readonly toNode: number;
  readonly startS: number;
  readonly endS: number;
  /** In the unit of the format. */
  readonly rate: number;
  readonly owltS: number;
  readonly confidence: number | undefined;
}

export interface WholePlan {
  readonly contacts: readonly WholeContact[];
  readonly loss: ExportLoss;
  /** Node names by number, from 1; undefined if the names are numbers themselves and stay. */
  readonly nodeNames: readonly string[] | undefined;
}

/**
 * Fits a plan into a format of whole seconds, whole rates and numbered nodes, so that no contact becomes longer or faster and
 * no light time shorter: starts are rounded up, ends down, light times up, rates down, and what comes before 0 s is cut off.
 * Contacts of one pair may not overlap there: where they do, the fastest one is kept, and of equal ones the first.
 */
export function toWholeSeconds(
  plan: ContactPlan,
  unit: { readonly bits: number; readonly confidence: boolean },
): WholePlan {
  const names = nodesOf(plan);
  const stay = names.every((name) => /^[1-9]\d*$/.test(name) && Number.isSafeInteger(Number(name)));
  const numbers = new Map(names.map((name, index) => [name, stay ? Number(name) : index + 1]));
  const pairs = new Map<string, Piece[]>();
  [...plan.contacts].sort(compareContacts).forEach((contact) => {
    const { fromNode, toNode, startS, endS, rateBps, owltS } = contact;
    const rate = Math.floor(rateBps / unit.bits);
    const piece = {
      contact,
      startS: Math.max(0, Math.ceil(startS)),
      endS: Math.floor(endS),
      rate,
      owltS: Math.ceil(owltS),
    };
    const key = JSON.stringify([fromNode, toNode]);
    const list = pairs.get(key);
    if (list === undefined) pairs.set(key, [piece]);
    else list.push(piece);
  });
  const pieces = [...pairs.values()].flatMap((list) => {
    return withoutOverlap(list.filter((piece) => piece.startS < piece.endS && piece.rate > 0));
  });
  const contacts = pieces.map(({ contact, startS, endS, rate, owltS }): WholeContact => {
    const fromNode = numbers.get(contact.fromNode) as number;
    const toNode = numbers.get(contact.toNode) as number;
    return { fromNode, toNode, startS, endS, rate, owltS, confidence: contact.confidence };
  });
  contacts.sort((a, b) => a.startS - b.startS || a.fromNode - b.fromNode || a.toNode - b.toNode);
  return { contacts, loss: lossOf(plan, pieces, unit), nodeNames: stay ? undefined : names };
}

interface Piece {
  readonly contact: Contact;
  readonly startS: number;
  readonly endS: number;
  readonly rate: number;
  readonly owltS: number;
}

/** Cuts contacts of one pair, in order of start, so that at most one holds at a time. */
function withoutOverlap(pieces: readonly Piece[]): Piece[] {
  if (pieces.every((piece, i) => i === 0 || (pieces[i - 1] as Piece).endS <= piece.startS)) return [...pieces];
  const cuts = [...new Set(pieces.flatMap(({ startS, endS }) => [startS, endS]))].sort((a, b) => a - b);
  const kept: Piece[] = [];
  cuts.slice(0, -1).forEach((startS, i) => {
    const endS = cuts[i + 1] as number;
    const open = pieces.filter((piece) => piece.startS <= startS && piece.endS >= endS);
    const best = open.reduce<Piece | undefined>((a, b) => (a === undefined || b.rate > a.rate ? b : a), undefined);
    if (best === undefined) return;
    const last = kept.at(-1);
    if (last !== undefined && last.contact === best.contact && last.endS === startS) {
      kept[kept.length - 1] = { ...last, endS };
    } else kept.push({ ...best, startS, endS });
  });
  return kept;
}

function lossOf(
  plan: ContactPlan,
  pieces: readonly Piece[],
  unit: { readonly bits: number; readonly confidence: boolean },
): ExportLoss {
  const keptS = new Map<Contact, number>();
  for (const { contact, startS, endS } of pieces) keptS.set(contact, (keptS.get(contact) ?? 0) + endS - startS);
  const count = (test: (contact: Contact) => boolean): number => plan.contacts.filter(test).length;
  const lengthS = ({ startS, endS }: Contact): number => endS - startS;
  const isWritten = (contact: Contact): boolean => keptS.has(contact);
  return {
    droppedContacts: count((contact) => !isWritten(contact)),
    shortenedContacts: count((contact) => isWritten(contact) && (keptS.get(contact) as number) < lengthS(contact)),
    lostS: plan.contacts.reduce((sum, contact) => sum + lengthS(contact) - (keptS.get(contact) ?? 0), 0),
    roundedLightTimes: count((contact) => isWritten(contact) && !Number.isInteger(contact.owltS)),
    roundedRates: count((contact) => isWritten(contact) && !Number.isInteger(contact.rateBps / unit.bits)),
    droppedRetentionLimits: Object.keys(plan.retentionS ?? {}).length,
    droppedAttributes: count((contact) => {
      const { confidence, queueRule } = contact;
      return isWritten(contact) && (queueRule !== undefined || (confidence !== undefined && !unit.confidence));
    }),
  };
}
