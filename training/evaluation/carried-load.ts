import { SpaceCloudError } from '../../core/index.ts';

/** One policy at one load: the offered load in any unit, and the share of it that is dropped, mean over seeds. */
export interface LoadPoint {
  readonly load: number;
  readonly dropFrac: number;
}

/**
 * The load at which a policy drops the given share: its knee. Between two points the share is taken as linear in the load. Of
 * several crossings the first counts, so a lucky point beyond the knee earns nothing.
 *
 * `bound` says what the points allow: `exact`, or `above` where even the highest load drops less (the knee lies beyond it), or
 * `below` where even the lowest drops more. Compare policies by `exact` knees; an `above` is a lower bound.
 *
 * @throws SpaceCloudError MISUSE for fewer than two loads, a load twice, or a share outside [0, 1]
 * @example
 * const gain = carriedLoadAtDrops(learned, 0.01).load / carriedLoadAtDrops(baseline, 0.01).load - 1;
 */
export function carriedLoadAtDrops(points: readonly LoadPoint[], dropFrac: number): CarriedLoad {
  const sorted = [...points].sort((a, b) => a.load - b.load);
  check(sorted, dropFrac);
  const first = sorted[0] as LoadPoint;
  if (first.dropFrac > dropFrac) return { load: first.load, bound: 'below' };
  for (let i = 1; i < sorted.length; i++) {
    const low = sorted[i - 1] as LoadPoint;
    const high = sorted[i] as LoadPoint;
    if (high.dropFrac <= dropFrac) continue;
    const part = (dropFrac - low.dropFrac) / (high.dropFrac - low.dropFrac);
    return { load: low.load + part * (high.load - low.load), bound: 'exact' };
  }
  return { load: (sorted.at(-1) as LoadPoint).load, bound: 'above' };
}

export interface CarriedLoad {
  readonly load: number;
  readonly bound: 'exact' | 'above' | 'below';
}

export interface KneeSearch {
  /** Share of drops at the knee. */
  readonly dropFrac: number;
  /** Loads between which it is looked for. */
  readonly lowLoad: number;
  readonly highLoad: number;
  /** The knee is found to this ratio of neighbouring loads, above 1; default 1.05. */
  readonly ratio?: number;
  /** Share of drops at a load, such as the mean of runs on fixed seeds. */
  readonly dropFracAt: (load: number) => Promise<number>;
}

/**
 * Finds the knee by bisection on a scale of ratios: measures both ends, then halves until the two loads around it differ by less than
 * `ratio`, and interpolates. Returns all that was measured too, in the order of loads. Seeds must be the same at all loads.
 *
 * @throws SpaceCloudError MISUSE for loads that are not 0 < low < high, or a ratio of 1 or less
 */
export async function findKnee(search: KneeSearch): Promise<CarriedLoad & { readonly points: readonly LoadPoint[] }> {
  const { dropFrac, lowLoad, highLoad, ratio = 1.05, dropFracAt } = search;
  if (!(lowLoad > 0 && lowLoad < highLoad && ratio > 1)) {
    throw misuse('loads 0 < low < high and a ratio above 1', `${lowLoad}, ${highLoad} and ${ratio}`);
  }
  const points: LoadPoint[] = [];
  const measure = async (load: number): Promise<LoadPoint> => {
    const point = { load, dropFrac: await dropFracAt(load) };
    points.push(point);
    return point;
  };
  let low = await measure(lowLoad);
  let high = await measure(highLoad);
  while (low.dropFrac <= dropFrac && high.dropFrac > dropFrac && high.load / low.load > ratio) {
    const middle = await measure(Math.sqrt(low.load * high.load));
    if (middle.dropFrac > dropFrac) high = middle;
    else low = middle;
  }
  points.sort((a, b) => a.load - b.load);
  return { ...carriedLoadAtDrops([low, high], dropFrac), points };
}

function check(sorted: readonly LoadPoint[], dropFrac: number): void {
  if (sorted.length < 2) throw misuse('points at two loads or more', String(sorted.length));
  const twice = sorted.find((point, i) => point.load === sorted[i + 1]?.load);
  if (twice !== undefined) throw misuse('one point per load', `load ${twice.load} twice`);
  const bad = [dropFrac, ...sorted.map((point) => point.dropFrac)].find((share) => !(share >= 0 && share <= 1));
  if (bad !== undefined) throw misuse('shares of drops from 0 to 1', String(bad));
}

function misuse(expected: string, got: string): SpaceCloudError {
  return new SpaceCloudError('MISUSE', `Expected ${expected} to find the load carried, got ${got}.`, {
    hint: 'Measure the same policy on the same seeds at several loads.',
  });
}
