import { CONTENT } from '../../core/index.ts';
import { nextRequestS } from './foresight.kernel.ts';
import type { WorldState } from './state.ts';

const BITS_PER_GB = 8e9;
/**
 * A copy given up is charged for its object's next request here if that comes within this time, s; in full if it comes at once, the
 * less the later. What lies further ahead would have been evicted by then in any case (the "Belady boundary" of Song et al., NSDI 2020).
 */
const CREDIT_HORIZON_S = 60;

interface GivenUp {
  readonly object: number;
  /** Version of the copy and time its last fetch took, s. */
  readonly versionS: number;
  readonly fetchS: number;
}

/**
 * What it costs to be without a copy at a satellite: the value of the delay that a hit would save at the object's next request here, and
 * the cost of its bytes, weighed by how soon the request comes. 0 if none comes within the horizon, or the copy would be out of date.
 */
export function missCost(w: WorldState, satellite: number, copy: GivenUp): number {
  const { traffic, scenario } = w.model;
  const nowS = w.clock.timeS;
  const atS = nextRequestS(w, satellite, copy.object, CREDIT_HORIZON_S);
  if (atS === Infinity || atS - copy.versionS > traffic.objectFreshnessS[copy.object]!) return 0;
  const c = traffic.classes[classOf(w, copy.object)]!;
  const delayValue = (Math.min(copy.fetchS, c.deadlineS) * c.value) / c.deadlineS;
  const bytesValue = (traffic.objectBits[copy.object]! / BITS_PER_GB) * scenario.reward.fetchCostPerGB;
  return (delayValue + bytesValue) * (1 - (atS - nowS) / CREDIT_HORIZON_S);
}

/** The content class whose part of the catalogue holds an object. */
function classOf(w: WorldState, object: number): number {
  const { classes } = w.model.traffic;
  for (let c = 0; c < classes.length; c++) {
    const { family, firstObject, objects } = classes[c]!;
    if (family === CONTENT && object >= firstObject && object < firstObject + objects) return c;
  }
  throw new RangeError(`No class of content has object ${object}.`);
}
