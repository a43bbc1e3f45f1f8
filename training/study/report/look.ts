/** What all drawings of a study share: sizes, the look of each role, axes. */
import type { PlotSpec } from '../../evaluation/report/svg.ts';
import type { BenefitVerdict, ColumnRole } from '../result.ts';

/** Width of a drawing, px. */
export const FIGURE_WIDTH_PX = 1000;
export const ROW_HEIGHT_PX = 24;
export const TEXT_SIZE_PX = 12;

/** Colour and shape both tell the role, so neither is needed alone. */
export interface RoleLook {
  readonly colour: string;
  readonly fill: string;
  readonly shape: 'square' | 'circle' | 'triangle-up' | 'diamond';
  readonly dash: readonly number[];
}

const LOOKS: Readonly<Record<ColumnRole, RoleLook>> = {
  comparator: { colour: 'var(--strongest)', fill: 'var(--strongest)', shape: 'square', dash: [6, 3] },
  heuristic: { colour: 'var(--part-3)', fill: 'var(--part-3)', shape: 'circle', dash: [2, 2] },
  learned: { colour: 'var(--reference)', fill: 'var(--reference)', shape: 'triangle-up', dash: [] },
  oracle: { colour: 'var(--oracle)', fill: 'var(--paper)', shape: 'diamond', dash: [1, 3] },
};

export function roleLook(role: ColumnRole): RoleLook {
  return LOOKS[role];
}

export const VERDICT_COLOURS: Readonly<Record<BenefitVerdict, string>> = {
  wins: 'var(--good)',
  loses: 'var(--bad)',
  unclear: 'var(--baseline)',
};

/** Largest over smallest value from which on a logarithmic axis shows more than a linear one. */
const LOG_FROM = 40;

/** A value axis: its scale, and what its title must add. */
export interface ValueAxis {
  readonly scale: PlotSpec;
  readonly domain: readonly [number, number];
  readonly isLog: boolean;
  readonly ticks: PlotSpec;
}

/** Spans all values with some air; logarithmic where they spread over more than a factor of 40. */
export function axisOf(
  values: readonly number[],
  options: { readonly withZero?: boolean; readonly air?: number } = {},
): ValueAxis {
  const { withZero = false, air = 0.05 } = options;
  const ends = withZero ? [...values, 0] : [...values];
  const [low, high] = ends.length === 0 ? [0, 1] : [Math.min(...ends), Math.max(...ends)];
  const isLog = !withZero && low > 0 && high / low >= LOG_FROM;
  const domain = isLog ? spreadLog(low, high, air) : spread(low, high, air);
  return {
    scale: isLog ? { type: 'log', domain, nice: false } : { domain, nice: false, zero: false },
    domain,
    isLog,
    ticks: {
      labelExpr: `format(datum.value, '${tickFormat(domain)}')`,
      ...(isLog ? { values: powersWithin(domain) } : {}),
    },
  };
}

/** Plain numbers where they are short, else with a prefix (`250G`). */
function tickFormat(domain: readonly number[]): string {
  const largest = Math.max(...domain.map(Math.abs));
  return largest >= 1e6 || largest < 1e-3 ? '~s' : '~r';
}

/** Halfway between two values on the axis. */
export function between(axis: ValueAxis, a: number, b: number): number {
  return axis.isLog ? Math.sqrt(a * b) : (a + b) / 2;
}

function spread(low: number, high: number, air: number): [number, number] {
  if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const margin = air * (high - low);
  return [low >= 0 && low - margin < 0 ? 0 : low - margin, high <= 0 && high + margin > 0 ? 0 : high + margin];
}

function spreadLog(low: number, high: number, air: number): [number, number] {
  const factor = (high / low) ** air;
  return [low / factor, high * factor];
}

/** 1, 2 and 5 times the powers of ten, or the powers alone where those are many. */
function powersWithin([low, high]: readonly [number, number]): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const steps = last - first > 4 ? [1] : [1, 2, 5];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    .filter((value) => value >= low && value <= high);
}
