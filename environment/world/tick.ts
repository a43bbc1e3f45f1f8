import { MODE_EVENTS, ZERO_CELSIUS_K } from '../../core/index.ts';
import { stepPower } from '../resources/power.kernel.ts';
import { renewSnapshot } from './delays.kernel.ts';
import { TICK, pushEvent } from './event-queue.kernel.ts';
import { accrueComputeEnergy } from './processing.ts';
import type { WorldState } from './state.ts';
import { closeSatelliteLink, closeUplink, openLink } from './transmission.ts';

/** Hysteresis of the power and thermal thresholds, so that modes do not flutter. */
const CHARGE_HYSTERESIS_FRAC = 0.03;
const TEMPERATURE_HYSTERESIS_K = 5;

const POWER_LOW = MODE_EVENTS.indexOf('power.low');
const POWER_CRITICAL = MODE_EVENTS.indexOf('power.critical');
const POWER_RECOVERED = MODE_EVENTS.indexOf('power.recovered');
const POWER_NOMINAL = MODE_EVENTS.indexOf('power.nominal');
const THERMAL_HOT = MODE_EVENTS.indexOf('thermal.hot');
const THERMAL_COOL = MODE_EVENTS.indexOf('thermal.cool');
const ANTENNA_ATTACH = MODE_EVENTS.indexOf('antenna.attach');
const ANTENNA_HANDOVER = MODE_EVENTS.indexOf('antenna.handover');
const ANTENNA_DETACH = MODE_EVENTS.indexOf('antenna.detach');

/** Ends the present tick and begins the next: energy and heat, modes, links. */
export function advanceTick(w: WorldState): void {
  const { clock, model } = w;
  settleEnergy(w);
  clock.tick++;
  if (clock.tick >= model.geometry.tickCount) {
    clock.ended = 1;
    return;
  }
  beginTick(w);
}

/** Loads the links of tick `clock.tick` and schedules the next one. */
export function beginTick(w: WorldState): void {
  loadIsls(w);
  loadGroundLinks(w);
  loadSun(w);
  renewSnapshot(w);
  pushEvent(w.events, (w.clock.tick + 1) * w.model.scenario.tickS, TICK);
}

function settleEnergy(w: WorldState): void {
  const { model, power, satellites, statistics } = w;
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

/** Appends a mode event; the agents drain them after each `advance`. */
function reportMode(w: WorldState, kind: number, node: number): void {
  const { modeEvents } = w;
  if (modeEvents.n === modeEvents.kind.length) {
    const kinds = new Uint8Array(modeEvents.n * 2);
    kinds.set(modeEvents.kind);
    modeEvents.kind = kinds;
    const nodes = new Int32Array(modeEvents.n * 2);
    nodes.set(modeEvents.node);
    modeEvents.node = nodes;
  }
  modeEvents.kind[modeEvents.n] = kind;
  modeEvents.node[modeEvents.n] = node;
  modeEvents.n++;
}

function loadIsls(w: WorldState): void {
  const { model, links, clock, reverse, satellites } = w;
  const { geometry, satelliteCount: S, islSlots: D } = model;
  const row = clock.tick * S * D;
  for (let s = 0; s < S; s++) {
    let up = 0;
    for (let d = 0; d < D; d++) {
      const link = s * D + d;
      const neighbour = geometry.islNeighbour[row + link] as number;
      if ((links.to[link] as number) !== neighbour && (links.to[link] as number) >= 0) closeSatelliteLink(w, link);
      links.from[link] = s;
      links.to[link] = neighbour;
      if (neighbour < 0) continue;
      up++;
      links.rateBps[link] = geometry.islRateBps[s] as number;
      links.rangeStartKm[link] = geometry.islRangeStartKm[row + link] as number;
      links.rangeEndKm[link] = geometry.islRangeEndKm[row + link] as number;
      links.untilS[link] = geometry.islUntilS[row + link] as number;
    }
    satellites.terminalW[s] = up * (geometry.islTerminalPowerW[s] as number);
  }
  for (let link = 0; link < S * D; link++) {
    const neighbour = links.to[link] as number;
    reverse[link] = -1;
    if (neighbour < 0) continue;
    const s = links.from[link] as number;
    for (let d = 0; d < D; d++) if (links.to[neighbour * D + d] === s) reverse[link] = neighbour * D + d;
  }
}

function loadGroundLinks(w: WorldState): void {
  const { model, links, clock, satellites } = w;
  const { geometry, antennaCount: Q, firstUplink, firstDownlink, scenario } = model;
  const row = clock.tick * Q;
  satellites.firstServed.fill(-1);
  for (let q = Q - 1; q >= 0; q--) {
    const up = firstUplink + q;
    const down = firstDownlink + q;
    const node = geometry.antennaNode[q] as number;
    const before = links.to[up] as number;
    const satellite = geometry.gslSatellite[row + q] as number;
    links.from[up] = node;
    if (satellite >= 0) {
      satellites.nextServed[q] = satellites.firstServed[satellite] as number;
      satellites.firstServed[satellite] = q;
    }
    if (before !== satellite) {
      if (before >= 0) {
        closeUplink(w, up);
        closeSatelliteLink(w, down);
      }
      reportMode(w, satellite < 0 ? ANTENNA_DETACH : before < 0 ? ANTENNA_ATTACH : ANTENNA_HANDOVER, node);
    }
    if (satellite < 0) continue;
    for (const link of [up, down]) {
      links.rateBps[link] = geometry.gslRateBps[row + q] as number;
      links.rangeStartKm[link] = geometry.gslRangeStartKm[row + q] as number;
      links.rangeEndKm[link] = geometry.gslRangeEndKm[row + q] as number;
      links.untilS[link] = geometry.gslUntilS[row + q] as number;
    }
    links.to[up] = satellite;
    links.from[down] = satellite;
    links.to[down] = node;
    if (before !== satellite) {
      const openS = before < 0 ? clock.timeS : clock.timeS + scenario.handoverS;
      openLink(w, up, openS);
      openLink(w, down, openS);
    }
  }
}

function loadSun(w: WorldState): void {
  const { model, satellites, clock } = w;
  const S = model.satelliteCount;
  const { sunlitFrac } = model.geometry;
  for (let s = 0; s < S; s++) {
    satellites.sunlitFrac[s] =
      ((sunlitFrac[clock.tick * S + s] as number) + (sunlitFrac[(clock.tick + 1) * S + s] as number)) / 2;
  }
}
