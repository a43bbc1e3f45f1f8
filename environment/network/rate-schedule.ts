/** Planned changes of rate: from each `fromS` on, that share of the rate, until the next entry. */
export type RateSchedule = readonly { readonly fromS: number; readonly frac: number }[];

/** Share of its rate that a link may use throughout each tick. */
export interface RateShares {
  /** Least share in force at any instant of [startS, endS), 0..1; 1 before the first entry. Times must not fall from call to call. */
  leastFrac(startS: number, endS: number): number;
}

/** A schedule to be followed tick by tick. Entries may stand in any order. */
export function followSchedule(schedule: RateSchedule): RateShares {
  const entries = [...schedule].sort((a, b) => a.fromS - b.fromS);
  let next = 0;
  let present = 1;
  return {
    leastFrac(startS, endS) {
      for (; next < entries.length; next++) {
        const entry = entries[next] as RateSchedule[number];
        if (entry.fromS > startS) break;
        present = entry.frac;
      }
      let least = present;
      for (let i = next; i < entries.length; i++) {
        const entry = entries[i] as RateSchedule[number];
        if (entry.fromS >= endS) break;
        least = Math.min(least, entry.frac);
      }
      return least;
    },
  };
}
