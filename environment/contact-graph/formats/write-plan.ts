import type { ContactPlan } from '../contact.ts';
import { type ExportLoss, type WholeContact, type WholePlan, toWholeSeconds } from './whole-seconds.ts';

/** A plan in a format of whole seconds, and what it lost. */
export interface ExportedPlan {
  readonly text: string;
  /** Contacts in the text. */
  readonly contacts: number;
  readonly loss: ExportLoss;
  /** Names of the nodes by their numbers, from 1; undefined if the names are numbers and stay. */
  readonly nodeNames: readonly string[] | undefined;
}

/**
 * Writes a plan for ION: `a contact` in bytes/s, `a range` in s. Names of nodes become numbers, with the map in comments. A
 * range is left out where that of the other direction implies it.
 */
export function writeIonPlan(plan: ContactPlan): ExportedPlan {
  const whole = toWholeSeconds(plan, { bits: 8, confidence: true });
  const { contacts, loss, nodeNames } = whole;
  const stretch = ({ startS, endS, fromNode, toNode }: WholeContact): string =>
    `+${startS} +${endS} ${fromNode} ${toNode}`;
  const ranges = new Set(contacts.map((contact) => `${stretch(contact)} ${contact.owltS}`));
  const isImplied = ({ fromNode, toNode, ...contact }: WholeContact): boolean =>
    fromNode > toNode && ranges.has(`${stretch({ ...contact, fromNode: toNode, toNode: fromNode })} ${contact.owltS}`);
  const lines = [
    ...namesOf(whole).map((line) => `# ${line}`),
    ...contacts.map((contact) => {
      const confidence = contact.confidence === undefined ? '' : ` ${contact.confidence}`;
      return `a contact ${stretch(contact)} ${contact.rate}${confidence}`;
    }),
    ...contacts
      .filter((contact) => !isImplied(contact))
      .map((contact) => `a range ${stretch(contact)} ${contact.owltS}`),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), contacts: contacts.length, loss, nodeNames };
}

/** Writes a plan for HDTN: JSON in bit/s. Names of nodes become numbers, with the map under `nodeNames`. */
export function writeHdtnPlan(plan: ContactPlan): ExportedPlan {
  const { contacts, loss, nodeNames } = toWholeSeconds(plan, { bits: 1, confidence: false });
  const rows = contacts.map(({ fromNode, toNode, startS, endS, rate, owltS }, contact) => {
    const row = { contact, source: fromNode, dest: toNode, startTime: startS, endTime: endS, rateBitsPerSec: rate };
    return `    ${JSON.stringify({ ...row, owlt: owltS })}`;
  });
  const names = nodeNames?.map((name, index) => [index + 1, name] as const);
  const lines = [
    '{',
    ...(names === undefined ? [] : [`  "nodeNames": ${JSON.stringify(Object.fromEntries(names))},`]),
    rows.length === 0 ? '  "contacts": []' : `  "contacts": [\n${rows.join(',\n')}\n  ]`,
    '}',
    '',
  ];
  return { text: lines.join('\n'), contacts: contacts.length, loss, nodeNames };
}

function namesOf({ nodeNames }: WholePlan): string[] {
  return (nodeNames ?? []).map((name, index) => `node ${index + 1} = ${JSON.stringify(name)}`);
}
