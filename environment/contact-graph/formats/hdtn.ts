import { type Contact, type ContactPlan, sortContacts } from '../contact.ts';
import { type ContactFields, type ContactForm, contactList, parseJsonText } from './json-text.ts';

const BITS_PER_MEGABIT = 1e6;
const ROUNDED = 'HDTN reads a decimal as 0. Round starts up and ends down.';

const FORM: ContactForm = {
  fields: ['contact', 'source', 'dest', 'startTime', 'endTime', 'rateBitsPerSec', 'rate', 'owlt'],
  usage:
    'HDTN: {"contact": 0, "source": 1, "dest": 2, "startTime": 0, "endTime": 10, "rateBitsPerSec": 1000000, "owlt": 1}, in whole s; ' +
    'times count from the start of the plan, none is a length.',
};

/**
 * Reads an HDTN contact plan: JSON with `contacts[]` of `contact, source, dest, startTime, endTime, rateBitsPerSec, owlt`, in
 * whole seconds and bit/s. The older `rate` is in Mbit/s.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with line and column
 */
export function readHdtnPlan(text: string, file: string): ContactPlan {
  return {
    contacts: sortContacts(contactList(parseJsonText(text, file), FORM).map(readContact)),
  };
}

function readContact(fields: ContactFields): Contact {
  const fromNode = String(fields.number('source', 'a whole number above 0', isNode));
  const toNode = String(
    fields.number('dest', `a whole number above 0 other than ${fromNode}`, (node) => {
      return isNode(node) && String(node) !== fromNode;
    }),
  );
  const startS = whole(fields, 'startTime', 'a time in whole seconds', () => true);
  const endS = whole(fields, 'endTime', `whole seconds after ${startS}`, (value) => value > startS);
  const owltS = whole(fields, 'owlt', 'a light time in whole seconds', (value) => value >= 0);
  return { fromNode, toNode, startS, endS, rateBps: readRate(fields), owltS };
}

function readRate(fields: ContactFields): number {
  const field = 'rateBitsPerSec' in fields.values || !('rate' in fields.values) ? 'rateBitsPerSec' : 'rate';
  const value = fields.values[field];
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) {
    return field === 'rate' ? value * BITS_PER_MEGABIT : value;
  }
  const unit = field === 'rate' ? 'Mbit/s' : 'bit/s';
  throw fields.error(
    field,
    `a rate in ${unit} above 0`,
    value === 0
      ? 'HDTN takes 0 for the default rate of the outduct, which a plan does not say: write it here.'
      : undefined,
  );
}

function whole(fields: ContactFields, field: string, expected: string, accept: (value: number) => boolean): number {
  const value = fields.values[field];
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)) {
    throw fields.error(field, expected, ROUNDED);
  }
  return fields.number(field, expected, (number) => Number.isSafeInteger(number) && accept(number));
}

const isNode = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
