import { CST, Lexer } from 'yaml';
import { SpaceCloudError } from '../../core/index.ts';
import { MAX_FILE_BYTES, MAX_NESTING, MAX_TOKENS } from './limits.ts';

const OPENS_LEVEL: ReadonlySet<string | null> = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);

/**
 * Counts tokens and nesting before anything is built. A file of a few MiB can hold millions of values, and a line of a
 * thousand brackets drives the YAML library so deep into recursion that Node may abort, which no caller can catch.
 * @throws SpaceCloudError SCENARIO_TOO_LARGE
 */
export function checkYamlBudget(text: string, file: string): void {
  let line = 1;
  const refuse = (limit: string): never => {
    throw new SpaceCloudError('SCENARIO_TOO_LARGE', `Expected a scenario of at most ${limit}, got more.`, {
      place: { file, line },
      hint: 'A scenario holds constellations, ground nodes and traffic; element sets belong in a file of their own.',
    });
  };
  // Each UTF-16 unit takes at least one byte in UTF-8.
  if (text.length > MAX_FILE_BYTES) refuse(`${MAX_FILE_BYTES} bytes`);

  let tokens = 0;
  let brackets = 0;
  // Columns of indentation plus list dashes and the like: no line of block YAML opens more levels than that.
  let levels = 0;
  let lineStart = true;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) refuse(`${MAX_TOKENS} YAML tokens`);
    // The lexer announces plain and block scalars; what follows is text, whatever it looks like.
    const type: string | null = isContent ? 'content' : CST.tokenType(token);
    isContent = type === 'scalar';
    if (isContent) continue;
    if (
      type === 'newline' ||
      type === 'content' ||
      type === 'double-quoted-scalar' ||
      type === 'single-quoted-scalar'
    ) {
      line += token.split('\n').length - 1;
      lineStart = token.endsWith('\n');
      if (lineStart) levels = 0;
      continue;
    }
    if (type === 'flow-seq-start' || type === 'flow-map-start') brackets++;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') brackets = Math.max(0, brackets - 1);
    else if (brackets === 0 && type === 'space' && lineStart) levels = token.length;
    else if (brackets === 0 && OPENS_LEVEL.has(type)) levels++;
    lineStart = false;
    if (type === 'comment' || type === 'space') continue;
    if (brackets > MAX_NESTING || levels > MAX_NESTING) refuse(`${MAX_NESTING} levels of nesting`);
  }
}
