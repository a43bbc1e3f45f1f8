import type { Rng } from '../../core/index.ts';

/**
 * The requests that terminals are going to make. Arrivals depend on no decision and are all drawn from one stream, so a copy of
 * the stream tells them beforehand. Only credits of cache decisions and oracles read this; no satellite sees it. Derived from the
 * state, and not saved with it.
 */
export interface Foresight {
  /** The stream, ahead of the world's. */
  readonly rng: Rng;
  /** [classes] next arrival that is not drawn yet, s; Infinity = none. */
  readonly nextS: Float64Array;
  /** All requests up to here are known, s. */
  untilS: number;
  /** Ring of requests in order of time: [first, first + n) modulo its length. */
  first: number;
  n: number;
  timeS: Float64Array;
  object: Int32Array;
  terminal: Int32Array;
  /** Next request for the same object, -1 = none yet. */
  next: Int32Array;
  /** [objects] ends of their lists, -1 = none. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
}

/** Worlds' foresight; a world that is restored or started anew gets a new one. */
export interface ForesightSlot {
  of: Foresight | undefined;
}
