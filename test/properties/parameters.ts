import fc from 'fast-check';
import { RUN_S } from './random-scenario.ts';

/** `SPACECLOUD_RUNS=1000` for a long search; `SPACECLOUD_SEED` for other scenarios. Failures print seed and path. */
export const RUNS = Number(process.env['SPACECLOUD_RUNS'] ?? 20);
export const PARAMETERS = { seed: Number(process.env['SPACECLOUD_SEED'] ?? 20261122), numRuns: RUNS };
export const LIMIT_MS = 60_000 + RUNS * 5_000;

/** Nothing is scheduled at these times. */
export const timeInRun = fc.integer({ min: 8000, max: (RUN_S - 8) * 1000 }).map((ms) => (ms + 1 / Math.PI) / 1000);
