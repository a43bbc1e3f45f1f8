import { SpaceCloudError } from '../../../core/index.ts';
import type { Scenario, UtcInstant } from '../../../environment/index.ts';

/** Instants `startS`, `startS + stepS`, ... up to `endS`. */
export interface SampleTimes {
  readonly startS: number;
  readonly endS: number;
  readonly stepS: number;
  readonly count: number;
}

/** Instant `i`, s: by multiplication, so that errors do not add up, and to the nearest picosecond, so that 3 * 0.1 is 0.3. */
export function sampleTime({ startS, stepS }: SampleTimes, i: number): number {
  return Math.round((startS + i * stepS) * 1e12) / 1e12;
}

/** Reads a time of a scenario: s since its start, or UTC. Throws USAGE; `option` names it there. */
export function scenarioTime(
  scenario: Scenario,
  option: string,
  text: string,
  parseUtc: (text: string) => UtcInstant | undefined,
): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(\s*s)?$/i.test(text.trim())) return Number.parseFloat(text);
  const at = parseUtc(text.trim());
  const epoch = parseUtc(scenario.epoch);
  if (at !== undefined && epoch !== undefined) {
    return (at.day - epoch.day) * 86400 + (at.secondOfDay - epoch.secondOfDay);
  }
  throw new SpaceCloudError(
    'USAGE',
    `Expected seconds since scenario start or a UTC time for ${option}, got '${text}'.`,
    { hint: 'Write it as in 600, or as in 2026-11-22T00:10:00Z.' },
  );
}

/** Throws USAGE for a time outside the scenario. */
export function expectWithin(scenario: Scenario, option: string, timeS: number): number {
  if (timeS >= 0 && timeS <= scenario.durationS) return timeS;
  throw new SpaceCloudError(
    'USAGE',
    `Expected ${option} from 0 s to ${scenario.durationS} s (durationS of scenario '${scenario.name}'), got ${timeS} s.`,
    {
      hint:
        timeS < 0
          ? `Times before the start, ${scenario.epoch}, are not simulated; an earlier epoch makes the scenario start earlier.`
          : `Times count from scenario start, ${scenario.epoch}; a longer durationS makes the scenario longer.`,
    },
  );
}
