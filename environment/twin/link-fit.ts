import { StrictMath } from '../../core/index.ts';
import { fadedRateBps, rateSteps } from '../network/ground-rate.ts';
import { twoSidedThreshold } from './drift.ts';
import type { LinkReference } from './plant.ts';
import type { Telemetry } from './telemetry.ts';

/** An estimate with its 95 % interval. */
export interface LinkEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface LinkChange {
  readonly row: number;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Change of the margin, dB; negative: the link got worse. */
  readonly marginDb: number;
  readonly marginLowDb: number;
  readonly marginHighDb: number;
  readonly fromRangeKm: number;
  readonly toRangeKm: number;
  readonly z: number;
  readonly threshold: number;
}

export interface LinkFit {
  /** Rows with a rate and a range. */
  readonly rows: number;
  readonly maxRateBps: LinkEstimate;
  /** Undefined: the ranges that occurred do not tell. */
  readonly fullRateRangeKm: LinkEstimate | undefined;
  /** Relative standard deviation of what is left. */
  readonly noiseFrac: number;
  readonly change: LinkChange | undefined;
  /** [n] predicted rate, NaN without a link. */
  readonly predictedBps: Float64Array;
}

/** Fades beyond the reference that are tried, dB. A step of the modes is 0.2 to 1.3 dB wide. */
const LEAST_FADE_DB = -8;
const MOST_FADE_DB = 20;
const FADE_STEP_DB = 0.05;
const LEAST_ROWS = 20;
/** 95 % quantile of chi-square with one degree of freedom. */
const INTERVAL_SQUARES = 3.84;

/**
 * Fits highest rate and reach of the link to a gateway: the world's own steps of range (`rateSteps`), their reach shortened by a
 * fade. Steps have no slope, so fades are tried one by one; for each, the best highest rate follows in closed form. Errors are
 * taken as relative to the rate. Undefined without enough rows.
 */
export function fitLink(telemetry: Telemetry, link: LinkReference, falseAlarmFrac: number): LinkFit | undefined {
  const range = telemetry.columns.get('rangeKm');
  const measured = telemetry.columns.get('linkRateBps');
  if (range === undefined || measured === undefined) return undefined;
  const rows: number[] = [];
  measured.forEach((rate, i) => {
    if (rate > 0 && !Number.isNaN(range[i])) rows.push(i);
  });
  const m = rows.length;
  if (m < LEAST_ROWS) return undefined;
  const shares = sharesByFade(
    rows.map((i) => range[i] as number),
    link.fullRateRangeKm,
  );
  const rates = rows.map((i) => measured[i] as number);
  const whole = bestFade(shares, rates, [0, m]);
  const least = Math.max(whole.squares, floorOf(m));
  // Flat stretches are where every range stays within its step: the interval ends where the squares rise.
  const variance = least / Math.max(1, m - 2);
  const inside = shares
    .map((share) => squaresOf(share, rates, [0, m]))
    .map(({ squares }) => squares - whole.squares < INTERVAL_SQUARES * variance);
  const change = bestSplit({ shares, rates, rows, link }, whole.squares, falseAlarmFrac);
  const lowFade = inside.indexOf(true);
  const highFade = inside.lastIndexOf(true);
  const told = lowFade > 0 && highFade < shares.length - 1;
  const fade = told ? Math.round((lowFade + highFade) / 2) : whole.fade;
  const fitted = told ? squaresOf(shares[fade] as Float64Array, rates, [0, m]) : whole;
  const predictedBps = new Float64Array(telemetry.n).fill(NaN);
  rows.forEach((row, k) => {
    const place = change === undefined ? fade : row < change.change.row ? change.before : change.after;
    const top = change === undefined ? fitted.maxRateBps : change.maxRateBps;
    predictedBps[row] = top * ((shares[place] as Float64Array)[k] as number);
  });
  const used = change ?? { before: fade, maxRateBps: fitted.maxRateBps, squares: whole.squares };
  const noiseFrac = Math.sqrt(Math.max(used.squares, floorOf(m)) / Math.max(1, m - 2));
  const error = (used.maxRateBps * noiseFrac) / Math.sqrt(m);
  return {
    rows: m,
    maxRateBps: { value: used.maxRateBps, low: used.maxRateBps - 1.96 * error, high: used.maxRateBps + 1.96 * error },
    fullRateRangeKm: told
      ? {
          value: reachKm(link, change === undefined ? fade : change.before),
          ...(change === undefined ? reachInterval(link, lowFade, highFade) : change.range),
        }
      : undefined,
    noiseFrac,
    change: change?.change,
    predictedBps,
  };
}

/** [fades][rows] share of the highest rate at each range; 0: the link does not close. */
function sharesByFade(rangesKm: readonly number[], fullRateRangeKm: number): Float64Array[] {
  const steps = rateSteps(1, fullRateRangeKm);
  const count = Math.round((MOST_FADE_DB - LEAST_FADE_DB) / FADE_STEP_DB) + 1;
  return Array.from({ length: count }, (_, f) => {
    const fadeDb = fadeOf(f);
    return Float64Array.from(rangesKm, (rangeKm) => fadedRateBps(steps, rangeKm, fadeDb));
  });
}

function fadeOf(f: number): number {
  return Math.round((LEAST_FADE_DB + f * FADE_STEP_DB) * 100) / 100;
}

function reachKm({ fullRateRangeKm }: LinkReference, f: number): number {
  return fullRateRangeKm * StrictMath.pow(10, -fadeOf(f) / 20);
}

/** Of fades that explain the data alike: half a step of what is tried lies beyond each end. */
function reachInterval(
  link: LinkReference,
  lowFade: number,
  highFade: number,
): { readonly low: number; readonly high: number } {
  const beyond = StrictMath.pow(10, FADE_STEP_DB / 2 / 20);
  return { low: reachKm(link, highFade) / beyond, high: reachKm(link, lowFade) * beyond };
}

interface Fade {
  readonly fade: number;
  readonly maxRateBps: number;
  readonly squares: number;
}

/** Rows that a fade leaves without a link although a rate was measured count as wholly wrong. */
function squaresOf(
  share: Float64Array,
  rates: readonly number[],
  [from, to]: readonly [number, number],
): Omit<Fade, 'fade'> {
  let sum = 0;
  let count = 0;
  for (let k = from; k < to; k++) {
    const part = share[k] as number;
    if (part === 0) continue;
    sum += (rates[k] as number) / part;
    count++;
  }
  const maxRateBps = count === 0 ? 1 : sum / count;
  let squares = 0;
  for (let k = from; k < to; k++) squares += relativeSquare(rates[k] as number, (share[k] as number) * maxRateBps);
  return { maxRateBps, squares };
}

function relativeSquare(rate: number, predicted: number): number {
  const error = predicted === 0 ? 1 : rate / predicted - 1;
  return error * error;
}

function bestFade(shares: readonly Float64Array[], rates: readonly number[], span: readonly [number, number]): Fade {
  let best: Fade = { fade: 0, maxRateBps: 1, squares: Infinity };
  shares.forEach((share, fade) => {
    const tried = squaresOf(share, rates, span);
    if (tried.squares < best.squares) best = { fade, ...tried };
  });
  return best;
}

/** Noise below the rounding of rates is not believed. */
function floorOf(rows: number): number {
  return rows * 1e-18;
}

interface SplitInput {
  readonly shares: readonly Float64Array[];
  readonly rates: readonly number[];
  readonly rows: readonly number[];
  readonly link: LinkReference;
}

interface Split {
  readonly before: number;
  readonly after: number;
  readonly maxRateBps: number;
  readonly squares: number;
  readonly range: { readonly low: number; readonly high: number };
  readonly change: LinkChange;
}

/** The best two fades and the row between them, one highest rate for both; undefined when one fade does nearly as well. */
function bestSplit(input: SplitInput, wholeSquares: number, falseAlarmFrac: number): Split | undefined {
  const { shares, rates, rows, link } = input;
  const m = rows.length;
  let best: { before: number; after: number; at: number; maxRateBps: number; squares: number } | undefined;
  // The rate of the undisturbed link is not known beforehand: the reference's and that of the first half are tried.
  for (const first of [link.maxRateBps, bestFade(shares, rates, [0, m >> 1]).maxRateBps]) {
    let maxRateBps = first;
    for (let round = 0; round < 3; round++) {
      const found = splitAt(shares, rates, maxRateBps);
      let [sum, count] = [0, 0];
      for (let k = 0; k < m; k++) {
        const part = (shares[k < found.at ? found.before : found.after] as Float64Array)[k] as number;
        if (part === 0) continue;
        sum += (rates[k] as number) / part;
        count++;
      }
      if (best === undefined || found.squares < best.squares) best = { ...found, maxRateBps };
      maxRateBps = sum / Math.max(1, count);
    }
  }
  if (best === undefined) return undefined;
  const { before, after, at, maxRateBps, squares } = best;
  const variance = Math.max(squares, floorOf(m)) / Math.max(1, m - 4);
  const z = Math.sqrt(Math.max(0, wholeSquares - squares) / variance);
  // Two fades and a row are chosen freely, so every combination counts as a hypothesis.
  const threshold = twoSidedThreshold(falseAlarmFrac / (m * shares.length * shares.length));
  if (!(z > threshold) || before === after) return undefined;
  const allowed = INTERVAL_SQUARES * variance;
  const [b0, b1] = fadesAlike(shares, rates, { span: [0, at], maxRateBps, allowed });
  const [a0, a1] = fadesAlike(shares, rates, { span: [at, m], maxRateBps, allowed });
  const middleBefore = Math.round((b0 + b1) / 2);
  const middleAfter = Math.round((a0 + a1) / 2);
  return {
    before: middleBefore,
    after: middleAfter,
    maxRateBps,
    squares,
    range: reachInterval(link, b0, b1),
    change: {
      row: rows[at] as number,
      firstRow: (rows[Math.max(0, at - 1)] as number) + 1,
      lastRow: rows[at] as number,
      marginDb: fadeOf(middleBefore) - fadeOf(middleAfter),
      marginLowDb: fadeOf(b0) - fadeOf(a1) - FADE_STEP_DB,
      marginHighDb: fadeOf(b1) - fadeOf(a0) + FADE_STEP_DB,
      fromRangeKm: reachKm(link, middleBefore),
      toRangeKm: reachKm(link, middleAfter),
      z,
      threshold,
    },
  };
}

/** Running sums over rows tell the best fade before and after every row. */
function splitAt(
  shares: readonly Float64Array[],
  rates: readonly number[],
  maxRateBps: number,
): { before: number; after: number; at: number; squares: number } {
  const m = rates.length;
  const margin = 3;
  const beforeSquares = new Float64Array(m + 1).fill(Infinity);
  const beforeFade = new Int32Array(m + 1);
  const afterSquares = new Float64Array(m + 1).fill(Infinity);
  const afterFade = new Int32Array(m + 1);
  shares.forEach((share, fade) => {
    let sum = 0;
    for (let k = 0; k < m; k++) {
      sum += relativeSquare(rates[k] as number, (share[k] as number) * maxRateBps);
      if (sum < (beforeSquares[k + 1] as number)) {
        beforeSquares[k + 1] = sum;
        beforeFade[k + 1] = fade;
      }
    }
    sum = 0;
    for (let k = m - 1; k >= 0; k--) {
      sum += relativeSquare(rates[k] as number, (share[k] as number) * maxRateBps);
      if (sum < (afterSquares[k] as number)) {
        afterSquares[k] = sum;
        afterFade[k] = fade;
      }
    }
  });
  let best = { before: 0, after: 0, at: margin, squares: Infinity };
  for (let at = margin; at <= m - margin; at++) {
    const squares = (beforeSquares[at] as number) + (afterSquares[at] as number);
    if (squares < best.squares)
      best = { before: beforeFade[at] as number, after: afterFade[at] as number, at, squares };
  }
  return best;
}

/** First and last fade whose squares are hardly more than the least. */
function fadesAlike(
  shares: readonly Float64Array[],
  rates: readonly number[],
  options: { readonly span: readonly [number, number]; readonly maxRateBps: number; readonly allowed: number },
): readonly [number, number] {
  const { span, maxRateBps, allowed } = options;
  const squares = shares.map((share) => {
    let sum = 0;
    for (let k = span[0]; k < span[1]; k++)
      sum += relativeSquare(rates[k] as number, (share[k] as number) * maxRateBps);
    return sum;
  });
  const least = Math.min(...squares);
  const alike = squares.map((value) => value - least < allowed);
  return [alike.indexOf(true), alike.lastIndexOf(true)];
}
