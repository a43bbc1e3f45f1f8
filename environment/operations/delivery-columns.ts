import type { DeliveryColumns } from './deliver.kernel.ts';
import type { OperationsLink } from './operations-contacts.ts';

/**
 * Links as columns. Where several links join the same two nodes at once, an object goes over the fastest: stretches of a pair are cut so
 * that they do not overlap.
 */
export function deliveryColumns(links: readonly OperationsLink[], nodeCount: number): DeliveryColumns {
  const byPair = new Map<number, OperationsLink[]>();
  for (const link of links) {
    const pair = link.from * nodeCount + link.to;
    const before = byPair.get(pair);
    if (before === undefined) byPair.set(pair, [link]);
    else before.push(link);
  }
  const pairs = [...byPair.keys()].sort((a, b) => a - b);
  const stretches = pairs.map((pair) => fastest(byPair.get(pair) as OperationsLink[]));
  const pairStart = new Int32Array(nodeCount + 1);
  for (const pair of pairs) {
    const from = Math.floor(pair / nodeCount);
    pairStart[from + 1] = (pairStart[from + 1] as number) + 1;
  }
  for (let u = 0; u < nodeCount; u++) pairStart[u + 1] = (pairStart[u + 1] as number) + (pairStart[u] as number);
  const stretchStart = new Int32Array(pairs.length + 1);
  stretches.forEach(({ length }, p) => (stretchStart[p + 1] = (stretchStart[p] as number) + length));
  const all = stretches.flat();
  return {
    nodeCount,
    pairStart,
    toNode: Int32Array.from(pairs, (pair) => pair % nodeCount),
    stretchStart,
    startS: Float64Array.from(all, ({ startS }) => startS),
    endS: Float64Array.from(all, ({ endS }) => endS),
    rateBps: Float64Array.from(all, ({ rateBps }) => rateBps),
    owltS: Float64Array.from(all, ({ owltS }) => owltS),
  };
}

/** The links of one pair in order of time without overlap: at each moment the fastest; of equally fast ones, the one that began first. */
function fastest(links: readonly OperationsLink[]): OperationsLink[] {
  const sorted = [...links].sort((a, b) => a.startS - b.startS || a.endS - b.endS);
  const overlap = sorted.some((link, i) => i > 0 && link.startS < (sorted[i - 1] as OperationsLink).endS);
  if (!overlap) return sorted;
  const bounds = [...new Set(sorted.flatMap(({ startS, endS }) => [startS, endS]))].sort((a, b) => a - b);
  const out: OperationsLink[] = [];
  let open: OperationsLink[] = [];
  let next = 0;
  for (let b = 0; b + 1 < bounds.length; b++) {
    const startS = bounds[b] as number;
    const endS = bounds[b + 1] as number;
    for (; next < sorted.length && (sorted[next] as OperationsLink).startS <= startS; next++) {
      open.push(sorted[next] as OperationsLink);
    }
    open = open.filter((link) => link.endS > startS);
    const [first, ...others] = open;
    if (first === undefined) continue;
    const best = others.reduce((a, link) => (link.rateBps > a.rateBps ? link : a), first);
    const last = out.at(-1);
    if (last?.endS === startS && last.rateBps === best.rateBps && last.owltS === best.owltS) {
      out[out.length - 1] = { ...last, endS };
    } else out.push({ ...best, startS, endS });
  }
  return out;
}
