import process from 'node:process';
import type { Figure } from './figures.ts';
import { Columns, FAR, NEAR } from './scale-columns.ts';
import { OBJECTS, createElementsSky } from './scale-elements.ts';
import { NeighboursByKernels, neighboursPlainly } from './scale-neighbours.ts';
import { PAIRS, PathsByKernels, createPathsSky } from './scale-paths.ts';
import { pathsPlainly } from './scale-paths-plain.ts';
import { type Lap, lap } from './stopwatch.ts';

const SAMPLES = 5;
const STEPS = 200;
/** Steps that the plain program is given; its time is scaled to all. */
const PLAIN_STEPS = 4;
/** Light time of 0.3 um: sums of some 50 links in another order differ by less. */
const SAME_DELAY_S = 1e-15;
/** Rounding of sums of 20,000 lengths in another order. */
const SAME_LENGTH_FRAC = 1e-9;
const STEP_S = 10;
/** A quarter of the objects has this many times fewer pairs; the plain program is given that, and its time is scaled. */
const QUARTER_PAIRS = 16;

/** Delay columns of a world, and the shortest paths of a grid over time. */
export function measurePaths(): Figure[] {
  return [...measureColumns(), ...measureGrid()];
}

function measureColumns(): Figure[] {
  const columns = new Columns();
  for (const offset of [NEAR, FAR, -1]) columns.fill(offset);
  const near: Lap[] = [];
  const far: Lap[] = [];
  const whole: Lap[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    near.push(lap(() => columns.fill(NEAR)));
    far.push(lap(() => columns.fill(FAR)));
    whole.push(lap(() => columns.fill(-1)));
  }
  const perColumnUs = 1e6 / columns.count;
  return [
    { name: 'scale/columns/near', ...scaled(near, perColumnUs) },
    { name: 'scale/columns/far', ...scaled(far, perColumnUs) },
    { name: 'scale/columns/gain', ...ratios(whole, near) },
  ];
}

function measureGrid(): Figure[] {
  const sky = createPathsSky();
  const paths = new PathsByKernels(sky);
  const delayS = new Float64Array(PAIRS);
  for (let k = 0; k < PLAIN_STEPS; k++) {
    paths.step(k, delayS);
    pathsPlainly(sky, k).forEach((plainS, p) => {
      if (Math.abs(plainS - (delayS[p] as number)) <= SAME_DELAY_S) return;
      throw new Error(`Step ${k}, pair ${p}: ${delayS[p]} s by kernels and ${plainS} s plainly are not the same path.`);
    });
  }
  const kernels: Lap[] = [];
  const plain: Lap[] = [];
  const before = paths.expanded;
  for (let i = 0; i < SAMPLES; i++) {
    kernels.push(
      lap(() => {
        for (let k = 0; k < STEPS; k++) paths.step(k, delayS);
      }),
    );
    const { wallS, cpuS } = lap(() => {
      for (let k = 0; k < PLAIN_STEPS; k++) pathsPlainly(sky, (k * STEPS) / PLAIN_STEPS);
    });
    plain.push({ wallS: (wallS * STEPS) / PLAIN_STEPS, cpuS: (cpuS * STEPS) / PLAIN_STEPS });
  }
  const expanded = (paths.expanded - before) / (SAMPLES * STEPS * PAIRS);
  return [
    { name: 'scale/paths/time', ...scaled(kernels, 1), note: `${expanded.toFixed(0)} satellites per search` },
    { name: 'scale/paths/gain', ...ratios(plain, kernels) },
  ];
}

/** Positions, pairs in range and spanning tree of as many objects as orbit today. */
export function measureNeighbours(): Figure[] {
  const { ephemeris, quarter, origin } = createElementsSky();
  const neighbours = new NeighboursByKernels(ephemeris);
  neighbours.step(0);
  const kernels: Lap[] = [];
  let last = neighbours.step(0);
  for (let i = 0; i < SAMPLES; i++) kernels.push(lap(() => (last = neighbours.step(i * STEP_S))));
  const memory = peakMb(); // before the plain program adds its own
  const plain: Lap[] = [];
  const fewer = new NeighboursByKernels(quarter).step(0);
  for (let i = 0; i < SAMPLES; i++) {
    const { wallS, cpuS } = lap(() => {
      const { pairs, treeKm } = neighboursPlainly(quarter, 0);
      if (pairs === fewer.pairs && Math.abs(treeKm - fewer.treeKm) < SAME_LENGTH_FRAC * treeKm) return;
      throw new Error(
        `${fewer.pairs} pairs, ${fewer.treeKm} km by kernels are not ${pairs}, ${treeKm} km done plainly.`,
      );
    });
    plain.push({ wallS: wallS * QUARTER_PAIRS, cpuS: cpuS * QUARTER_PAIRS });
  }
  const note = `${OBJECTS} objects (${origin}), ${last.pairs} pairs`;
  return [
    { name: 'scale/neighbours/step', ...scaled(kernels, 1), note },
    { name: 'scale/neighbours/memory', samples: [memory] },
    { name: 'scale/neighbours/gain', ...ratios(plain, kernels) },
  ];
}

function scaled(laps: readonly Lap[], factor: number): Pick<Figure, 'samples' | 'idleSamples'> {
  return { samples: laps.map(({ wallS }) => wallS * factor), idleSamples: laps.map(({ cpuS }) => cpuS * factor) };
}

/** How many times longer the first took, sample by sample. */
function ratios(slow: readonly Lap[], fast: readonly Lap[]): Pick<Figure, 'samples' | 'idleSamples'> {
  const ratio = (time: (l: Lap) => number): number[] => slow.map((l, i) => time(l) / time(fast[i] as Lap));
  return { samples: ratio(({ wallS }) => wallS), idleSamples: ratio(({ cpuS }) => cpuS) };
}

/** Most resident memory of this process so far, MB. */
function peakMb(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
