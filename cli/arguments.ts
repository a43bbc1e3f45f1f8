import { SpaceCloudError } from '../core/index.ts';

/** A parser of option values for commander: a whole number in [min, max]. Throws USAGE. */
export function wholeNumber(option: string, min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw outOfRange(option, `a whole number ${range(min, max)}`, text);
  };
}

/** A parser of option values: a number above 0. Throws USAGE. */
export function positiveNumber(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw outOfRange(option, 'a number above 0', text);
  };
}

/** A parser of option values: a date and time with its zone, as ms since 1970. Throws USAGE. */
export function instant(option: string): (text: string) => number {
  return (text) => {
    const ms = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : NaN;
    if (!Number.isNaN(ms)) return ms;
    throw outOfRange(option, 'a date and time such as 2026-11-22T00:00:00Z', text);
  };
}

/** For options that may be given several times, or with commas. */
export function list(text: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

function outOfRange(option: string, expected: string, got: string): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected ${expected} for ${option}, got '${got}'.`, {
    hint: 'Add --help to see what is accepted.',
  });
}

function range(min: number, max: number): string {
  return max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
}
