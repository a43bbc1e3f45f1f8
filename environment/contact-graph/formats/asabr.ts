import { type Contact, type ContactPlan, QUEUE_RULES, type QueueRule } from '../contact.ts';
import { contactsError } from './contacts-error.ts';
import { WordReader, isFromZero, isPositive, linesOf } from './words.ts';

const BITS_PER_BYTE = 8;

const USAGE =
  "A-SABR: 'node id name [none | noret seconds]', then 'contact from to start end [evl | qd | eto] bytes/s delay'; times in s.";

/**
 * Reads a contact plan of A-SABR (DTN-MTP/A-SABR): `node id name [none | noret limit]` and
 * `contact from to start end [evl | qd | eto] rate delay`. Nodes are named by their ids. A-SABR measures rate and size in the
 * same unit, which is taken to be the byte, as its reader of ION plans does.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with line and column
 */
export function readAsabrPlan(text: string, file: string): ContactPlan {
  const contacts: Contact[] = [];
  const retentionS: Record<string, number> = {};
  const declared = new Set<string>();
  for (const line of linesOf(text, file, USAGE)) {
    const words = new WordReader(line);
    const { text: keyword, place } = words.word('a statement');
    if (keyword === 'node') readNode(words, declared, retentionS);
    else if (keyword === 'contact') contacts.push(readContact(words, declared));
    else {
      const hint = /^[ev]node$/.test(keyword) ? 'Plans with regions (enode, vnode) are not supported.' : USAGE;
      throw contactsError(`Expected 'node' or 'contact', got '${keyword}'.`, place, hint);
    }
    words.finish();
  }
  return Object.keys(retentionS).length === 0 ? { contacts } : { contacts, retentionS };
}

function readNode(words: WordReader, declared: Set<string>, retentionS: Record<string, number>): void {
  const id = words.word('the id of a node');
  if (!/^\d+$/.test(id.text)) throw contactsError(`Expected a whole number as id, got '${id.text}'.`, id.place, USAGE);
  if (declared.has(id.text)) {
    const hint = 'Leave one of the two lines out, or give it another id.';
    throw contactsError(`Expected one node ${id.text}, got a second one.`, id.place, hint);
  }
  declared.add(id.text);
  words.word('the name of the node');
  const manager = words.peek();
  if (manager === undefined) return;
  words.word('a node manager');
  if (manager.text === 'noret') retentionS[id.text] = words.number('the longest time of retention, s', isFromZero);
  else if (manager.text !== 'none') {
    throw contactsError(`Expected 'none' or 'noret', got '${manager.text}'.`, manager.place, USAGE);
  }
}

function readContact(words: WordReader, declared: ReadonlySet<string>): Contact {
  const [fromNode, toNode] = ['the sending node', 'the receiving node'].map((expected) => {
    const word = words.word(expected);
    if (declared.has(word.text)) return word.text;
    throw contactsError(
      `Expected ${expected} to be declared above, got '${word.text}'.`,
      word.place,
      "Add a line 'node id name' above the contacts.",
    );
  }) as [string, string];
  if (fromNode === toNode) {
    const hint = 'A contact leads from one node to another: leave the line out, or correct one of the two.';
    throw contactsError(`Expected two nodes, got '${fromNode}' twice.`, words.end, hint);
  }
  const startS = words.number('the start, s');
  const endS = words.number(`the end, s, after ${startS}`, (value) => value > startS);
  const queueRule = readQueueRule(words);
  const rateBps = words.number('a rate above 0', isPositive) * BITS_PER_BYTE;
  const owltS = words.number('a delay of 0 s or more', isFromZero);
  return { fromNode, toNode, startS, endS, rateBps, owltS, ...(queueRule === undefined ? {} : { queueRule }) };
}

function readQueueRule(words: WordReader): QueueRule | undefined {
  const word = words.peek();
  if (word === undefined || !/^[A-Za-z]/.test(word.text)) return undefined;
  words.word('a contact manager');
  const rule = QUEUE_RULES.find((known) => known === word.text);
  if (rule !== undefined) return rule;
  throw contactsError(
    `Expected ${QUEUE_RULES.join(', ')} or a rate, got '${word.text}'.`,
    word.place,
    'Priorities, budgets and segments are not supported.',
  );
}
