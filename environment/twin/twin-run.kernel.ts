import { ZERO_CELSIUS_K } from '../../core/index.ts';
import { createPower, stepPower } from '../resources/power.kernel.ts';
import type { SatelliteConfig } from '../scenario/index.ts';

/** What the twin predicts, in the units of the telemetry columns of the same names. */
export const CHANNELS = [
  'arrayW',
  'loadW',
  'batteryWh',
  'batteryFrac',
  'temperatureC',
  'jobsDoneTflop',
  'storedBytes',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** Places of `TWIN_PARAMETER_KEYS` in a parameter vector. */
const ARRAY = 0;
const BUS = 1;
const ACCELERATOR = 2;
const BATTERY = 3;
const CHARGE = 4;
const DISCHARGE = 5;
const HEAT = 6;
const RADIATOR = 7;
const SINK = 8;
const TFLOPS = 9;
const LOSS = 10;

/** After the parameters, a vector holds for every stretch: stored energy Wh, temperature C, stored bytes at its start. */
export const FIRST_STATE = 11;
export const STATES = 3;

/** Heat is integrated in steps of at most so long, s; a world with a longer tick takes its tick. */
const LONGEST_STEP_S = 60;

/** What drives a twin; [n] columns. */
export interface TwinDrive {
  readonly n: number;
  /** Length of the interval before the row, s; 0 at the start of a stretch. */
  readonly dtS: Float64Array;
  /** Stretch of the row. */
  readonly stretch: Int32Array;
  readonly sunlitFrac: Float64Array;
  readonly busyFrac: Float64Array;
  /** Laser terminals; ground radio. */
  readonly terminalW: Float64Array;
  readonly transmitW: Float64Array;
  /** Bytes that came in less those that left, in the interval. */
  readonly flowBytes: Float64Array;
  readonly satellite: SatelliteConfig;
  readonly tickS: number;
}

/** A parameter takes the value that stands at `valueAt` of the vector, from the interval before `row` on. */
export interface TwinChange {
  readonly row: number;
  readonly parameter: number;
  readonly valueAt: number;
}

/** Predictions: channel c of row i at [c * n + i], NaN for means over an interval that is not known. */
export interface TwinRun {
  readonly n: number;
  readonly predicted: Float64Array;
  /** Worst relative error of the energy balance over any step. */
  worstBalance: number;
}

export function createTwinRun(n: number): TwinRun {
  return { n, predicted: new Float64Array(CHANNELS.length * n), worstBalance: 0 };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Steps the world's own model of energy and heat (`stepPower`) through the rows, and counts work and bytes. With `from` > 0
 * the run goes on from what `before` predicted for row `from - 1`; rows before `from` are left alone.
 *
 * A battery that loses capacity loses what its lost cells hold: the charge fraction stays.
 */
export function runTwin(
  drive: TwinDrive,
  vector: Float64Array,
  changes: readonly TwinChange[],
  run: TwinRun,
  from = 0,
  before: TwinRun = run,
): void {
  const { n, dtS, stretch, sunlitFrac, busyFrac, terminalW, transmitW, flowBytes, satellite } = drive;
  const { predicted } = run;
  const config: Mutable<SatelliteConfig> = { ...satellite };
  const now = vector.slice(0, FIRST_STATE);
  for (const change of changes) if (change.row < from) now[change.parameter] = vector[change.valueAt]!;
  setConfig(config, now);
  const power = createPower(1, config);
  const step = { config, dtS: 0, sunlitFrac: new Float64Array(1), terminalW: new Float64Array(1) };
  let storedBytes = 0;
  if (from > 0) {
    power.batteryJ[0] = before.predicted[2 * n + from - 1]! * 3600;
    power.temperatureK[0] = before.predicted[4 * n + from - 1]! + ZERO_CELSIUS_K;
    storedBytes = before.predicted[6 * n + from - 1]!;
  }
  const longestS = Math.max(LONGEST_STEP_S, drive.tickS);
  for (let i = from; i < n; i++) {
    for (let c = 0; c < changes.length; c++) {
      const change = changes[c]!;
      if (change.row !== i) continue;
      const value = vector[change.valueAt]!;
      if (change.parameter === BATTERY) power.batteryJ[0] = power.batteryJ[0]! * (value / now[BATTERY]!);
      now[change.parameter] = value;
      setConfig(config, now);
    }
    const intervalS = dtS[i]!;
    if (intervalS === 0) {
      const state = FIRST_STATE + STATES * stretch[i]!;
      power.batteryJ[0] = vector[state]! * 3600;
      power.temperatureK[0] = vector[state + 1]! + ZERO_CELSIUS_K;
      storedBytes = vector[state + 2]!;
      predicted[i] = NaN;
      predicted[n + i] = NaN;
      predicted[5 * n + i] = NaN;
    } else {
      const steps = Math.ceil(intervalS / longestS - 1e-9);
      step.dtS = intervalS / steps;
      step.sunlitFrac[0] = sunlitFrac[i]!;
      step.terminalW[0] = terminalW[i]!;
      const taskW = busyFrac[i]! * config.accelerators * config.acceleratorPowerW + transmitW[i]!;
      power.generatedJ[0] = 0;
      power.loadJ[0] = 0;
      for (let s = 0; s < steps; s++) {
        power.taskJ[0] = taskW * step.dtS;
        stepPower(power, step);
      }
      storedBytes += flowBytes[i]! - now[LOSS]! * intervalS;
      predicted[i] = power.generatedJ[0] / intervalS;
      predicted[n + i] = power.loadJ[0] / intervalS;
      predicted[5 * n + i] = busyFrac[i]! * config.accelerators * config.tflopsPerAccelerator * intervalS;
    }
    predicted[2 * n + i] = power.batteryJ[0]! / 3600;
    predicted[3 * n + i] = power.batteryJ[0]! / 3600 / config.batteryWh;
    predicted[4 * n + i] = power.temperatureK[0]! - ZERO_CELSIUS_K;
    predicted[6 * n + i] = storedBytes;
  }
  if (power.worstBalance > run.worstBalance) run.worstBalance = power.worstBalance;
}

function setConfig(config: Mutable<SatelliteConfig>, now: Float64Array): void {
  config.arrayPowerW = now[ARRAY]!;
  config.busPowerW = now[BUS]!;
  config.acceleratorPowerW = now[ACCELERATOR]!;
  config.batteryWh = now[BATTERY]!;
  config.chargeEfficiency = now[CHARGE]!;
  config.dischargeEfficiency = now[DISCHARGE]!;
  config.heatCapacityJK = now[HEAT]!;
  config.radiatorM2 = now[RADIATOR]!;
  config.sinkK = now[SINK]!;
  config.tflopsPerAccelerator = now[TFLOPS]!;
}
