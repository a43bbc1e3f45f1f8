import process from 'node:process';

/** Wall time and CPU time (user and system, all threads) of one piece of work, s. */
export interface Lap {
  readonly wallS: number;
  readonly cpuS: number;
}

/** Runs the work once, after a garbage collection where Node exposes it. */
export function lap(work: () => void): Lap {
  globalThis.gc?.();
  const stop = startLap();
  work();
  return stop();
}

/** As `lap`, for work that ends later. */
export async function lapAsync(work: () => Promise<unknown>): Promise<Lap> {
  globalThis.gc?.();
  const stop = startLap();
  await work();
  return stop();
}

/** Starts the clocks; the result stops them. */
export function startLap(): () => Lap {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  return () => {
    const wallS = (performance.now() - startMs) / 1e3;
    const { user, system } = process.cpuUsage(cpu);
    return { wallS, cpuS: (user + system) / 1e6 };
  };
}
