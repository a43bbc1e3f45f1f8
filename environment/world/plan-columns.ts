/**
 * What the contact plan says of each track (terminal or antenna) at present. Tracks: laser terminals `s * D + d`, then antennas.
 */
export interface PlanColumns {
  /** Contacts before these, in order of start and of end, have begun and ended. */
  nextStart: number;
  nextEnd: number;
  /** [tracks] present contact, -1 = none. */
  row: Int32Array;
  /** [Q] satellite that an antenna takes in place of the planned one, -1 = none, and until when, s; see `spare-antennas.ts`. */
  alternative: Int32Array;
  alternativeUntilS: Float64Array;
  /** [Q] index into `contacts.ofAntenna` of the present or next contact. */
  antennaCursor: Int32Array;
  /** [Q] satellite an unattached antenna will see next by the plan (itself when attached), -1 = never again; s, when (0: now). */
  nextSatellite: Int32Array;
  nextAttachS: Float64Array;
}

export function createPlan(tracks: number, antennas: number): PlanColumns {
  return {
    nextStart: 0,
    nextEnd: 0,
    row: new Int32Array(tracks).fill(-1),
    alternative: new Int32Array(antennas).fill(-1),
    alternativeUntilS: new Float64Array(antennas),
    antennaCursor: new Int32Array(antennas),
    nextSatellite: new Int32Array(antennas).fill(-1),
    nextAttachS: new Float64Array(antennas),
  };
}
