import type { ContactColumns } from './geometry.ts';
import { grown, sharedFloat64, sharedInt32 } from './growing-columns.ts';
import { gatherInto, groupStartsInto, orderByKey } from './row-order.kernel.ts';

/**
 * Writes down contacts track by track as they begin, change and end. Tracks are those of `Geometry`; ticks of one track must
 * not fall. A laser link is two tracks, each opened and closed on its own.
 */
export interface ContactRecorder {
  /** From tick `tick` on, `track` uses satellite `peer`. `peerTrack` is -1 for antennas. The track must be closed. */
  open(track: number, peer: number, peerTrack: number, tick: number, rateBps: number): void;
  /** From tick `tick` on, the same partner at another rate; without effect when the rate is the one it has. */
  changeRate(track: number, tick: number, rateBps: number): void;
  /** `tick` is the first one in which the contact is not usable. A contact closed where it was opened leaves no row. */
  close(track: number, tick: number): void;
  /** Closes what is open at the horizon and gives the columns; the recorder is used up. */
  finish(shape: ContactShape): ContactColumns;
}

export interface ContactShape {
  readonly tickCount: number;
  readonly antennaCount: number;
  /** Track of antenna 0: S * D. */
  readonly firstAntennaTrack: number;
}

const FIRST_ROWS = 1024;

export function createContactRecorder(): ContactRecorder {
  let n = 0;
  let rows = {
    track: new Int32Array(FIRST_ROWS),
    peer: new Int32Array(FIRST_ROWS),
    peerTrack: new Int32Array(FIRST_ROWS),
    startTick: new Int32Array(FIRST_ROWS),
    endTick: new Int32Array(FIRST_ROWS),
    untilTick: new Int32Array(FIRST_ROWS),
    /** Row of the same stretch at the rate before, -1 = none. */
    previous: new Int32Array(FIRST_ROWS),
    rateBps: new Float64Array(FIRST_ROWS),
  };
  /** [tracks] row that is open, -1 = none. */
  let open = { row: new Int32Array(FIRST_ROWS).fill(-1) };

  const append = (track: number, peer: number, peerTrack: number, startTick: number, rateBps: number): number => {
    rows = grown(rows, n + 1);
    const row = n++;
    rows.track[row] = track;
    rows.peer[row] = peer;
    rows.peerTrack[row] = peerTrack;
    rows.startTick[row] = startTick;
    rows.rateBps[row] = rateBps;
    rows.previous[row] = -1;
    open.row[track] = row;
    return row;
  };
  const openRow = (track: number): number => {
    const row = track < open.row.length ? open.row[track]! : -1;
    if (row < 0) throw new RangeError(`Expected track ${track} to be open, got a closed one.`);
    return row;
  };
  const end = (track: number, endTick: number, untilTick: number): void => {
    let row = openRow(track);
    open.row[track] = -1;
    rows.endTick[row] = endTick;
    for (; row >= 0; row = rows.previous[row]!) rows.untilTick[row] = untilTick;
  };

  return {
    open(track, peer, peerTrack, tick, rateBps) {
      open = grown(open, track + 1, -1);
      if (open.row[track]! >= 0) throw new RangeError(`Expected track ${track} to be closed, got an open one.`);
      append(track, peer, peerTrack, tick, rateBps);
    },
    changeRate(track, tick, rateBps) {
      const row = openRow(track);
      if (rows.rateBps[row] === rateBps) return;
      if (rows.startTick[row] === tick) {
        rows.rateBps[row] = rateBps;
        return;
      }
      rows.endTick[row] = tick;
      const next = append(track, rows.peer[row]!, rows.peerTrack[row]!, tick, rateBps);
      rows.previous[next] = row;
    },
    close: (track, tick) => end(track, tick, tick),
    finish(shape) {
      const { tickCount } = shape;
      open.row.forEach((row, track) => {
        if (row >= 0) end(track, tickCount, tickCount + 1);
      });
      return sortedContacts(rows, n, shape);
    },
  };
}

type Rows = Record<'track' | 'peer' | 'peerTrack' | 'startTick' | 'endTick' | 'untilTick', Int32Array> & {
  readonly rateBps: Float64Array;
};

function sortedContacts(rows: Rows, recorded: number, shape: ContactShape): ContactColumns {
  const { tickCount, antennaCount, firstAntennaTrack } = shape;
  const order = orderOfRows(rows, recorded, shape);
  const n = order.length;
  const column = (from: Int32Array): Int32Array => gatherInto(from, order, sharedInt32(n));
  const track = column(rows.track);
  const endTick = column(rows.endTick);
  const byEnd = sharedInt32(n);
  orderByKey(endTick, n, tickCount + 1, undefined, byEnd);
  const antennaFirst = sharedInt32(antennaCount + 1);
  groupStartsInto(track, firstAntennaTrack, antennaFirst);
  const ofAntenna = sharedInt32(antennaFirst[antennaCount]!);
  const byTrack = new Int32Array(n);
  orderByKey(track, n, firstAntennaTrack + antennaCount, undefined, byTrack);
  ofAntenna.set(byTrack.subarray(n - ofAntenna.length)); // antennas have the last tracks
  return {
    n,
    track,
    peer: column(rows.peer),
    peerTrack: column(rows.peerTrack),
    startTick: column(rows.startTick),
    endTick,
    untilTick: column(rows.untilTick),
    rateBps: gatherInto(rows.rateBps, order, sharedFloat64(n)),
    rangeKm: undefined,
    byEnd,
    antennaFirst,
    ofAntenna,
  };
}

/** Rows that last, in order of startTick, then track. */
function orderOfRows(
  rows: Rows,
  recorded: number,
  { tickCount, antennaCount, firstAntennaTrack }: ContactShape,
): Int32Array {
  const byTrack = new Int32Array(recorded);
  orderByKey(rows.track, recorded, firstAntennaTrack + antennaCount, undefined, byTrack);
  const order = new Int32Array(recorded);
  orderByKey(rows.startTick, recorded, tickCount + 1, byTrack, order);
  return order.filter((row) => rows.endTick[row]! > rows.startTick[row]!);
}
