import { NONE } from '../evaluation/number-format.ts';

/** A setting as it is, without rounding; large ones by powers of ten. */
export function settingText(value: number | string | null): string {
  if (value === null) return NONE;
  if (typeof value === 'string' || Math.abs(value) < 1e6) return String(value);
  return value.toExponential().replace('e+', 'e');
}
