/** What of links and satellites has been used in a run, for key figures. One writer per column, named; the KPIs only read. */
export interface UsageColumns {
  /** Sum over delivered tasks of their value at delivery (`deliver`). */
  deliveredValue: number;
  /** FP32 work of tasks delivered in time, 10^12 operations (`deliver`). */
  usefulTflop: number;
  /** Bits sent up by ground antennas; bits sent down to gateways (`endTransmission`). */
  uplinkBits: number;
  gatewayBits: number;
  /** Bits of products sent down that show nothing (`endTransmission`). */
  falseAlertBits: number;
  /** [S * D] bits sent over each direction of a laser link (`endTransmission`); 1 = it has been up (`settleTerminal`). */
  islBits: Float64Array;
  islUp: Uint8Array;
  /** Integral of the rates of gateways' downlinks over the time they were usable while tasks arrived, bits; [Q] up to when, s (`countCapacity`). */
  gatewayCapacityBits: number;
  countedS: Float64Array;
  /** Energy of computations times the share of the Sun's disc not seen meanwhile, J (`accrueComputeEnergy`). */
  darkComputeJ: number;
  /** Satellite-ticks in thermal mode *throttled*; lowest charge of any satellite at the end of any tick, share (`settleEnergy`). */
  throttledTicks: number;
  leastChargeFrac: number;
  /** Highest temperature of any satellite at the end of any tick, C (`settleEnergy`). */
  hottestC: number;
  /** Faults that have struck and that the traffic does not yet avoid; [faults] when it did, NaN = not (`convergence.ts`). */
  unconverged: number;
  convergedS: Float64Array;
}

export function createUsage(islTracks: number, antennas: number): UsageColumns {
  return {
    deliveredValue: 0,
    usefulTflop: 0,
    uplinkBits: 0,
    gatewayBits: 0,
    falseAlertBits: 0,
    islBits: new Float64Array(islTracks),
    islUp: new Uint8Array(islTracks),
    gatewayCapacityBits: 0,
    countedS: new Float64Array(antennas),
    darkComputeJ: 0,
    throttledTicks: 0,
    leastChargeFrac: 1,
    hottestC: -Infinity,
    unconverged: 0,
    convergedS: new Float64Array(0),
  };
}
