import type { ContactColumns } from '../geometry/geometry.ts';
import { rangeBetweenKm } from './antenna-schedule.kernel.ts';

/**
 * Greatest range of each contact, km: between two boundaries the range is linear, so it is that of a boundary. Goes through the
 * rows in order, so that each chunk of a sky is read once. `nodeOf` [n]: node at this end of each contact.
 */
export function greatestRangesKm(
  contacts: ContactColumns,
  nodeOf: Int32Array,
  row: (k: number) => ArrayLike<number>,
): Float64Array {
  const { n, startTick, endTick, peer, byEnd } = contacts;
  const greatestKm = new Float64Array(n);
  const active = new Int32Array(n);
  let count = 0;
  let begun = 0;
  const last = n === 0 ? -1 : endTick[byEnd[n - 1]!]!;
  for (let k = 0; k <= last; k++) {
    for (; begun < n && startTick[begun]! === k; begun++) active[count++] = begun;
    const positions = row(k);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const contact = active[i]!;
      const range = rangeBetweenKm(positions, nodeOf[contact]!, peer[contact]!);
      if (range > greatestKm[contact]!) greatestKm[contact] = range;
      if (endTick[contact]! > k) active[kept++] = contact;
    }
    count = kept;
  }
  return greatestKm;
}
