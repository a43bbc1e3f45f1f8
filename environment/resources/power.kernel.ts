import { STEFAN_BOLTZMANN_W_M2_K4, ZERO_CELSIUS_K } from '../../core/index.ts';
import type { SatelliteConfig } from '../scenario/index.ts';

/** Energy and heat of the satellites. Index: satellite in [0, n). Written by `stepPower` and the charge functions here only. */
export interface PowerColumns {
  readonly n: number;
  /** [n] stored energy, J. */
  batteryJ: Float64Array;
  /** [n] temperature of the lumped thermal node, K. */
  temperatureK: Float64Array;
  /** [n] electrical energy used since the last tick beyond the constant loads: compute and transmission, J. */
  taskJ: Float64Array;
  /** [n] totals since the start, J: from the array into the bus, of the loads, curtailed at full battery, unmet at empty. */
  generatedJ: Float64Array;
  loadJ: Float64Array;
  curtailedJ: Float64Array;
  unmetJ: Float64Array;
  lossJ: Float64Array;
  /** [n] total drawn from the battery, discharge losses included, J. */
  drawnJ: Float64Array;
  /** Worst relative error of the energy balance over any tick, and of the heat balance, radiation by another rule (`stepPower`). */
  worstBalance: number;
  worstHeat: number;
}

export function createPower(n: number, config: SatelliteConfig): PowerColumns {
  const f64 = (): Float64Array => new Float64Array(n);
  return {
    n,
    batteryJ: f64().fill(config.batteryWh * 3600 * config.initialChargeFrac),
    temperatureK: f64().fill(config.initialC + ZERO_CELSIUS_K),
    taskJ: f64(),
    generatedJ: f64(),
    loadJ: f64(),
    curtailedJ: f64(),
    unmetJ: f64(),
    lossJ: f64(),
    drawnJ: f64(),
    worstBalance: 0,
    worstHeat: 0,
  };
}

export interface PowerStep {
  readonly config: SatelliteConfig;
  readonly dtS: number;
  /** [n] mean share of the Sun's disc seen over the tick. */
  readonly sunlitFrac: Float64Array;
  /** [n] laser terminals powered over the tick, W in all. */
  readonly terminalW: Float64Array;
}

/**
 * One tick of energy and heat. Array power goes to the loads first; a surplus charges the battery with `chargeEfficiency`
 * until it is full (the rest is curtailed), a deficit is drawn with `dischargeEfficiency` until it is empty (the rest is
 * unmet). All electrical power used, and the losses of the battery, become heat of one node that radiates to the sink:
 * C dT/dt = Q - e sigma A (T^4 - Ts^4), integrated by the classical Runge-Kutta method. The balance of heat is checked by another
 * rule: heat in less heat stored against what is radiated by Simpson's rule along the cubic through both ends and their slopes.
 */
export function stepPower(power: PowerColumns, step: PowerStep): void {
  const { config, dtS, sunlitFrac, terminalW } = step;
  const { n, batteryJ, temperatureK, taskJ, generatedJ, loadJ, curtailedJ, unmetJ, lossJ, drawnJ } = power;
  const capacityJ = config.batteryWh * 3600;
  const radiate = config.emissivity * STEFAN_BOLTZMANN_W_M2_K4 * config.radiatorM2;
  const sinkK4 = fourthPower(config.sinkK);
  let worst = power.worstBalance;
  let worstHeat = power.worstHeat;
  for (let i = 0; i < n; i++) {
    const inJ = config.arrayPowerW * sunlitFrac[i]! * dtS;
    const wantJ = (config.busPowerW + terminalW[i]!) * dtS + taskJ[i]!;
    const beforeJ = batteryJ[i]!;
    let afterJ = beforeJ;
    let curtailed = 0;
    let unmet = 0;
    let loss = 0;
    if (inJ >= wantJ) {
      const offeredJ = inJ - wantJ;
      const roomJ = (capacityJ - beforeJ) / config.chargeEfficiency;
      const takenJ = offeredJ < roomJ ? offeredJ : roomJ;
      afterJ = offeredJ < roomJ ? beforeJ + takenJ * config.chargeEfficiency : capacityJ;
      loss = takenJ * (1 - config.chargeEfficiency);
      curtailed = offeredJ - takenJ;
    } else {
      const neededJ = (wantJ - inJ) / config.dischargeEfficiency;
      const takenJ = neededJ < beforeJ ? neededJ : beforeJ;
      afterJ = beforeJ - takenJ;
      loss = takenJ * (1 - config.dischargeEfficiency);
      drawnJ[i] = drawnJ[i]! + takenJ;
      unmet = neededJ < beforeJ ? 0 : (neededJ - beforeJ) * config.dischargeEfficiency;
    }
    batteryJ[i] = afterJ;
    const usedJ = wantJ - unmet;
    generatedJ[i] = generatedJ[i]! + inJ;
    loadJ[i] = loadJ[i]! + usedJ;
    curtailedJ[i] = curtailedJ[i]! + curtailed;
    unmetJ[i] = unmetJ[i]! + unmet;
    lossJ[i] = lossJ[i]! + loss;
    const error = Math.abs(inJ - usedJ - curtailed - loss - (afterJ - beforeJ)) / Math.max(inJ, wantJ, beforeJ, 1);
    if (error > worst) worst = error;

    const heatW = (usedJ + loss) / dtS;
    const c = config.heatCapacityJK;
    const t0 = temperatureK[i]!;
    const k1 = (heatW - radiate * (fourthPower(t0) - sinkK4)) / c;
    const k2 = (heatW - radiate * (fourthPower(t0 + (dtS / 2) * k1) - sinkK4)) / c;
    const k3 = (heatW - radiate * (fourthPower(t0 + (dtS / 2) * k2) - sinkK4)) / c;
    const k4 = (heatW - radiate * (fourthPower(t0 + dtS * k3) - sinkK4)) / c;
    const t1 = t0 + (dtS / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    temperatureK[i] = t1;
    const endW = radiate * (fourthPower(t1) - sinkK4);
    const slope1 = (heatW - endW) / c;
    const middleW = radiate * (fourthPower((t0 + t1) / 2 + (dtS / 8) * (k1 - slope1)) - sinkK4);
    const beginW = heatW - c * k1;
    const radiatedJ = (dtS / 6) * (beginW + 4 * middleW + endW);
    const heatError = Math.abs(heatW * dtS - radiatedJ - c * (t1 - t0)) / Math.max(heatW * dtS, Math.abs(radiatedJ), 1);
    if (heatError > worstHeat) worstHeat = heatError;
    taskJ[i] = 0;
  }
  power.worstBalance = worst;
  power.worstHeat = worstHeat;
}

function fourthPower(x: number): number {
  return x * x * (x * x);
}
