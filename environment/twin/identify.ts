import { inverseOf, smallestEigen } from './normal-equations.kernel.ts';
import type { TwinProblem } from './problem.ts';
import { jacobianOf, normalMatrix } from './residuals.kernel.ts';
import { TWIN_PARAMETER_KEYS } from './parameters.ts';
import { FIRST_STATE, type TwinChange } from './twin-run.kernel.ts';

/** A parameter that the telemetry does not tell. */
export interface Unidentified {
  /** Place in the parameter vector. */
  readonly parameter: number;
  readonly reason: string;
}

/** Least ratio of the smallest to the largest eigenvalue of the normal matrix, its diagonal brought to 1. */
const LEAST_EIGENVALUE = 1e-11;
/** A parameter with a larger standard error, relative to its reference, is not told. */
const MOST_RELATIVE_ERROR = 0.25;
/** Part of a direction that cannot be told that a parameter must have to be named. */
const NAMED_PART = 0.15;

export interface Identification {
  readonly free: readonly number[];
  readonly unidentified: readonly Unidentified[];
  /** Covariance of the free places in their scales, [p * p]. */
  readonly covariance: Float64Array;
}

/**
 * Which places can be estimated from these measurements: parameters are taken out, one at a time, until the normal matrix is
 * well conditioned and every relative standard error is below a quarter. What is taken out keeps its reference value.
 */
export function identify(
  problem: TwinProblem,
  input: {
    readonly vector: Float64Array;
    readonly changes: readonly TwinChange[];
    readonly sigma: Float64Array;
    readonly candidates: readonly number[];
  },
): Identification {
  const { drive, channels } = problem;
  const all = input.candidates;
  const columns = jacobianOf(problem, { ...input, places: all });
  const matrix = normalMatrix(columns, drive.n, channels);
  const unidentified: Unidentified[] = [];
  let kept = all.map((_, k) => k);
  const mark = (k: number): number => matrix[k * all.length + k] as number;
  for (const k of [...kept]) {
    const place = all[k] as number;
    // A change of the whole value that moves nothing measured by its noise says nothing.
    if (mark(k) > 1e-6) continue;
    kept = kept.filter((other) => other !== k);
    if (place < FIRST_STATE) unidentified.push({ parameter: place, reason: reasonOfSilence(place, problem) });
  }
  for (;;) {
    const p = kept.length;
    const normal = Float64Array.from({ length: p * p }, (_, i) => {
      const [a, b] = [kept[Math.floor(i / p)] as number, kept[i % p] as number];
      return (matrix[a * all.length + b] as number) / Math.sqrt(mark(a) * mark(b));
    });
    const { value, vector: direction } = smallestEigen(normal, p);
    const inverse = value > LEAST_EIGENVALUE ? inverseOf(normal, p) : undefined;
    const error = kept.map((k, i) => Math.sqrt((inverse?.[i * p + i] ?? 0) / mark(k)));
    const isParameter = kept.map((k) => (all[k] as number) < FIRST_STATE);
    let worst = -1;
    let reason = '';
    if (inverse === undefined) {
      const part = kept.map((_, i) => Math.abs(direction[i] as number));
      kept.forEach((k, i) => {
        const partOf = part[i] as number;
        if (!isParameter[i] || partOf < NAMED_PART) return;
        if (worst < 0 || mark(k) < mark(kept[worst] as number)) worst = i;
      });
      if (worst < 0)
        worst = part.reduce((most, value, i) => (isParameter[i] && value > (part[most] ?? -1) ? i : most), -1);
      const others = kept.filter((_, i) => i !== worst && isParameter[i] && (part[i] as number) >= NAMED_PART);
      const names = others.map((k) => TWIN_PARAMETER_KEYS[all[k] as number]).join(', ');
      reason = names === '' ? 'not told from the state at the start' : `not told apart from ${names}`;
    } else {
      error.forEach((value, i) => {
        if (
          isParameter[i] &&
          value > MOST_RELATIVE_ERROR &&
          value > (error[worst] ?? 0) &&
          hasReference(all[kept[i] as number] as number)
        )
          worst = i;
      });
      if (worst >= 0) reason = `standard error ${((error[worst] as number) * 100).toFixed(0)} % of the reference`;
    }
    if (worst < 0 && inverse !== undefined) {
      const covariance = inverse.map((entry, i) => {
        const [a, b] = [kept[Math.floor(i / p)] as number, kept[i % p] as number];
        return entry / Math.sqrt(mark(a) * mark(b));
      });
      return { free: kept.map((k) => all[k] as number), unidentified, covariance };
    }
    if (worst < 0) return { free: [], unidentified, covariance: new Float64Array(0) };
    unidentified.push({ parameter: all[kept[worst] as number] as number, reason });
    kept = kept.filter((_, i) => i !== worst);
    if (kept.length === 0) return { free: [], unidentified, covariance: new Float64Array(0) };
  }
}

/** Parameters whose reference is 0 have no relative error. */
function hasReference(place: number): boolean {
  return TWIN_PARAMETER_KEYS[place] !== 'storageLossBytesS';
}

function reasonOfSilence(parameter: number, { drive, channels }: TwinProblem): string {
  const key = TWIN_PARAMETER_KEYS[parameter];
  const battery = channels.includes(2) || channels.includes(3);
  const dark = drive.sunlitFrac.some((value) => value < 0.5);
  if (key === 'tflopsPerAccelerator' && !channels.includes(5)) return 'needs jobsDoneTflop and computeBusyFrac';
  if (key === 'acceleratorPowerW' && !drive.busyFrac.some((value) => value > 0)) return 'the accelerators never worked';
  if (key === 'tflopsPerAccelerator') return 'the accelerators never worked';
  if (key === 'storageLossBytesS') return 'needs storedBytes, receivedBytes and sentBytes';
  if ((key === 'heatCapacityJK' || key === 'radiatorM2' || key === 'sinkK') && !channels.includes(4))
    return 'needs temperatureC';
  if (key === 'sinkK') return 'not told apart from radiatorM2: as cold as it can be';
  if (key === 'dischargeEfficiency' && battery && !dark) return 'no eclipse: the battery was never drawn on';
  if (key === 'chargeEfficiency' && battery) return 'the battery was never charged';
  if (key === 'batteryWh' && battery) return 'the charge hardly moved';
  if (!battery && (key === 'batteryWh' || key === 'chargeEfficiency' || key === 'dischargeEfficiency'))
    return 'needs batteryFrac or batteryWh';
  return 'nothing that was measured depends on it';
}
