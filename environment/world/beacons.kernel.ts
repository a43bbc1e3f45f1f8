import { ALL_CAPABILITIES, C_KM_S, ZERO_CELSIUS_K } from '../../core/index.ts';
import { queueS } from '../network/links.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { lies } from './capture.ts';
import {
  BEACON_ARCHIVE_FREE_FRAC,
  BEACON_BACKLOG_S,
  BEACON_BATTERY_FRAC,
  BEACON_BUFFER_FRAC,
  BEACON_CAPABILITIES,
  BEACON_COLUMNS,
  BEACON_DOWNLINK_QUEUE_S,
  BEACON_GENERATIONS,
  BEACON_MEAN_QUEUE_S,
  BEACON_TEMPERATURE_C,
  type WorldState,
} from './state.ts';
import { PRIORITIES } from './waiting-lists.kernel.ts';

/** All satellites report their state to their neighbours, captured ones perhaps something else; the reports before stay readable until this one arrives, and as what it relays. */
export function sendBeacons(w: WorldState): void {
  const { model, beacons, links, satellites, power, compute, clock, backups } = w;
  const { satelliteCount: S, islSlots: D, firstDownlink, scenario } = model;
  const nowS = clock.timeS;
  const bufferBits = scenario.satellite.bufferBytes * 8;
  const batteryJ = scenario.satellite.batteryWh * 3600;
  const archiveBits = backups.home.length === 0 ? 0 : scenario.satellite.archiveBytes * 8;
  beacons.latest = (beacons.latest + 1) % BEACON_GENERATIONS;
  beacons.sentS[beacons.latest] = nowS;
  const { values } = beacons;
  for (let s = 0; s < S; s++) {
    const row = (beacons.latest * S + s) * (D + BEACON_COLUMNS);
    let sum = 0;
    let up = 0;
    for (let d = 0; d < D; d++) {
      const link = s * D + d;
      const waitS = links.to[link]! >= 0 ? queueS(links, link, PRIORITIES - 1, nowS) : 0;
      values[row + d] = waitS;
      if (links.to[link]! >= 0) {
        sum += waitS;
        up++;
      }
    }
    let downSum = 0;
    let downs = 0;
    for (let q = satellites.firstServed[s]!; q >= 0; q = satellites.nextServed[q]!) {
      downSum += queueS(links, firstDownlink + q, PRIORITIES - 1, nowS);
      downs++;
    }
    const own = row + D;
    values[own + BEACON_MEAN_QUEUE_S] = up > 0 ? sum / up : 0;
    values[own + BEACON_DOWNLINK_QUEUE_S] = downs > 0 ? downSum / downs : 0;
    values[own + BEACON_BUFFER_FRAC] = satellites.bufferBits[s]! / bufferBits;
    values[own + BEACON_BATTERY_FRAC] = power.batteryJ[s]! / batteryJ;
    values[own + BEACON_TEMPERATURE_C] = power.temperatureK[s]! - ZERO_CELSIUS_K;
    values[own + BEACON_BACKLOG_S] = backlogS(compute, s, nowS);
    values[own + BEACON_CAPABILITIES] = satellites.capabilities[s]!;
    if (archiveBits > 0) values[own + BEACON_ARCHIVE_FREE_FRAC] = 1 - backups.archiveBits[s]! / archiveBits;
    if (lies(w, s)) writeLies(values, row, D);
  }
}

/** The best a satellite could say of itself: nothing waits, all is charged and cool, and it takes on everything. */
function writeLies(values: Float32Array, row: number, islSlots: number): void {
  const own = row + islSlots;
  values.fill(0, row, own + BEACON_COLUMNS);
  values[own + BEACON_BATTERY_FRAC] = 1;
  values[own + BEACON_ARCHIVE_FREE_FRAC] = 1;
  values[own + BEACON_CAPABILITIES] = ALL_CAPABILITIES;
}

/** Generation of the neighbour's newest beacon that has reached the other end of a link of this range. */
export function beaconGeneration(w: WorldState, rangeKm: number): number {
  const { beacons, clock } = w;
  const arrived = beacons.sentS[beacons.latest]! + rangeKm / C_KM_S <= clock.timeS;
  return arrived ? beacons.latest : generationBefore(beacons.latest);
}

/** The generation sent before another: the one whose reports of others a beacon relays. */
export function generationBefore(generation: number): number {
  return (generation + BEACON_GENERATIONS - 1) % BEACON_GENERATIONS;
}

/** First value of a satellite's beacon of a generation: its D ISL queues, then the `BEACON_*` columns. */
export function beaconRow(w: WorldState, generation: number, satellite: number): number {
  const { satelliteCount, islSlots } = w.model;
  return (generation * satelliteCount + satellite) * (islSlots + BEACON_COLUMNS);
}
