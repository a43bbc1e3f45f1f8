/**
 * Percentile bootstrap over runs, stratified over tasks (rliable `StratifiedBootstrap`, `StratifiedIndependentBootstrap`).
 *
 * rliable draws from numpy's global generator; here the stream is a seeded `Rng`, so an interval can be computed again to
 * the last digit. Agreement with rliable is therefore one of distribution, not of draws.
 */
import { type Rng, SpaceCloudError } from '../../core/index.ts';
import { drawInto, gatherInto, resampleInto, select, shareAboveInto } from './resample.kernel.ts';
import { flatten, type Strata } from './statistics.ts';

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export interface BootstrapOptions {
  /** Resamples; rliable uses 50 000 for aggregates, 2 000 for profiles and probabilities of improvement. */
  readonly replicates: number;
  readonly rng: Rng;
  /** Coverage aimed at; 0.95 unless given. */
  readonly level?: number;
  /** Draws made before from a stream like `rng`, which is then not used. */
  readonly draws?: DrawTable;
}

/**
 * The draws of one stream, kept by the sizes of the strata: many intervals of the same shape restart the same stream, and
 * drawing takes most of their time.
 */
export class DrawTable {
  private readonly create: () => Rng;
  private readonly tables = new Map<string, Uint16Array>();

  constructor(create: () => Rng) {
    this.create = create;
  }

  /** [replicates x all runs] index within its stratum; undefined where the table would be too large to keep. */
  of(sizes: readonly number[], replicates: number): Uint16Array | undefined {
    const runs = sizes.reduce((sum, size) => sum + size, 0);
    if (runs * replicates > MOST_DRAWS || Math.max(...sizes) > 0xffff) return undefined;
    const key = `${sizes.join(' ')} ${replicates}`;
    let table = this.tables.get(key);
    if (table === undefined) {
      table = new Uint16Array(runs * replicates);
      drawInto(Uint32Array.from(sizes), this.create(), table);
      this.tables.set(key, table);
    }
    return table;
  }
}

/** 64 MB. */
const MOST_DRAWS = 2 ** 25;

/** Coverage aimed at by every interval of the evaluation. */
export const LEVEL = 0.95;

/**
 * Interval of `statistic`: runs are drawn with replacement independently within each task. `null` when a task has a
 * single run: one run says nothing about the spread.
 */
export function bootstrapInterval(
  strata: Strata,
  statistic: (resampled: Strata) => number,
  options: BootstrapOptions,
): Interval | null {
  if (!canResample(strata)) return null;
  const source = strata.map((stratum) => Float64Array.from(stratum));
  const draw = source.map((stratum) => new Float64Array(stratum.length));
  const { rng, draws } = options;
  requireReplicates(options.replicates);
  const sizes = source.map(({ length }) => length);
  const table = draws?.of(sizes, options.replicates);
  if (table !== undefined) {
    let at = 0;
    return percentileInterval(options, () => {
      source.forEach((stratum, task) => {
        gatherInto(stratum, table, at, draw[task] as Float64Array);
        at += stratum.length;
      });
      return statistic(draw);
    });
  }
  return percentileInterval(options, () => {
    source.forEach((stratum, task) => resampleInto(stratum, rng, draw[task] as Float64Array));
    return statistic(draw);
  });
}

/** Interval of a statistic of two samples that are resampled independently of each other. */
export function bootstrapTwoSampleInterval(
  samples: { readonly x: Strata; readonly y: Strata },
  statistic: (x: Strata, y: Strata) => number,
  options: BootstrapOptions,
): Interval | null {
  const tasks = samples.x.length;
  return bootstrapInterval(
    [...samples.x, ...samples.y],
    (drawn) => statistic(drawn.slice(0, tasks), drawn.slice(tasks)),
    options,
  );
}

/** Pointwise intervals of the performance profile, one per threshold; `null` as in {@link bootstrapInterval}. */
export function bootstrapProfile(
  strata: Strata,
  thresholds: Float64Array,
  options: BootstrapOptions,
): readonly Interval[] | null {
  if (!canResample(strata)) return null;
  const { replicates, rng, level = LEVEL } = options;
  requireReplicates(replicates);
  const source = strata.map((stratum) => Float64Array.from(stratum));
  const all = flatten(strata);
  const shares = new Float64Array(thresholds.length);
  const byThreshold = Array.from(thresholds, () => new Float64Array(replicates));
  for (let r = 0; r < replicates; r++) {
    let at = 0;
    for (const stratum of source) {
      resampleInto(stratum, rng, all.subarray(at, at + stratum.length));
      at += stratum.length;
    }
    shareAboveInto(all, thresholds, shares);
    byThreshold.forEach((column, t) => (column[r] = shares[t] as number));
  }
  return byThreshold.map((column) => tails(column, level));
}

function percentileInterval(options: BootstrapOptions, replicate: () => number): Interval {
  const { replicates, level = LEVEL } = options;
  requireReplicates(replicates);
  const values = new Float64Array(replicates);
  for (let r = 0; r < replicates; r++) values[r] = replicate();
  return tails(values, level);
}

function requireReplicates(replicates: number): void {
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a positive whole number of bootstrap replicates, got ${replicates}.`,
      {
        hint: 'Use 2 000 for a quick look and 50 000 for a figure to publish.',
      },
    );
  }
}

/** Both ends, by selection: sorting all resamples takes longer than drawing them. Reorders `values`. */
function tails(values: Float64Array, level: number): Interval {
  const tail = (1 - level) / 2;
  return { lo: quantile(values, tail), hi: quantile(values, 1 - tail) };
}

/** As `quantileOfSorted`, of values in any order; reorders them. */
function quantile(values: Float64Array, share: number): number {
  const position = (values.length - 1) * share;
  const below = Math.floor(position);
  const low = select(values, below);
  const high = below + 1 < values.length ? select(values, below + 1) : low;
  return low + (high - low) * (position - below);
}

function canResample(strata: Strata): boolean {
  return strata.length > 0 && strata.every((stratum) => stratum.length >= 2);
}
