import { CONTENT, JOB, MESSAGE, OBSERVATION, Rng, StrictMath } from '../../core/index.ts';
import { type BackupPlan, backupTraffic, createBackupPlan } from '../backup/backup-plan.ts';
import type { LabelConfig, Scenario } from '../scenario/index.ts';
import { productLabel } from '../security/inherit.ts';
import type { TrafficClass } from './traffic-class.ts';

export type { TrafficClass } from './traffic-class.ts';

/** The catalogue of all content classes and the cumulative distributions that draws use. */
export interface Traffic {
  readonly classes: readonly TrafficClass[];
  /** The data sets behind the classes of family `backup`. */
  readonly backups: BackupPlan;
  readonly objectCount: number;
  /** [objects] */
  readonly objectBits: Float64Array;
  readonly objectFreshnessS: Float64Array;
  /** [objects] label class. */
  readonly objectLabel: Uint8Array;
  /** [objects] cumulative Zipf popularity within its class, last = 1. */
  readonly objectCdf: Float64Array;
  /** Mean bits per bundle over all payloads, the bundle that delay tables assume. */
  readonly meanBits: number;
}

const BITS_PER_BYTE = 8;

/**
 * The scenario's traffic in base units. Object sizes are drawn once per scenario: the same for every seed. `classOf` numbers
 * the labels; default: all are one class.
 */
export function createTraffic(
  scenario: Scenario,
  classOf: (label: LabelConfig | undefined) => number = () => 0,
): Traffic {
  const { traffic, security } = scenario;
  const classes: TrafficClass[] = [];
  const none = {
    workTflop: 0,
    outputBits: 0,
    firstObject: 0,
    objects: 0,
    freshnessS: Infinity,
    consumerIsDataCentre: false,
    falseAlertFrac: 0,
  };
  const common = (c: {
    name: string;
    ratePerS: number;
    priority: number;
    value: number;
    deadlineS: number;
    label?: LabelConfig | undefined;
  }) => ({
    name: c.name,
    ratePerS: c.ratePerS * traffic.load,
    priority: c.priority,
    value: c.value,
    deadlineS: c.deadlineS,
    label: classOf(c.label),
    productLabel: classOf(productLabel([c.label], undefined, security.levels)),
  });
  for (const c of traffic.messages) {
    classes.push({
      ...none,
      ...common(c),
      family: MESSAGE,
      sizeBits: c.sizeBytes * BITS_PER_BYTE,
      sizeSpread: c.sizeSpread,
    });
  }
  let objectCount = 0;
  for (const c of traffic.contents) {
    classes.push({
      ...none,
      ...common(c),
      family: CONTENT,
      sizeBits: c.requestBytes * BITS_PER_BYTE,
      sizeSpread: 0,
      firstObject: objectCount,
      objects: c.objects,
      freshnessS: c.freshnessS ?? Infinity,
    });
    objectCount += c.objects;
  }
  for (const c of traffic.observations) {
    classes.push({
      ...none,
      ...common(c),
      family: OBSERVATION,
      sizeBits: c.rawBytes * BITS_PER_BYTE,
      sizeSpread: 0,
      workTflop: c.workTflop,
      outputBits: (c.rawBytes * BITS_PER_BYTE) / c.reduction,
      consumerIsDataCentre: c.consumer === 'data-centre',
      falseAlertFrac: c.falseAlertFrac ?? 0,
      productLabel: classOf(productLabel([c.label], c.productLabel, security.levels)),
    });
  }
  for (const c of traffic.jobs) {
    classes.push({
      ...none,
      ...common(c),
      family: JOB,
      sizeBits: c.inputBytes * BITS_PER_BYTE,
      sizeSpread: 0,
      workTflop: c.workTflop,
      outputBits: c.outputBytes * BITS_PER_BYTE,
    });
  }

  const backups = createBackupPlan(scenario, classes.length);
  classes.push(...backupTraffic(scenario, classOf));

  const objectBits = new Float64Array(objectCount);
  const objectFreshnessS = new Float64Array(objectCount).fill(Infinity);
  const objectLabel = new Uint8Array(objectCount);
  const objectCdf = new Float64Array(objectCount);
  const sizes = new Rng(1, 'catalogue');
  let first = 0;
  for (const c of traffic.contents) {
    let sum = 0;
    for (let rank = 0; rank < c.objects; rank++) {
      objectBits[first + rank] = c.sizeBytes * BITS_PER_BYTE * logNormalFactor(sizes, c.sizeSpread);
      objectFreshnessS[first + rank] = c.freshnessS ?? Infinity;
      objectLabel[first + rank] = classOf(c.label);
      sum += StrictMath.pow(rank + 1, -c.zipfAlpha);
      objectCdf[first + rank] = sum;
    }
    for (let rank = 0; rank < c.objects; rank++) objectCdf[first + rank] = (objectCdf[first + rank] as number) / sum;
    first += c.objects;
  }
  return {
    classes,
    backups,
    objectCount,
    objectBits,
    objectFreshnessS,
    objectLabel,
    objectCdf,
    meanBits: meanBundleBits(classes, objectBits, objectCdf),
  };
}

/** Factor with mean 1 and log standard deviation `sigma`. Draws from `rng` only when sigma > 0. */
export function logNormalFactor(rng: Rng, sigma: number): number {
  return sigma === 0 ? 1 : StrictMath.exp(sigma * rng.normal() - (sigma * sigma) / 2);
}

/** First index in [first, first + count) whose cumulative share exceeds `u` in [0, 1). */
export function drawFromCdf(cdf: Float64Array, first: number, count: number, u: number): number {
  let low = first;
  let high = first + count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cdf[middle] as number) > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A draw from a whole cumulative distribution, given that it is not `taken`; `u` in [0, 1). */
export function drawAnother(cdf: Float64Array, taken: number, u: number): number {
  const below = taken === 0 ? 0 : (cdf[taken - 1] as number);
  const share = (cdf[taken] as number) - below;
  const rest = u * (1 - share);
  const drawn = drawFromCdf(cdf, 0, cdf.length, rest < below ? rest : rest + share);
  // Rounding may land on the taken one's edge, or beyond all that have a share.
  return drawn !== taken && hasShare(cdf, drawn) ? drawn : beside(cdf, taken);
}

function hasShare(cdf: Float64Array, index: number): boolean {
  return (cdf[index] as number) > (index === 0 ? 0 : (cdf[index - 1] as number));
}

/** The next index that has a share, else the last before. */
function beside(cdf: Float64Array, taken: number): number {
  for (let i = taken + 1; i < cdf.length; i++) if (hasShare(cdf, i)) return i;
  for (let i = taken - 1; i > 0; i--) if (hasShare(cdf, i)) return i;
  return 0;
}

/** Cumulative shares of weights, last = 1. */
export function cumulative(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return Float64Array.from(weights, (weight) => (sum += weight) / total);
}

function meanBundleBits(classes: readonly TrafficClass[], objectBits: Float64Array, objectCdf: Float64Array): number {
  let bits = 0;
  let rate = 0;
  for (const c of classes) {
    let payloadBits = c.sizeBits;
    if (c.family === CONTENT) {
      payloadBits = 0;
      let before = 0;
      for (let o = c.firstObject; o < c.firstObject + c.objects; o++) {
        payloadBits += (objectBits[o] as number) * ((objectCdf[o] as number) - before);
        before = objectCdf[o] as number;
      }
    } else if (c.outputBits > 0) {
      payloadBits = c.outputBits;
    }
    bits += c.ratePerS * payloadBits;
    rate += c.ratePerS;
  }
  return rate === 0 ? 1 : bits / rate;
}
