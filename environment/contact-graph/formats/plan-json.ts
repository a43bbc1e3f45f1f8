import { type Contact, type ContactPlan, QUEUE_RULES, type QueueRule } from '../contact.ts';
import { nearestWord } from '../../scenario/edit-distance.ts';
import { contactsError } from './contacts-error.ts';
import { type ContactFields, type ContactForm, type JsonText, contactList, parseJsonText } from './json-text.ts';

export const PLAN_FORMAT = 'spacecloud.contact-plan.v1';

const FORM: ContactForm = {
  fields: ['fromNode', 'toNode', 'startS', 'endS', 'rateBps', 'owltS', 'confidence', 'queueRule'],
  usage:
    'As in {"fromNode": "a", "toNode": "b", "startS": 0, "endS": 10, "rateBps": 1e6, "owltS": 0.01}, and if need be ' +
    'confidence and queueRule.',
};

/**
 * Reads our own JSON: `format`, `contacts[]` with the fields of `Contact`, and `retentionS`. Nothing is rounded.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with line and column
 */
export function readJsonPlan(text: string, file: string): ContactPlan {
  const json = parseJsonText(text, file);
  if (json.root['format'] !== PLAN_FORMAT) {
    throw contactsError(
      `Expected a document of format ${PLAN_FORMAT}, got ${JSON.stringify(json.root['format'] ?? null)}.`,
      json.placeOfRoot,
      `Write "format": "${PLAN_FORMAT}"; a plan without it is HDTN's.`,
    );
  }
  const contacts = contactList(json, FORM).map(readContact);
  const retentionS = readRetention(json);
  return retentionS === undefined ? { contacts } : { contacts, retentionS };
}

/** Writes a plan as JSON, one contact a line; read again, it is the same plan to the last bit. */
export function writeJsonPlan(plan: ContactPlan): string {
  const rows = plan.contacts.map((contact) => `    ${JSON.stringify(contact)}`);
  const { retentionS } = plan;
  return [
    '{',
    `  "format": ${JSON.stringify(PLAN_FORMAT)},`,
    ...(retentionS === undefined ? [] : [`  "retentionS": ${JSON.stringify(retentionS)},`]),
    rows.length === 0 ? '  "contacts": []' : `  "contacts": [\n${rows.join(',\n')}\n  ]`,
    '}',
    '',
  ].join('\n');
}

function readContact(fields: ContactFields): Contact {
  const unknown = Object.keys(fields.values).find((field) => !FORM.fields.includes(field));
  if (unknown !== undefined) {
    const nearest = nearestWord(unknown, FORM.fields);
    const hint = nearest === undefined ? `Known are ${FORM.fields.join(', ')}.` : `Did you mean '${nearest}'?`;
    throw fields.error(unknown, 'absent', hint);
  }
  const fromNode = fields.text('fromNode', 'the name of a node');
  const toNode = fields.text('toNode', 'the name of a node');
  if (fromNode === toNode) throw fields.error('toNode', `another node than '${fromNode}'`);
  const startS = fields.number('startS', 'a time in s', () => true);
  const endS = fields.number('endS', `a time after ${startS} s`, (value) => value > startS);
  const rateBps = fields.number('rateBps', 'a rate in bit/s above 0', (value) => value > 0);
  const owltS = fields.number('owltS', 'a light time in s, 0 or more', (value) => value >= 0);
  const isSure = !('confidence' in fields.values);
  const confidence = isSure ? 1 : fields.number('confidence', 'from 0 to 1', (value) => value >= 0 && value <= 1);
  const queueRule = readQueueRule(fields);
  return {
    ...{ fromNode, toNode, startS, endS, rateBps, owltS },
    ...(isSure ? {} : { confidence }),
    ...(queueRule === undefined ? {} : { queueRule }),
  };
}

function readQueueRule(fields: ContactFields): QueueRule | undefined {
  if (!('queueRule' in fields.values)) return undefined;
  const rule = QUEUE_RULES.find((known) => known === fields.values['queueRule']);
  if (rule === undefined) throw fields.error('queueRule', `one of ${QUEUE_RULES.join(', ')}`);
  return rule;
}

function readRetention(json: JsonText): Readonly<Record<string, number>> | undefined {
  const { retentionS } = json.root;
  if (retentionS === undefined) return undefined;
  const isMap = typeof retentionS === 'object' && retentionS !== null && !Array.isArray(retentionS);
  const limits: readonly (readonly [string, unknown])[] = isMap ? Object.entries(retentionS) : [['', retentionS]];
  const bad = limits.find(([, limitS]) => !isLimit(limitS));
  if (bad === undefined) return retentionS as Record<string, number>;
  throw contactsError(
    `Expected retentionS to give a time of 0 s or more for each node it names, got ${JSON.stringify(bad[1])}` +
      `${isMap ? ` for '${bad[0]}'` : ''}.`,
    json.placeOfRoot,
    'As in "retentionS": {"node": 60}; nodes that are not named hold bundles for ever.',
  );
}

function isLimit(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
