import { type MonoTypeOperatorFunction, defer, filter } from 'rxjs';

/**
 * Lets through the first emission and then one per `periodS` of simulated time: the first at or after each multiple of the
 * period since the first. For slow readers (viewer, recordings), which copy what they keep.
 */
export function everySimulatedS<T>(periodS: number, timeSOf: (value: T) => number): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      let startS = NaN;
      let period = -1;
      return source.pipe(
        filter((value) => {
          const timeS = timeSOf(value);
          if (Number.isNaN(startS)) startS = timeS;
          const current = Math.floor((timeS - startS) / periodS);
          if (current <= period) return false;
          period = current;
          return true;
        }),
      );
    });
}
