/** Delays up to this are shown to agents as they are, s. */
const PLAIN_S = 60;

/** What agents see instead of a delay without end, and the most they see of any, s. */
export const MOST_SHOWN_S = 2 * PLAIN_S;

/**
 * A delay as a finite feature that keeps the order: up to a minute as it is, longer ones drawn together towards two minutes,
 * which stand for "no way". Hours of waiting for a contact stay apart from each other and from never.
 */
export function shownDelayS(delayS: number): number {
  return delayS <= PLAIN_S ? delayS : 2 * PLAIN_S - (PLAIN_S * PLAIN_S) / delayS;
}
