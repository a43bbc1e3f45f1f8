/** A count as it is, any other number with at most 4 significant digits; thousands apart. */
export function amountText(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Number.isInteger(value) ? 21 : 4 });
}

/** A share as percent. Rounding makes no share whole: what is not quite all reads `above 99.99 %`. */
export function percentText(share: number): string {
  if (share < 1 && share > 0.9999) return 'above 99.99 %';
  return `${amountText(Number((100 * share).toPrecision(4)))} %`;
}

/** A time of the scenario, s, to the tenth of a second. */
export function timeText(timeS: number): string {
  return `${timeS.toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
}
