import type { SourcePlace } from '../../../core/index.ts';
import { contactsError } from './contacts-error.ts';

/** A word of a line, and where it stands. */
export interface Word {
  readonly text: string;
  readonly place: SourcePlace;
}

export interface Line {
  readonly words: readonly Word[];
  /** Just behind the last word, where the next one would stand. */
  readonly end: SourcePlace;
}

/** The words of every line that has any; `#` begins a comment. */
export function linesOf(text: string, file: string): Line[] {
  const lines: Line[] = [];
  text.split(/\r\n|\n|\r/).forEach((whole, index) => {
    const line = index + 1;
    const content = whole.replace(/#.*$/, '');
    const words = [...content.matchAll(/\S+/g)].map((match) => ({
      text: match[0],
      place: { file, line, column: match.index + 1 },
    }));
    if (words.length > 0) lines.push({ words, end: { file, line, column: content.trimEnd().length + 1 } });
  });
  return lines;
}

/** Reads one line's words from left to right, and says what is expected where one is wrong or missing. */
export class WordReader {
  private readonly line: Line;
  private at = 0;

  constructor(line: Line) {
    this.line = line;
  }

  /** The next word, left where it is. */
  peek(): Word | undefined {
    return this.line.words[this.at];
  }

  word(expected: string): Word {
    const word = this.line.words[this.at++];
    if (word === undefined) throw contactsError(`Expected ${expected}, got the end of the line.`, this.line.end);
    return word;
  }

  number(expected: string, accept: (value: number) => boolean = () => true): number {
    const word = this.word(expected);
    return expectNumber(word, expected, accept);
  }

  /** Throws where words are left over. */
  finish(): void {
    const word = this.line.words[this.at];
    if (word !== undefined) throw contactsError(`Expected the end of the line, got '${word.text}'.`, word.place);
  }
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export function expectNumber({ text, place }: Word, expected: string, accept: (value: number) => boolean): number {
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isFinite(value) || !accept(value)) {
    throw contactsError(`Expected ${expected}, got '${text}'.`, place);
  }
  return value;
}

export const isPositive = (value: number): boolean => value > 0;
export const isFromZero = (value: number): boolean => value >= 0;
