import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, median } from './figures.ts';
import { projectRoot } from './fixture.ts';

/** What `budgets.json` says about a figure. */
export interface Budget {
  readonly group: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** What must be reached; without it the figure is for information. */
  readonly bar?: number;
  /** What we would like to reach. */
  readonly aim?: number;
  /** How the samples become one number; default: their median. */
  readonly statistic?: 'median' | 'max';
  readonly what: string;
}

/** `busy`: missed in wall time while others held the cores, met if the CPU time had been had at once. */
export type Verdict = 'met' | 'missed' | 'busy' | 'no bar' | 'not measured';

/** One line of the result. */
export interface Judged {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly measured: number | undefined;
  readonly least: number | undefined;
  readonly most: number | undefined;
  /** `measured` by CPU time; the same on an idle machine. */
  readonly onIdleCores: number | undefined;
  readonly bar: number | undefined;
  readonly aim: number | undefined;
  /** How many times the bar is reached; above 1 it is met. */
  readonly ratio: number | undefined;
  readonly verdict: Verdict;
  readonly note: string | undefined;
}

/** The budgets by figure name. */
export function readBudgets(): Readonly<Record<string, Budget>> {
  return JSON.parse(readFileSync(join(projectRoot(), 'bench', 'budgets.json'), 'utf8')) as Record<string, Budget>;
}

/** Measures a figure against its budget. */
export function judge(figure: Figure, budget: Budget): Judged {
  const { name, samples, note } = figure;
  const { what, unit, bar, aim } = budget;
  const shared = { name, what, unit, bar, aim, note };
  if (samples.length === 0) {
    const nothing = { measured: undefined, least: undefined, most: undefined, onIdleCores: undefined };
    return { ...shared, ...nothing, ratio: undefined, verdict: 'not measured' };
  }
  const measured = budget.statistic === 'max' ? Math.max(...samples) : median(samples);
  const onIdleCores = idle(measured, figure, budget);
  const spread = { least: Math.min(...samples), most: Math.max(...samples) };
  if (bar === undefined) return { ...shared, ...spread, measured, onIdleCores, ratio: undefined, verdict: 'no bar' };
  const ratio = timesReached(measured, bar, budget);
  const verdict = ratio >= 1 ? 'met' : timesReached(onIdleCores, bar, budget) >= 1 ? 'busy' : 'missed';
  return { ...shared, ...spread, measured, onIdleCores, ratio, verdict };
}

/** Never worse than what was measured: CPU time also counts the threads that collect garbage and compile. */
function idle(measured: number, { idleSamples }: Figure, { better }: Budget): number {
  if (idleSamples === undefined) return measured;
  return better === 'higher' ? Math.max(measured, median(idleSamples)) : Math.min(measured, median(idleSamples));
}

/** Of a figure that may not grow, anything at or below 0 reaches its bar without end. */
function timesReached(measured: number, bar: number, { better }: Budget): number {
  if (better === 'higher') return measured / bar;
  return measured <= 0 ? Infinity : bar / measured;
}
