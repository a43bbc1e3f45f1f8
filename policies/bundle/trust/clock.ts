import { SpaceCloudError } from '../../../core/index.ts';

/** The time of a check and how far the clock may be wrong. */
export interface CheckTime {
  /** The time now, ms since 1970 (in a command: `Date.now`). */
  readonly now: () => number;
  /** How wrong the clock of this machine may be, s; windows are this much longer at both ends. Default 0. */
  readonly clockSkewS?: number;
}

/** One reading of the clock for a whole check. */
export interface Moment {
  readonly nowMs: number;
  readonly skewMs: number;
}

/** Reads the clock. Throws MISUSE for a tolerance that is negative or no number. */
export function momentOf({ now, clockSkewS = 0 }: CheckTime): Moment {
  if (clockSkewS >= 0 && clockSkewS < Infinity) return { nowMs: now(), skewMs: clockSkewS * 1000 };
  throw new SpaceCloudError('MISUSE', `Expected a clockSkewS of 0 s or more, got ${clockSkewS}.`, {
    hint: 'Give how wrong the clock may be, in seconds; 0 for a clock that is trusted.',
  });
}

/** Whether a window from `notBefore` until just before `notAfter` is open; never for a clock that is no number. */
export function isOpen(
  { notBefore, notAfter }: { readonly notBefore: string; readonly notAfter: string },
  moment: Moment,
): boolean {
  return hasBegun(notBefore, moment) && !hasEnded(notAfter, moment);
}

export function hasBegun(instant: string, { nowMs, skewMs }: Moment): boolean {
  return nowMs + skewMs >= Date.parse(instant);
}

/** Also true for a clock that is no number. */
export function hasEnded(instant: string, { nowMs, skewMs }: Moment): boolean {
  return !(nowMs - skewMs < Date.parse(instant));
}
