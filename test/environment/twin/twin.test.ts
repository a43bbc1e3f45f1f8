import { describe, expect, it } from 'vitest';
import {
  parsePlantedFault,
  parseTelemetry,
  predictTelemetry,
  radiatorW_M2,
  replayTelemetry,
  sizeSatellite,
  synthesise,
  usualNoise,
  writeTelemetry,
} from '../../../environment/index.ts';
import { LINK, SATELLITE, flight } from './flight.ts';

const REFERENCE = { satellite: SATELLITE, tickS: 10, link: LINK };
const INTERVAL_S = 30;
const BASE = flight(600, INTERVAL_S);

function flown(faults: readonly string[], seed = 1) {
  const noise = usualNoise(REFERENCE, INTERVAL_S);
  return synthesise(BASE, { ...REFERENCE, noise, seed, faults: faults.map(parsePlantedFault) });
}

describe('telemetry file', () => {
  const HEADER = 'timeS,sunlitFrac,temperatureC';
  const rows = (change: (i: number) => string): string =>
    [HEADER, ...Array.from({ length: 40 }, (_, i) => change(i))].join('\n');
  const refused = (text: string): string => {
    try {
      parseTelemetry(text, 'a.csv');
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };

  it('reads what it writes, to the bit', () => {
    const telemetry = flown([]);
    const again = parseTelemetry(writeTelemetry(telemetry), 'a.csv');
    expect([...again.columns].map(([name, column]) => [name, [...column]])).toEqual(
      [...again.columns.keys()].map((name) => [name, [...(telemetry.columns.get(name) as Float64Array)]]),
    );
  });

  it('converts other units that the name states, and says so', () => {
    const text = rows((i) => `${i * 1000},1,293.15`)
      .replace('timeS', 'timeS')
      .replace('temperatureC', 'temperatureK');
    const { columns, notes } = parseTelemetry(text, 'a.csv');
    expect(columns.get('temperatureC')?.[3]).toBeCloseTo(20, 9);
    expect(notes.join()).toContain('temperatureK');
  });

  it('refuses kelvin called Celsius, shares above 1, times that do not rise, and unknown units, with their place', () => {
    expect(refused(rows((i) => `${i},1,${i === 5 ? 300 : 20}`))).toMatch(/^a\.csv:7:5: FILE_READ.*\n.*temperatureK/);
    expect(refused(rows((i) => `${i},${i === 2 ? 50 : 1},20`))).toMatch(/^a\.csv:4:3: FILE_READ/);
    expect(refused(rows((i) => `${i === 9 ? 8 : i},1,20`))).toMatch(/^a\.csv:11:1: FILE_READ.*again/);
    expect(refused(rows((i) => `${i},,20`))).toMatch(/^a\.csv:2:3: FILE_READ/);
    expect(refused(rows((i) => `${i},1,20`).replace('temperatureC', 'temperatureMW'))).toMatch(/temperatureK/);
  });

  it('counts gaps and missing measurements', () => {
    const { notes, starts } = parseTelemetry(
      rows((i) => `${i < 20 ? i : i + 100},1,${i === 3 ? 'NaN' : 20}`),
      'a.csv',
    );
    expect(starts[20]).toBe(1);
    expect(notes.join()).toMatch(/1 gaps.*1 of 40 values of temperatureC/);
  });
});

describe('twin', () => {
  it('predicts telemetry without noise to rounding', () => {
    const clean = synthesise(BASE, REFERENCE);
    const { predicted, worstBalance } = predictTelemetry(clean, REFERENCE);
    expect(worstBalance).toBeLessThan(1e-12);
    for (const name of ['batteryFrac', 'temperatureC', 'loadW']) {
      const own = clean.columns.get(name) as Float64Array;
      own.forEach((value, i) => {
        if (i > 0)
          expect(Math.abs(value - (predicted.get(name)?.[i] as number))).toBeLessThan(1e-9 * Math.max(1, value));
      });
    }
  });

  it('says that the battery is not told without an eclipse, instead of a number', () => {
    const sunny = synthesise(
      { ...BASE, columns: new Map([...BASE.columns, ['sunlitFrac', new Float64Array(BASE.n).fill(1)]]) },
      { ...REFERENCE, noise: usualNoise(REFERENCE, INTERVAL_S) },
    );
    const { unidentified } = replayTelemetry(sunny, REFERENCE);
    expect(unidentified.map(({ parameter }) => parameter)).toContain('dischargeEfficiency');
  }, 60_000);

  it('lays a step of the surroundings to the radiator, and says that it may be the surroundings', () => {
    const warmer = replayTelemetry(flown(['sinkK*1.2@10000']), REFERENCE).drifts;
    expect(warmer.map(({ parameter }) => parameter)).toContain('radiatorM2');
    expect(warmer.find(({ parameter }) => parameter === 'radiatorM2')?.alternatives).toContain('sinkK');
    const degraded = replayTelemetry(flown(['radiator*0.8@10000']), REFERENCE).drifts;
    expect(degraded.map(({ alternatives }) => alternatives)).toEqual([[]]);
  }, 120_000);

  it('finds two faults of one record', () => {
    const { drifts } = replayTelemetry(flown(['radiator*0.8@12500', 'array*0.875@5000']), REFERENCE);
    expect(drifts.map(({ parameter }) => parameter)).toEqual(['arrayPowerW', 'radiatorM2']);
    [-0.125, -0.2].forEach((changeFrac, i) => {
      const { changeFrac: found, errorFrac } = drifts[i] as (typeof drifts)[number];
      expect(Math.abs(found - changeFrac)).toBeLessThan(4 * errorFrac);
    });
  }, 120_000);
});

describe('sizing', () => {
  it('gives 4.59 kW, 14.7 m2, 1.22 kWh and 4.9 kWh for 2.05 kW at 550 km', () => {
    const sizing = sizeSatellite(550, { loadW: 2050 });
    // (2050 x 2137 / 0.6 + 2050 x 3602 / 0.8) / 3602 = 4,589; over 1361 x 0.3 x 0.9 x 0.85 = 312.3 W/m2: 14.7.
    expect(sizing.arrayPowerW).toBeCloseTo(4589, -1);
    expect(sizing.arrayM2).toBeCloseTo(14.7, 1);
    expect(sizing.eclipseWh / 1000).toBeCloseTo(1.22, 2);
    expect(sizing.batteryWh / 1000).toBeCloseTo(4.87, 2);
  });

  it('radiates 629 and 794 W/m2 at 60 and 80 C with emissivity 0.9, and 517 at 60 C with 0.85 to 200 K', () => {
    expect(radiatorW_M2(60, 0.9)).toBeCloseTo(628.7, 1);
    expect(radiatorW_M2(80, 0.9)).toBeCloseTo(793.8, 1);
    expect(radiatorW_M2(60, 0.85, 200)).toBeCloseTo(516.6, 1);
  });
});
