import type { PassColumns } from './geometry.ts';
import { grown, sharedInt32 } from './growing-columns.ts';
import { gatherInto, groupStartsInto, orderByKey } from './row-order.kernel.ts';

/** Writes down passes as satellites come into and go out of the reach of sites. */
export interface PassRecorder {
  /** From tick `tick` on, `site` could use `satellite`. */
  open(site: number, satellite: number, tick: number): void;
  /** `tick` is the first one in which it no longer could. A pass closed where it was opened leaves no row. */
  close(site: number, satellite: number, tick: number): void;
  /** Closes what is open at the horizon and gives the columns; the recorder is used up. */
  finish(shape: { readonly tickCount: number; readonly siteCount: number }): PassColumns;
}

const FIRST_ROWS = 1024;

export function createPassRecorder(): PassRecorder {
  let n = 0;
  let rows = {
    site: new Int32Array(FIRST_ROWS),
    satellite: new Int32Array(FIRST_ROWS),
    startTick: new Int32Array(FIRST_ROWS),
    endTick: new Int32Array(FIRST_ROWS),
    /** Next open pass of the same site, -1 = none. */
    next: new Int32Array(FIRST_ROWS),
  };
  /** [sites] latest open pass: the head of a list, which is as short as few satellites are in sight at once. */
  let open = { row: new Int32Array(FIRST_ROWS).fill(-1) };

  return {
    open(site, satellite, tick) {
      rows = grown(rows, n + 1);
      open = grown(open, site + 1, -1);
      const row = n++;
      rows.site[row] = site;
      rows.satellite[row] = satellite;
      rows.startTick[row] = tick;
      rows.next[row] = open.row[site] as number;
      open.row[site] = row;
    },
    close(site, satellite, tick) {
      let before = -1;
      let row = site < open.row.length ? (open.row[site] as number) : -1;
      for (; row >= 0 && rows.satellite[row] !== satellite; row = rows.next[row] as number) before = row;
      if (row < 0) throw new RangeError(`Expected an open pass of satellite ${satellite} at site ${site}, got none.`);
      const next = rows.next[row] as number;
      if (before < 0) open.row[site] = next;
      else rows.next[before] = next;
      rows.endTick[row] = tick;
    },
    finish({ tickCount, siteCount }) {
      for (const head of open.row) {
        for (let row = head; row >= 0; row = rows.next[row] as number) rows.endTick[row] = tickCount + 1;
      }
      return sortedPasses(rows, n, tickCount, siteCount);
    },
  };
}

type Rows = Record<'site' | 'satellite' | 'startTick' | 'endTick', Int32Array>;

/** Rows in order of site, then startTick, then satellite, so that the order does not depend on who is asked first. */
function sortedPasses(rows: Rows, recorded: number, tickCount: number, siteCount: number): PassColumns {
  const satellites =
    1 + rows.satellite.subarray(0, recorded).reduce((most, satellite) => Math.max(most, satellite), -1);
  const bySatellite = new Int32Array(recorded);
  const byStart = new Int32Array(recorded);
  orderByKey(rows.satellite, recorded, satellites, undefined, bySatellite);
  orderByKey(rows.startTick, recorded, tickCount + 1, bySatellite, byStart);
  const bySite = bySatellite;
  orderByKey(rows.site, recorded, siteCount, byStart, bySite);
  const order = bySite.filter((row) => (rows.endTick[row] as number) > (rows.startTick[row] as number));
  const column = (from: Int32Array): Int32Array => gatherInto(from, order, sharedInt32(order.length));
  const siteFirst = sharedInt32(siteCount + 1);
  groupStartsInto(gatherInto(rows.site, order, new Int32Array(order.length)), 0, siteFirst);
  return {
    n: order.length,
    siteFirst,
    satellite: column(rows.satellite),
    startTick: column(rows.startTick),
    endTick: column(rows.endTick),
  };
}
