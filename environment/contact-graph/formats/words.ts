import type { SourcePlace } from '../../../core/index.ts';
import { contactsError } from './contacts-error.ts';

/** A word of a line. It knows its place, which only errors ask for. */
export class Word {
  readonly text: string;
  private readonly line: Line;
  /** Characters before it in its line. */
  private readonly offset: number;

  constructor(line: Line, text: string, offset: number) {
    this.line = line;
    this.text = text;
    this.offset = offset;
  }

  get place(): SourcePlace {
    return placeIn(this.line, this.offset);
  }

  /** How statements of its format are written, for errors. */
  get usage(): string {
    return this.line.usage;
  }
}

/** A line that has words. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  /** Without comment. */
  readonly content: string;
  /** How statements of its format are written, for errors. */
  readonly usage: string;
}

function placeIn({ file, number }: Line, offset: number): SourcePlace {
  return { file, line: number, column: offset + 1 };
}

/** The lines that have words; `#` begins a comment. `usage` tells in errors how statements are written. */
export function* linesOf(text: string, file: string, usage: string): Generator<Line, void, undefined> {
  let number = 0;
  for (const whole of text.split(/\r\n|\n|\r/)) {
    number++;
    const comment = whole.indexOf('#');
    const content = comment < 0 ? whole : whole.slice(0, comment);
    if (/\S/.test(content)) yield { file, number, content, usage };
  }
}

const WORD_STARTS = /\S/g;
const WORD_ENDS = /\s/g;

/** Reads one line's words from left to right, and says what is expected where one is wrong or missing. */
export class WordReader {
  private readonly line: Line;
  private at = 0;
  private next: Word | undefined;

  constructor(line: Line) {
    this.line = line;
    this.next = this.find();
  }

  /** The next word, left where it is. */
  peek(): Word | undefined {
    return this.next;
  }

  word(expected: string): Word {
    const word = this.next;
    if (word === undefined)
      throw contactsError(`Expected ${expected}, got the end of the line.`, this.end, this.line.usage);
    this.next = this.find();
    return word;
  }

  number(expected: string, accept: (value: number) => boolean = () => true): number {
    const word = this.word(expected);
    return expectNumber(word, expected, accept);
  }

  /** Just behind the last word, where the next one would stand. */
  get end(): SourcePlace {
    return placeIn(this.line, this.line.content.trimEnd().length);
  }

  /** Throws where words are left over. */
  finish(): void {
    const word = this.next;
    if (word === undefined) return;
    throw contactsError(`Expected the end of the line, got '${word.text}'.`, word.place, word.usage);
  }

  private find(): Word | undefined {
    const { content } = this.line;
    // By `test`, which makes nothing: `exec` makes an array for each of a million words.
    WORD_STARTS.lastIndex = this.at;
    if (!WORD_STARTS.test(content)) return undefined;
    const start = WORD_STARTS.lastIndex - 1;
    WORD_ENDS.lastIndex = start;
    this.at = WORD_ENDS.test(content) ? WORD_ENDS.lastIndex - 1 : content.length;
    return new Word(this.line, content.slice(start, this.at), start);
  }
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export function expectNumber(word: Word, expected: string, accept: (value: number) => boolean): number {
  const { text } = word;
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isFinite(value) || !accept(value)) {
    throw contactsError(`Expected ${expected}, got '${text}'.`, word.place, word.usage);
  }
  return value;
}

export const isPositive = (value: number): boolean => value > 0;
export const isFromZero = (value: number): boolean => value >= 0;
