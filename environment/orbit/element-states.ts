import type { ElementSet } from './element-set.ts';
import { createSgp4Object, sgp4Ephemeris, sgp4Failure } from './sgp4.ts';
import { type UtcInstant, addSeconds, formatUtcMicroseconds, secondsBetween } from './utc.ts';

const XP = 'SGP4-XP element set, which SGP4 cannot propagate';

/** A time at which states are asked for: an instant, or minutes after (or before) each set's own epoch. */
export type StateTime =
  { readonly label: string; readonly utc: UtcInstant } | { readonly label: string; readonly sinceEpochMin: number };

export interface ElementState {
  /** The time as it was asked for. */
  readonly at: string;
  readonly utc: string;
  readonly sinceEpochMin: number;
  /** Position, km, and velocity, km/s, in TEME. */
  readonly rTemeKm: readonly number[];
  readonly vTemeKmS: readonly number[];
}

export interface ObjectStates {
  readonly name: string;
  readonly catalogueId: number;
  readonly epoch: string;
  readonly states: readonly ElementState[];
}

export interface MissingState {
  readonly name: string;
  readonly catalogueId: number;
  readonly at: string;
  readonly reason: string;
}

export interface ElementStates {
  readonly objects: readonly ObjectStates[];
  readonly failures: readonly MissingState[];
}

/**
 * SGP4 states of every set at every time, in the order of the file. What cannot be propagated stands in `failures` with SGP4's
 * reason, and an object without any state is no part of `objects`.
 */
export function elementStates(sets: readonly ElementSet[], times: readonly StateTime[]): ElementStates {
  const objects: ObjectStates[] = [];
  const failures: MissingState[] = [];
  const r = new Float64Array(3);
  const v = new Float64Array(3);
  for (const set of sets) {
    const { name, catalogueId, epoch } = set;
    const object = createSgp4Object(set, epoch);
    const ephemeris = sgp4Ephemeris([object], [name]);
    const states: ElementState[] = [];
    for (const time of times) {
      const sinceEpochS = 'utc' in time ? secondsBetween(epoch, time.utc) : time.sinceEpochMin * 60;
      ephemeris.statesInto(sinceEpochS, r, v, 0);
      const reason = set.ephemerisType === 4 ? XP : sgp4Failure(object);
      if (reason !== undefined) failures.push({ name, catalogueId, at: time.label, reason });
      else {
        states.push({
          at: time.label,
          utc: formatUtcMicroseconds('utc' in time ? time.utc : addSeconds(epoch, sinceEpochS)),
          sinceEpochMin: sinceEpochS / 60,
          rTemeKm: [...r],
          vTemeKmS: [...v],
        });
      }
    }
    if (states.length > 0) objects.push({ name, catalogueId, epoch: formatUtcMicroseconds(epoch), states });
  }
  return { objects, failures };
}
