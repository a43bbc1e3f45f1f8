/** Share of the time of a build that laser links and passes take; antennas take the rest. About so for constellations in LEO. */
const LINKS_SHARE = 0.8;

/** Tells how far a build has come. Both stages go through all ticks, one after the other. */
export interface BuildProgress {
  /** Laser links and passes are known up to boundary `k`. */
  links(k: number): void;
  /** Antennas are scheduled up to boundary `k`. */
  antennas(k: number): void;
  /** Nothing is left to do. */
  end(): void;
}

/** Calls `onProgress` when another hundredth of the work is done; with all ticks only by `end`. */
export function createBuildProgress(
  tickCount: number,
  onProgress: ((doneTicks: number, totalTicks: number) => void) | undefined,
): BuildProgress {
  let told = 0;
  const tell = (share: number): void => {
    const percent = Math.min(99, Math.floor(100 * share));
    if (percent <= told) return;
    told = percent;
    onProgress?.(Math.floor(share * tickCount), tickCount);
  };
  return {
    links: (k) => tell((LINKS_SHARE * k) / tickCount),
    antennas: (k) => tell(LINKS_SHARE + ((1 - LINKS_SHARE) * k) / tickCount),
    end: () => onProgress?.(tickCount, tickCount),
  };
}
