import { contactsError } from './contacts-error.ts';
import type { Word } from './words.ts';

const ABSOLUTE = /^(\d{4})\/(\d{2})\/(\d{2})-(\d{2}):(\d{2}):(\d{2})$/;

/** Times of an ION file: `+n` after the reference time of the last `@` line, or a date; s after the first reference. */
export class IonClock {
  private zeroUnixS: number | undefined;
  private referenceS = 0;

  /** A line `@ time`: what relative times count from. */
  setReference(word: Word): void {
    const unixS = unixSeconds(word.text);
    if (unixS === undefined) throw expected('a date yyyy/mm/dd-hh:mm:ss', word);
    this.zeroUnixS ??= unixS;
    this.referenceS = unixS - this.zeroUnixS;
  }

  /** s of the plan's clock. */
  time(word: Word): number {
    if (/^\+\d+$/.test(word.text)) return this.referenceS + Number(word.text);
    const unixS = unixSeconds(word.text);
    if (unixS === undefined) throw expected('a time +seconds, in whole seconds, or yyyy/mm/dd-hh:mm:ss', word);
    if (this.zeroUnixS === undefined) {
      throw contactsError(
        `Expected a reference time before the date '${word.text}', got none.`,
        word.place,
        "Add a line such as '@ 2026/11/22-00:00:00' above: the plan's clock starts there.",
      );
    }
    return unixS - this.zeroUnixS;
  }
}

function expected(what: string, { text, place, usage }: Word): Error {
  return contactsError(`Expected ${what}, got '${text}'.`, place, usage);
}

function unixSeconds(text: string): number | undefined {
  const match = ABSOLUTE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const written = new Date(ms).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', '-');
  return written === text ? ms / 1000 : undefined;
}
