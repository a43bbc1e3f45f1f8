/** One satellite: the covariate from before, and what is compared. */
export interface PairedValue {
  readonly before: number;
  readonly after: number;
}

/** A difference of two means and how sure it is. */
export interface AdjustedDifference {
  readonly difference: number;
  readonly standardError: number;
  /** Degrees of freedom by Welch and Satterthwaite, less one for the slope. */
  readonly freedom: number;
  /** How much of its deviation before a satellite kept after. */
  readonly slope: number;
}

/**
 * Mean of `x` minus mean of `y`, less what their means before predict: with one slope for both, estimated within the groups by least
 * squares (Deng, Xu, Kohavi and Walker, WSDM 2013, call it CUPED). A slope of 1 is difference in differences, 0 leaves the time before out;
 * the estimate takes what the data say. Variances of the two sides may differ (Welch); the error of the slope counts, and it costs one
 * degree of freedom. Both sides need two values or more.
 */
export function adjustedDifference(x: readonly PairedValue[], y: readonly PairedValue[]): AdjustedDifference {
  const sides = [x, y].map((values) => ({
    values,
    before: mean(values.map(({ before }) => before)),
    after: mean(values.map(({ after }) => after)),
  })) as [Side, Side];
  let squares = 0;
  let products = 0;
  for (const { values, before, after } of sides) {
    for (const value of values) {
      squares += (value.before - before) ** 2;
      products += (value.before - before) * (value.after - after);
    }
  }
  const slope = squares > 0 ? products / squares : 0;
  const [a, b] = sides.map((side) => residuals(side, slope)) as [number, number];
  const [m, n] = [x.length, y.length];
  const [errorX, errorY] = [a / (m - 1) / m, b / (n - 1) / n];
  const gap = sides[0].before - sides[1].before;
  const freedom = Math.max(1, m + n - 3);
  const slopeError = squares > 0 ? ((a + b) / freedom) * (gap ** 2 / squares) : 0;
  const sum = errorX + errorY + slopeError;
  return {
    difference: sides[0].after - sides[1].after - slope * gap,
    standardError: Math.sqrt(sum),
    freedom:
      sum === 0
        ? freedom
        : Math.max(1, sum ** 2 / (errorX ** 2 / (m - 1) + errorY ** 2 / (n - 1) + slopeError ** 2 / freedom) - 1),
    slope,
  };
}

interface Side {
  readonly values: readonly PairedValue[];
  readonly before: number;
  readonly after: number;
}

/** Sum of squares of what the line does not explain. */
function residuals({ values, before, after }: Side, slope: number): number {
  return values.reduce((sum, value) => sum + (value.after - after - slope * (value.before - before)) ** 2, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
