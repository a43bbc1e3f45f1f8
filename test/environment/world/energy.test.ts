import { describe, expect, it } from 'vitest';
import { MODE_EVENTS } from '../../../core/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { EASTWARD, type SmallSky, drive, skyOf, smallGeometry, smallScenario } from './small-world.ts';

const sum = (values: Iterable<number>): number => [...values].reduce((total, x) => total + x, 0);

describe('energy in the world', () => {
  it('ENV-54 every joule used is the bus, a laser terminal, a computation or a transmission', () => {
    const scenario = loadScenario('scenarios/test-12.yaml');
    const model = createWorldModel(scenario, buildGeometry(scenario));
    const world = new World(model, { seed: 3, runS: 120, startS: 0 });
    const { geometry } = model;
    drive(world, createBaseline('load-aware+greedy-finish+gdsf', 1), Infinity);
    const { power, statistics } = world.columns;
    let terminalTicks = 0;
    const S = model.satelliteCount;
    const { contacts } = geometry;
    for (let row = 0; row < contacts.n; row++) {
      if ((contacts.track[row] as number) >= S * geometry.islSlots) continue;
      terminalTicks += Math.max(0, Math.min(12, contacts.endTick[row] as number) - (contacts.startTick[row] as number));
    }
    const constantJ = S * scenario.satellite.busPowerW * 120 + terminalTicks * 40 * 10;
    expect(statistics.computeJ).toBeGreaterThan(0);
    expect(statistics.transmitJ).toBeGreaterThan(0);
    const usedJ = sum(power.loadJ) + sum(power.unmetJ);
    // 1e-9 of 1.5 MJ: rounding of float64 sums.
    expect(Math.abs(usedJ - constantJ - statistics.computeJ - statistics.transmitJ)).toBeLessThan(1e-9 * usedJ);
    // And it came from the arrays and the batteries.
    const startJ = S * scenario.satellite.batteryWh * 3600 * scenario.satellite.initialChargeFrac;
    const fromBatteriesJ = startJ - sum(power.batteryJ);
    const inJ = sum(power.generatedJ) + fromBatteriesJ - sum(power.lossJ) - sum(power.curtailedJ);
    expect(Math.abs(inJ - sum(power.loadJ))).toBeLessThan(1e-9 * sum(power.generatedJ));
  });

  it('ENV-55 modes change at their levels, and back only above them by the hysteresis', () => {
    const ticks = 12;
    const sky: SmallSky = { satellites: 1, ticks, tickS: 10 };
    // 100 kJ, no losses: each tick of dark takes 0.1 of it, each tick of light (2,000 W) gives 0.1 back.
    const satellite = {
      batteryWh: 100 / 3.6,
      initialChargeFrac: 0.9,
      chargeEfficiency: 1,
      dischargeEfficiency: 1,
      busPowerW: 1000,
      arrayPowerW: 2000,
      savingBelowFrac: 0.75,
      safeBelowFrac: 0.59,
    };
    // Dark in ticks 0 to 3, half light in tick 4, light afterwards: the share over a tick is the mean of its two ends.
    const rows = Array.from({ length: ticks + 1 }, (_, k) => Float32Array.of(0, 0, 0, k <= 4 ? 0 : 1));
    const model = createWorldModel(smallScenario(sky, { satellite }), { ...smallGeometry(sky), sky: skyOf(rows) });
    const world = new World(model, { seed: 1, runS: 120, startS: 0 });
    const heard: string[] = [];
    world.onModeEvents = () => {
      const { n, kind } = world.modeEvents;
      for (let i = 0; i < n; i++) heard.push(`${world.timeS} ${MODE_EVENTS[kind[i] as number]}`);
      world.modeEvents.n = 0;
    };
    drive(world, EASTWARD, 120);
    // Charge at the ends of the ticks: 0.8 0.7 0.6 0.5, 0.5 (half light), 0.6 0.7 0.8 0.9 1 1 1. Safe below 0.59; left at
    // 0.62 or more, so not at 0.6 but at 0.7; saving is left at 0.78 or more.
    expect(heard).toEqual(['20 power.low', '40 power.critical', '70 power.recovered', '80 power.nominal']);
  });
});
