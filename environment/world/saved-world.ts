import { renewSnapshot } from './delays.kernel.ts';
import { writeAllowed } from './quarantine.ts';
import type { WorldState } from './state.ts';
import { renewView } from './view.ts';

type Column = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;

/** A world's state: numbers by `group.field`, columns by `group.field`. JSON for the first, raw bytes for the second. */
export interface SavedWorld {
  readonly numbers: Readonly<Record<string, number>>;
  readonly columns: Readonly<Record<string, Column>>;
}

/** Groups of `WorldState` that hold mutable state; delay tables and handed-out rows are derived. */
const GROUPS = [
  'clock',
  'events',
  'deadlines',
  'tasks',
  'plan',
  'faults',
  'outages',
  'watch',
  'links',
  'compute',
  'caches',
  'power',
  'satellites',
  'backups',
  'beacons',
  'placements',
  'pending',
  'statistics',
  'usage',
  'counters',
  'access',
  'modeEvents',
  'transitions',
  'reportTimes',
] as const;
const PLAIN_COLUMNS = ['reverse', 'reportQueueS', 'sampledQueueS'] as const;

/** Copies the whole state. Call between `apply` and `advance`. */
export function saveWorld(w: WorldState): SavedWorld {
  const numbers: Record<string, number> = {};
  const columns: Record<string, Column> = {};
  for (const group of GROUPS) {
    for (const [field, value] of Object.entries(w[group])) {
      const key = `${group}.${field}`;
      if (typeof value === 'number') numbers[key] = value;
      else columns[key] = (value as Column).slice();
    }
  }
  for (const field of PLAIN_COLUMNS) columns[field] = w[field].slice();
  columns['rng.arrivals'] = w.arrivalRng.state.slice();
  columns['rng.cache'] = w.cacheRng.state.slice();
  columns['rng.weather'] = w.weatherRng.state.slice();
  columns['rng.capture'] = w.captureRng.state.slice();
  columns['hash'] = w.hash.save();
  return { numbers, columns };
}

/** Overwrites the state of a world of the same model. */
export function restoreWorld(w: WorldState, saved: SavedWorld): void {
  const column = (key: string): Column => {
    const found = saved.columns[key];
    if (found === undefined) throw new RangeError(`The saved world has no column '${key}'.`);
    return found;
  };
  for (const group of GROUPS) {
    const target = w[group] as unknown as Record<string, number | Column>;
    for (const [field, value] of Object.entries(target)) {
      const key = `${group}.${field}`;
      if (typeof value !== 'number') target[field] = column(key).slice();
      else if (saved.numbers[key] !== undefined) target[field] = saved.numbers[key];
      else throw new RangeError(`The saved world has no number '${key}'.`);
    }
  }
  for (const field of PLAIN_COLUMNS) w[field].set(column(field));
  w.arrivalRng.state.set(column('rng.arrivals'));
  w.cacheRng.state.set(column('rng.cache'));
  w.weatherRng.state.set(column('rng.weather'));
  w.captureRng.state.set(column('rng.capture'));
  w.hash.restore(column('hash') as Uint32Array);
  w.truthStamp.decision = -1;
  w.foresight.of = undefined;
  w.rows.n = 0;
  writeAllowed(w);
  renewView(w);
  renewSnapshot(w);
}
