import { type Contact, type ContactPlan, nodesOf, sortContacts } from '../contact.ts';

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
  /** Contacts that went into the one before them, as whole seconds leave nothing to tell them apart. */
  readonly joinedContacts: number;
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
 * Contacts of one pair may not overlap there: where they do, the fastest one is kept, and of equal ones the first. Contacts that
 * follow each other without a gap and differ only in fractions of light time, as where `contactPlan` cuts, become one.
 */
export function toWholeSeconds(
  plan: ContactPlan,
  unit: { readonly bits: number; readonly confidence: boolean },
): WholePlan {
  const names = nodesOf(plan);
  const stay = names.every((name) => /^[1-9]\d*$/.test(name) && Number.isSafeInteger(Number(name)));
  const numbers = new Map(names.map((name, index) => [name, stay ? Number(name) : index + 1]));
  const pieces = [...stretchesByPair(plan, unit.bits).values()].flatMap((stretches) => {
    const whole = stretches.map((stretch): Piece => {
      return { stretch, startS: Math.max(0, Math.ceil(stretch.startS)), endS: Math.floor(stretch.endS) };
    });
    return withoutOverlap(whole.filter(({ startS, endS, stretch }) => startS < endS && stretch.rate > 0));
  });
  const contacts = pieces.map(({ stretch, startS, endS }): WholeContact => {
    const { first, rate, owltS } = stretch;
    const fromNode = numbers.get(first.fromNode) as number;
    const toNode = numbers.get(first.toNode) as number;
    return { fromNode, toNode, startS, endS, rate, owltS, confidence: first.confidence };
  });
  contacts.sort((a, b) => a.startS - b.startS || a.fromNode - b.fromNode || a.toNode - b.toNode);
  return { contacts, loss: lossOf(plan, pieces, unit), nodeNames: stay ? undefined : names };
}

/** One contact, or several that follow each other and are one in whole seconds. */
interface Stretch {
  readonly first: Contact;
  readonly contacts: Contact[];
  readonly startS: number;
  endS: number;
  /** In the unit of the format, rounded down. */
  readonly rate: number;
  /** Whole s, rounded up. */
  readonly owltS: number;
}

/** A part of a stretch that is written. */
interface Piece {
  readonly stretch: Stretch;
  /** Whole s. */
  readonly startS: number;
  readonly endS: number;
}

/** Stretches of each pair of nodes, in order of start. */
function stretchesByPair(plan: ContactPlan, unitBits: number): ReadonlyMap<string, Stretch[]> {
  const pairs = new Map<string, Stretch[]>();
  const openAt = new Map<string, Stretch>();
  for (const contact of sortContacts(plan.contacts)) {
    const { fromNode, toNode, startS, endS, rateBps, confidence, queueRule } = contact;
    const owltS = Math.ceil(contact.owltS);
    const pair = JSON.stringify([fromNode, toNode]);
    const key = (atS: number): string => `${pair} ${atS} ${rateBps} ${owltS} ${confidence} ${queueRule}`;
    // Whole light times stand in the file as they are, and so do the contacts that have them.
    const isRounded = owltS !== contact.owltS;
    const before = isRounded ? openAt.get(key(startS)) : undefined;
    if (before !== undefined) openAt.delete(key(startS));
    const rate = Math.floor(rateBps / unitBits);
    const stretch = before ?? { first: contact, contacts: [], startS, endS, rate, owltS };
    stretch.contacts.push(contact);
    stretch.endS = endS;
    if (isRounded) openAt.set(key(endS), stretch);
    if (before !== undefined) continue;
    const list = pairs.get(pair);
    if (list === undefined) pairs.set(pair, [stretch]);
    else list.push(stretch);
  }
  return pairs;
}

/** Cuts contacts of one pair, in order of start, so that at most one holds at a time. */
function withoutOverlap(pieces: readonly Piece[]): Piece[] {
  if (pieces.every((piece, i) => i === 0 || (pieces[i - 1] as Piece).endS <= piece.startS)) return [...pieces];
  const cuts = [...new Set(pieces.flatMap(({ startS, endS }) => [startS, endS]))].sort((a, b) => a - b);
  const kept: Piece[] = [];
  cuts.slice(0, -1).forEach((startS, i) => {
    const endS = cuts[i + 1] as number;
    const open = pieces.filter((piece) => piece.startS <= startS && piece.endS >= endS);
    const best = open.reduce<Piece | undefined>(
      (a, b) => (a === undefined || b.stretch.rate > a.stretch.rate ? b : a),
      undefined,
    );
    if (best === undefined) return;
    const last = kept.at(-1);
    if (last !== undefined && last.stretch === best.stretch && last.endS === startS) {
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
  for (const { stretch, startS, endS } of pieces) {
    for (const contact of stretch.contacts) {
      const partS = Math.min(contact.endS, endS) - Math.max(contact.startS, startS);
      if (partS > 0) keptS.set(contact, (keptS.get(contact) ?? 0) + partS);
    }
  }
  const written = new Set(pieces.map(({ stretch }) => stretch));
  const count = (test: (contact: Contact) => boolean): number => plan.contacts.filter(test).length;
  const lengthS = ({ startS, endS }: Contact): number => endS - startS;
  const isWritten = (contact: Contact): boolean => keptS.has(contact);
  return {
    droppedContacts: count((contact) => !isWritten(contact)),
    shortenedContacts: count((contact) => isWritten(contact) && (keptS.get(contact) as number) < lengthS(contact)),
    lostS: plan.contacts.reduce((sum, contact) => sum + lengthS(contact) - (keptS.get(contact) ?? 0), 0),
    roundedLightTimes: count((contact) => isWritten(contact) && !Number.isInteger(contact.owltS)),
    roundedRates: count((contact) => isWritten(contact) && !Number.isInteger(contact.rateBps / unit.bits)),
    joinedContacts: [...written].reduce((sum, { contacts }) => sum + contacts.length - 1, 0),
    droppedRetentionLimits: Object.keys(plan.retentionS ?? {}).length,
    droppedAttributes: count((contact) => {
      const { confidence, queueRule } = contact;
      return isWritten(contact) && (queueRule !== undefined || (confidence !== undefined && !unit.confidence));
    }),
  };
}
