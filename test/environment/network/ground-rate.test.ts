import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fadedRateBps, laserSteps, rateAtRangeBps, rateSteps } from '../../../environment/network/ground-rate.ts';
import { freeSpaceLossDb, shannonCapacityBps } from '../../../environment/network/link-budget.ts';
import { MODCODS, bestModcod, modcodRateBps } from '../../../environment/network/modcod.ts';
import { must } from '../../present.ts';

const snr = fc.double({ min: -30, max: 60, noNaN: true });
const fade = fc.double({ min: 0, max: 30, noNaN: true });
const range = fc.double({ min: 1, max: 1e6, noNaN: true });
const fullRange = fc.double({ min: 100, max: 500_000, noNaN: true });
const rollOff = fc.constantFrom(0.05, 0.2, 0.25, 0.35);

describe('DVB-S2 modes (ETSI EN 302 307-1, table 13)', () => {
  it('rise in power and efficiency, each below what Shannon allows at its Es/N0', () => {
    MODCODS.forEach((mode, i) => {
      expect(mode.efficiencyBitPerSymbol).toBeLessThan(shannonCapacityBps(mode.esN0Db, 1));
      const next = MODCODS[i + 1];
      if (next === undefined) return;
      expect(next.esN0Db).toBeGreaterThan(mode.esN0Db);
      expect(next.efficiencyBitPerSymbol).toBeGreaterThan(mode.efficiencyBitPerSymbol);
    });
  });

  it('carry bits per symbol times code rate, less framing of 0.4 to 3 %', () => {
    const order: Record<string, number> = { QPSK: 2, '8PSK': 3, '16APSK': 4, '32APSK': 5 };
    for (const { name, efficiencyBitPerSymbol } of MODCODS) {
      const [, modulation, k, n] = must(/^(\w+) (\d+)\/(\d+)$/.exec(name)) as unknown as [
        string,
        string,
        string,
        string,
      ];
      const plain = (must(order[modulation]) * Number(k)) / Number(n);
      expect(efficiencyBitPerSymbol / plain).toBeLessThan(0.996);
      expect(efficiencyBitPerSymbol / plain).toBeGreaterThan(0.97);
    }
  });

  it('are chosen at their threshold and not below', () => {
    expect(bestModcod(7.91)?.name).toBe('8PSK 3/4');
    expect(bestModcod(7.909)?.name).toBe('8PSK 2/3');
    expect(bestModcod(-2.36)).toBeUndefined();
  });

  it('never exceed Shannon capacity, at any SNR, roll-off and margin (property)', () => {
    fc.assert(
      fc.property(snr, rollOff, fade, (snrDb, rollOffFrac, marginDb) => {
        const rateBps = modcodRateBps({ snrDb, bandwidthHz: 1e8, rollOffFrac, marginDb });
        expect(rateBps).toBeLessThanOrEqual(shannonCapacityBps(snrDb, 1e8));
      }),
    );
  });

  it('give, at 10 dB over 96 MHz with roll-off 0.2 and a margin of 1 dB: 80 Msymbol/s, Es/N0 10.79 - 1 = 9.79 dB, 16APSK 2/3', () => {
    expect(modcodRateBps({ snrDb: 10, bandwidthHz: 96e6, rollOffFrac: 0.2, marginDb: 1 })).toBeCloseTo(
      80e6 * 2.637201,
      3,
    );
    expect(modcodRateBps({ snrDb: -10, bandwidthHz: 96e6, rollOffFrac: 0.2, marginDb: 1 })).toBe(0);
  });
});

describe('rate against range and fade', () => {
  it('falls, never rises, with range and with fade (property)', () => {
    fc.assert(
      fc.property(fullRange, fc.tuple(range, range), fc.tuple(fade, fade), (fullKm, [km1, km2], [fade1, fade2]) => {
        const steps = rateSteps(1e9, fullKm);
        const near = fadedRateBps(steps, Math.min(km1, km2), Math.min(fade1, fade2));
        const far = fadedRateBps(steps, Math.max(km1, km2), Math.max(fade1, fade2));
        expect(far).toBeLessThanOrEqual(near);
        expect(near).toBeLessThanOrEqual(1e9);
      }),
    );
  });

  it('is that of the link budget: SNR by free-space loss, fastest mode that it carries (property)', () => {
    // A link of 500 MHz, roll-off 0.2, whose top mode just closes at the full-rate range. Both ways agree but within rounding
    // (1e-9 dB) of a threshold, which random doubles do not meet.
    const top = must(MODCODS.at(-1));
    const symbolRateHz = 500e6 / 1.2;
    fc.assert(
      fc.property(fullRange, range, fade, (fullKm, km, fadeDb) => {
        const esN0AtFull = top.esN0Db;
        const esN0Db = esN0AtFull + freeSpaceLossDb(20e9, fullKm) - freeSpaceLossDb(20e9, km) - fadeDb;
        fc.pre(MODCODS.every((mode) => Math.abs(mode.esN0Db - esN0Db) > 1e-9));
        const direct = modcodRateBps({
          snrDb: esN0Db - 10 * Math.log10(1.2),
          bandwidthHz: 500e6,
          rollOffFrac: 0.2,
          marginDb: 0,
        });
        const maxRateBps = symbolRateHz * top.efficiencyBitPerSymbol;
        const relative = (rate: number): number => (direct === 0 ? rate : rate / direct - 1);
        expect(Math.abs(relative(fadedRateBps(rateSteps(maxRateBps, fullKm), km, fadeDb)))).toBeLessThan(1e-12);
        expect(Math.abs(relative(rateAtRangeBps(rateSteps(maxRateBps, fullKm, fadeDb), km)))).toBeLessThan(1e-12);
      }),
    );
  });

  it('with 6.02 dB of rain is that of twice the range', () => {
    const steps = rateSteps(5e9, 1250);
    const doubleDb = 20 * Math.log10(2);
    for (const km of [400, 700, 1300, 2200, 4000]) {
      expect(fadedRateBps(steps, km, doubleDb)).toBe(rateAtRangeBps(steps, 2 * km));
    }
    expect(fadedRateBps(steps, 1000, 0)).toBe(5e9);
    expect(fadedRateBps(steps, 1000, Infinity)).toBe(0);
  });

  it.each([
    ['geostationary, 750 Mb/s at 40,000 km', 750e6, 40_000],
    ['cislunar, 1 Gb/s at 400,000 km', 1e9, 400_000],
  ])('works for %s', (...[, rateBps, fullKm]) => {
    const steps = rateSteps(rateBps, fullKm);
    expect(rateAtRangeBps(steps, fullKm)).toBe(rateBps);
    expect(rateAtRangeBps(steps, fullKm * 2)).toBeCloseTo((rateBps * 2.637201) / 4.453027, 3); // 6.02 dB: 16APSK 2/3
    expect(rateAtRangeBps(steps, fullKm * 8.4)).toBe(0); // 10^(18.4/20) = 8.32
  });
});

describe('laser links', () => {
  const steps = laserSteps(10e9, 5000);
  it('hold their rate up to their range and stop there', () => {
    expect(rateAtRangeBps(steps, 1)).toBe(10e9);
    expect(rateAtRangeBps(steps, 5000)).toBe(10e9);
    expect(rateAtRangeBps(steps, 5000.001)).toBe(0);
  });
  it('are cut by a cloud', () => expect(fadedRateBps(steps, 10, Infinity)).toBe(0));
});
