/**
 * Smallest number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string
 * alignment: Damerau's distance in which no part is edited twice). Letter case is ignored.
 */
export function editDistance(a: string, b: string): number {
  const s = a.toLowerCase();
  const t = b.toLowerCase();
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const replace = at(previous, j - 1) + (s[i - 1] === t[j - 1] ? 0 : 1);
      let best = Math.min(replace, at(previous, j) + 1, at(row, j - 1) + 1);
      const swapped = i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1];
      if (swapped) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      row.push(best);
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, t.length);
}

/**
 * The word nearest to `word`, if it is near enough to be a slip: at most a third of the letters of the longer of the two wrong, and
 * at least one. Of words equally near, that with which it begins alike the longest, then the first.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  let longest = -1;
  if (word.length > MAX_WORD) return undefined;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance > Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)) || distance > least) continue;
    const common = commonPrefix(word, candidate);
    if (distance < least || common > longest) [nearest, least, longest] = [candidate, distance, common];
  }
  return nearest;
}

/** Letters with which both words begin, whatever their case. */
function commonPrefix(a: string, b: string): number {
  const [s, t] = [a.toLowerCase(), b.toLowerCase()];
  let n = 0;
  while (n < s.length && s[n] === t[n]) n++;
  return n;
}

/** Longer words are no slip of a known one, and the distance costs the product of both lengths. */
const MAX_WORD = 64;

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
