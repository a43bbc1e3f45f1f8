import type { BundleManifest } from '../policies/bundle/index.ts';

/** How the int8 graphs of a bundle decide against the float32 ones, one line per kind of decision. */
export function int8Lines({ int8 }: BundleManifest): readonly string[] {
  return int8.agreement.map(({ kind, decisions, same, logitLoss, probabilityLoss }) => {
    const share = decisions === 0 ? '' : ` (${((100 * same) / decisions).toFixed(1)} %)`;
    const counted = `  int8 ${kind}: ${same} of ${decisions} decisions as float32${share}`;
    if (logitLoss.largest === 0) return counted;
    const most = `${logitLoss.largest} at most`;
    return `${counted}; logit loss ${logitLoss.mean.toExponential(1)} on average, ${most}; probability loss ${probabilityLoss.largest} at most`;
  });
}
