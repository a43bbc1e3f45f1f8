import type { Geometry } from '../geometry/geometry.ts';

/** The contacts of a geometry tick by tick. */
export interface ContactsAt {
  /** Calls `visit` for every laser link of the tick that holds `timeS`, each once, with its two satellites. */
  lasers(timeS: number, visit: (a: number, b: number) => void): void;
  /** Satellites that the antennas of a ground node are on in that tick. */
  satellitesOf(timeS: number, node: number): readonly number[];
}

/** Follows contacts in the order of time. */
export function followContacts(geometry: Geometry): ContactsAt {
  const { contacts, islSlots, satelliteCount, antennaNode, tickS, tickCount } = geometry;
  const { startTick, endTick, track, peer, n } = contacts;
  const firstAntenna = satelliteCount * islSlots;
  let tick = -1;
  let next = 0;
  let active: number[] = [];
  const rowsAt = (timeS: number): readonly number[] => {
    // The end of the last tick belongs to it, as no other follows.
    const k = Math.min(tickCount - 1, Math.floor(timeS / tickS + 1e-9));
    if (k === tick) return active;
    for (; next < n && (startTick[next] as number) <= k; next++) active.push(next);
    active = active.filter((row) => (endTick[row] as number) > k);
    tick = k;
    return active;
  };
  return {
    lasers(timeS, visit) {
      for (const row of rowsAt(timeS)) {
        if ((track[row] as number) >= firstAntenna) continue;
        const a = Math.floor((track[row] as number) / islSlots);
        const b = peer[row] as number;
        if (a < b) visit(a, b); // the row of the other end says the same
      }
    },
    satellitesOf: (timeS, node) =>
      rowsAt(timeS)
        .filter((row) => antennaNode[(track[row] as number) - firstAntenna] === node)
        .map((row) => peer[row] as number),
  };
}
