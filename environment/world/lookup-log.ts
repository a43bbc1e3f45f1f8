/** Lookups at the satellites that serve the consumers, as columns, once they are watched. */
export interface LookupLog {
  watched: boolean;
  n: number;
  /** [n] */
  satellite: Int32Array;
  object: Int32Array;
  /** [n] s since scenario start. */
  timeS: Float64Array;
  /** [n] 1 = answered by a fresh copy. */
  hit: Uint8Array;
}

const INITIAL_LOOKUPS = 1024;

export function createLookupLog(): LookupLog {
  return { watched: false, n: 0, ...createColumns(INITIAL_LOOKUPS) };
}

function createColumns(length: number): Omit<LookupLog, 'watched' | 'n'> {
  return {
    satellite: new Int32Array(length),
    object: new Int32Array(length),
    timeS: new Float64Array(length),
    hit: new Uint8Array(length),
  };
}

interface Lookup {
  readonly satellite: number;
  readonly object: number;
  readonly timeS: number;
  readonly hit: boolean;
}

export function recordLookup(log: LookupLog, lookup: Lookup): void {
  if (log.n === log.timeS.length) {
    const { satellite, object, timeS, hit } = log;
    Object.assign(log, createColumns(2 * log.n));
    log.satellite.set(satellite);
    log.object.set(object);
    log.timeS.set(timeS);
    log.hit.set(hit);
  }
  const at = log.n++;
  log.satellite[at] = lookup.satellite;
  log.object[at] = lookup.object;
  log.timeS[at] = lookup.timeS;
  log.hit[at] = lookup.hit ? 1 : 0;
}
