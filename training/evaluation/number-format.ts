import type { KpiSpec } from '../../core/index.ts';
import type { Interval } from './bootstrap.ts';

/** How the numbers of one KPI are printed: one unit and one number of decimals for all policies, so columns line up. */
export interface NumberFormat {
  readonly unit: string;
  /** Factor from the KPI's own unit to the printed one. */
  readonly scale: number;
  readonly decimals: number;
}

/** What stands where a policy has no value, such as a latency when nothing was delivered. */
export const NONE = 'none';

/**
 * Format for a KPI from all numbers to be printed in it: three significant digits of the largest, more (two at most) where
 * the narrowest interval asks for them. Fractions (`...Frac`) are printed in per cent.
 */
export function formatFor(spec: KpiSpec, values: readonly number[], intervals: readonly Interval[] = []): NumberFormat {
  const isFraction = /Frac(\.|$)/.test(spec.key);
  const scale = isFraction ? 100 : 1;
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs)) * scale;
  const widths = intervals.map(({ lo, hi }) => (hi - lo) * scale).filter((width) => width > 0);
  const byValue = largest > 0 ? 2 - Math.floor(Math.log10(largest)) : 0;
  const byWidth = widths.length > 0 ? 1 - Math.floor(Math.log10(Math.min(...widths))) : byValue;
  const wanted = Math.max(byValue, Math.min(byWidth, byValue + 2));
  const wholeOnly = values.every(Number.isInteger) && widths.length === 0;
  return { unit: isFraction ? '%' : spec.unit, scale, decimals: wholeOnly ? 0 : Math.min(6, Math.max(0, wanted)) };
}

export function formatNumber(value: number | null, format: NumberFormat): string {
  if (value === null || Number.isNaN(value)) return NONE;
  const text = (value * format.scale).toFixed(format.decimals);
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** With its sign, for differences. */
export function formatSigned(value: number | null, format: NumberFormat): string {
  const text = formatNumber(value, format);
  return value !== null && value > 0 ? `+${text}` : text;
}

/** `[lo, hi]`, or an empty text when there is no interval. */
export function formatInterval(interval: Interval | null, format: NumberFormat, signed = false): string {
  if (interval === null) return '';
  const text = signed ? formatSigned : formatNumber;
  return `[${text(interval.lo, format)}, ${text(interval.hi, format)}]`;
}

/** Unit behind a number in a sentence; nothing for pure numbers, percentage points for differences of per cent. */
export function unitAfter(format: NumberFormat, isDifference: boolean): string {
  if (format.unit === '1') return '';
  if (format.unit === '%') return isDifference ? ' percentage points' : ' %';
  return ` ${format.unit}`;
}
