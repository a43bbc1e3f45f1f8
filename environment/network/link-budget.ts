import { BOLTZMANN_J_K, C_KM_S, StrictMath } from '../../core/index.ts';

/** Ratio of powers in decibels, and back. */
export const decibels = (ratio: number): number => 10 * StrictMath.log10(ratio);
export const ratioOfDb = (db: number): number => StrictMath.pow(10, db / 10);

/** Boltzmann's constant, dB(J/K): -228.599. */
const BOLTZMANN_DB = decibels(BOLTZMANN_J_K);

/** Free-space loss between isotropic antennas, dB: (4 pi d f / c)^2 (ITU-R P.525). */
export function freeSpaceLossDb(frequencyHz: number, rangeKm: number): number {
  return 2 * decibels((4 * Math.PI * rangeKm * frequencyHz) / C_KM_S);
}

/** Gain of a circular aperture on its axis, dBi: efficiency (pi D f / c)^2. */
export function dishGainDbi(diameterM: number, frequencyHz: number, efficiencyFrac: number): number {
  const wavelengthM = (C_KM_S * 1000) / frequencyHz;
  return decibels(efficiencyFrac) + 2 * decibels((Math.PI * diameterM) / wavelengthM);
}

/**
 * Loss of a Gaussian beam pointed `offsetRad` off, whose full width at half power is `halfPowerWidthRad`, dB, >= 0.
 *
 * The gain falls as 2^(-4 (offset/width)^2): by half at half the width. In dB the factor of (offset/width)^2 is therefore
 * 40 log10(2) = 12.0412, often rounded to 12 (ITU-R S.672, F.699).
 */
export function pointingLossDb(offsetRad: number, halfPowerWidthRad: number): number {
  return 40 * StrictMath.log10(2) * (offsetRad / halfPowerWidthRad) ** 2;
}

/** Equivalent isotropically radiated power, dBW. */
export function eirpDbw(transmitPowerW: number, antennaGainDbi: number, lineLossDb = 0): number {
  return decibels(transmitPowerW) + antennaGainDbi - lineLossDb;
}

/** Figure of merit of a receiver, dB/K. */
export function gainOverTemperatureDbK(antennaGainDbi: number, systemTemperatureK: number): number {
  return antennaGainDbi - decibels(systemTemperatureK);
}

/** Thermal noise power k T B, dBW. */
export function noisePowerDbw(systemTemperatureK: number, bandwidthHz: number): number {
  return BOLTZMANN_DB + decibels(systemTemperatureK) + decibels(bandwidthHz);
}

export interface ReceivedPower {
  readonly eirpDbw: number;
  /** All losses of the path: free space, atmosphere, pointing, polarisation. */
  readonly pathLossDb: number;
  readonly receiveGainDbi: number;
  /** Between antenna and receiver. */
  readonly receiveLineLossDb: number;
}

/** Power at the receiver's input, dBW (RSSI). */
export function receivedPowerDbw(link: ReceivedPower): number {
  return link.eirpDbw - link.pathLossDb + link.receiveGainDbi - link.receiveLineLossDb;
}

export interface SignalToNoise {
  readonly eirpDbw: number;
  readonly pathLossDb: number;
  readonly gainOverTemperatureDbK: number;
  readonly bandwidthHz: number;
}

/** Carrier-to-noise ratio over the bandwidth, dB: EIRP - losses + G/T - k - B. */
export function signalToNoiseDb(link: SignalToNoise): number {
  return link.eirpDbw - link.pathLossDb + link.gainOverTemperatureDbK - BOLTZMANN_DB - decibels(link.bandwidthHz);
}

/** Energy per bit over noise density, dB, of a signal of `snrDb` over `bandwidthHz` that carries `rateBps`. */
export function ebN0Db(snrDb: number, bandwidthHz: number, rateBps: number): number {
  return snrDb + decibels(bandwidthHz / rateBps);
}

/** Energy per symbol over noise density, dB. */
export function esN0Db(snrDb: number, bandwidthHz: number, symbolRateHz: number): number {
  return snrDb + decibels(bandwidthHz / symbolRateHz);
}

/** Capacity of a channel with white noise, bit/s: B log2(1 + SNR) (Shannon 1948). */
export function shannonCapacityBps(snrDb: number, bandwidthHz: number): number {
  return (bandwidthHz * Math.log1p(ratioOfDb(snrDb))) / Math.LN2;
}

/** Rate of `channels` carriers of `uncodedRateBps` each, of which `codeRateFrac` is information, bit/s. */
export function codedRateBps(uncodedRateBps: number, codeRateFrac: number, channels = 1): number {
  return uncodedRateBps * codeRateFrac * channels;
}
