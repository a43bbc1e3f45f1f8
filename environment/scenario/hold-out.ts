import { SpaceCloudError } from '../../core/index.ts';
import type { Scenario } from './schema.ts';

/** What a run is for: training keeps off what the scenario holds out, a held-out run keeps to it. */
export type RunPart = 'training' | 'held-out';

/** Refuses to train at a load that the scenario holds out. Errors: HELD_OUT. */
export function expectTrainable({ name, traffic, holdOut }: Scenario): void {
  const held = holdOut?.loads.find(({ from, to }) => traffic.load >= from && traffic.load <= to);
  if (held === undefined) return;
  throw new SpaceCloudError(
    'HELD_OUT',
    `Expected a load that scenario '${name}' does not hold out, got ${traffic.load} (held out: ${held.from} to ${held.to}).`,
    { hint: 'Train at another load; this one is for evaluations.' },
  );
}

/**
 * Ticks from 0 to `last` at which a run of `ticks` may start: for training those whose run keeps clear of every held-out
 * window, for a held-out run those whose run lies within one. All of them where nothing is held out, or without a part.
 *
 * Errors: HELD_OUT when there is none.
 */
export function startTicks(
  { name, tickS, holdOut }: Scenario,
  run: { readonly part: RunPart | undefined; readonly ticks: number; readonly last: number },
): Int32Array {
  const all = Int32Array.from({ length: run.last + 1 }, (_, tick) => tick);
  const windows = holdOut?.startWindows ?? [];
  if (run.part === undefined || windows.length === 0) return all;
  const runS = run.ticks * tickS;
  const allowed =
    run.part === 'training'
      ? all.filter((tick) => windows.every(({ fromS, toS }) => tick * tickS >= toS || tick * tickS + runS <= fromS))
      : all.filter((tick) => windows.some(({ fromS, toS }) => tick * tickS >= fromS && tick * tickS + runS <= toS));
  if (allowed.length > 0) return allowed;
  const where = run.part === 'training' ? 'outside' : 'within';
  throw new SpaceCloudError(
    'HELD_OUT',
    `Expected room for a run of ${runS} s ${where} the held-out windows of scenario '${name}', got none.`,
    {
      hint: run.part === 'training' ? 'Hold out less, or train on shorter runs.' : 'Lengthen a window, or run shorter.',
    },
  );
}
