import { setTimeout as sleep } from 'node:timers/promises';

/** Time between two looks, ms. */
const LOOK_MS = 50;

export interface UntilLimits {
  /** Wall clock. */
  readonly withinMs: number;
  /** Ends the waiting too. */
  readonly signal: AbortSignal;
}

/** Waits until something is so; resolves to whether it was. */
export async function until(isSo: () => Promise<boolean>, { withinMs, signal }: UntilLimits): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (signal.aborted || performance.now() > endMs) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
