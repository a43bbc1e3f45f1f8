import { MODE_EVENTS, ZERO_CELSIUS_K } from '../../core/index.ts';
import { stepPower } from '../resources/power.kernel.ts';
import { advanceContacts, startContacts } from './contacts.ts';
import { settleConvergence } from './convergence.ts';
import { renewSnapshot } from './delays.kernel.ts';
import { TICK, pushEvent } from './event-queue.kernel.ts';
import { reportMode } from './mode-events.ts';
import { accrueComputeEnergy } from './processing.ts';
import type { WorldState } from './state.ts';
import { renewView } from './view.ts';

/** Hysteresis of the power and thermal thresholds, so that modes do not flutter. */
const CHARGE_HYSTERESIS_FRAC = 0.03;
const TEMPERATURE_HYSTERESIS_K = 5;

const POWER_LOW = MODE_EVENTS.indexOf('power.low');
const POWER_CRITICAL = MODE_EVENTS.indexOf('power.critical');
const POWER_RECOVERED = MODE_EVENTS.indexOf('power.recovered');
const POWER_NOMINAL = MODE_EVENTS.indexOf('power.nominal');
const THERMAL_HOT = MODE_EVENTS.indexOf('thermal.hot');
const THERMAL_COOL = MODE_EVENTS.indexOf('thermal.cool');

/** Ends the present tick and begins the next: energy and heat, modes, links. */
export function advanceTick(w: WorldState): void {
  const { clock, model } = w;
  settleEnergy(w);
  clock.tick++;
  if (clock.tick >= model.geometry.tickCount) {
    clock.ended = 1;
    return;
  }
  advanceContacts(w);
  settleConvergence(w);
  beginTick(w);
}

/** Begins a run at tick `clock.tick`. */
export function beginFirstTick(w: WorldState): void {
  startContacts(w);
  beginTick(w);
}

function beginTick(w: WorldState): void {
  loadSun(w);
  renewView(w);
  renewSnapshot(w);
  pushEvent(w.events, (w.clock.tick + 1) * w.model.scenario.tickS, TICK);
}

function settleEnergy(w: WorldState): void {
  const { model, power, satellites, statistics, usage } = w;
  const config = model.scenario.satellite;
  for (let s = 0; s < model.satelliteCount; s++) accrueComputeEnergy(w, s);
  stepPower(power, {
    config,
    dtS: model.scenario.tickS,
    sunlitFrac: satellites.sunlitFrac,
    terminalW: satellites.terminalW,
  });
  const capacityJ = config.batteryWh * 3600;
  for (let s = 0; s < model.satelliteCount; s++) {
    const charge = (power.batteryJ[s] as number) / capacityJ;
    const temperatureC = (power.temperatureK[s] as number) - ZERO_CELSIUS_K;
    if (charge < usage.leastChargeFrac) usage.leastChargeFrac = charge;
    if (temperatureC > usage.hottestC) usage.hottestC = temperatureC;
    usage.throttledTicks += satellites.thermalMode[s] as number;
    if (charge < config.safeBelowFrac) statistics.breaches[0] = (statistics.breaches[0] as number) + 1;
    if (charge <= 0) statistics.breaches[1] = (statistics.breaches[1] as number) + 1;
    if (temperatureC > config.maxC) statistics.breaches[2] = (statistics.breaches[2] as number) + 1;
    reportPowerMode(w, s, charge);
    reportThermalMode(w, s, temperatureC);
  }
}

function reportPowerMode(w: WorldState, s: number, charge: number): void {
  const { safeBelowFrac, savingBelowFrac } = w.model.scenario.satellite;
  const mode = w.satellites.powerMode[s] as number;
  let next = mode;
  if (charge < safeBelowFrac) next = 2;
  else if (charge < savingBelowFrac) next = mode === 2 && charge < safeBelowFrac + CHARGE_HYSTERESIS_FRAC ? 2 : 1;
  else if (mode > 0) next = charge < savingBelowFrac + CHARGE_HYSTERESIS_FRAC ? 1 : 0;
  if (next === mode) return;
  w.satellites.powerMode[s] = next;
  if (next === 2) reportMode(w, POWER_CRITICAL, s);
  else if (next === 0) reportMode(w, POWER_NOMINAL, s);
  else reportMode(w, mode === 2 ? POWER_RECOVERED : POWER_LOW, s);
}

function reportThermalMode(w: WorldState, s: number, temperatureC: number): void {
  const { throttleAboveC } = w.model.scenario.satellite;
  const hot = w.satellites.thermalMode[s] === 1;
  if (!hot && temperatureC > throttleAboveC) {
    w.satellites.thermalMode[s] = 1;
    reportMode(w, THERMAL_HOT, s);
  } else if (hot && temperatureC < throttleAboveC - TEMPERATURE_HYSTERESIS_K) {
    w.satellites.thermalMode[s] = 0;
    reportMode(w, THERMAL_COOL, s);
  }
}

function loadSun(w: WorldState): void {
  const { model, satellites, sky, clock } = w;
  const first = 3 * model.nodeCount;
  const start = sky.row(clock.tick);
  for (let s = 0; s < model.satelliteCount; s++) satellites.sunlitFrac[s] = (start[first + s] as number) / 2;
  const end = sky.row(clock.tick + 1);
  for (let s = 0; s < model.satelliteCount; s++) {
    satellites.sunlitFrac[s] = (satellites.sunlitFrac[s] as number) + (end[first + s] as number) / 2;
  }
}
