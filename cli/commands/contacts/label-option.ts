import { SpaceCloudError } from '../../../core/index.ts';
import type { LabelConfig, Scenario } from '../../../environment/index.ts';

/** Reads `LEVEL[/NATION,...]`: data of that level, releasable to those nations (default: all). Throws USAGE. */
export function labelOf(
  text: string,
  { name, security }: Scenario,
  nearestWord: (word: string, known: readonly string[]) => string | undefined,
): LabelConfig {
  const slash = text.indexOf('/');
  const level = slash < 0 ? text : text.slice(0, slash);
  const nations = slash < 0 ? undefined : text.slice(slash + 1).split(',');
  const expectKnown = (word: string, what: string, known: readonly string[]): void => {
    if (known.includes(word)) return;
    const nearest = nearestWord(word, known);
    const list = known.length === 0 ? `Scenario '${name}' has none.` : `Scenario '${name}' has ${known.join(', ')}.`;
    throw new SpaceCloudError('USAGE', `Expected ${what} for --label, got '${word}'.`, {
      hint: nearest === undefined ? list : `Did you mean '${nearest}'? ${list}`,
    });
  };
  expectKnown(level, 'a level of security.levels', security.levels);
  for (const nation of nations ?? []) expectKnown(nation, 'a nation of security.nations', security.nations);
  return nations === undefined ? { level } : { level, releasableTo: nations };
}
