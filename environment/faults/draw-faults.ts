import { Rng, StrictMath } from '../../core/index.ts';
import { type FaultCatalogue, type FaultSource, isMomentary } from './catalogue.ts';

const YEAR_S = 365.25 * 86_400;

/** Faults of one run in columns: index into `catalogue.sources`; begin and end, s since scenario start (Infinity = for good). */
export interface FaultColumns {
  n: number;
  source: Int32Array;
  beginS: Float64Array;
  endS: Float64Array;
}

/**
 * All faults of a run of `runS` that starts at `startS`: the scheduled ones, and those that the hazards draw from the seed.
 *
 * A unit's time to its first fault has the Weibull distribution R(t) = exp(-(t / theta)^shape) from the start of the run, theta
 * such that R(1 year) = exp(-ratePerYear); for shape 1 that is a constant rate. After a fault of finite length, or a momentary
 * one, the unit is as new. Hazards in progress have a constant rate r and a mean duration d: a unit is out when the run begins
 * with the long-run share r d / (1 + r d), and for as long again as any such fault, exponential times having no memory.
 */
export function drawFaults(catalogue: FaultCatalogue, seed: number, startS: number, runS: number): FaultColumns {
  const rows: [source: number, beginS: number, endS: number][] = [];
  catalogue.scheduled.forEach(({ atS, durationS }, source) => {
    if (atS <= runS) rows.push([source, startS + atS, startS + atS + durationS]);
  });
  let source = catalogue.scheduled.length;
  catalogue.hazards.forEach((hazard, h) => {
    const { ratePerYear, weibullShape, meanDurationS, inProgress, sources } = hazard;
    const rng = new Rng(seed, `hazard-${h}`);
    const thetaS = YEAR_S / StrictMath.pow(ratePerYear, 1 / weibullShape);
    const perUnit = (ratePerYear / YEAR_S) * meanDurationS;
    for (let unit = 0; unit < sources.length; unit++, source++) {
      let freeS = 0;
      if (inProgress && rng.uniform() < perUnit / (1 + perUnit)) {
        freeS = rng.exponential(meanDurationS);
        rows.push([source, startS, startS + freeS]);
      }
      for (let atS = freeS; ;) {
        atS += thetaS * StrictMath.pow(rng.exponential(1), 1 / weibullShape);
        if (atS > runS) break;
        const mended = meanDurationS === Infinity ? Infinity : rng.exponential(meanDurationS);
        const durationS = isMomentary((sources[unit] as FaultSource).kind) ? 0 : mended;
        rows.push([source, startS + atS, startS + atS + durationS]);
        if (durationS === Infinity) break;
        atS += durationS;
      }
    }
  });
  rows.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  return {
    n: rows.length,
    source: Int32Array.from(rows, (row) => row[0]),
    beginS: Float64Array.from(rows, (row) => row[1]),
    endS: Float64Array.from(rows, (row) => row[2]),
  };
}
