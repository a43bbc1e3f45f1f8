import type { ChangedModes } from './changed-modes.ts';

/**
 * Share of satellite time in which a fallback decided in place of the policy, from the changes of the satellites' modes.
 * `inFallback`: satellites that start in it.
 */
export class FallbackTime {
  private readonly satellites: number;
  private readonly startS: number;
  private inFallback: number;
  private sinceS: number;
  private satelliteS = 0;

  constructor(satellites: number, inFallback: number, startS: number) {
    this.satellites = satellites;
    this.inFallback = inFallback;
    this.startS = startS;
    this.sinceS = startS;
  }

  /** Enters modes that changed; times must not decrease. */
  note({ timeS, changes }: ChangedModes): void {
    this.settle(timeS);
    for (const { region, from, to } of changes) {
      if (region !== 'autonomy') continue;
      if (to === 'fallback') this.inFallback++;
      else if (from === 'fallback') this.inFallback--;
    }
  }

  /** The share from the start until `nowS`. */
  fracUntil(nowS: number): number {
    this.settle(nowS);
    return this.satelliteS / (this.satellites * (nowS - this.startS));
  }

  private settle(nowS: number): void {
    this.satelliteS += this.inFallback * (nowS - this.sinceS);
    this.sinceS = nowS;
  }
}
