import { SpaceCloudError, StrictMath } from '../../core/index.ts';

/**
 * Wald's sequential probability ratio test (A. Wald, "Sequential tests of statistical hypotheses", Annals of Mathematical
 * Statistics 16, 1945) of a share of failures: honest against hostile. The sum of the logs of the likelihood ratio moves by one
 * of two steps per trial, until it reaches one of two bounds.
 */
export interface SequentialTest {
  /** Step after a failure (above 0) and after a success (below 0). */
  readonly failureStep: number;
  readonly successStep: number;
  /** At or above `hostileBound` the share is held for hostile, at or below `honestBound` for honest. */
  readonly hostileBound: number;
  readonly honestBound: number;
}

export interface SequentialTestConfig {
  /** Share of failures of the honest and of the hostile. */
  readonly honestFailureFrac: number;
  readonly hostileFailureFrac: number;
  /** Probabilities of holding an honest one for hostile (alpha), and a hostile one for honest (beta). */
  readonly falseAlarmFrac: number;
  readonly missFrac: number;
}

/** Throws SCENARIO_FIELD unless the hostile fail more often than the honest. */
export function createSequentialTest(config: SequentialTestConfig): SequentialTest {
  const { honestFailureFrac: p0, falseAlarmFrac: alpha, missFrac: beta } = config;
  // Of those that fail always the ratio of a success would be 0; one in a million keeps it finite.
  const p1 = Math.min(config.hostileFailureFrac, 1 - 1e-6);
  if (p1 <= p0) {
    throw new SpaceCloudError(
      'SCENARIO_FIELD',
      `Expected security.watch.hostileFailureFrac above honestFailureFrac (${p0}), got ${config.hostileFailureFrac}.`,
      { hint: 'Only a larger share of failures can tell hostile from honest.' },
    );
  }
  return {
    failureStep: StrictMath.log(p1 / p0),
    successStep: StrictMath.log((1 - p1) / (1 - p0)),
    hostileBound: StrictMath.log((1 - beta) / alpha),
    honestBound: StrictMath.log(beta / (1 - alpha)),
  };
}
