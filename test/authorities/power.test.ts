import { describe, expect, it } from 'vitest';
import { Rng, STEFAN_BOLTZMANN_W_M2_K4, ZERO_CELSIUS_K } from '../../core/index.ts';
import { type SatelliteConfig } from '../../environment/index.ts';
import { type PowerColumns, createPower, stepPower } from '../../environment/resources/power.kernel.ts';
import { smallScenario } from '../environment/world/small-world.ts';

const TICK_S = 10;

function config(fields: Partial<SatelliteConfig>): SatelliteConfig {
  return smallScenario({ satellites: 1, ticks: 1, tickS: TICK_S }, { satellite: fields }).satellite;
}

/** Runs `ticks` ticks in the given share of full light. */
function run(power: PowerColumns, satellite: SatelliteConfig, { ticks, sunlit, terminalW = 0 }: Light): void {
  const sunlitFrac = new Float64Array([sunlit]);
  const step = { config: satellite, dtS: TICK_S, sunlitFrac, terminalW: new Float64Array([terminalW]) };
  for (let k = 0; k < ticks; k++) stepPower(power, step);
}

interface Light {
  readonly ticks: number;
  readonly sunlit: number;
  readonly terminalW?: number;
}

const joules = (value: number | undefined): number => value as number;

describe('battery', () => {
  // 1,000 W bus and 160 W of laser terminals; array 4,590 W; 100 kWh, half full, so that neither end is reached.
  const satellite = config({ batteryWh: 100e3, initialChargeFrac: 0.5, arrayPowerW: 4590, busPowerW: 1000 });
  const startJ = 50e3 * 3600;

  it('ENV-50 falls linearly in eclipse: load / discharge efficiency', () => {
    const power = createPower(1, satellite);
    run(power, satellite, { ticks: 210, sunlit: 0, terminalW: 160 }); // 35 minutes
    expect(joules(power.batteryJ[0])).toBeCloseTo(startJ - (1160 * 2100) / 0.95, 3);
    expect(joules(power.lossJ[0])).toBeCloseTo(1160 * 2100 * (1 / 0.95 - 1), 3);
  });

  it('ENV-50 over an orbit of 35 minutes of eclipse, a minute of half light and 60 minutes of Sun ends where theory says', () => {
    const power = createPower(1, satellite);
    run(power, satellite, { ticks: 210, sunlit: 0 });
    run(power, satellite, { ticks: 6, sunlit: 0.5 });
    run(power, satellite, { ticks: 360, sunlit: 1 });
    const chargedJ = 0.9 * ((4590 * 0.5 - 1000) * 60 + (4590 - 1000) * 3600);
    expect(joules(power.batteryJ[0])).toBeCloseTo(startJ - (1000 * 2100) / 0.95 + chargedJ, 3);
  });

  it('ENV-51 is never overfilled: what it cannot take is curtailed', () => {
    const full = config({ batteryWh: 10, initialChargeFrac: 0.5, arrayPowerW: 4590, busPowerW: 1000 });
    const power = createPower(1, full);
    run(power, full, { ticks: 2, sunlit: 1 });
    expect(power.batteryJ[0]).toBe(36000);
    // 18,000 J of room take 20,000 J at 90 %; of 2 x 35,900 J offered the rest is curtailed.
    expect(joules(power.curtailedJ[0])).toBeCloseTo(2 * 35900 - 20000, 6);
  });

  it('ENV-51 is never overdrawn: what it cannot give is unmet', () => {
    const small = config({ batteryWh: 1, initialChargeFrac: 1, arrayPowerW: 0, busPowerW: 1000 });
    const power = createPower(1, small);
    run(power, small, { ticks: 3, sunlit: 1 });
    expect(power.batteryJ[0]).toBe(0);
    // 3,600 J give 3,420 J; the load wanted 30,000 J.
    expect(joules(power.unmetJ[0])).toBeCloseTo(30000 - 3420, 6);
    expect(joules(power.loadJ[0])).toBeCloseTo(3420, 6);
  });

  it('ENV-52 closes the balance to 1e-9 over random light and loads', () => {
    const satellites = 5;
    const tight = config({ batteryWh: 30, initialChargeFrac: 0.5 });
    const power = createPower(satellites, tight);
    const rng = new Rng(4, 'light and loads');
    const sunlitFrac = new Float64Array(satellites);
    const terminalW = new Float64Array(satellites);
    for (let k = 0; k < 2000; k++) {
      for (let s = 0; s < satellites; s++) {
        sunlitFrac[s] = rng.uniform();
        terminalW[s] = 400 * rng.uniform();
        power.taskJ[s] = 20000 * rng.uniform();
      }
      stepPower(power, { config: tight, dtS: TICK_S, sunlitFrac, terminalW });
    }
    expect(power.worstBalance).toBeLessThan(1e-9);
    for (let s = 0; s < satellites; s++) {
      const outJ = joules(power.loadJ[s]) + joules(power.curtailedJ[s]) + joules(power.lossJ[s]);
      const storedJ = joules(power.batteryJ[s]) - 15 * 3600;
      const inJ = joules(power.generatedJ[s]);
      expect(Math.abs(inJ - outJ - storedJ) / inJ).toBeLessThan(1e-9);
      // Both ends of the battery were reached, or this would prove little.
      expect(joules(power.curtailedJ[s])).toBeGreaterThan(0);
      expect(joules(power.unmetJ[s])).toBeGreaterThan(0);
    }
  });
});

describe('heat', () => {
  /** No battery losses: the array covers the bus of 2 kW exactly, all of which becomes heat. */
  const satellite = config({
    arrayPowerW: 2000,
    busPowerW: 2000,
    radiatorM2: 4,
    emissivity: 0.9,
    sinkK: 200,
    initialC: 20,
  });
  const radiate = 0.9 * STEFAN_BOLTZMANN_W_M2_K4 * 4;
  const steadyK = (2000 / radiate + 200 ** 4) ** 0.25;

  it('ENV-53 settles where radiation balances the load', () => {
    const power = createPower(1, satellite);
    run(power, satellite, { ticks: 3000, sunlit: 1 });
    // 30,000 s are 17 time constants of 1,750 s; the start is 34 K off, and 34 K x exp(-17) is below 0.01 K.
    expect(Math.abs(joules(power.temperatureK[0]) - steadyK)).toBeLessThan(0.01);
  });

  it('ENV-53 relaxes exponentially with C / (4 e sigma A T^3) near the steady state', () => {
    const tauS = 50e3 / (4 * radiate * steadyK ** 3);
    const near = { ...satellite, initialC: steadyK + 0.1 - ZERO_CELSIUS_K };
    const power = createPower(1, near);
    run(power, near, { ticks: Math.round(tauS / TICK_S), sunlit: 1 });
    const elapsedS = Math.round(tauS / TICK_S) * TICK_S;
    // The next order of T^4 is 1.5 x 0.1 K / T: 0.05 % of the deviation.
    const deviationK = joules(power.temperatureK[0]) - steadyK;
    expect(Math.abs(deviationK / (0.1 * Math.exp(-elapsedS / tauS)) - 1)).toBeLessThan(0.001);
  });
});
