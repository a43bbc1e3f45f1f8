import type { SourcePlace } from '../../core/index.ts';

/** Tells line and column, from 1, of character offsets of `text`; the lines are found once. */
export function createPlaceFinder(text: string, file: string): (offset: number) => SourcePlace {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (lineStarts[low] as number) + 1 };
  };
}
