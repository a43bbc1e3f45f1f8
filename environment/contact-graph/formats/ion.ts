import { type Contact, type ContactPlan, sortContacts } from '../contact.ts';
import { contactsError } from './contacts-error.ts';
import { IonClock } from './ion-time.ts';
import { type Word, WordReader, expectNumber, isFromZero, isPositive, linesOf } from './words.ts';

const BITS_PER_BYTE = 8;

const USAGE =
  "ION: 'a contact +start +end from to bytes/s [confidence]' and 'a range +start +end from to seconds'; times in whole s or as " +
  'yyyy/mm/dd-hh:mm:ss.';

interface Stretch {
  readonly fromNode: string;
  readonly toNode: string;
  /** Both nodes, by value: 7 and 007 are one. */
  readonly pair: string;
  readonly startS: number;
  readonly endS: number;
  /** Where it is stated. */
  readonly command: Word;
}
interface IonContact extends Stretch {
  readonly rateBps: number;
  readonly confidence: number | undefined;
}
interface IonRange extends Stretch {
  readonly owltS: number;
}

/**
 * Reads the contacts and ranges of an ION administration file (`man ionrc`): `a contact +start +end from to bytes/s
 * [confidence]` and `a range +start +end from to seconds`, in whole seconds. A range holds for the other direction too if its
 * first node is the smaller one and no range is given for that direction. A contact during which the range changes becomes
 * several. Other statements that add no contacts are passed over.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with line and column; also for contacts of one pair that overlap, as ION refuses
 * them, and for a contact without range
 */
export function readIonPlan(text: string, file: string): ContactPlan {
  const clock = new IonClock();
  const contacts: IonContact[] = [];
  const ranges: IonRange[] = [];
  const nodes = new NodeNames();
  for (const line of linesOf(text, file, USAGE)) {
    const words = new WordReader(line);
    const command = words.word('a command');
    if (command.text === '@') clock.setReference(words.word('a date'));
    if (!changesPlan(command, words.peek()?.text)) continue;
    const isContact = words.word('contact or range').text === 'contact';
    const { fromNode, toNode, pair, startS, endS } = readStretch(words, clock, { command, nodes });
    if (isContact) {
      const rate = words.number('a rate in whole bytes/s above 0', (value) => isPositive(value) && isWhole(value));
      const confidence = words.peek() === undefined ? undefined : words.number('a confidence from 0 to 1', isFraction);
      const rateBps = rate * BITS_PER_BYTE;
      contacts.push({ fromNode, toNode, pair, startS, endS, command, rateBps, confidence });
    } else {
      const owltS = words.number('a light time in whole seconds', (value) => isFromZero(value) && isWhole(value));
      ranges.push({ fromNode, toNode, pair, startS, endS, command, owltS });
    }
    words.finish();
  }
  expectNoOverlap('contact', contacts);
  expectNoOverlap('range', ranges);
  const rangesOf = groupRanges(ranges);
  return { contacts: sortContacts(contacts.flatMap((contact) => withRanges(contact, rangesOf))) };
}

/** Statements of ionadmin that have nothing to do with contacts. */
const PASSED_OVER = new Set(['1', '@', 'm', 's', 'x', 'i', 'l', 'e', 'v', 'w', 'q', 'r', 'h', '?', '^', '!']);

function changesPlan(command: Word, object: string | undefined): boolean {
  const { text } = command;
  const isAboutPlan = object === 'contact' || object === 'range';
  if (text === 'a' && isAboutPlan) return true;
  if ((text === 'd' || text === 'c') && isAboutPlan) {
    throw contactsError(
      `Expected contacts and ranges to be added only, got '${text} ${object}'.`,
      command.place,
      'Leave out what is deleted or changed, and give the plan as it is in the end.',
    );
  }
  if (PASSED_OVER.has(text)) return false;
  const got = object === undefined ? text : `${text} ${object}`;
  throw contactsError(`Expected 'a contact' or 'a range', got '${got}'.`, command.place, USAGE);
}

function readStretch(
  words: WordReader,
  clock: IonClock,
  { command, nodes }: { readonly command: Word; readonly nodes: NodeNames },
): Omit<Stretch, 'command'> {
  const startS = clock.time(words.word('the start'));
  const end = words.word('the end');
  const endS = clock.time(end);
  if (endS <= startS) {
    const hint = 'The start comes first, then the end; both count from the reference time, neither is a length.';
    throw contactsError(`Expected an end after ${startS} s, got ${endS} s.`, end.place, hint);
  }
  const fromNode = nodes.read(words, 'the sending node');
  const toNode = nodes.read(words, 'the receiving node');
  if (fromNode === toNode) {
    const hint = 'A contact leads from one node to another: leave the line out, or correct one of the two.';
    throw contactsError(`Expected two nodes, got ${fromNode} twice.`, command.place, hint);
  }
  return { fromNode, toNode, pair: nodes.pair(fromNode, toNode), startS, endS };
}

/** Numbers of nodes as they stand in the file, and their pairs: each is checked, and kept, once. */
class NodeNames {
  private readonly names = new Map<string, string>();
  private readonly pairs = new Map<string, Map<string, string>>();

  read(words: WordReader, which: string): string {
    const expected = `${which}, a whole number above 0`;
    const word = words.word(expected);
    const known = this.names.get(word.text);
    if (known !== undefined) return known;
    expectNumber(word, expected, (value) => isWhole(value) && isPositive(value));
    this.names.set(word.text, word.text);
    return word.text;
  }

  pair(fromNode: string, toNode: string): string {
    let ofSender = this.pairs.get(fromNode);
    if (ofSender === undefined) this.pairs.set(fromNode, (ofSender = new Map<string, string>()));
    let pair = ofSender.get(toNode);
    if (pair === undefined) ofSender.set(toNode, (pair = pairOf(fromNode, toNode)));
    return pair;
  }
}

function expectNoOverlap(what: string, stretches: readonly Stretch[]): void {
  const sorted = [...stretches].sort((a, b) => a.startS - b.startS);
  const lastOf = new Map<string, Stretch>();
  for (const stretch of sorted) {
    const { fromNode, toNode, startS, endS, command } = stretch;
    const last = lastOf.get(stretch.pair);
    if (last !== undefined && startS < last.endS) {
      throw contactsError(
        `Expected one ${what} at a time from ${fromNode} to ${toNode}, got one from ${startS} to ${endS} s beside one from ` +
          `${last.startS} to ${last.endS} s.`,
        command.place,
        `ION refuses a ${what} that overlaps another one of the same pair.`,
      );
    }
    lastOf.set(stretch.pair, stretch);
  }
}

/** Ranges by direction, in order of time; a range towards the greater node serves the way back where nothing else does. */
function groupRanges(ranges: readonly IonRange[]): ReadonlyMap<string, IonRange[]> {
  const rangesOf = new Map<string, IonRange[]>();
  const add = (key: string, range: IonRange): void => {
    const list = rangesOf.get(key);
    if (list === undefined) rangesOf.set(key, [range]);
    else list.push(range);
  };
  const inOrder = [...ranges].sort((a, b) => a.startS - b.startS);
  for (const range of inOrder) add(range.pair, range);
  const given = new Map([...rangesOf].map(([key, list]) => [key, [...list]]));
  for (const range of ranges) {
    if (Number(range.fromNode) > Number(range.toNode)) continue;
    const back = pairOf(range.toNode, range.fromNode);
    for (const part of partsOutside(range, given.get(back) ?? [])) add(back, part);
  }
  for (const list of rangesOf.values()) list.sort((a, b) => a.startS - b.startS);
  return rangesOf;
}

/** The parts of a range that lie outside all others, which are in order of time and do not overlap. */
function partsOutside(range: IonRange, others: readonly IonRange[]): IonRange[] {
  const parts: IonRange[] = [];
  let { startS } = range;
  for (let i = firstEndingAfter(others, startS); i < others.length; i++) {
    const other = others[i] as IonRange;
    if (other.startS >= range.endS) break;
    if (startS < other.startS) parts.push({ ...range, startS, endS: other.startS });
    startS = other.endS;
  }
  if (startS < range.endS) parts.push({ ...range, startS });
  return parts;
}

function withRanges(contact: IonContact, rangesOf: ReadonlyMap<string, readonly IonRange[]>): Contact[] {
  const { fromNode, toNode, pair, startS, endS, rateBps, confidence, command } = contact;
  const pieces: Contact[] = [];
  let coveredS = startS;
  const ranges = rangesOf.get(pair) ?? [];
  for (let i = firstEndingAfter(ranges, startS); coveredS < endS && i < ranges.length; i++) {
    const range = ranges[i] as IonRange;
    if (range.startS > coveredS) break;
    const pieceEndS = Math.min(endS, range.endS);
    const last = pieces.at(-1);
    const sure = confidence === undefined ? {} : { confidence };
    if (last !== undefined && last.owltS === range.owltS) pieces[pieces.length - 1] = { ...last, endS: pieceEndS };
    else pieces.push({ fromNode, toNode, startS: coveredS, endS: pieceEndS, rateBps, owltS: range.owltS, ...sure });
    coveredS = pieceEndS;
  }
  if (coveredS >= endS) return pieces;
  throw contactsError(
    `Expected a range for the contact from ${fromNode} to ${toNode}, got none from ${coveredS} s on.`,
    command.place,
    Number(fromNode) < Number(toNode)
      ? `Add 'a range +start +end ${fromNode} ${toNode} seconds'.`
      : `Add 'a range +start +end ${toNode} ${fromNode} seconds': a range serves both ways only if its first node is the smaller.`,
  );
}

/** Ranges of one direction do not overlap, so their ends are in order too. */
function firstEndingAfter(ranges: readonly IonRange[], atS: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as IonRange).endS <= atS) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pairOf(fromNode: string, toNode: string): string {
  return `${Number(fromNode)} ${Number(toNode)}`;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value);
const isFraction = (value: number): boolean => value >= 0 && value <= 1;
