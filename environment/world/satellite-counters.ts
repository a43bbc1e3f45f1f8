/** What every satellite has done since the start of a run: totals, for recordings. Nothing in the world reads them. */
export interface SatelliteCounters {
  /** [S] time of its accelerators at work, each counted at its rate's share of the full one, s (`accrueComputeEnergy`). */
  busyS: Float64Array;
  /** [S] work of the jobs that were started, less what was left of those stopped, 10^12 operations (`startJobs`, `restartJobs`). */
  startedTflop: Float64Array;
  /** [S] energy of ground radios, booked when a transmission ends, J (`endTransmission`). */
  transmitJ: Float64Array;
  /** [S] bits that came into the transit buffer, and that left it or were deleted (`addToBuffer`). */
  bufferInBits: Float64Array;
  bufferOutBits: Float64Array;
}

export function createSatelliteCounters(satellites: number): SatelliteCounters {
  const f64 = (): Float64Array => new Float64Array(satellites);
  return { busyS: f64(), startedTflop: f64(), transmitJ: f64(), bufferInBits: f64(), bufferOutBits: f64() };
}
