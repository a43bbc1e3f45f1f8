import { StrictMath } from '../../core/index.ts';
import { fadedRateBps } from '../network/ground-rate.ts';
import type { WorldState } from './state.ts';

/** Rain is taken to fill the sky down to this elevation; below it the path through it grows no longer (sine of 10 deg). */
const LEAST_SIN_ELEVATION = StrictMath.sin((10 * Math.PI) / 180);

/**
 * Rate of an antenna to a satellite in the present tick, either way, bit/s; 0 when the link does not close: an end has failed,
 * cloud is in the way of a laser, rain or jamming drown the radio. In clear air it is that of the plan.
 */
export function antennaRateBps(w: WorldState, antenna: number, satellite: number): number {
  const { outages, model, plan } = w;
  const { antennaSite, antennaNode, contacts, siteRadio } = model.geometry;
  const site = antennaSite[antenna] as number;
  const node = antennaNode[antenna] as number;
  if (outages.nodeDown[node] !== 0 || outages.nodeDown[satellite] !== 0 || outages.quarantined[satellite] !== 0)
    return 0;
  const radio = model.radios[siteRadio[site] as number];
  if (radio === undefined) throw new RangeError(`No radio ${siteRadio[site]}.`);
  const row = plan.row[model.firstUplink + antenna] as number;
  const planned = row >= 0 && contacts.peer[row] === satellite;
  if (radio.kind === 'laser') {
    if (outages.cloud[site] === 1) return 0;
  } else {
    const jammedDb = outages.jammedDb[site] as number;
    if (jammedDb > 0 || outages.rain[site] === 1) {
      const rainDb = outages.rain[site] === 1 ? (model.rainFadeDb[site] as number) / pathSine(w, node, satellite) : 0;
      const rateBps = fadedRateBps(radio.steps, fartherKm(w, node, satellite), jammedDb + rainDb);
      return planned ? Math.min(rateBps, contacts.rateBps[row] as number) : rateBps;
    }
  }
  return planned ? (contacts.rateBps[row] as number) : clearRateBps(w, antenna, satellite);
}

/** Rate of an antenna to any satellite in the present tick in clear air, bit/s. */
export function clearRateBps(w: WorldState, antenna: number, satellite: number): number {
  const { antennaSite, antennaNode, siteRadio } = w.model.geometry;
  const radio = w.model.radios[siteRadio[antennaSite[antenna] as number] as number];
  if (radio === undefined) throw new RangeError(`No radio of antenna ${antenna}.`);
  return fadedRateBps(radio.steps, fartherKm(w, antennaNode[antenna] as number, satellite), 0);
}

/** Sine of the elevation at the start of the tick, over the geocentric horizon (0.2 deg from the geodetic one at most). */
function pathSine(w: WorldState, node: number, satellite: number): number {
  const row = w.sky.row(w.clock.tick);
  const [gx, gy, gz] = [row[3 * node], row[3 * node + 1], row[3 * node + 2]] as [number, number, number];
  const dx = (row[3 * satellite] as number) - gx;
  const dy = (row[3 * satellite + 1] as number) - gy;
  const dz = (row[3 * satellite + 2] as number) - gz;
  const sine = (dx * gx + dy * gy + dz * gz) / (Math.hypot(dx, dy, dz) * Math.hypot(gx, gy, gz));
  return sine > LEAST_SIN_ELEVATION ? sine : LEAST_SIN_ELEVATION;
}

/** Greater of the ranges at both ends of the tick, km. */
function fartherKm(w: WorldState, node: number, satellite: number): number {
  const at = (row: Float32Array): number =>
    Math.hypot(
      (row[3 * satellite] as number) - (row[3 * node] as number),
      (row[3 * satellite + 1] as number) - (row[3 * node + 1] as number),
      (row[3 * satellite + 2] as number) - (row[3 * node + 2] as number),
    );
  return Math.max(at(w.sky.row(w.clock.tick)), at(w.sky.row(w.clock.tick + 1)));
}
