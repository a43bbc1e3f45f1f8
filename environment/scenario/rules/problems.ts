import { nearestWord } from '../edit-distance.ts';
import type { FieldPath, Problem } from '../problem.ts';

/** A field whose value does not fit the rest of the scenario. */
export function misfit(path: FieldPath, expected: string, found: string, hint: string): Problem {
  return { code: 'SCENARIO_FIELD', path, expected, found, hint };
}

/** The problem of a name that must be one of `known`; undefined when it is. `what` is a noun phrase: `a radio`. */
export function unknownName(
  path: FieldPath,
  what: string,
  name: string,
  known: readonly string[],
): Problem | undefined {
  if (known.includes(name)) return undefined;
  const nearest = nearestWord(name, known);
  const hint =
    nearest !== undefined
      ? `Did you mean ${nearest}?`
      : known.length === 0
        ? 'The scenario has none.'
        : `Known: ${known.slice(0, SHOWN).join(', ')}${known.length > SHOWN ? ', ...' : ''}.`;
  return misfit(path, `the name of ${what}`, `'${name}'`, hint);
}

/** A list of names with the place of each. */
export type NamedList = readonly [path: FieldPath, items: readonly { readonly name: string }[]];

/** Names that occur more than once in the lists taken together. */
export function* repeatedNames(what: string, lists: readonly NamedList[]): Generator<Problem> {
  const first = new Map<string, string>();
  for (const [path, items] of lists) {
    for (const [index, { name }] of items.entries()) {
      const holder = first.get(name);
      if (holder === undefined) {
        first.set(name, `${path.join('.')}[${index}]`);
        continue;
      }
      yield misfit(
        [...path, index, 'name'],
        `a name of its own for each ${what}`,
        `'${name}' again (first used by ${holder})`,
        'Rename one of the two.',
      );
    }
  }
}

/** Values that occur more than once in a list of words. */
export function* repeatedWords(path: FieldPath, words: readonly string[]): Generator<Problem> {
  for (const [index, word] of words.entries()) {
    if (words.indexOf(word) === index) continue;
    yield misfit([...path, index], 'each name once', `'${word}' again`, 'Remove one of the two.');
  }
}

/** Enough names to choose from, few enough to read. */
const SHOWN = 12;
