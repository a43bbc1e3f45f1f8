/** Least delay onwards from a ground node at its next contacts, per gateway, node and label; good for one tick. */
export interface MeetingColumns {
  /** [labels * G * N] tick it was worked out for, -1 = never; time of arrival, s, Infinity = none; tick in which the way begins. */
  readonly tick: Int32Array;
  readonly arriveS: Float64Array;
  readonly startTick: Int32Array;
  /** The last one that was asked for. */
  last: { arriveS: number; startTick: number };
}

export function createMeetings(size: number): MeetingColumns {
  return {
    tick: new Int32Array(size).fill(-1),
    arriveS: new Float64Array(size),
    startTick: new Int32Array(size),
    last: { arriveS: Infinity, startTick: -1 },
  };
}
