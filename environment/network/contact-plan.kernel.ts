import type { ContactColumns } from '../geometry/geometry.ts';
import { rangeBetweenKm } from './antenna-schedule.kernel.ts';

/** Parts of contacts, in columns. Ends are in ticks, and between boundaries where one tick had to be cut. */
export interface ContactPieces {
  n: number;
  contact: Int32Array;
  startTick: Float64Array;
  endTick: Float64Array;
  /** Greatest range within the piece. */
  greatestKm: Float64Array;
}

/**
 * Cuts contacts into pieces within which the range varies by at most `toleranceKm` (Infinity: none is cut). Between two boundaries
 * the range is taken as linear. Pieces end at boundaries, each as late as it can; only a tick in which the range changes by more is
 * cut itself, into equal parts. Goes through the rows in order, so that each chunk of a sky is read once. `nodeOf` [n]: node at
 * this end of each contact.
 */
export function cutByRange(
  contacts: ContactColumns,
  nodeOf: Int32Array,
  row: (k: number) => ArrayLike<number>,
  toleranceKm: number,
): ContactPieces {
  const { n, startTick, endTick, peer, byEnd } = contacts;
  const pieces = createPieces(Math.max(16, 2 * n));
  const sinceTick = new Float64Array(n);
  const leastKm = new Float64Array(n);
  const mostKm = new Float64Array(n);
  const lastKm = new Float64Array(n);
  const active = new Int32Array(n);
  let count = 0;
  let begun = 0;
  const last = n === 0 ? -1 : endTick[byEnd[n - 1]!]!;
  for (let k = 0; k <= last; k++) {
    for (; begun < n && startTick[begun]! === k; begun++) active[count++] = begun;
    const positions = row(k);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const c = active[i]!;
      const km = rangeBetweenKm(positions, nodeOf[c]!, peer[c]!);
      const fromKm = lastKm[c]!;
      lastKm[c] = km;
      if (startTick[c]! === k) {
        sinceTick[c] = k;
        leastKm[c] = km;
        mostKm[c] = km;
      } else if (Math.max(km, mostKm[c]!) - Math.min(km, leastKm[c]!) <= toleranceKm) {
        leastKm[c] = Math.min(km, leastKm[c]!);
        mostKm[c] = Math.max(km, mostKm[c]!);
      } else {
        if (sinceTick[c]! < k - 1) addPiece(pieces, c, sinceTick[c]!, k - 1, mostKm[c]!);
        const parts = Math.max(1, Math.ceil(Math.abs(km - fromKm) / toleranceKm));
        for (let part = 1; part < parts; part++) {
          const here = fromKm + ((km - fromKm) * (part - 1)) / parts;
          const there = fromKm + ((km - fromKm) * part) / parts;
          addPiece(pieces, c, k - 1 + (part - 1) / parts, k - 1 + part / parts, Math.max(here, there));
        }
        const startKm = fromKm + ((km - fromKm) * (parts - 1)) / parts;
        sinceTick[c] = k - 1 + (parts - 1) / parts;
        leastKm[c] = Math.min(startKm, km);
        mostKm[c] = Math.max(startKm, km);
      }
      if (endTick[c]! > k) active[kept++] = c;
      else addPiece(pieces, c, sinceTick[c]!, k, mostKm[c]);
    }
    count = kept;
  }
  return pieces;
}

function createPieces(capacity: number): ContactPieces {
  return {
    n: 0,
    contact: new Int32Array(capacity),
    startTick: new Float64Array(capacity),
    endTick: new Float64Array(capacity),
    greatestKm: new Float64Array(capacity),
  };
}

function addPiece(pieces: ContactPieces, contact: number, startTick: number, endTick: number, km: number): void {
  if (pieces.n === pieces.contact.length) grow(pieces);
  const i = pieces.n++;
  pieces.contact[i] = contact;
  pieces.startTick[i] = startTick;
  pieces.endTick[i] = endTick;
  pieces.greatestKm[i] = km;
}

function grow(pieces: ContactPieces): void {
  const larger = createPieces(2 * pieces.contact.length);
  larger.contact.set(pieces.contact);
  larger.startTick.set(pieces.startTick);
  larger.endTick.set(pieces.endTick);
  larger.greatestKm.set(pieces.greatestKm);
  Object.assign(pieces, larger, { n: pieces.n });
}
