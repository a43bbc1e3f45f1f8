import { SpaceCloudError } from '../../core/index.ts';
import { described } from './described.ts';

/** What an option must be, in words, and whether a value is that. */
type OptionRule = readonly [expected: string, holds: (value: unknown) => boolean];
/** By name; an absent option has the value undefined. */
export type OptionRules<Options> = { readonly [name in keyof Required<Options>]: OptionRule };

/** Refuses options that are unknown or not what they must be; `place` stands before their names. Errors: MISUSE. */
export function checkOptions<Options extends object>(options: Options, rules: OptionRules<Options>, place = ''): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name)) continue;
    const hint = `Known are ${Object.keys(rules).join(', ')}.`;
    throw new SpaceCloudError('MISUSE', `Expected a known option, got '${place}${name}'.`, { hint });
  }
  for (const [name, [expected, holds]] of Object.entries<OptionRule>(rules)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (holds(value)) continue;
    throw new SpaceCloudError('MISUSE', `Expected ${place}${name} to be ${expected}, got ${described(value)}.`);
  }
}

export function wholeFrom(least: number): OptionRule {
  return [`a whole number >= ${least}`, (value) => Number.isSafeInteger(value) && (value as number) >= least];
}

export function oneOf(...words: readonly string[]): OptionRule {
  return [`one of ${words.join(', ')}`, (value) => words.includes(value as string)];
}

export function ofType(type: 'boolean' | 'function' | 'object' | 'string'): OptionRule {
  const article = type === 'object' ? 'an' : 'a';
  return [`${article} ${type}`, (value) => typeof value === type && value !== null];
}

export function optional(rule: OptionRule): OptionRule {
  const [expected, holds] = rule;
  return [`${expected}, or absent`, (value) => value === undefined || holds(value)];
}

/** Left to the function that takes it. */
export const ANYTHING: OptionRule = ['anything', (): boolean => true];
