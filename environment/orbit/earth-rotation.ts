import type { UtcInstant } from './utc.ts';

/**
 * Greenwich mean sidereal time, rad in [0, 2 pi), `elapsedS` after `epoch`: the angle that turns TEME into Earth-fixed axes.
 *
 * IAU 1982 model (Aoki et al. 1982; Vallado, Fundamentals of Astrodynamics, eq. 3-47). UTC stands for UT1, which it follows
 * within 0.9 s (0.4 km at the equator); polar motion (below 20 m) is left out.
 */
export function gmstRad(epoch: UtcInstant, elapsedS: number): number {
  const sinceNoonS = epoch.secondOfDay + elapsedS - 43200;
  const centuries = (epoch.day + sinceNoonS / 86400) / 36525;
  // The 876600 h per century of the formula are one turn per day; dropping whole days keeps the precision of the rest.
  const seconds = 67310.54841 + sinceNoonS + centuries * (8640184.812866 + centuries * (0.093104 - 6.2e-6 * centuries));
  const turns = seconds / 86400;
  return (turns - Math.floor(turns)) * 2 * Math.PI;
}
