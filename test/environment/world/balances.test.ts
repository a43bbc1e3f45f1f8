import { describe, expect, it } from 'vitest';
import { createPower, stepPower } from '../../../environment/resources/power.kernel.ts';
import { EASTWARD, type SmallSky, drive, smallScenario, smallWorld } from './small-world.ts';

const sky: SmallSky = { satellites: 2, ticks: 6, tickS: 10, sunlitFrac: 1 };
const kpi = (kpis: Readonly<Record<string, number>>, key: string): number => kpis[key] as number;

describe('heatBalanceError', () => {
  /** One hot satellite that cools over 2,000 s, a time constant, in ticks of so long. */
  const cooling = (dtS: number): number => {
    const { satellite: config } = smallScenario(sky, { satellite: { initialC: 120, busPowerW: 800, sinkK: 150 } });
    const power = createPower(1, config);
    const sunlitFrac = Float64Array.of(1);
    const terminalW = Float64Array.of(0);
    for (let t = 0; t < 2000; t += dtS) stepPower(power, { config, dtS, sunlitFrac, terminalW });
    return power.worstHeat;
  };

  it('ENV-217 compares two rules of the fourth order: half the tick, a sixteenth of the error in the limit', () => {
    const errors = [400, 200, 100, 50, 25].map(cooling);
    expect(errors[0]).toBeGreaterThan(1e-6);
    const ratios = errors.slice(1).map((error, i) => (errors[i] as number) / error);
    // 13.6, 14.1, 14.9, 15.4: the next order is of the other sign, and the rest halves with the tick.
    const rest = ratios.map((ratio) => 16 - ratio);
    for (const [i, r] of rest.entries()) expect(r, `${i}`).toBeLessThan(i === 0 ? 3 : (rest[i - 1] as number));
    expect(rest.at(-1)).toBeGreaterThan(0);
    expect(rest.at(-1)).toBeLessThan(0.8);
  });

  it('ENV-217 at ticks of 10 s it is rounding', () => {
    expect(cooling(10)).toBeLessThan(1e-10);
  });

  it('ENV-217 a constant load without losses goes to the closed form of the radiator', () => {
    const w = smallWorld(
      { ...sky, ticks: 3000 },
      { satellite: { busPowerW: 2050, arrayPowerW: 4000, initialChargeFrac: 1 } },
    );
    drive(w, EASTWARD, 29_999);
    // (2,050 W / (0.9 x 5.670374419e-8 x 4 m2) + (200 K)^4)^(1/4) - 273.15; exp(-30,000 s / 1,700 s) of 35 K are 8e-7 K.
    expect(kpi(w.kpis(), 'hottestC')).toBeCloseTo((2050 / (0.9 * 5.670374419e-8 * 4) + 200 ** 4) ** 0.25 - 273.15, 5);
    expect(kpi(w.kpis(), 'hottestC')).toBeCloseTo(55.3316, 4);
  });
});

describe('balances of a world', () => {
  it('ENV-217 close, and show what does not', () => {
    const traffic = {
      observations: [{ name: 'o', ratePerS: 1, rawBytes: 1e6, workTflop: 1, reduction: 2, deadlineS: 60 }],
    };
    const w = smallWorld({ ...sky, terminals: 1 }, { traffic });
    drive(w, EASTWARD, 30);
    const whole = w.kpis();
    expect(kpi(whole, 'energyBalanceError')).toBeLessThan(1e-12);
    expect(kpi(whole, 'storageBalanceError')).toBe(0);
    const { statistics, satellites, power } = w.columns;
    const { createdBits } = statistics;
    expect(createdBits).toBeGreaterThan(0);
    satellites.bufferBits[0] = (satellites.bufferBits[0] as number) + 1e3;
    expect(kpi(w.kpis(), 'storageBalanceError')).toBeCloseTo(1e3 / createdBits, 12);
    satellites.bufferBits[0] -= 1e3;
    statistics.createdBits *= 1.25;
    expect(kpi(w.kpis(), 'storageBalanceError')).toBeCloseTo(0.2, 12);
    power.worstBalance = 0.5;
    expect(kpi(w.kpis(), 'energyBalanceError')).toBe(0.5);
  });
});
