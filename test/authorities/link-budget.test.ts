import { describe, expect, it } from 'vitest';
import { C_KM_S, RAD_PER_DEG } from '../../core/index.ts';
import {
  elevationAtCentralAngleRad,
  gasAttenuationDb,
  rainAttenuationDb,
  rainDbPerKm,
} from '../../environment/network/atmosphere.ts';
import {
  codedRateBps,
  decibels,
  dishGainDbi,
  ebN0Db,
  eirpDbw,
  esN0Db,
  freeSpaceLossDb,
  gainOverTemperatureDbK,
  noisePowerDbw,
  pointingLossDb,
  ratioOfDb,
  receivedPowerDbw,
  shannonCapacityBps,
  signalToNoiseDb,
} from '../../environment/network/link-budget.ts';
import {
  bitErrorRate,
  erfc,
  meanAttempts,
  packetErrorRate,
  retriedRates,
} from '../../environment/network/link-errors.ts';
import { bestModcod } from '../../environment/network/modcod.ts';

const apart = (got: number, expected: number): number => Math.abs(got - expected);

describe('X-band imaging downlink (CosmicBeats, test_imaginglink.py; models the 2019 paper on the radio of Planet)', () => {
  const lossDb = freeSpaceLossDb(8.09e9, 1408);
  const snrDb = signalToNoiseDb({
    eirpDbw: eirpDbw(ratioOfDb(-4.8), 15, 2),
    pathLossDb: lossDb + 1.5,
    gainOverTemperatureDbK: 29,
    bandwidthHz: 96e6,
  });

  it('LB1: free-space loss 173.5 dB and SNR 11.6 dB, as published, within 1.0 and 1.1 dB', () => {
    expect(apart(lossDb, 173.5)).toBeLessThan(1);
    expect(apart(snrDb, 11.6)).toBeLessThan(1.1);
    // By hand: 20 log10(4 pi 1408e3 8.09e9 / c) = 173.577; -4.8 + 15 - 2 - 1.5 - 173.577 + 29 + 228.599 - 79.823 = 10.90.
    expect(lossDb).toBeCloseTo(173.577, 2);
    expect(snrDb).toBeCloseTo(10.9, 2);
  });

  it('LB2: six channels of 228 Mb/s at code rate 3/4 are 1,026 Mb/s, and the SNR carries 8PSK 3/4', () => {
    expect(apart(codedRateBps(228e6, 3 / 4, 6), 1026e6)).toBeLessThan(5e6);
    // 228 Mb/s in 8PSK are 76 Msymbol/s; Es/N0 = 10.90 + 10 log10(96/76) = 11.91 dB, 8PSK 3/4 needs 7.91.
    const atSymbol = esN0Db(snrDb, 96e6, 228e6 / 3);
    expect(atSymbol).toBeCloseTo(11.91, 2);
    expect(bestModcod(atSymbol)?.efficiencyBitPerSymbol).toBeGreaterThan(2.228);
  });
});

describe('LB3: LoRa at VHF over 637 km (CosmicBeats, test_loralink.py), within 1 dB', () => {
  it.each([
    ['down', 138e6, 2.18, -3.49, 131.33, -138.88],
    ['up', 149e6, 2.84, -2.18, 131.99, -137.57],
  ])(
    '%s: free-space loss and RSSI -138.25 dBW',
    (...[, frequencyHz, txGainDbi, rxGainDbi, publishedLossDb, byHandDbw]) => {
      const lossDb = freeSpaceLossDb(frequencyHz, 637);
      const rssiDbw = receivedPowerDbw({
        eirpDbw: eirpDbw(ratioOfDb(1.76), txGainDbi, 1),
        pathLossDb: lossDb + 6,
        receiveGainDbi: rxGainDbi,
        receiveLineLossDb: 1,
      });
      expect(apart(lossDb, publishedLossDb)).toBeLessThan(1);
      expect(apart(rssiDbw, -138.25)).toBeLessThan(1);
      expect(rssiDbw).toBeCloseTo(byHandDbw, 1); // 1.76 + gain - 1 - loss - 6 + gain - 1
    },
  );
});

describe('Ka gateway (LEOCraft, test_attenuation.py)', () => {
  // LEOCraft takes c as 3e8 m/s. Ours is exact; the same wavelength comes at a frequency lower by the ratio.
  const frequencyHz = (28.5e9 * (C_KM_S * 1000)) / 3e8;
  const transmitGainDb = dishGainDbi(3.5, frequencyHz, 0.6);
  const lossDb = freeSpaceLossDb(frequencyHz, 550);

  it('LB4: a dish of 3.5 m has 58.16034295050158 dB', () => {
    expect(apart(transmitGainDb, 58.16034295050158)).toBeLessThan(1e-6);
  });

  it('LB5, arithmetic only: 21.114419774397817 dBm and 17,512,389,598 b/s', () => {
    // No link: LEOCraft adds an antenna's gain to 98.4 dBm, which is an EIRP already; 105 dB of SNR and 35 b/s/Hz follow.
    const receivedDbm = 98.4 + transmitGainDb + 40.9 - lossDb;
    expect(apart(receivedDbm, 21.114419774397817)).toBeLessThan(1e-6);
    const noiseDbw = decibels(1.38e-23 * 535.9 * 0.5e9);
    const rateBps = shannonCapacityBps(receivedDbm - 30 - noiseDbw, 0.5e9);
    expect(apart(rateBps / 17512389598, 1)).toBeLessThan(1e-6);
  });

  it('LB6, the physical link of the same numbers: -37.05 dBm, SNR 47.27 dB, 7.852 Gb/s', () => {
    const eirp = 98.4 - 30;
    const received = receivedPowerDbw({
      eirpDbw: eirp,
      pathLossDb: lossDb,
      receiveGainDbi: 40.9,
      receiveLineLossDb: 0,
    });
    expect(apart(received + 30, -37.05)).toBeLessThan(5e-3); // published to two decimals
    const snrDb = received - noisePowerDbw(535.9, 0.5e9);
    expect(apart(snrDb, 47.27)).toBeLessThan(5e-3);
    expect(apart(shannonCapacityBps(snrDb, 0.5e9) / 7.852e9, 1)).toBeLessThan(1e-3);
    // The same by G/T, stated as 13.6 dB/K: 40.9 dBi at 535.9 K are 13.609.
    expect(gainOverTemperatureDbK(40.9, 535.9)).toBeCloseTo(13.609, 3);
    const byFigureOfMerit = { eirpDbw: eirp, pathLossDb: lossDb, gainOverTemperatureDbK: 13.6, bandwidthHz: 0.5e9 };
    expect(signalToNoiseDb(byFigureOfMerit)).toBeCloseTo(snrDb - 0.009, 3);
  });
});

describe('LB7: errors and retries (model of Basilisk, test_downlinkHandling.py)', () => {
  const ebN0 = ebN0Db(decibels(0.5), 1e6, 1e5);
  const ber = bitErrorRate(ebN0);
  const per = packetErrorRate(ber, 256);

  it('Eb/N0 6.98970 dB, BER 7.827011e-4, PER 0.181637548, 1.221952399 attempts of at most 10', () => {
    expect(apart(ebN0, 6.9897)).toBeLessThan(1e-5); // 10 log10(0.5 * 10)
    expect(apart(ber / 7.827011e-4, 1)).toBeLessThan(1e-6);
    expect(apart(per / 0.181637548, 1)).toBeLessThan(1e-6);
    expect(apart(meanAttempts(per, 10) / 1.221952399, 1)).toBeLessThan(1e-6);
  });

  it('81,836.2484 b/s leave the buffer, 81,836.2452 b/s arrive', () => {
    const { removedBps, deliveredBps } = retriedRates({ rateBps: 1e5, packetErrorRateFrac: per, maxAttempts: 10 });
    expect(apart(removedBps / 81836.2484, 1)).toBeLessThan(1e-6);
    expect(apart(deliveredBps / 81836.2452, 1)).toBeLessThan(1e-6);
    // Of a packet's 10 tries all fail with 0.1816^10 = 3.9e-8: 0.0032 b/s.
    expect(removedBps - deliveredBps).toBeCloseTo(0.0032, 4);
  });

  it('a hopeless link sends every packet ten times and delivers none', () => {
    expect(retriedRates({ rateBps: 1e5, packetErrorRateFrac: 1, maxAttempts: 10 })).toEqual({
      removedBps: 1e4,
      deliveredBps: 0,
    });
  });

  it('erfc is that of the tables (Abramowitz & Stegun table 7.1; DLMF 7.12 for large x), to 1e-9', () => {
    for (const [x, expected] of [
      [0, 1],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.9999999, 0.004677737],
      [2, 0.004677734981047266],
      [3, 2.209049699858544e-5],
      [5, 1.5374597944280349e-12],
    ] as const) {
      expect(apart(erfc(x) / expected, 1)).toBeLessThan(x === 1.9999999 ? 1e-6 : 1e-9);
    }
  });
});

describe('LB8: pointing (Basilisk, test_linkBudget.py)', () => {
  it('an offset of one half-power beamwidth costs 12.0412 dB; half of one, half the power', () => {
    expect(apart(pointingLossDb(0.01, 0.01), 12.0412)).toBeLessThan(1e-3);
    expect(pointingLossDb(0.005, 0.01)).toBeCloseTo(3.0103, 4);
    expect(pointingLossDb(0, 0.01)).toBe(0);
  });
});

describe('LB9: free-space loss by 32.44778 + 20 log10(km) + 20 log10(MHz)', () => {
  it.each([
    [2.2e9, 1000, 159.296],
    [8.1e9, 2000, 176.638],
    [20e9, 1000, 178.468],
    [26e9, 1900, 186.322],
  ])('%d Hz over %d km: %d dB', (frequencyHz, rangeKm, expectedDb) => {
    expect(apart(freeSpaceLossDb(frequencyHz, rangeKm), expectedDb)).toBeLessThan(1e-3);
  });
});

describe('LB10: the atmosphere (order as in Basilisk, test_linkBudget.py; amounts of ITU-R)', () => {
  const lossDb = (centralDeg: number): number =>
    gasAttenuationDb({
      frequencyHz: 10e9,
      elevationRad: elevationAtCentralAngleRad(centralDeg * RAD_PER_DEG, 550),
    });

  it('at 10 GHz the loss rises, and the SNR falls, from central angle 0 over 5 to 17 deg', () => {
    // At 550 km the horizon is at acos(6378/6928) = 23 deg; 17 deg stand at 8.8 deg of elevation.
    const losses = [0, 5, 17].map(lossDb) as [number, number, number];
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[1]).toBeGreaterThan(losses[0]);
    expect(losses[2]).toBeGreaterThan(losses[1]);
    const link = { eirpDbw: 30, gainOverTemperatureDbK: 10, bandwidthHz: 1e8 };
    const snr = losses.map((loss) => signalToNoiseDb({ ...link, pathLossDb: 170 + loss }));
    expect(snr).toEqual([...snr].sort((a, b) => b - a));
    expect(new Set(snr).size).toBe(3);
  });

  it('follows the cosecant of elevation within 1 % above 30 deg, and stays finite at the horizon', () => {
    const at = (elevationDeg: number): number =>
      gasAttenuationDb({ frequencyHz: 10e9, elevationRad: elevationDeg * RAD_PER_DEG });
    expect(apart((at(30) * Math.sin(30 * RAD_PER_DEG)) / at(90), 1)).toBeLessThan(0.01);
    // Layer of 6 km: sqrt(6 (2 * 6378 + 6)) = 277 km of it at the horizon, 46 times the zenith.
    expect(at(0) / at(90)).toBeGreaterThan(40);
    expect(at(0) / at(90)).toBeLessThan(90);
  });

  it('is 0 between satellites, and less from a mountain', () => {
    const path = { frequencyHz: 26e9, elevationRad: 0.5 };
    expect(gasAttenuationDb({ ...path, lowerHeightKm: 500 })).toBe(0);
    expect(gasAttenuationDb({ ...path, lowerHeightKm: 4 })).toBeLessThan(gasAttenuationDb(path) / 2);
  });

  it.each([
    [10, 0.014199],
    [12, 0.0182336522890195],
    [20, 0.108930855292919],
    [22.235, 0.192271],
  ])('at %d GHz, within 15 %% of the line-by-line sum of ITU-R P.676-13 at sea level', (ghz, dbPerKm) => {
    // Validation examples of ITU-R study group 3 (CG-3M3J-13-ValEx: 12 and 20 GHz) and ITU-Rpy. The simplified formula of P.676-3
    // is meant for 15 %. Ratio of two layers: at the zenith the loss is gamma_o 6 km + gamma_w h_w, so gamma lies between
    // loss / 6 km and loss / 1.6 km; with vapour removed it is gamma_o alone.
    const zenith = { frequencyHz: ghz * 1e9, elevationRad: Math.PI / 2 };
    const oxygenDb = gasAttenuationDb({ ...zenith, vapourGM3: 0 });
    const vapourDb = gasAttenuationDb(zenith) - oxygenDb;
    const vapourKm =
      1.6 * (1 + 3 / ((ghz - 22.2) ** 2 + 5) + 5 / ((ghz - 183.3) ** 2 + 6) + 2.5 / ((ghz - 325.4) ** 2 + 4));
    expect(apart((oxygenDb / 6 + vapourDb / vapourKm) / dbPerKm, 1)).toBeLessThan(0.15);
  });

  it('refuses frequencies at oxygen lines, where the formula does not hold', () => {
    expect(() => gasAttenuationDb({ frequencyHz: 60e9, elevationRad: 1 })).toThrow(
      expect.objectContaining({ code: 'MISUSE' }),
    );
  });
});

describe('rain', () => {
  it('has the specific attenuation k R^alpha of ITU-R P.838-3: 20 GHz, 25 mm/h: 0.09164 25^1.0568 = 2.751 dB/km', () => {
    expect(rainDbPerKm(20e9, 25)).toBeCloseTo(2.751, 3);
    expect(rainDbPerKm(20e9, 0)).toBe(0);
  });

  it('rises with frequency, rain and falling elevation', () => {
    const shower = { frequencyHz: 26e9, elevationRad: 0.6, rainMmPerHour: 10 };
    const loss = rainAttenuationDb(shower);
    expect(rainAttenuationDb({ ...shower, frequencyHz: 30e9 })).toBeGreaterThan(loss);
    expect(rainAttenuationDb({ ...shower, rainMmPerHour: 20 })).toBeGreaterThan(loss);
    expect(rainAttenuationDb({ ...shower, elevationRad: 0.2 })).toBeGreaterThan(loss);
    expect(rainAttenuationDb({ ...shower, lowerHeightKm: 3.5 })).toBe(0);
    // At the zenith there is no horizontal shortening: 3 km of k R^alpha.
    expect(rainAttenuationDb({ ...shower, elevationRad: Math.PI / 2 })).toBeCloseTo(3 * rainDbPerKm(26e9, 10), 9);
  });
});
